//! Invented sub-processors, notices and objections: what the server would say, as the screens hear it.

use serde_json::{Value, json};

use super::Stage;
use super::people::{page, seated};

fn processor(n: u32, name: &str, state: &str, region: &str, objection_until: Option<&str>) -> Value {
    json!({
        "id": format!("prc_{n}"), "code": name.to_lowercase(), "name": name, "service": "sends what merchants write",
        "regions": [region], "transfer": if region == "EU" { "NONE" } else { "STANDARD_CLAUSES" },
        "agreementOn": (n != 2).then_some("2025-04-01"), "state": state, "listedOn": "2025-04-02",
        "endsOn": (state == "ENDING").then_some("2026-12-31"), "objectionUntil": objection_until,
        "purposes": ["letters"], "receives": [{ "what": "contact.mail", "form": "RAW" }],
        "policyUrl": "https://provider.example/privacy",
    })
}

pub fn processor_rows() -> Vec<Value> {
    vec![
        processor(1, "Postamt", "IN_FORCE", "EU", None),
        processor(2, "Wolkenhaus", "ANNOUNCED", "US", Some("2026-12-03")),
        processor(3, "Altarchiv", "ENDING", "EU", None),
    ]
}

pub fn processors() -> Stage {
    seated().press("g p").hears("processors", "processors", json!({ "processors": page(processor_rows()) }))
}

fn notice(n: u32, kind: &str, (waiting, failed): (u32, u32)) -> Value {
    json!({
        "id": format!("ntc_{n}"), "kind": kind,
        "processor": (kind != "POLICY_CHANGED").then(|| json!({ "id": "prc_2", "name": "Wolkenhaus" })),
        "policyVersion": 8, "announcedAt": "2026-11-03T09:00:00Z", "effectiveOn": "2026-12-04",
        "objectionUntil": (kind == "ADDED").then_some("2026-12-03"), "withdrawnAt": null,
        "text": "From 4 December 2026 Wolkenhaus keeps copies for us in the United States.\nYou may object until 3 December.",
        "reached": 57, "waiting": waiting, "failed": failed,
    })
}

pub fn announced() -> Stage {
    let rows = vec![notice(2, "ADDED", (3, 1)), notice(1, "POLICY_CHANGED", (0, 0))];
    seated().press("g n").hears("announced", "announced", json!({ "notices": page(rows) }))
}

fn version(number: u32, region: &str, in_force: Option<&str>, until: Option<&str>) -> Value {
    json!({
        "policyVersion": number, "name": "Wolkenhaus", "service": "keeps copies", "purposes": ["backups"],
        "receives": [{ "what": "orders", "form": "HASHED" }], "regions": [region],
        "transfer": if region == "EU" { "NONE" } else { "STANDARD_CLAUSES" }, "agreementOn": "2025-04-01",
        "policyUrl": "https://provider.example/privacy", "fromOn": "2026-12-04", "inForceAt": in_force,
        "untilOn": until, "withdrawnAt": null,
    })
}

pub fn one_processor() -> Stage {
    let mut one = processor_rows()[1].as_object().unwrap().clone();
    let versions = [version(8, "US", None, None), version(7, "EU", Some("2026-03-01T09:00:00Z"), Some("2026-12-04"))];
    one.insert("versions".to_owned(), json!(versions));
    let notices = json!({ "processor": { "notices": page(vec![notice(2, "ADDED", (3, 1))]) } });
    processors().press("j Enter").hears("processor", "processor", json!({ "processor": one })).hears(
        "processor",
        "notices",
        notices,
    )
}

fn objection(n: u32, tenant: &str, state: &str, answer_by: &str) -> Value {
    json!({
        "id": format!("obn_{n}"), "tenant": { "id": format!("ten_{n}"), "legalName": tenant },
        "notice": { "kind": "ADDED", "processor": { "id": "prc_2", "name": "Wolkenhaus" }, "policyVersion": 8 },
        "objectedAt": "2026-11-10T09:00:00Z", "by": "member:66666666-6666-4666-8666-666666666666",
        "reason": { "masked": "reason" }, "state": state, "answerBy": answer_by,
        "answeredAt": (state != "OPEN").then_some("2026-11-12T09:00:00Z"),
        "answeredBy": (state != "OPEN").then_some("staff:55555555-5555-4555-8555-555555555555"),
    })
}

pub fn objection_rows() -> Vec<Value> {
    vec![
        objection(4, "Zaitoon Home", "OPEN", "2026-12-04"),
        objection(2, "Lahore Living", "OPEN", "2026-11-20"),
        objection(3, "Meera Crafts", "DECLINED", "2026-12-04"),
    ]
}

pub fn objections() -> Stage {
    seated().press("g b").hears("objections", "objections", json!({ "objections": page(objection_rows()) }))
}
