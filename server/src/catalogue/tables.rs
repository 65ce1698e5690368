// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    policies (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        version -> Int4,
        effective_on -> Date,
        text -> Text,
        digest -> Bytea,
        state -> Text,
        proposed_at -> Timestamptz,
        proposed_by -> Text,
        published_at -> Nullable<Timestamptz>,
        published_by -> Nullable<Text>,
        in_force_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        held_back_on -> Nullable<Date>,
    }
}
