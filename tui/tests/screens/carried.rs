//! Invented requests that are carried out: steps under way, recipients in every state, a package with rows, what was signed.

use rightsdesk::core::action::{Action, Link};
use rightsdesk::core::chain::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Stage;
use super::asked::{DIGEST, due, queue, request, seat, whole, working};
use super::people::page;

/// A step: its name, the table it is about, how far it has come, and on how many rows.
fn step(n: usize, (name, place): (&str, Option<&str>), state: &str, rows: u32) -> Value {
    let is_begun = state != "NEVER";
    json!({
        "position": n, "name": name, "place": place, "state": if is_begun { state } else { "WAITING" },
        "attempts": i32::from(is_begun), "rows": rows, "outcome": null,
        "begunAt": is_begun.then_some("2026-11-23T12:58:00Z"),
        "finishedAt": (state == "DONE").then_some("2026-11-23T12:59:00Z"),
    })
}

/// The steps of a deletion, of which so many are done and the next is under way.
pub fn steps(done: usize) -> Vec<Value> {
    let all = [
        ("COMPARE", None, 0),
        ("MATCH", None, 0),
        ("TOMBSTONE", None, 4),
        ("KEEP", Some("invoices"), 9),
        ("FORGET", Some("customers"), 1),
        ("FORGET", Some("order_contacts"), 212),
        ("FORGET", Some("usage_events"), 11),
        ("FILES", None, 2),
        ("KEY", None, 0),
        ("SCAN", None, 0),
        ("CERTIFICATE", None, 0),
        ("SETTLE", None, 0),
        ("REQUEST_KEY", None, 0),
    ];
    let state = |n: usize| match n {
        n if n < done => "DONE",
        n if n == done && done > 0 => "WAITING",
        _ => "NEVER",
    };
    let told = |(n, (name, place, rows)): (usize, &(&str, Option<&str>, u32))| {
        step(n, (name, *place), state(n), if n < done { *rows } else { 0 })
    };
    all.iter().enumerate().map(told).collect()
}

fn attempt(n: u32, did: &str, state: &str, answer: &str) -> Value {
    json!({ "number": n, "at": format!("2026-11-2{n}T09:12:00Z"), "did": did, "state": state, "answer": answer })
}

/// What a recipient is told: who, how, how it stands, what came back, and what of it needs a person.
fn task(n: u32, (recipient, kind): (&str, &str), state: &str, answer: Option<&str>, advice: Option<&str>) -> Value {
    let has_ended = matches!(state, "DONE" | "ALREADY_GONE" | "REFUSED" | "GIVEN_UP");
    json!({
        "id": format!("rtk_{n}"), "recipient": recipient, "store": (kind == "PLATFORM").then_some("sto_1"),
        "categories": ["contact_fields", "orders"], "kind": kind, "state": state,
        "isByHand": advice.is_some(), "advice": advice, "isUnsure": n == 6, "answer": answer,
        "references": if n == 2 { json!(["8c1f0e"]) } else { json!([]) },
        "proof": has_ended.then_some(DIGEST), "hasFile": n == 2, "tries": answer.map_or(0, |_| 2),
        "openedAt": "2026-11-20T09:00:00Z", "until": if n == 4 { "2026-11-21T23:00:00Z" } else { "2026-11-30T23:00:00Z" },
        "triedAt": "2026-11-22T09:12:00Z", "endedAt": has_ended.then_some("2026-11-22T09:12:00Z"), "version": 2,
        "attempts": [attempt(2, "REMINDED", "SENT", "202"), attempt(1, "SENT", "SENT", "202")],
    })
}

pub fn tasks() -> Vec<Value> {
    let advice = "write to their data protection officer, and attach the answer";
    vec![
        task(1, ("shopify", "PLATFORM"), "DONE", Some("200"), None),
        task(2, ("segment", "TEMPLATE"), "ALREADY_GONE", Some("404"), None),
        task(3, ("leopards", "MAIL"), "SENT", Some("sent"), None),
        task(4, ("postex", "OPEN_DSR"), "SILENT", Some("no_answer"), None),
        task(5, ("mnp", "TEMPLATE"), "REFUSED", Some("403"), None),
        task(6, ("klaviyo", "TEMPLATE"), "WAITING", Some("timeout"), None),
        task(7, ("helpdesk", "MANUAL"), "WAITING", None, Some(advice)),
    ]
}

fn head(package: &Value) -> Value {
    let keep = ["id", "number", "state", "rows", "leftOut", "madeAt", "releasedAt", "expiresAt", "endedAt"];
    let all = package.as_object().unwrap().clone();
    Value::Object(all.into_iter().filter(|(name, _)| keep.contains(&name.as_str())).collect())
}

/// A package, and how far it has come.
pub fn package(number: u32, state: &str) -> Value {
    let is_made = state != "ORDERED";
    let is_released = state == "RELEASED";
    let file = |name: &str, rows: Option<u32>, bytes: u64| json!({ "name": name, "rows": rows, "bytes": bytes, "digest": DIGEST });
    let files = json!([
        file("data/customers.json", Some(1), 812),
        file("data/orders.json", Some(212), 91_300),
        file("csv/orders.csv", Some(212), 61_000),
        file("about.json", None, 4_100),
        file("withheld.json", None, 1_020),
        file("index.html", None, 34_000),
    ]);
    json!({
        "id": format!("pkg_{number}"), "number": number, "state": state, "isGiven": false, "locale": "de",
        "orderedAt": "2026-11-23T12:40:00Z", "orderedBy": seat("ana"),
        "madeAt": is_made.then_some("2026-11-23T12:41:00Z"), "rows": is_made.then_some(213),
        "leftOut": is_made.then_some(number - 1), "bytes": is_made.then_some(3_210_004_511_u64),
        "digest": is_made.then_some(DIGEST), "manifest": is_made.then_some(DIGEST),
        "releasedAt": is_released.then_some("2026-11-23T12:50:00Z"), "releasedBy": is_released.then(|| seat("mira")),
        "expiresAt": is_released.then_some("2026-12-07T12:50:00Z"), "endedAt": null,
        "files": if is_made { files } else { json!([]) },
    })
}

fn signed(format: &str, number: u32) -> String {
    let steps = json!([{ "name": "tombstone", "state": "done", "rows": 4 }, { "name": "forget", "state": "done", "rows": 212 }]);
    json!({ "v": 1, "format": format, "number": number, "reference": "R-7K4QD2C", "steps": steps, "sig": "bm90aGluZw==" })
        .to_string()
}

/// What was signed, with its text.
fn proof(format: &str, number: u32) -> Value {
    let text = signed(format, number);
    let digest = hex(&Sha256::digest(&text));
    json!({ "number": number, "madeAt": "2026-11-23T13:00:00Z", "digest": digest, "signed": text })
}

pub fn proofs() -> Value {
    json!({ "request": {
        "id": "req_3", "reference": "R-7K4QD2C",
        "certificates": [proof("rightsdesk/certificate/1", 1)],
        "evidence": [proof("rightsdesk/request-evidence/1", 1), proof("rightsdesk/request-evidence/1", 2)],
    } })
}

fn certificate() -> Value {
    json!({ "number": 1, "madeAt": "2026-11-23T13:00:00Z", "keyVersion": 1, "digest": DIGEST })
}

fn evidence() -> Value {
    json!({ "number": 1, "madeAt": "2026-11-23T13:01:00Z", "digest": DIGEST })
}

/// A request as its carrying out is shown.
pub fn carried(stage: &str, starts_at: &str, steps: &[Value], tasks: &[Value]) -> Value {
    json!({ "request": {
        "id": "req_3", "reference": "R-7K4QD2C", "right": "DELETION", "specialCase": null, "stage": stage,
        "outcome": (stage == "CLOSED").then_some("PARTLY_FULFILLED"), "version": 3,
        "due": due("PROMISE", "promise, 30 days", "2026-11-24", "2026-11-24T23:00:00Z"),
        "tenant": { "id": "ten_4", "legalName": "Zaitoon Home" },
        "plan": {
            "number": 3, "digest": DIGEST, "state": "APPROVED", "decidedAt": "2026-11-23T12:45:00Z",
            "decidedBy": seat("jonas"), "startsAt": starts_at,
        },
        "holds": [], "steps": steps, "tasks": tasks, "packages": [], "certificates": [], "evidence": [],
        "corrections": [], "fences": [],
    } })
}

const SOON: &str = "2026-11-26T13:40:00Z";
const BEFORE: &str = "2026-11-23T12:50:00Z";

/// Approved three days before it starts.
pub fn cooling() -> Stage {
    request().press("c").hears("carrying", "carrying", carried("IN_PROGRESS", SOON, &steps(0), &[]))
}

/// Half of the steps are done; recipients stand in every state.
pub fn under_way() -> Stage {
    request().press("c").hears("carrying", "carrying", carried("IN_PROGRESS", BEFORE, &steps(5), &tasks()))
}

/// The desk has done its part, and the certificate is signed.
pub fn told() -> Stage {
    let mut all = carried("IN_PROGRESS", BEFORE, &steps(13), &tasks());
    all["request"]["certificates"] = json!([certificate()]);
    all["request"]["evidence"] = json!([evidence()]);
    request().press("c").hears("carrying", "carrying", all)
}

/// Who is silent of all recipients of a tenant's requests.
pub fn recipients() -> Stage {
    let listed = |n: u32, recipient: &str, until: &str| {
        json!({
            "id": format!("rtk_{n}"), "request": format!("req_{n}"), "reference": format!("R-7K4QD{n}C"), "right": "deletion",
            "recipient": recipient, "kind": "MAIL", "state": "SILENT", "isByHand": false, "isUnsure": false,
            "answer": "no_answer", "tries": 3, "until": until,
        })
    };
    let rows = vec![listed(3, "postex", "2026-11-20T23:00:00Z"), listed(5, "leopards", "2026-11-22T23:00:00Z")];
    told().press("o").hears("recipients", "recipients", json!({ "recipientTasks": page(rows) }))
}

/// The silent recipient in full.
pub fn silent() -> Stage {
    told().press("j j j Enter")
}

/// What is put right, and what is forbidden.
pub fn rights() -> Stage {
    let correction = |field: &str, state: &str, is_theirs: bool| {
        json!({
            "about": "customers", "field": field, "store": is_theirs.then_some("sto_1"),
            "value": { "masked": format!("{field} of sub·k3f3q") }, "namedAt": "2026-11-20T09:00:00Z",
            "isInTheirWords": is_theirs, "state": state,
            "settledAt": (state == "DONE").then_some("2026-11-22T09:00:00Z"), "rows": i32::from(state == "DONE") * 3,
        })
    };
    let fence = |kind: &str, code: &str, ends: Option<&str>| {
        json!({
            "kind": kind, "code": code, "since": "2026-11-20T09:00:00Z", "warnedAt": ends.map(|_| "2026-11-22T09:00:00Z"),
            "endsAt": ends, "until": null,
        })
    };
    let mut all = carried("OPEN", SOON, &[], &[]);
    let request_now = all["request"].as_object_mut().unwrap();
    request_now.insert("right".to_owned(), json!("CORRECTION"));
    request_now.insert(
        "corrections".to_owned(),
        json!([
            correction("mail", "NAMED", true),
            correction("phone", "DONE", false),
            correction("address", "DROPPED", false),
        ]),
    );
    request_now.insert(
        "fences".to_owned(),
        json!([
            fence("RESTRICTION", "", None),
            fence("OBJECTION", "marketing", Some(SOON)),
            fence("OPT_OUT", "segment", None),
        ]),
    );
    request().press("c").hears("carrying", "carrying", all)
}

/// The request's own screen while it is carried out.
pub fn beside() -> Stage {
    let mut now = whole("IN_PROGRESS", &[]);
    now["steps"] = json!(steps(5));
    let keep = ["id", "recipient", "kind", "state", "isByHand", "isUnsure", "answer", "tries", "until"];
    let light = |task: Value| {
        let all = task.as_object().unwrap().clone();
        Value::Object(all.into_iter().filter(|(name, _)| keep.contains(&name.as_str())).collect())
    };
    now["tasks"] = tasks().into_iter().map(light).collect();
    now["packages"] = json!([head(&package(2, "MADE")), head(&package(1, "REPLACED"))]);
    now["certificates"] = json!([certificate()]);
    queue().press("j j Enter").hears("request", "request", json!({ "request": now }))
}

fn redaction(n: u32, column: Option<&str>, is_lifted: bool) -> Value {
    json!({
        "id": format!("rdn_{n}"), "table": "orders", "row": format!("00000000-0000-4000-8000-00000000000{n}"), "column": column,
        "code": "OTHERS_RIGHTS", "madeAt": "2026-11-23T12:30:00Z", "madeBy": seat("ana"),
        "liftedAt": is_lifted.then_some("2026-11-23T12:35:00Z"), "liftedBy": is_lifted.then(|| seat("ana")),
    })
}

pub fn packed(packages: &[Value], redactions: &[Value]) -> Value {
    json!({ "request": {
        "id": "req_1", "reference": "R-2QX8M0A", "right": "ACCESS", "specialCase": null, "stage": "IN_PROGRESS", "version": 4,
        "due": due("EU_GDPR", "GDPR", "2026-11-25", "2026-11-25T23:00:00Z"),
        "tenant": { "id": "ten_4", "legalName": "Zaitoon Home" }, "packages": packages, "redactions": redactions,
    } })
}

/// A package that somebody else than the one who made it ready reads.
pub fn reading() -> Stage {
    let redactions = [redaction(1, Some("gift_note"), false), redaction(2, None, true)];
    working().then(Action::Open(Link { kind: "package", id: "req_1 pkg_2".to_owned() })).hears(
        "package",
        "package",
        packed(&[package(2, "MADE"), package(1, "REPLACED")], &redactions),
    )
}

pub fn leaf(next: Option<&str>) -> Value {
    let row = |n: u32, name: &str, note: Option<&str>| {
        json!({
            "row": format!("00000000-0000-4000-8000-00000000000{n}"),
            "cells": [name, "2026-03-14T09:12:00Z", "4990000", note, null], "leftOut": null,
            "fields": if n == 1 { json!([{ "column": "gift_note", "code": "OTHERS_RIGHTS" }]) } else { json!([]) },
        })
    };
    json!({ "openPackageRows": { "userErrors": [], "page": {
        "columns": ["name", "placed_at", "total", "gift_note", "cancelled_at"],
        "rows": [
            row(1, "#1001", Some("for Bilal, from all of us")), row(2, "#1002", None), row(3, "#1003", Some("ring twice")),
        ],
        "next": next,
    } } })
}

/// Rows of it are open, and one is chosen.
pub fn opened() -> Stage {
    let asked = reading().press("j x").write("who else is named").press("Enter");
    asked.hears("package", "rows", leaf(Some("0:00000000-0000-4000-8000-000000000003"))).press("j")
}

/// A certificate as it was signed.
pub fn certified() -> Stage {
    request().then(Action::Open(Link { kind: "proof", id: "req_3 certificate 1".to_owned() })).hears(
        "proof",
        "proof",
        proofs(),
    )
}
