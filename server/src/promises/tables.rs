// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    promises (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        policy_id -> Uuid,
        code -> Text,
        place -> Int4,
        section -> Text,
        text -> Text,
        check_name -> Nullable<Text>,
        state -> Text,
        standing -> Text,
        figure -> Nullable<Text>,
        why -> Nullable<Text>,
        since -> Timestamptz,
        checked_at -> Nullable<Timestamptz>,
        look_at -> Nullable<Timestamptz>,
        untold -> Bool,
    }
}

diesel::table! {
    promise_looks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        promise_id -> Uuid,
        at -> Timestamptz,
        standing -> Text,
        figure -> Nullable<Text>,
    }
}
