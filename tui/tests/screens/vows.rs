//! Invented promises, policies and maps: what the server would say, as the screens hear it.

use serde_json::{Value, json};

use super::Stage;
use super::people::{page, seated};

fn promise(n: u32, standing: &str, section: &str, text: &str, figure: Option<&str>) -> Value {
    let is_measured = !standing.starts_with("NOT_");
    let why = match standing {
        "BROKEN" => Some("2 stores grant a scope that the policy does not list"),
        "AT_RISK" => Some("1 scope has been unused for 90 days"),
        "NOT_MEASURABLE" => Some("Who is senior stands in contracts of employment that no desk sees."),
        _ => None,
    };
    json!({
        "__typename": "Promise", "id": format!("prm_{n}"), "code": format!("promise_{n}"), "section": section,
        "text": text, "standing": standing, "figure": figure, "why": why, "since": "2026-11-20T02:15:00Z",
        "checkedAt": is_measured.then_some("2026-11-23T12:30:00Z"),
        "how": "no connected store granted a scope that the policy does not list, or one to write while its sync is off; \
                a scope that is missing or lies unused for 90 days is a risk",
        "schedule": if is_measured { "every hour" } else { "never" },
        "waitsFor": (standing == "NOT_YET_MEASURED").then_some("requests"),
        "evidence": if is_measured { "{ stores(filter: { hasDrift: true }) { nodes { domain driftKinds } } }" } else { "none" },
    })
}

pub fn promise_rows() -> Vec<Value> {
    let scopes = "We only ask for the permissions that a feature needs, and say why we need each of them";
    vec![
        promise(1, "BROKEN", "Store permissions", scopes, Some("2 of 41 stores")),
        promise(
            2,
            "AT_RISK",
            "Store permissions",
            "permissions that are not used are given back",
            Some("1 of 41 stores"),
        ),
        promise(
            3,
            "HOLDS",
            "Data security",
            "Access logs maintained for all personal data access",
            Some("1418 = 1418"),
        ),
        promise(4, "NOT_YET_MEASURED", "Your rights", "We will respond within 30 days", None),
        promise(5, "NOT_MEASURABLE", "Data security", "limited to a handful of senior employees", None),
    ]
}

pub fn promises() -> Stage {
    seated().press("g o").hears("promises", "promises", json!({ "promises": page(promise_rows()) }))
}

/// The broken one.
pub fn one_promise() -> Stage {
    let look = |at: &str, standing: &str, figure: &str| json!({ "at": at, "standing": standing, "figure": figure });
    let history = vec![
        look("2026-11-23T12:30:00Z", "BROKEN", "2 of 41 stores"),
        look("2026-11-20T02:15:00Z", "BROKEN", "1 of 41 stores"),
        look("2026-11-19T02:15:00Z", "AT_RISK", "0 of 41 stores, 1 unused"),
        look("2026-11-18T02:15:00Z", "HOLDS", "0 of 41 stores"),
    ];
    let node = json!({ "__typename": "Promise", "history": page(history) });
    promises().press("Enter").hears("promise", "promise", json!({ "node": promise_rows()[0] })).hears(
        "promise",
        "history",
        json!({ "node": node }),
    )
}

pub fn version(n: u32, state: &str) -> Value {
    let by = |n: u32| format!("staff:{n}{n}{n}{n}{n}{n}{n}{n}-5555-4555-8555-55555555555{n}");
    let is_proposed = state == "PROPOSED";
    let is_past = state == "PAST";
    json!({
        "id": format!("pol_{n}"), "name": "littledata", "version": n, "state": state,
        "effectiveOn": format!("202{}-01-01", n + 3), "proposedAt": "2026-11-20T09:00:00Z",
        "proposedBy": if n == 1 { "house".to_owned() } else { by(4) },
        "publishedAt": (!is_proposed).then_some("2026-11-21T10:00:00Z"),
        "publishedBy": (!is_proposed && n > 1).then(|| by(6)),
        "inForceAt": (state == "IN_FORCE" || is_past).then_some("2026-01-01T00:05:00Z"),
        "heldBackOn": (state == "ANNOUNCED").then_some("2026-11-22"),
        "endedAt": is_past.then_some("2026-01-01T00:05:00Z"),
    })
}

pub fn version_rows() -> Vec<Value> {
    vec![version(4, "PROPOSED"), version(3, "ANNOUNCED"), version(2, "IN_FORCE"), version(1, "PAST")]
}

pub fn policy() -> Stage {
    let kept = |title: &str, words: &str, ending: &str| json!({ "title": title, "window": { "words": words }, "ending": ending });
    let policy = json!({
        "name": "littledata", "title": "Littledata privacy policy", "version": 2, "effectiveOn": "2026-01-01",
        "operator": {
            "name": "Littledata Consulting Ltd", "country": "GB", "role": "PROCESSOR",
            "page": "https://littledata.example/privacy",
        },
        "region": { "home": "us-east-1", "pinned": ["US"] }, "locales": ["en", "hi"], "announceDays": 30,
        "objectionDays": 14, "standingIsPublic": true,
        "retention": [
            kept("Events", "1 month", "DELETE"), kept("Orders", "2 years", "ANONYMISE"), kept("Totals", "for good", "KEEP"),
        ],
    });
    seated().press("g c").hears("policy", "in-force", json!({ "policy": policy })).hears(
        "policy",
        "versions",
        json!({ "policyVersions": page(version_rows()) }),
    )
}

pub fn diff() -> Value {
    let change = |part: &str, code: &str, kind: &str, (before, after): (Option<&str>, Option<&str>), effect: &str| {
        json!({
            "part": part, "code": code, "kind": kind, "before": before, "after": after, "effect": effect,
            "isMaterial": part != "POLICY", "worsens": kind == "ADDED", "line": (kind != "REMOVED").then_some(88),
        })
    };
    json!({
        "from": version(3, "ANNOUNCED"), "to": version(4, "PROPOSED"),
        "changes": [
            change("RECIPIENT", "trax", "ADDED", (None, Some("courier, in PK, for delivery")),
                "a new recipient gets names and addresses: 61 merchants are told and may object for 14 days"),
            change("RETENTION", "usage_logs", "CHANGED", (Some("90 days, then deleted"), Some("60 days, then deleted")),
                "what is older than 60 days goes on the first day"),
            change("COOKIE", "session_replay", "REMOVED", (Some("to replay sessions"), None), "it is no longer set"),
            change("POLICY", "title", "CHANGED", (Some("Privacy"), Some("Littledata privacy policy")), "it is only said otherwise"),
        ],
    })
}

/// The proposed version.
pub fn one_version() -> Stage {
    policy().press("Enter").hears("version", "diff", json!({ "policyDiff": diff() }))
}

/// The file of the proposed version, at its fourth line.
pub fn one_file() -> Stage {
    let text = [
        "# Littledata: relays the events of stores to the destinations that merchants choose. Where the page names no time \
         or no place, the values here are the operator's own.",
        "format = 1",
        "name = \"littledata\"",
        "version = 4",
        "",
        "[operator]",
        "role = \"processor\"",
    ];
    let more = (1..80).map(|n| format!("# and line {n} of what is kept"));
    let lines: Vec<String> = text.into_iter().map(str::to_owned).chain(more).collect();
    let file = json!({ "name": "littledata", "version": 4, "lines": lines });
    policy().press("f").hears("file", "file", json!({ "policyVersion": file }))
}

fn column(name: &str, class: &str, field: Option<&str>) -> Value {
    json!({
        "name": name, "class": class, "field": field, "of": (class == "DERIVED").then_some("mail"),
        "isDisclosed": class == "PERSONAL", "keptUnder": (name == "added_at").then_some("LEGAL_CLAIMS"),
        "note": (class == "PSEUDONYM").then_some("it is compared, and cannot be read back"),
    })
}

pub fn data_map() -> Value {
    let table = |name: &str, about: Option<&str>, columns: Vec<Value>| {
        json!({
            "name": name, "of": if about.is_some() { "TENANT" } else { "DESK" }, "about": about,
            "category": about.map(|_| "account"), "agesFrom": about.map(|_| "removed_at"),
            "erasedBy": about.map(|_| "DELETED"), "columns": columns,
        })
    };
    json!([
        table(
            "members",
            Some("subject_id"),
            vec![
                column("id", "KEY", None),
                column("name", "PERSONAL", Some("name")),
                column("mail", "PERSONAL", Some("mail")),
                column("mail_bidx", "PSEUDONYM", None),
                column("mail_domain", "DERIVED", None),
                column("added_at", "FACT", None),
            ]
        ),
        table("secrets", Some("subject_id"), vec![column("id", "KEY", None), column("sealed", "SECRET", None)]),
        table("policies", None, vec![column("version", "FACT", None), column("text", "FACT", None)]),
    ])
}

pub fn map() -> Stage {
    seated().press("g m").hears("map", "map", json!({ "dataMap": data_map() }))
}

const CODES: &[&str] = &["aws", "shopify", "google", "segment", "facebook", "pinterest", "tiktok", "klaviyo"];

/// The matrix with this many destinations.
pub fn sharing(many: usize) -> Value {
    let codes: Vec<String> =
        (0..many).map(|n| CODES.get(n).map_or_else(|| format!("partner_{n}"), |code| (*code).to_owned())).collect();
    let forms = ["RAW", "NEVER", "HASHED", "TRUNCATED_HASHED", "TRUNCATED"];
    let fields = [
        ("orders.payment", "payment details", "never", false),
        ("contact.address", "postal address", "up to 1 month", true),
        ("contact.mail", "mail address", "up to 1 month", true),
        ("contact.name", "name", "passes through", true),
        ("usage.ip", "partial address of the network", "up to 1 month", true),
    ];
    let row = |(n, (field, title, held, received)): (usize, (&str, &str, &str, bool))| {
        let form = |to: usize| if n == 0 { "NEVER" } else { forms[(n * 2 + to * 3) % forms.len()] };
        let forms: Vec<&str> = (0..many).map(form).collect();
        json!({ "field": field, "title": title, "held": held, "received": received, "forms": forms })
    };
    let recipient = |code: &String| {
        json!({
            "code": code, "name": code.to_uppercase(), "service": "measures what merchants sell", "regions": ["US"],
            "purposes": ["analytics", "attribution"],
        })
    };
    let rows: Vec<Value> = fields.into_iter().enumerate().map(row).collect();
    let recipients: Vec<Value> = codes.iter().map(recipient).collect();
    json!({
        "name": "littledata", "version": 4, "matrix": { "destinations": codes, "rows": rows }, "recipients": recipients,
    })
}

pub fn matrix_of(many: usize) -> Stage {
    seated().press("g M").hears("matrix", "matrix", json!({ "policy": sharing(many) }))
}

pub fn matrix() -> Stage {
    matrix_of(8).press("j j l l")
}
