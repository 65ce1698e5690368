// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    deliveries (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Nullable<Uuid>,
        platform -> Text,
        topic -> Text,
        dedupe -> Bytea,
        happened_at -> Nullable<Timestamptz>,
        received_at -> Timestamptz,
        body -> Nullable<Bytea>,
        state -> Text,
        outcome -> Nullable<Text>,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    privacy_notices (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Nullable<Uuid>,
        platform -> Text,
        kind -> Text,
        delivery_id -> Uuid,
        received_at -> Timestamptz,
        due_on -> Date,
        reference -> Nullable<Text>,
        identifiers -> Nullable<Bytea>,
        state -> Text,
        subjects -> Array<Uuid>,
        matched_at -> Nullable<Timestamptz>,
    }
}
