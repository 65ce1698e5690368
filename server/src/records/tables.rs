// Generated from the migrated database; the law `tables_are_current` compares it.

diesel::table! {
    customers (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        platform_id -> Text,
        subject_id -> Uuid,
        given_name -> Nullable<Bytea>,
        family_name -> Nullable<Bytea>,
        mail -> Nullable<Bytea>,
        phone -> Nullable<Bytea>,
        address -> Nullable<Bytea>,
        generation -> Int4,
        country -> Nullable<Text>,
        wants_mail -> Nullable<Bool>,
        created_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
        taken_at -> Timestamptz,
        sealed_by -> Nullable<Bytea>,
    }
}

diesel::table! {
    orders (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        platform_id -> Text,
        subject_id -> Nullable<Uuid>,
        customer -> Nullable<Text>,
        name -> Text,
        placed_at -> Timestamptz,
        cancelled_at -> Nullable<Timestamptz>,
        payment -> Nullable<Text>,
        fulfilment -> Nullable<Text>,
        total -> Nullable<Int8>,
        currency -> Nullable<Text>,
        generation -> Int4,
        updated_at -> Timestamptz,
        taken_at -> Timestamptz,
    }
}

diesel::table! {
    order_contacts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        handle -> Nullable<Bytea>,
        mail -> Nullable<Bytea>,
        phone -> Nullable<Bytea>,
        address -> Nullable<Bytea>,
        country -> Nullable<Text>,
        generation -> Int4,
        sealed_by -> Nullable<Bytea>,
    }
}

diesel::table! {
    order_lines (tenant_id, order_id, place) {
        tenant_id -> Uuid,
        order_id -> Uuid,
        place -> Int4,
        platform_id -> Text,
        variant -> Nullable<Text>,
        sku -> Nullable<Text>,
        title -> Nullable<Text>,
        quantity -> Int4,
        price -> Nullable<Int8>,
        currency -> Nullable<Text>,
    }
}

diesel::table! {
    products (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        store_id -> Uuid,
        platform_id -> Text,
        title -> Text,
        status -> Nullable<Text>,
        updated_at -> Timestamptz,
        taken_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    variants (tenant_id, product_id, place) {
        tenant_id -> Uuid,
        product_id -> Uuid,
        place -> Int4,
        store_id -> Uuid,
        platform_id -> Text,
        sku -> Nullable<Text>,
        title -> Nullable<Text>,
        price -> Nullable<Int8>,
        currency -> Nullable<Text>,
        item -> Nullable<Text>,
    }
}

diesel::table! {
    shipments (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        order_id -> Uuid,
        number -> Int4,
        subject_id -> Nullable<Uuid>,
        courier -> Text,
        tracking -> Nullable<Bytea>,
        generation -> Int4,
        state -> Text,
        shipped_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
        recorded_at -> Timestamptz,
        sealed_by -> Nullable<Bytea>,
    }
}

diesel::table! {
    ledger_entries (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        order_id -> Nullable<Uuid>,
        subject_id -> Nullable<Uuid>,
        kind -> Text,
        amount -> Int8,
        currency -> Text,
        at -> Timestamptz,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    supplier_links (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        sku -> Text,
        url -> Text,
        supplier_sku -> Nullable<Text>,
        linked_at -> Timestamptz,
    }
}

diesel::table! {
    supplier_snapshots (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        link_id -> Uuid,
        at -> Timestamptz,
        price -> Nullable<Int8>,
        currency -> Nullable<Text>,
        stock -> Nullable<Int4>,
    }
}

diesel::table! {
    usage_events (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        subject_id -> Uuid,
        kind -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    billing_events (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        amount -> Int8,
        currency -> Text,
        at -> Timestamptz,
        reference -> Text,
    }
}
