//! Invented flows of a store: its connecting, what its platform told, what was written to it, what of it was shared.

use serde_json::{Value, json};

use super::Stage;
use super::estate::one_store;
use super::people::{page, seated};
use rightsdesk::core::action::Action;

fn standing(outcome: &str, code: Option<&str>) -> Value {
    let is_over = !matches!(outcome, "WAITING" | "TAKEN");
    json!({ "store": {
        "tenant": { "id": "ten_4", "legalName": "Zaitoon Home" }, "platform": "shopify",
        "domain": "branded-tees.myshopify.com", "state": if outcome == "CONNECTED" { "CONNECTED" } else { "PENDING" },
        "handshake": {
            "outcome": outcome, "begunAt": "2026-11-23T13:02:00Z", "endsAt": "2026-11-23T13:17:10Z",
            "endedAt": is_over.then_some("2026-11-23T13:04:00Z"), "code": code,
        },
    } })
}

/// Somebody agreed that a link is made, and here it is.
pub fn connecting() -> Stage {
    let begun = json!({
        "url": "https://branded-tees.myshopify.com/admin/oauth/authorize?client_id=desk-app&state=rdc_invented",
        "shortUrl": "https://desk.example/connect/rdc_Jx2mPq7v0aLr8sTnW4yBcDfGhKuEoZi1",
        "endsAt": "2026-11-23T13:17:10Z",
    });
    one_store()
        .press("a c")
        .later(1)
        .press("y")
        .hears("connecting", "begin", json!({ "connectStore": { "begun": begun, "userErrors": [] } }))
        .hears("connecting", "standing", standing("WAITING", None))
        .then(Action::Line { to: "connecting", is_up: true })
}

pub fn connected() -> Stage {
    connecting().hears("connecting", "standing", standing("CONNECTED", None))
}

pub fn not_connected() -> Stage {
    connecting().hears("connecting", "standing", standing("FAILED", Some("not_taken")))
}

fn delivery(minute: u32, topic: &str, state: &str, outcome: Option<&str>) -> Value {
    json!({
        "topic": topic, "receivedAt": format!("2026-11-23T12:{minute:02}:07Z"), "state": state, "outcome": outcome,
        "happenedAt": (minute != 31).then(|| format!("2026-11-23T12:{minute:02}:05Z")),
    })
}

pub fn deliveries() -> Stage {
    let rows = vec![
        delivery(58, "orders/updated", "WAITING", None),
        delivery(57, "inventory_levels/update", "DONE", Some("changed")),
        delivery(40, "customers/data_request", "DONE", Some("noticed")),
        delivery(31, "orders/create", "FAILED", Some("unreadable")),
        delivery(12, "orders/create", "IGNORED", Some("known")),
    ];
    one_store().press("i").hears("deliveries", "deliveries", json!({ "deliveries": page(rows) }))
}

fn write(minute: u32, leave: &str, state: &str, code: Option<&str>) -> Value {
    let by = if leave == "USER" { "member:66666666-6666-4666-8666-666666666666" } else { "house" };
    json!({
        "item": format!("gid://shopify/InventoryItem/{minute}"), "place": "gid://shopify/Location/1",
        "sku": (minute != 40).then_some("SKU-0007"), "quantity": minute, "was": (minute != 58).then_some(12), "leave": leave,
        "by": by, "at": format!("2026-11-23T12:{minute:02}:07Z"), "state": state, "code": code,
        "answeredAt": (state != "WAITING").then(|| format!("2026-11-23T12:{minute:02}:09Z")),
    })
}

pub fn writes() -> Stage {
    let rows = vec![
        write(58, "USER", "WAITING", None),
        write(51, "SYNC", "SENT", None),
        write(44, "SYNC", "MOVED", None),
        write(40, "USER", "GONE", None),
        write(12, "SYNC", "FAILED", Some("sync_off")),
    ];
    one_store().press("p").hears("writes", "writes", json!({ "stockWrites": page(rows) }))
}

fn cell(recipient: &str, form: &str, sent: &[&str], times: u32) -> Value {
    json!({
        "recipient": recipient, "isOn": recipient != "pinterest", "form": form, "formsSent": sent, "times": times,
        "lastAt": (times > 0).then_some("2026-11-23T12:51:00Z"),
    })
}

fn disclosure(minute: u32, recipient: &str, category: &str, fields: &[&str], form: &str) -> Value {
    json!({
        "at": format!("2026-11-23T12:{minute:02}:00Z"), "recipient": recipient, "store": "sto_1",
        "subject": (minute == 51).then_some("sub_1"), "category": category, "fields": fields, "form": form, "count": 1,
        "purpose": "measurement", "way": "relay",
    })
}

pub fn sharing() -> Stage {
    let field = |field: &str, title: &str, cells: Vec<Value>| json!({ "field": field, "title": title, "cells": cells });
    let fields = [
        field(
            "customer.mail",
            "Mail",
            vec![
                cell("facebook", "hashed", &["hashed"], 91),
                cell("klaviyo", "raw", &["hashed", "raw"], 9),
                cell("google", "never", &[], 0),
            ],
        ),
        field("customer.address", "Address", vec![cell("pinterest", "truncated", &[], 0)]),
        field("customer.payment", "Payment", vec![cell("facebook", "never", &[], 0)]),
    ];
    let store =
        json!({ "domain": "branded-tees.myshopify.com", "tenant": { "id": "ten_4", "legalName": "Zaitoon Home" } });
    let to = |recipient: &str, store: Option<&str>, state: &str| {
        json!({
            "store": store, "recipient": recipient, "url": format!("https://api.{recipient}.example/events"), "region": "EU",
            "state": state, "since": "2026-11-01T09:00:00Z",
        })
    };
    let destinations =
        [to("facebook", None, "ON"), to("klaviyo", Some("sto_1"), "OFF"), to("elsewhere", Some("sto_9"), "ON")];
    let book = vec![
        disclosure(51, "facebook", "customer", &["mail", "phone"], "hashed"),
        disclosure(50, "klaviyo", "customer", &["mail"], "raw"),
    ];
    one_store()
        .press("s")
        .hears("sharing", "shared", json!({ "store": store, "shared": fields }))
        .hears("sharing", "destinations", json!({ "destinations": destinations }))
        .hears("sharing", "book", json!({ "disclosures": page(book) }))
}

fn asked(n: u32, kind: &str, store: Option<&str>, due_on: &str) -> Value {
    json!({
        "id": format!("pvn_{n}"), "tenant": "ten_4", "store": store,
        "platform": if kind == "ACCOUNT_CLOSED" { "ebay" } else { "shopify" }, "kind": kind,
        "receivedAt": format!("2026-11-0{n}T09:30:00Z"), "dueOn": due_on,
        "reference": (n != 3).then(|| format!("9900{n}")), "state": "OPEN",
    })
}

pub fn privacy() -> Stage {
    let rows = vec![
        asked(1, "DATA_REQUEST", Some("sto_1"), "2026-11-21"),
        asked(2, "REDACT_CUSTOMER", Some("sto_1"), "2026-12-02"),
        asked(3, "ACCOUNT_CLOSED", None, "2026-12-03"),
    ];
    seated().press("g P").hears("privacy", "privacy", json!({ "privacyNotices": page(rows) }))
}
