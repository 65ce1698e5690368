// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    disclosures (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        recipient -> Text,
        app_id -> Nullable<Uuid>,
        store_id -> Nullable<Uuid>,
        subject_id -> Nullable<Uuid>,
        category -> Text,
        fields -> Array<Text>,
        form -> Text,
        count -> Int4,
        purpose -> Text,
        way -> Text,
        reference -> Nullable<Uuid>,
    }
}

diesel::table! {
    destinations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Nullable<Uuid>,
        recipient -> Text,
        url -> Text,
        region -> Text,
        secret_id -> Uuid,
        state -> Text,
        since -> Timestamptz,
    }
}

diesel::table! {
    relayed_events (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        kind -> Text,
        happened_at -> Timestamptz,
        received_at -> Timestamptz,
        subject_id -> Nullable<Uuid>,
        alias -> Nullable<Bytea>,
        linked -> Nullable<Bytea>,
        linked_key -> Nullable<Uuid>,
        linked_until -> Timestamptz,
        facts -> Nullable<Bytea>,
        passing -> Nullable<Bytea>,
        passing_key -> Nullable<Uuid>,
        expires_at -> Timestamptz,
        source -> Nullable<Bytea>,
    }
}

diesel::table! {
    relay_deliveries (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        event_id -> Uuid,
        destination_id -> Uuid,
        state -> Text,
        attempts -> Int4,
        idempotency_key -> Text,
        sent_at -> Nullable<Timestamptz>,
        answer -> Nullable<Text>,
    }
}
