//! What deliveries tell, in the platforms' own examples and in what somebody else might make of them.

use serde_json::{Value, json};

use super::tests::at;
use super::*;

fn told(platform: &str, topic: &str, body: &Value) -> Result<Told, Refusal> {
    let delivery = Delivery {
        id: "d".to_owned(),
        topic: topic.to_owned(),
        shop: None,
        at: Some(at(7)),
        body: body.to_string().into_bytes(),
    };
    find(platform).expect("spoken").told(&delivery)
}

/// What is told, in words that can be compared.
fn words(platform: &str, topic: &str, body: &Value) -> String {
    match told(platform, topic, body) {
        Ok(Told::Goods(goods)) => format!("goods of {}", goods.first().map_or("none", |good| good.shelf().code())),
        Ok(Told::Gone(shelf, id)) => format!("gone {shelf} {id}"),
        Ok(Told::Look(shelf)) => format!("look {shelf}"),
        Ok(Told::Uninstalled) => "uninstalled".to_owned(),
        Ok(Told::Lapsed) => "lapsed".to_owned(),
        Ok(Told::Scopes(scopes, at)) => format!("{} at {}", scopes.join(" "), at.unwrap_or(Instant::EPOCH)),
        Ok(Told::Notice(Notice { kind, reference, named })) => {
            let named: Vec<_> = named.iter().map(|(kind, name)| [*kind, "=", name.disclose()].concat()).collect();
            format!("{kind} {} {}", reference.unwrap_or_default(), named.join(" "))
        }
        Ok(Told::Nothing) => "nothing".to_owned(),
        Err(Refusal(why)) => format!("refused: {why}"),
    }
}

#[test]
fn a_notice_names_whom_it_means_as_far_as_the_platform_says() {
    let vectors: Value =
        serde_json::from_str(include_str!("vectors/shopify_compliance_payloads.json")).expect("vectors");
    let payload = |topic: &str| vectors["payloads"][topic].clone();
    let request = "customers/data_request";
    let whole = "data_request 9999 shop=954889 customer=191167 mail=john@example.com phone=555-625-1199 order=299938 \
                 order=280263 order=220458";
    assert_eq!(words("shopify", request, &payload(request)), whole);
    let redact = words("shopify", "customers/redact", &payload("customers/redact"));
    assert_eq!(redact, whole.replace("data_request 9999", "redact_customer "));
    assert_eq!(words("shopify", "shop/redact", &payload("shop/redact")), "redact_shop  shop=954889");

    let mut texts = payload(request);
    texts["customer"]["id"] = json!("191167");
    texts["data_request"]["id"] = json!("9999");
    texts["orders_requested"] = json!(["299938", "gid://shopify/Order/280263", 220_458]);
    texts["something"] = json!({ "new": [1] });
    assert_eq!(words("shopify", request, &texts), whole);
    for (customer, named) in [
        (json!({ "email": "john@example.com" }), "data_request  mail=john@example.com"),
        (json!({ "id": 7, "email": null, "phone": null }), "data_request  customer=7"),
        (json!({ "id": 7, "phone": "" }), "data_request  customer=7"),
        (Value::Null, "data_request  "),
    ] {
        assert_eq!(words("shopify", request, &json!({ "customer": customer, "orders_requested": [] })), named);
        assert_eq!(words("shopify", request, &json!({ "customer": customer, "orders_requested": null })), named);
    }
    for body in [json!([]), json!("x"), Value::Null] {
        assert_eq!(words("shopify", request, &body), "refused: body");
    }
}

#[test]
fn the_end_and_the_scopes_of_a_connection_are_told() {
    let vectors: Value =
        serde_json::from_str(include_str!("vectors/shopify_compliance_payloads.json")).expect("vectors");
    let other = |topic: &str| words("shopify", topic, &vectors["other_topics"][topic]);
    assert_eq!(other("app/uninstalled"), "uninstalled");
    assert_eq!(other("app/scopes_update"), "read_products write_products at 2024-06-25T00:00:00.000Z");
    let bare = json!({ "current": [] });
    assert_eq!(words("shopify", "app/scopes_update", &bare), format!(" at {}", at(7)), "of when it was posted");
    assert_eq!(words("shopify", "app/scopes_update", &json!({})), "refused: body");

    let notice = |data: Value| json!({ "notification": { "notificationId": "n-1", "data": data } });
    let closed = notice(json!({ "username": "quirin", "userId": "u-1", "eiasToken": null, "more": 1 }));
    assert_eq!(words("ebay", "MARKETPLACE_ACCOUNT_DELETION", &closed), "account_closed n-1 handle=quirin user=u-1");
    for (why, told) in
        [("USER", "uninstalled"), ("REVOKED_BY_APP", "uninstalled"), ("PASSWORD_CHANGE", "lapsed"), ("EBAY", "lapsed")]
    {
        assert_eq!(words("ebay", "AUTHORIZATION_REVOCATION", &notice(json!({ "revokeReason": why }))), told);
    }
    assert_eq!(words("ebay", "SOMETHING_NEW", &notice(Value::Null)), "nothing");
}

#[test]
fn goods_come_whole_or_their_shelf_is_to_be_read() {
    let order = json!({
        "id": 820_982_911, "name": "#1042", "created_at": "2026-01-02T03:04:05-05:00", "cancelled_at": null,
        "updated_at": "2026-01-02T09:04:05+01:00", "financial_status": "PAID", "fulfillment_status": null,
        "currency": "EUR", "current_total_price": "41.50", "email": "aurelia@mail.example", "phone": null,
        "customer": { "id": "115310627" }, "shipping_address": { "name": "Aurelia Voss", "address1": "Hafenweg 4",
        "address2": null, "city": "Husum", "province_code": null, "zip": "25813", "country_code": "DE", "phone": null },
        "line_items": [
            { "id": 1, "sku": "OL-1", "title": "Olives", "quantity": 2, "variant_id": 9, "price": "20.75" },
            { "id": 2, "sku": null, "title": "Gift", "quantity": 1, "variant_id": null, "price": "0" },
            { "id": 3 },
        ],
        "client_details": { "browser_ip": "192.0.2.7" },
    });
    let Ok(Told::Goods(goods)) = told("shopify", "orders/create", &order) else { panic!("an order") };
    let [Good::Order(read)] = &goods[..] else { panic!("one order") };
    assert_eq!(
        (read.id.as_str(), read.name.as_str(), read.customer.as_deref()),
        ("820982911", "#1042", Some("115310627"))
    );
    assert_eq!(read.placed_at, read.updated_at);
    assert_eq!((read.payment.as_deref(), read.fulfilment.as_deref()), (Some("paid"), Some("unfulfilled")));
    assert_eq!(read.total, Some(Money { micros: 41_500_000, currency: *b"EUR" }));
    assert_eq!(read.lines.len(), 2, "a line without a quantity is none");
    assert_eq!((read.lines[0].variant.as_deref(), read.lines[1].variant.as_deref()), (Some("9"), None));
    let to = read.ships_to.as_ref().expect("an address");
    assert_eq!((to.lines.len(), to.country.as_deref(), to.province.is_none()), (1, Some("DE"), true));

    let customer = json!({ "id": 5, "email": null, "first_name": "Quirin", "updated_at": "2026-01-02T03:04:05Z",
        "email_marketing_consent": { "state": "subscribed" } });
    let Ok(Told::Goods(goods)) = told("shopify", "customers/update", &customer) else { panic!("a customer") };
    let [Good::Customer(read)] = &goods[..] else { panic!("one customer") };
    assert_eq!((read.wants_mail, read.mail.is_none(), read.address.is_none()), (Some(true), true, true));
    let product = json!({ "id": 6, "title": "Olives", "status": "active", "updated_at": "2026-01-02T03:04:05Z",
        "variants": [{ "id": 9, "sku": "OL-1", "inventory_item_id": 77 }] });
    assert_eq!(words("shopify", "products/update", &product), "goods of products");
    let level =
        json!({ "inventory_item_id": 77, "location_id": 3, "available": 12, "updated_at": "2026-01-02T03:04:05Z" });
    assert_eq!(words("shopify", "inventory_levels/update", &level), "goods of inventory");

    let bare = json!({ "id": 7 });
    for (topic, told) in [
        ("orders/create", "look orders"),
        ("customers/create", "look customers"),
        ("products/create", "look products"),
        ("inventory_levels/update", "look inventory"),
        ("orders/edited", "look orders"),
        ("orders/delete", "gone orders 7"),
        ("customers/delete", "gone customers 7"),
        ("products/delete", "gone products 7"),
        ("bulk_operations/finish", "nothing"),
    ] {
        assert_eq!(words("shopify", topic, &bare), told, "{topic}");
    }
    assert_eq!(words("shopify", "orders/delete", &json!({})), "look orders");
    for (topic, told) in [
        ("order.created", "look orders"),
        ("order.deleted", "gone orders 7"),
        ("customer.updated", "look customers"),
        ("product.deleted", "gone products 7"),
        ("product.restored", "look products"),
        ("coupon.created", "nothing"),
        ("action.wc_x", "nothing"),
    ] {
        assert_eq!(words("woocommerce", topic, &bare), told, "{topic}");
    }
    let stored = json!({ "id": 7, "number": "7", "date_created_gmt": "2026-01-02T03:04:05", "name": "Olives",
        "stock_quantity": 4, "variations": [] });
    assert_eq!(words("woocommerce", "order.created", &stored), "goods of orders");
    assert_eq!(words("woocommerce", "customer.updated", &stored), "goods of customers");
    let Ok(Told::Goods(goods)) = told("woocommerce", "product.updated", &stored) else { panic!("goods") };
    assert!(matches!(&goods[..], [Good::Level(_), Good::Product(_)]), "a product and its stock");
    let mut several = stored.clone();
    several["variations"] = json!([8, 9]);
    assert_eq!(words("woocommerce", "product.updated", &several), "look products");
    assert_eq!(
        (words("etsy", "order.paid", &bare), words("etsy", "x", &bare)),
        ("look orders".into(), "nothing".into())
    );
}
