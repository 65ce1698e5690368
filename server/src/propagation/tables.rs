// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    recipient_ways (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        recipient -> Text,
        kind -> Text,
        address -> Nullable<Text>,
        parts -> Text,
        secret_id -> Nullable<Uuid>,
        certificate -> Nullable<Text>,
        certificate_at -> Nullable<Timestamptz>,
        since -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    recipient_tasks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        request_id -> Uuid,
        reference -> Text,
        right_code -> Text,
        regulation -> Text,
        recipient -> Text,
        store_id -> Nullable<Uuid>,
        subject_id -> Nullable<Uuid>,
        categories -> Array<Text>,
        kind -> Text,
        state -> Text,
        is_unsure -> Bool,
        step -> Int2,
        refs -> Array<Text>,
        sealed_under -> Uuid,
        matches -> Nullable<Bytea>,
        ticket -> Nullable<Text>,
        submitted_at -> Timestamptz,
        opened_at -> Timestamptz,
        until -> Timestamptz,
        tried_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        attempts -> Int4,
        answer -> Nullable<Text>,
        advice -> Nullable<Text>,
        proof -> Nullable<Bytea>,
        proof_id -> Nullable<Uuid>,
        words -> Nullable<Bytea>,
        reminded_at -> Nullable<Timestamptz>,
        version -> Int4,
        zone -> Text,
        held_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recipient_attempts (tenant_id, task_id, number) {
        tenant_id -> Uuid,
        task_id -> Uuid,
        number -> Int4,
        at -> Timestamptz,
        did -> Text,
        state -> Text,
        answer -> Text,
        by -> Text,
    }
}
