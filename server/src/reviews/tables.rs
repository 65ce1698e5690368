// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    review_campaigns (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        title -> Text,
        quarter -> Nullable<Text>,
        state -> Text,
        opened_at -> Timestamptz,
        opened_by -> Nullable<Uuid>,
        due_on -> Date,
        taken_at -> Timestamptz,
        query_version -> Int4,
        digest -> Bytea,
        signed_off_at -> Nullable<Timestamptz>,
        signed_off_by -> Nullable<Uuid>,
        evidence_digest -> Nullable<Bytea>,
    }
}

diesel::table! {
    review_extracts (tenant_id, campaign_id, subject) {
        tenant_id -> Uuid,
        campaign_id -> Uuid,
        subject -> Text,
        counted -> Int8,
    }
}

diesel::table! {
    review_items (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        campaign_id -> Uuid,
        subject -> Text,
        of_tenant -> Uuid,
        object_id -> Uuid,
        part -> Text,
        label -> Text,
        facts -> Text,
        barred -> Array<Uuid>,
        decision -> Nullable<Text>,
        reason -> Nullable<Bytea>,
        reason_gen -> Int4,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Uuid>,
        exception_until -> Nullable<Date>,
        revocation -> Text,
        due_on -> Nullable<Date>,
        hindrance -> Nullable<Text>,
        proven_at -> Nullable<Timestamptz>,
        proof -> Nullable<Text>,
        version -> Int4,
    }
}

diesel::table! {
    review_reminders (tenant_id, campaign_id, about, day) {
        tenant_id -> Uuid,
        campaign_id -> Uuid,
        about -> Uuid,
        day -> Date,
        told_at -> Timestamptz,
    }
}
