// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    tenants (tenant_id) {
        tenant_id -> Uuid,
        legal_name -> Text,
        reference -> Nullable<Text>,
        locale -> Text,
        region -> Text,
        plan -> Text,
        app_slots -> Int4,
        our_role -> Text,
        role_note -> Nullable<Text>,
        state -> Text,
        opened_at -> Timestamptz,
        closing_at -> Nullable<Timestamptz>,
        closes_on -> Nullable<Date>,
        closed_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    members (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        subject_id -> Uuid,
        role -> Text,
        name -> Bytea,
        name_gen -> Int4,
        mail -> Bytea,
        mail_gen -> Int4,
        mail_bidx -> Bytea,
        mail_bidx_v -> Int2,
        login_bidx -> Nullable<Bytea>,
        login_bidx_v -> Nullable<Int2>,
        state -> Text,
        added_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    api_keys (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        hint -> Text,
        hash -> Bytea,
        permissions -> Array<Text>,
        made_by -> Text,
        made_at -> Timestamptz,
        expires_at -> Timestamptz,
        seen_at -> Nullable<Timestamptz>,
        replaced_by -> Nullable<Uuid>,
        revoked_at -> Nullable<Timestamptz>,
    }
}
