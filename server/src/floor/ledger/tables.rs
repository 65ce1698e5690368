// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    access_log (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor -> Text,
        subject_id -> Nullable<Uuid>,
        view -> Text,
        purpose -> Text,
        grant_id -> Nullable<Uuid>,
        ticket -> Nullable<Text>,
        reason -> Nullable<Bytea>,
    }
}
