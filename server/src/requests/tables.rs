// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    intakes (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        source -> Text,
        role -> Text,
        subject_kind -> Text,
        store_id -> Nullable<Uuid>,
        delivery -> Nullable<Text>,
        locale -> Text,
        place -> Nullable<Text>,
        zone -> Text,
        received_at -> Timestamptz,
        made_at -> Timestamptz,
        made_by -> Nullable<Uuid>,
        subject_id -> Nullable<Uuid>,
        original -> Nullable<Bytea>,
        proof -> Text,
        proved_at -> Nullable<Timestamptz>,
        prove_until -> Nullable<Timestamptz>,
        mandate -> Text,
        mandate_by -> Nullable<Uuid>,
        is_test -> Bool,
        forgotten_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    intake_identifiers (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        intake_id -> Uuid,
        kind -> Text,
        store_id -> Nullable<Uuid>,
        value -> Nullable<Bytea>,
        bidx -> Nullable<Bytea>,
        bidx_v -> Int2,
        proof -> Text,
        proved_at -> Nullable<Timestamptz>,
        proved_by -> Nullable<Uuid>,
        reason -> Nullable<Bytea>,
        code_digest -> Nullable<Bytea>,
        code_sent_at -> Nullable<Timestamptz>,
        code_until -> Nullable<Timestamptz>,
        tries -> Int2,
    }
}

diesel::table! {
    requests (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        intake_id -> Uuid,
        reference -> Text,
        right_code -> Text,
        special_case -> Nullable<Text>,
        source -> Text,
        role -> Text,
        locale -> Text,
        store_id -> Nullable<Uuid>,
        subject_id -> Nullable<Uuid>,
        received_at -> Timestamptz,
        stage -> Text,
        opened_at -> Nullable<Timestamptz>,
        paused_on -> Nullable<Text>,
        plan_id -> Nullable<Uuid>,
        closed_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        ground -> Nullable<Text>,
        original_id -> Nullable<Uuid>,
        appeal_of -> Nullable<Uuid>,
        driving -> Nullable<Text>,
        due_on -> Nullable<Date>,
        due_at -> Nullable<Timestamptz>,
        target_on -> Nullable<Date>,
        answered_at -> Nullable<Timestamptz>,
        late_reason -> Nullable<Text>,
        owner_id -> Nullable<Uuid>,
        team -> Nullable<Text>,
        is_test -> Bool,
        moved_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    request_clocks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        request_id -> Uuid,
        regime -> Text,
        right_name -> Text,
        kind -> Text,
        whose -> Text,
        due_on -> Date,
        due_at -> Timestamptz,
        legal_on -> Nullable<Date>,
        is_paused -> Bool,
        clock -> Text,
        met_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    request_clock_events (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        request_id -> Uuid,
        at -> Timestamptz,
        what -> Text,
        pause_on -> Nullable<Text>,
        regime -> Nullable<Text>,
        until_on -> Nullable<Date>,
        before_on -> Nullable<Date>,
        after_on -> Nullable<Date>,
        made_by -> Nullable<Uuid>,
        reason -> Nullable<Bytea>,
    }
}

diesel::table! {
    request_plans (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        request_id -> Uuid,
        number -> Int2,
        digest -> Bytea,
        drawn_at -> Timestamptz,
        drawn_by -> Nullable<Uuid>,
        state -> Text,
        submitted_at -> Nullable<Timestamptz>,
        submitted_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Uuid>,
        reason -> Nullable<Bytea>,
        starts_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    request_plan_lines (tenant_id, plan_id, position) {
        tenant_id -> Uuid,
        plan_id -> Uuid,
        position -> Int2,
        category -> Text,
        place -> Text,
        store_id -> Nullable<Uuid>,
        recipient -> Nullable<Text>,
        rows -> Int8,
        action -> Text,
        ground -> Nullable<Text>,
        until_on -> Nullable<Date>,
    }
}

diesel::table! {
    request_messages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        request_id -> Uuid,
        way -> Text,
        kind -> Text,
        locale -> Text,
        title -> Nullable<Bytea>,
        body -> Nullable<Bytea>,
        generation -> Int4,
        made_at -> Timestamptz,
        made_by -> Nullable<Uuid>,
        state -> Text,
        sent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    request_reminders (tenant_id, request_id, about, day) {
        tenant_id -> Uuid,
        request_id -> Uuid,
        about -> Text,
        day -> Date,
        told_at -> Timestamptz,
    }
}

diesel::table! {
    holds (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        reference -> Text,
        subject_id -> Uuid,
        kind -> Text,
        reason -> Bytea,
        placed_at -> Timestamptz,
        placed_by -> Uuid,
        review_on -> Date,
        released_at -> Nullable<Timestamptz>,
        released_by -> Nullable<Uuid>,
        version -> Int4,
        order_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    saved_views (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Uuid,
        name -> Text,
        filter -> Text,
        position -> Int2,
        made_at -> Timestamptz,
    }
}
