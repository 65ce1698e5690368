// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    stores (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        platform -> Text,
        domain -> Text,
        name -> Text,
        region -> Text,
        state -> Text,
        sync_is_on -> Bool,
        token_id -> Nullable<Uuid>,
        added_at -> Timestamptz,
        connected_at -> Nullable<Timestamptz>,
        read_at -> Nullable<Timestamptz>,
        disconnected_at -> Nullable<Timestamptz>,
        version -> Int4,
        refresh_id -> Nullable<Uuid>,
        token_ends_at -> Nullable<Timestamptz>,
        refresh_ends_at -> Nullable<Timestamptz>,
        renewing_until -> Nullable<Timestamptz>,
        warned_for -> Nullable<Date>,
        untold_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    store_scopes (tenant_id, store_id, name) {
        tenant_id -> Uuid,
        store_id -> Uuid,
        name -> Text,
        granted_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        gone_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Text>,
    }
}

diesel::table! {
    store_grants (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        at -> Timestamptz,
        how -> Text,
        scopes -> Array<Text>,
        added -> Array<Text>,
        removed -> Array<Text>,
        by_actor -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    store_receipts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        at -> Timestamptz,
        by_actor -> Text,
        token_deleted -> Bool,
        jobs_cancelled -> Int4,
        scopes -> Array<Text>,
        what_stays -> Text,
        destinations_ended -> Int4,
        sendings_dropped -> Int4,
    }
}

diesel::table! {
    handshakes (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        scopes -> Array<Text>,
        begun_at -> Timestamptz,
        begun_by -> Text,
        ends_at -> Timestamptz,
        outcome -> Text,
        ended_at -> Nullable<Timestamptz>,
        code -> Nullable<Text>,
    }
}

diesel::table! {
    hooks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        topic -> Text,
        secret_id -> Nullable<Uuid>,
        platform_hook -> Nullable<Text>,
        since -> Nullable<Timestamptz>,
    }
}
