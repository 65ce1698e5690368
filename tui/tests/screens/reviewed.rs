//! An invented review of access: what the server would say, as the screens hear it.

use serde_json::{Value, json};

use super::Stage;
use super::people::{page, seated};

fn campaign(n: u32, title: &str, state: &str, due_on: &str, (rows, open, unproven): (u32, u32, u32)) -> Value {
    let is_over = state == "SIGNED_OFF";
    let seat = |name: &str| json!({ "id": format!("stf_{name}"), "handle": name });
    json!({
        "id": format!("cmp_{n}"), "title": title, "covers": ["APPS", "SCOPES", "STAFF"], "state": state,
        "openedAt": "2026-10-05T08:00:00Z", "openedBy": (n != 3).then(|| seat("omar")), "dueOn": due_on,
        "isOverdue": !is_over && due_on < "2026-11-23",
        "extract": {
            "takenAt": "2026-10-05T08:00:00Z", "queryVersion": 1, "rows": rows,
            "digest": format!("{n:064x}"), "isWhole": true,
        },
        "figures": {
            "rows": rows, "open": open, "kept": rows - open - 3, "changed": 1, "revoked": 2, "unproven": unproven,
            "exceptions": 1,
        },
        "signedOffAt": is_over.then_some("2026-07-30T15:00:00Z"), "signedOffBy": is_over.then(|| seat("mira")),
        "evidenceDigest": is_over.then(|| format!("{:064x}", 77)),
    })
}

pub fn campaign_rows() -> Vec<Value> {
    vec![
        campaign(1, "Apps idle for 90 days", "OPEN", "2026-12-04", (12, 5, 0)),
        campaign(2, "After the drift of October", "OPEN", "2026-11-20", (41, 4, 2)),
        campaign(3, "2026, third quarter", "SIGNED_OFF", "2026-07-31", (188, 0, 0)),
    ]
}

pub fn campaigns() -> Stage {
    seated().press("g v").hears("reviews", "campaigns", json!({ "campaigns": page(campaign_rows()) }))
}

fn item(n: u32, subject: &str, label: &str, part: Option<&str>, decision: Option<&str>) -> Value {
    let tenant = json!({ "id": "ten_4", "legalName": "Zaitoon Home" });
    let facts: &[(&str, &str)] = match subject {
        "STAFF" => &[("roles", "ops"), ("permissions", "keep_stores keep_apps"), ("last_seen", "never")],
        "APPS" => &[
            ("kind", "messaging"),
            ("provider", "Whatscart GmbH"),
            ("excess", "contacts.write media.read"),
            ("is_unused", "yes"),
            ("last_used_at", "2026-08-24T09:00:00Z"),
            ("given_by", "omar"),
        ],
        _ => &[("platform", "shopify"), ("verdict", "not_listed"), ("granted_at", "2026-03-03T10:00:00Z")],
    };
    let facts: Vec<_> = facts.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let is_to_go = decision.is_some_and(|decision| decision != "KEEP");
    json!({
        "id": format!("rvi_{n}"), "subject": subject, "tenant": (subject != "STAFF").then_some(tenant), "part": part,
        "label": label, "facts": facts, "decision": decision,
        "decidedAt": decision.map(|_| "2026-11-12T10:00:00Z"),
        "decidedBy": decision.map(|_| json!({ "id": "stf_1", "handle": "mira" })),
        "exceptionUntil": (decision == Some("KEEP")).then_some("2026-12-31"), "isDueAgain": false,
        "revocation": match (is_to_go, n) { (false, _) => "NONE", (_, 4) => "PROVEN", _ => "DUE" },
        "dueOn": is_to_go.then_some("2026-11-19"), "isOverdue": is_to_go && n != 4,
        "hindrance": (is_to_go && n != 4).then_some("LAST_ADMIN"),
        "provenAt": (is_to_go && n == 4).then_some("2026-11-12T10:01:00Z"),
        "proof": (is_to_go && n == 4).then_some("event 41207; read back 2026-11-12T10:01:00Z"), "version": 2,
    })
}

fn opened(keys: &str, one: &Value) -> Stage {
    let items = vec![
        item(1, "APPS", "Whatscart", None, None),
        item(2, "APPS", "Parcelbird", None, Some("KEEP")),
        item(3, "STAFF", "dana", None, Some("REVOKE")),
        item(4, "SCOPES", "branded-tees.example", Some("read_reports"), Some("REVOKE")),
    ];
    campaigns().press(keys).hears("campaign", "campaign", json!({ "campaign": one })).hears(
        "campaign",
        "items",
        json!({ "campaign": { "items": page(items) } }),
    )
}

/// The overdue one, on a row that waits to be decided.
pub fn one_campaign() -> Stage {
    opened("j Enter", &campaign_rows()[1])
}

pub fn signed_off() -> Stage {
    opened("j j Enter", &campaign_rows()[2])
}
