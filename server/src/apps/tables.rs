// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    apps (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        name -> Text,
        provider -> Text,
        policy_url -> Nullable<Text>,
        region -> Nullable<Text>,
        state -> Text,
        slot -> Nullable<Int4>,
        granted -> Array<Text>,
        credential_id -> Nullable<Uuid>,
        credential_hint -> Nullable<Text>,
        credential_set_at -> Nullable<Timestamptz>,
        reminded_for -> Nullable<Date>,
        last_used_at -> Nullable<Timestamptz>,
        connected_at -> Timestamptz,
        connected_by -> Text,
        disconnected_at -> Nullable<Timestamptz>,
        idle_since -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    app_receipts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        app_id -> Uuid,
        at -> Timestamptz,
        by_actor -> Text,
        slot -> Int4,
        credentials_deleted -> Int4,
        jobs_cancelled -> Int4,
        withdrawn -> Array<Text>,
        sharing_stopped -> Array<Text>,
        what_stays -> Text,
        provider_policy -> Nullable<Text>,
        offers_erasure -> Bool,
    }
}

diesel::table! {
    provider_tasks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        app_id -> Uuid,
        kind -> Text,
        state -> Text,
        opened_at -> Timestamptz,
        opened_by -> Text,
        asked_at -> Nullable<Timestamptz>,
        asked_by -> Nullable<Text>,
        settled_at -> Nullable<Timestamptz>,
        settled_by -> Nullable<Text>,
        note -> Nullable<Bytea>,
        until -> Timestamptz,
        reminded_at -> Nullable<Timestamptz>,
    }
}
