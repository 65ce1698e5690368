// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    grants (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        staff_id -> Uuid,
        ticket -> Nullable<Text>,
        reason -> Nullable<Bytea>,
        given_by -> Nullable<Uuid>,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Uuid>,
        reviewed_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Uuid>,
        alarmed_at -> Nullable<Timestamptz>,
    }
}
