// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    syncs (tenant_id, store_id, shelf) {
        tenant_id -> Uuid,
        store_id -> Uuid,
        shelf -> Text,
        state -> Text,
        every_s -> Int4,
        watermark -> Nullable<Timestamptz>,
        run_id -> Nullable<Uuid>,
        cursor -> Nullable<Text>,
        step -> Int4,
        done -> Int8,
        estimated -> Nullable<Int8>,
        started_at -> Nullable<Timestamptz>,
        page_at -> Nullable<Timestamptz>,
        due_at -> Timestamptz,
        paused_at -> Nullable<Timestamptz>,
        failures -> Int4,
        failure -> Nullable<Text>,
        told_at -> Nullable<Timestamptz>,
        letter_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sync_runs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        shelf -> Text,
        kind -> Text,
        since -> Nullable<Timestamptz>,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        pages -> Int4,
        calls -> Int4,
        new -> Int8,
        changed -> Int8,
        older -> Int8,
        refused -> Int8,
        unread -> Int8,
        outcome -> Text,
    }
}
