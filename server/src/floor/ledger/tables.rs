// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    audit_events (tenant_id, seq) {
        tenant_id -> Uuid,
        seq -> Int8,
        at -> Timestamptz,
        actor -> Text,
        action -> Text,
        object -> Text,
        payload_hash -> Nullable<Bytea>,
        payload -> Nullable<Bytea>,
        hash -> Bytea,
    }
}

diesel::table! {
    audit_heads (tenant_id) {
        tenant_id -> Uuid,
        seq -> Int8,
        hash -> Bytea,
    }
}

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
