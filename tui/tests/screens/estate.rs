//! Invented stores and apps with faults to find: what the server would say, as the screens hear it.

use serde_json::{Value, json};

use super::Stage;
use super::people::{page, seated};

fn tenant(name: &str) -> Value {
    json!({ "id": "ten_4", "legalName": name })
}

fn store_row(n: u32, domain: &str, platform: &str, whose: &str, state: &str, drift: &[&str]) -> Value {
    json!({
        "id": format!("sto_{n}"), "tenant": tenant(whose), "platform": platform, "domain": domain,
        "name": domain.split('.').next(), "region": "EU", "state": state, "syncIsOn": n.is_multiple_of(2),
        "addedAt": "2026-03-03T09:00:00Z", "driftKinds": drift,
    })
}

pub fn store_rows() -> Vec<Value> {
    vec![
        store_row(1, "branded-tees.example", "shopify", "Zaitoon Home", "CONNECTED", &["NOT_LISTED", "MISSING"]),
        store_row(2, "karachi-threads.example", "ebay", "Karachi Threads", "CONNECTED", &[]),
        store_row(3, "meera-crafts.example", "woocommerce", "Meera Crafts", "NEEDS_RECONNECTING", &[]),
        store_row(4, "北山商店.example", "shopify", "北山商店", "CONNECTED", &["UNUSED"]),
        store_row(5, "bazaar.example", "shopify", "नीम बाज़ार", "PENDING", &[]),
        store_row(6, "old-zaitoon.example", "shopify", "Zaitoon Home", "DISCONNECTED", &[]),
    ]
}

pub fn stores() -> Stage {
    seated().press("g s").hears("stores", "stores", json!({ "stores": page(store_rows()) }))
}

fn scope(name: &str, reason: Option<&str>, feature: Option<&str>, verdict: &str) -> Value {
    let is_granted = verdict != "MISSING";
    json!({
        "name": name, "reason": reason, "sensitivity": reason.map(|_| if name.contains("orders") { "HIGH" } else { "LOW" }),
        "feature": feature, "writes": name.starts_with("write"), "isGranted": is_granted,
        "isRevokedHere": verdict == "REVOKED",
        "lastUsedAt": match verdict {
            "NEEDED" => Some("2026-11-23T11:20:00Z"),
            "UNUSED" => Some("2026-08-18T11:20:00Z"),
            _ => None,
        },
        "provenAt": null, "verdict": verdict,
    })
}

fn whole_store(state: &str, scopes: &[Value], receipt: &Value) -> Value {
    let drift: &[&str] = if state == "CONNECTED" { &["NOT_LISTED", "MISSING"] } else { &[] };
    let mut store = store_row(1, "branded-tees.example", "shopify", "Zaitoon Home", state, drift);
    let more = json!({
        "connectedAt": "2026-03-03T10:00:00Z", "lastReadAt": "2026-11-23T12:00:00Z",
        "disconnectedAt": receipt.get("at"), "tokenEndsAt": null, "lapsesAt": null, "version": 7, "scopes": scopes, "receipt": receipt, "handshake": null,
    });
    store.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    store
}

fn grant(n: u32, how: &str, added: &[&str], removed: &[&str]) -> Value {
    json!({
        "id": format!("sgr_{n}"), "at": format!("2026-11-1{n}T09:30:00Z"), "how": how,
        "scopes": ["read_products"], "added": added, "removed": removed,
        "by": if how == "READ" { "house" } else { "staff:55555555-5555-4555-8555-555555555555" },
        "reason": (how == "REVOKED").then_some("NOT_LISTED"),
    })
}

fn opened(keys: &str, store: &Value) -> Stage {
    let grants = vec![
        grant(3, "REVOKED", &[], &["read_reports"]),
        grant(2, "READ", &["read_customers"], &["read_orders"]),
        grant(1, "CONNECTED", &["read_products", "write_products", "read_orders"], &[]),
    ];
    stores().press(keys).hears("store", "store", json!({ "store": store })).hears(
        "store",
        "history",
        json!({ "store": { "grants": page(grants) } }),
    )
}

/// The over-granted store.
pub fn one_store() -> Stage {
    let scopes = vec![
        scope("read_orders", Some("tracking numbers go back to the order"), Some("fulfilment"), "MISSING"),
        scope("read_customers", None, None, "NOT_LISTED"),
        scope("write_products", Some("listings, on the user's action"), Some("publishing"), "UNUSED"),
        scope("write_inventory", Some("stock, while sync is on"), Some("sync"), "WRITES_WHILE_SYNC_IS_OFF"),
        scope("read_reports", None, None, "REVOKED"),
        scope("read_products", Some("match or update a listing"), Some("listings"), "NEEDED"),
    ];
    opened("Enter", &whole_store("CONNECTED", &scopes, &Value::Null))
}

pub fn ended_store() -> Stage {
    let receipt = json!({
        "at": "2026-11-23T12:50:00Z", "by": "staff:55555555-5555-4555-8555-555555555555", "tokenDeleted": true,
        "jobsCancelled": 3, "destinationsEnded": 1, "sendingsDropped": 4, "scopes": ["read_products", "read_customers"],
        "whatStays": "What the platform keeps of its own stays under its own policy.",
    });
    opened("Enter", &whole_store("DISCONNECTED", &[], &receipt))
}

fn sync(shelf: &str, state: &str, done: i32, estimated: Option<i32>, failure: Option<&str>) -> Value {
    let is_running = state == "RUNNING";
    json!({
        "shelf": shelf, "state": state, "done": done, "estimated": estimated,
        "ratePerMinute": is_running.then_some(1200.4), "secondsLeft": is_running.then_some(95),
        "nextDueAt": (state == "IDLE").then_some("2026-11-23T13:10:00Z"), "lastPageAt": "2026-11-23T12:54:00Z",
        "pausedAt": (state == "PAUSED").then_some("2026-11-22T08:00:00Z"), "isBehind": state == "PAUSED",
        "failure": failure,
    })
}

fn run(n: u32, shelf: &str, kind: &str, outcome: &str, left_out: i32) -> Value {
    json!({
        "shelf": shelf, "kind": kind, "outcome": outcome, "startedAt": format!("2026-11-2{n}T12:50:00Z"),
        "endedAt": (outcome != "RUNNING").then(|| format!("2026-11-2{n}T12:53:00Z")), "new": 12, "changed": 3,
        "older": left_out, "refused": 0, "unread": left_out / 2, "calls": 7,
    })
}

/// A store whose shelves stand in every way they may.
pub fn reading() -> Stage {
    let syncs = [
        sync("CUSTOMERS", "OFF", 0, None, Some("scope")),
        sync("ORDERS", "RUNNING", 4_310, Some(6_200), None),
        sync("PRODUCTS", "IDLE", 88, Some(88), None),
        sync("INVENTORY", "PAUSED", 40, None, None),
    ];
    let runs = vec![
        run(3, "ORDERS", "INITIAL", "RUNNING", 0),
        run(2, "PRODUCTS", "INCREMENTAL", "DONE", 4),
        run(1, "CUSTOMERS", "INITIAL", "SCOPE", 0),
    ];
    opened("Enter v", &whole_store("CONNECTED", &[], &Value::Null))
        .hears("reading", "syncs", json!({ "syncs": syncs }))
        .hears("reading", "runs", json!({ "syncRuns": page(runs) }))
}

pub fn drift() -> Stage {
    let drift = json!({
        "stores": 41, "withDrift": 6, "notListed": 2, "missing": 1, "unused": 4, "writesWhileSyncIsOff": 0,
    });
    seated().press("g r").hears("drift", "drift", json!({ "drift": drift }))
}

fn app_row(n: u32, name: &str, kind: &str, excess: &[&str], is_idle: bool) -> Value {
    let credential = json!({
        "hint": "x7q2", "setAt": if is_idle { "2025-10-07T09:00:00Z" } else { "2026-09-03T09:00:00Z" },
        "rotateBy": if is_idle { "2026-10-07" } else { "2026-12-02" }, "isDue": is_idle,
    });
    json!({
        "id": format!("app_{n}"), "tenant": tenant("Zaitoon Home"), "kind": { "code": kind }, "name": name,
        "provider": format!("{name} GmbH"), "state": if n == 3 { "DISCONNECTED" } else { "CONNECTED" },
        "touches": ["name", "phone"], "needed": ["messages.send", "contacts.read"], "excess": excess, "missing": [],
        "credential": (n != 3).then_some(credential), "connectedAt": "2025-10-07T09:00:00Z",
        "lastUsedAt": if is_idle { "2026-08-24T09:00:00Z" } else { "2026-11-23T11:00:00Z" }, "isUnused": is_idle,
    })
}

pub fn apps() -> Stage {
    let rows = vec![
        app_row(1, "Parcelbird", "courier", &[], false),
        app_row(2, "Whatscart", "messaging", &["contacts.write", "media.read"], true),
        app_row(3, "Oldpixel", "advertising", &[], true),
    ];
    seated().press("g a").hears("apps", "apps", json!({ "apps": page(rows) }))
}

fn opened_app(row: &Value, receipt: &Value, tasks: &Value) -> Stage {
    let mut app = row.as_object().unwrap().clone();
    let more = json!({
        "policyUrl": "https://provider.example/privacy", "region": "US",
        "granted": ["messages.send", "contacts.read", "contacts.write", "media.read"],
        "connectedBy": "member:66666666-6666-4666-8666-666666666666", "version": 4, "receipt": receipt, "tasks": tasks,
        "duties": [
            { "of": "PLATFORM", "text": "holds the credential sealed and stops sharing at once" },
            { "of": "MERCHANT", "text": "chooses the app and informs its customers" },
            { "of": "PROVIDER", "text": "answers for what it has under its own policy" },
        ],
    });
    app.extend(more.as_object().unwrap().clone());
    apps().press("j Enter").hears("app", "app", json!({ "app": app }))
}

/// An app with too much, an old credential and nothing to do.
pub fn one_app() -> Stage {
    let row = app_row(2, "Whatscart", "messaging", &["contacts.write", "media.read"], true);
    opened_app(&row, &Value::Null, &json!([]))
}

pub fn ended_app() -> Stage {
    let receipt = json!({
        "at": "2026-11-23T12:50:00Z", "by": "staff:55555555-5555-4555-8555-555555555555", "slotFreed": 4,
        "credentialsDeleted": 1, "jobsCancelled": 2, "sharingStopped": ["name", "phone"],
        "whatStays": "What it already has stays under its own policy.",
        "providerPolicy": "https://provider.example/privacy", "offersErasure": true,
    });
    let task = json!({
        "id": "ptk_1", "kind": "ERASE", "state": "ASKED", "openedAt": "2026-11-23T12:50:00Z",
        "until": "2026-12-23T12:50:00Z", "askedAt": "2026-11-23T12:55:00Z", "settledAt": null,
    });
    opened_app(&app_row(3, "Oldpixel", "advertising", &[], true), &receipt, &json!([task]))
}
