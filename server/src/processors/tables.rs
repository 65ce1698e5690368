// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    processors (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        code -> Text,
        state -> Text,
        shown_version -> Int4,
        listed_on -> Date,
        ends_on -> Nullable<Date>,
        objection_until -> Nullable<Date>,
    }
}

diesel::table! {
    processor_versions (tenant_id, processor_id, policy_version) {
        tenant_id -> Uuid,
        processor_id -> Uuid,
        policy_version -> Int4,
        name -> Text,
        service -> Text,
        purposes -> Array<Text>,
        receives -> Array<Text>,
        forms -> Array<Text>,
        regions -> Array<Text>,
        transfer -> Text,
        agreement_on -> Nullable<Date>,
        policy_url -> Nullable<Text>,
        from_on -> Date,
        in_force_at -> Nullable<Timestamptz>,
        until_on -> Nullable<Date>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    notices (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        processor_id -> Nullable<Uuid>,
        processor_name -> Nullable<Text>,
        policy_version -> Int4,
        is_withdrawal -> Bool,
        announced_at -> Timestamptz,
        effective_on -> Date,
        objection_until -> Nullable<Date>,
        withdrawn_at -> Nullable<Timestamptz>,
        locales -> Array<Text>,
        texts -> Array<Text>,
    }
}

diesel::table! {
    subscribers (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        merchant_id -> Nullable<Uuid>,
        subject_id -> Uuid,
        mail -> Nullable<Bytea>,
        mail_bidx -> Nullable<Bytea>,
        mail_bidx_v -> Nullable<Int2>,
        confirm_token -> Nullable<Bytea>,
        leave_token -> Nullable<Bytea>,
        locale -> Text,
        state -> Text,
        asked_at -> Timestamptz,
        letter_at -> Nullable<Timestamptz>,
        letter_is_sent -> Bool,
        live_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    notice_deliveries (tenant_id, notice_id, subscriber_id) {
        tenant_id -> Uuid,
        notice_id -> Uuid,
        subscriber_id -> Uuid,
        state -> Text,
        attempts -> Int2,
        sent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    objections (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        notice_id -> Uuid,
        merchant_id -> Uuid,
        objected_at -> Timestamptz,
        objected_by -> Text,
        reason -> Bytea,
        state -> Text,
        answer_by -> Date,
        answered_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Text>,
        answer -> Nullable<Bytea>,
    }
}
