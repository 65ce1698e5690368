use serde_json::{Value, json};

use super::*;
use crate::floor::forms::{Meta, hashed};
use crate::floor::policy::{Form, Policy, parse, shipped};

fn littledata() -> Policy {
    parse(shipped("littledata").expect("it comes along")).expect("sound")
}

fn told() -> Fields {
    let told = json!({
        "payment.information": "4111 1111 1111 1111",
        "customer.address": { "line1": "Kiefernweg 7", "city": "St. Louis", "country": "US", "mood": "fine" },
        "customer.email": " Asma@Example.com ",
        "customer.name": { "first": "Asma", "last": "Qureshi" },
        "customer.number": "7042",
        "customer.phone": "+1 650 555 1212",
        "customer.birthday": "1990-02-01",
        "browser.ip": "203.0.113.77",
        "browser.client_id": "GA1.2.7",
        "cart.contents": [{ "name": "Jug", "sku": "J-1", "quantity": "2" }],
        "event.order": "42.00 USD",
        "account.email": "owner@example.com",
    });
    serde_json::from_value(told).expect("fields")
}

#[test]
fn what_the_policy_does_not_list_or_never_receives_is_let_go() {
    let sifted = sifted(&littledata(), told());
    let dropped: Vec<&str> = sifted.dropped.iter().map(String::as_str).collect();
    assert_eq!(dropped, ["account.email", "customer.birthday", "payment.information"]);
    assert_eq!(sifted.passing.0.keys().collect::<Vec<_>>(), ["customer.name"], "a name is not kept");
    assert_eq!(sifted.facts.0.keys().collect::<Vec<_>>(), ["event.order"]);
    assert_eq!(sifted.linked.0["browser.ip"], "203.0.113.0", "cut short before it is written");
    assert_eq!(sifted.linked.0["customer.address"].get("mood"), None, "a part that no address has");
}

#[test]
fn an_address_that_is_none_is_never_taken() {
    for ip in ["300.1.1.1", "203.0.113.77:443", "fe80::1%eth0"] {
        let told = Fields([("browser.ip".to_owned(), Value::from(ip))].into());
        let sifted = sifted(&littledata(), told);
        assert!(sifted.linked.is_empty() && sifted.dropped.contains("browser.ip"), "{ip}");
    }
}

/// The rows of the published matrix, by the fields of the policy.
const ROWS: [(&str, &str); 9] = [
    ("Payment information", "payment.information"),
    ("Physical address", "customer.address"),
    ("Email address", "customer.email"),
    ("Customer name", "customer.name"),
    ("Partial IP address", "browser.ip"),
    ("Platform specific client ID", "browser.client_id"),
    ("Shopify customer number", "customer.number"),
    ("Contents of the shopping cart", "cart.contents"),
    ("Phone Number", "customer.phone"),
];

#[test]
fn each_destination_gets_exactly_its_fields_in_its_forms() {
    let matrix: Value = serde_json::from_str(include_str!("vectors/field_flow_matrix.json")).expect("JSON");
    assert_eq!(matrix["rows"].as_object().expect("rows").len(), ROWS.len());
    let policy = littledata();
    let sifted = sifted(&policy, told());
    let mut whole = sifted.linked.clone();
    whole.0.extend(sifted.facts.0.clone());
    whole.0.extend(sifted.passing.0.clone());
    for (title, field) in ROWS {
        let row = &matrix["rows"][title];
        assert_eq!(row["received"], whole.0.contains_key(field), "{title} is received");
        let is_stored = sifted.linked.0.contains_key(field) || sifted.facts.0.contains_key(field);
        assert_eq!(row["temporary_storage"], is_stored, "{title} is kept for a while");
        for code in ["google", "segment", "facebook", "pinterest", "tiktok", "klaviyo"] {
            let recipient = policy.recipients.iter().find(|one| one.code.get_ref() == code).expect("a recipient");
            let built = built(&policy, recipient, &whole);
            let (group, own) = field.split_once('.').expect("two words");
            let value = built.data[group].get(own);
            assert_eq!(row[code], value.is_some(), "{title} to {code}");
            let carried = built.carries.iter().find(|carried| carried.field == field).map(|carried| carried.form);
            let is_network = field == "browser.ip";
            let form = match (code, is_network) {
                ("facebook", true) => Form::TruncatedHashed,
                ("facebook", false) => Form::Hashed,
                (_, true) => Form::Truncated,
                (_, false) => Form::Raw,
            };
            assert_eq!(carried, value.map(|_| form.code()), "{title} to {code}");
            assert!(value.is_none_or(|value| !value.to_string().contains("113.77")), "{title} to {code}");
        }
    }
}

fn leaves(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(parts) => parts.values().for_each(|part| leaves(part, into)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        leaf => into.push(leaf.as_str().expect("text").to_owned()),
    }
}

#[test]
fn all_that_facebook_gets_is_hashed_in_its_own_normalisation() {
    let policy = littledata();
    let sifted = sifted(&policy, told());
    let recipient = policy.recipients.iter().find(|one| one.code.get_ref() == "facebook").expect("a recipient");
    let mut whole = sifted.linked;
    whole.0.extend(sifted.passing.0);
    let built = built(&policy, recipient, &whole);
    let digest = |kind, value| Value::from(hashed(kind, value).expect("a digest"));
    assert_eq!(built.data["customer"]["email"], digest(Meta::Mail, "asma@example.com"));
    assert_eq!(built.data["customer"]["phone"], digest(Meta::Plain, "16505551212"));
    assert_eq!(built.data["customer"]["address"]["city"], digest(Meta::Plain, "stlouis"));
    assert_eq!(built.data["customer"]["name"]["last"], digest(Meta::Plain, "qureshi"));
    assert_eq!(built.data["browser"]["ip"], digest(Meta::Plain, "203.0.113.0"));
    assert_eq!(built.data["cart"]["contents"][0]["sku"], digest(Meta::Plain, "j-1"));
    let mut all = Vec::new();
    leaves(&built.data, &mut all);
    assert!(all.len() > 10 && all.iter().all(|leaf| leaf.len() == 64 && leaf.bytes().all(|b| b.is_ascii_hexdigit())));
}

#[test]
fn the_store_ends_by_the_month_and_never_later_than_its_bounds() {
    let policy = littledata();
    let categories = ["customer", "browser", "cart", "event"];
    let at = |text: &str| Instant::from_utc(text.parse().expect("a moment"));
    for (happened, linked, whole) in [
        ("2026-01-31T12:00:00Z", "2026-02-28T11:00:00Z", "2026-03-31T11:00:00Z"),
        // Two months that have 62 days between them.
        ("2026-07-01T12:00:00Z", "2026-08-01T11:00:00Z", "2026-08-31T11:00:00Z"),
        ("2027-12-31T12:00:00Z", "2028-01-31T11:00:00Z", "2028-02-29T11:00:00Z"),
    ] {
        assert_eq!(ends(&policy, &categories, at(happened)), (at(linked), at(whole)), "{happened}");
    }
    let mut endless = policy.clone();
    endless.retention.clear();
    let now = at("2026-07-01T12:00:00Z");
    let (linked, whole) = ends(&endless, &categories, now);
    assert_eq!((linked.since(now).num_days(), whole.since(now).num_days()), (30, 60));
}

#[test]
fn data_goes_to_listed_hosts_within_the_region_and_nowhere_else() {
    let policy = littledata();
    let segment = "https://api.segment.io/v1/track";
    let placed = |recipient, url, region, bounds: &[&str]| {
        Place::of(&policy, (recipient, url, region), bounds, |_| false).is_ok()
    };
    assert!(placed("segment", segment, "US", &["US"]) && placed("segment", segment, "us-east-1", &[]));
    for (recipient, url, region, bounds) in [
        ("segment", segment, "EU", &[][..]),
        ("segment", segment, "US", &["EU"]),
        ("segment", segment, "US-CA", &["US", "US-NY"]),
        ("segment", "https://api.segment.io.evil.example/", "US", &[]),
        ("segment", "http://api.segment.io/", "US", &[]),
        ("segment", "https://graph.facebook.com/", "US", &[]),
        ("aws", "https://api.segment.io/", "US", &[]),
        ("nobody", segment, "US", &[]),
    ] {
        assert!(!placed(recipient, url, region, bounds), "{recipient} {url} {region} {bounds:?}");
    }
}

#[test]
fn a_delivery_is_signed_as_standard_webhooks_are() {
    // The example of the specification's own libraries.
    let secret = crate::floor::kernel::Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let at = Instant::from_utc(chrono::DateTime::from_timestamp(1_614_265_330, 0).expect("a moment"));
    let headers = signed(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, "{\"test\": 2432232314}").expect("signed");
    let [id, timestamp, signature] = headers.map(|(_, value)| value.expose().to_owned());
    assert_eq!((id.as_str(), timestamp.as_str()), ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"));
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
