//! Invented requests of people: what the server would say, as the screens hear it. One of each kind of trouble.

use rightsdesk::core::action::Action;
use rightsdesk::core::screen::Desk;
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::keys;
use serde_json::{Value, json};

use super::people::page;
use super::{Stage, person};

const PERMISSIONS: &[&str] =
    &["see_queue", "see_data", "see_tenants", "see_staff", "take_requests", "work_requests", "approve_plans"];

/// Somebody who works requests, and reads plans.
pub fn working() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk::default())
        .then(Action::Arrived("https://desk.example".to_owned()))
        .answered("0.1.0", 21_000)
        .known(person("mira", &["support"], PERMISSIONS))
}

fn tenant(name: &str) -> Value {
    json!({ "id": "ten_4", "legalName": name })
}

pub fn seat(name: &str) -> Value {
    json!({ "id": format!("stf_{name}"), "handle": name })
}

pub fn due(regime: &str, title: &str, on: &str, at: &str) -> Value {
    json!({ "regime": regime, "title": title, "on": on, "at": at, "targetOn": "2026-11-18" })
}

fn overdue() -> Value {
    due("PROMISE", "promise, 30 days", "2026-11-21", "2026-11-21T13:00:00Z")
}

fn today() -> Value {
    due("EU_GDPR", "GDPR", "2026-11-23", "2026-11-23T23:00:00Z")
}

fn soon() -> Value {
    due("PROMISE", "promise, 30 days", "2026-11-24", "2026-11-24T23:00:00Z")
}

fn later() -> Value {
    due("US_CA", "California", "2026-12-23", "2026-12-24T08:00:00Z")
}

/// A row of the queue: its number, reference, right, stage, next step and due date.
fn row(n: u32, reference: &str, right: &str, stage: &str, next: &str, due: &Value) -> Value {
    let source = ["SHOPIFY", "WEB", "MAIL"][n as usize % 3];
    let whose = ["Zaitoon Home", "Karachi Threads", "Meera Crafts", "北山商店", "नीम बाज़ार"];
    json!({
        "id": format!("req_{n}"), "reference": reference, "right": right, "specialCase": null,
        "source": source, "tenant": tenant(whose[n as usize % 5]),
        "person": (n != 6).then(|| json!({ "masked": format!("sub·k3f{n}q") })), "receivedAt": "2026-10-25T11:31:00Z",
        "stage": stage, "pausedSince": (stage == "PAUSED").then_some("2026-11-19T09:00:00Z"),
        "outcome": (stage == "CLOSED").then_some("FULFILLED"),
        "closedAt": (stage == "CLOSED").then_some("2026-11-20T09:00:00Z"), "due": due, "isLate": n == 1,
        "owner": match n { 1 | 3 => seat("mira"), 4 => seat("ana"), _ => Value::Null },
        "team": (n == 4).then_some("emea"), "isTest": n == 7, "version": 3, "nextAction": next,
        "draftCount": i32::from(n == 3), "relatedCount": i32::from(n == 3), "isHeld": n == 4,
    })
}

pub fn rows() -> Vec<Value> {
    vec![
        row(1, "R-2QX8M0A", "ACCESS", "IN_PROGRESS", "SAY_WHY_LATE", &overdue()),
        row(2, "R-9KD3P1B", "CORRECTION", "OPEN", "DRAW_PLAN", &today()),
        row(3, "R-7K4QD2C", "DELETION", "OPEN", "SUBMIT_PLAN", &soon()),
        row(4, "R-0JZ6W3D", "RESTRICTION", "AWAITING_APPROVAL", "APPROVE_PLAN", &soon()),
        row(5, "R-8PE1N4E", "ACCESS", "PAUSED", "AWAIT_PERSON", &later()),
        row(6, "R-X4H9B5F", "PORTABILITY", "RECEIVED", "AWAIT_PROOF", &later()),
        row(7, "R-5NB2Q6G", "OPT_OUT", "CLOSED", "NOTHING", &Value::Null),
    ]
}

pub fn views() -> Value {
    let view = |n: u32, name: &str, filter: &str, count: u32| json!({ "id": format!("vue_{n}"), "name": name, "filter": filter, "position": n, "count": count });
    json!([
        view(1, "mine", "owner:me", 31),
        view(2, "EU this week", "regime:EU_GDPR due:<7d", 38),
        view(3, "asked by nobody", "owner:none", 0),
    ])
}

pub fn queue() -> Stage {
    working().press("g q").hears("queue", "requests", json!({ "requests": page(rows()) })).hears(
        "queue",
        "views",
        json!({ "savedViews": views() }),
    )
}

pub fn holds() -> Stage {
    let hold = |n: u32, reference: &str, kind: &str, review: &str| {
        json!({
            "id": format!("hld_{n}"), "reference": reference, "kind": kind, "person": { "masked": format!("sub·k3f{n}q") },
            "placedAt": "2026-10-02T09:00:00Z", "placedBy": seat("sana"), "reviewOn": review,
        })
    };
    let rows = vec![
        hold(1, "H-9KD3P1B", "AUTHORITY", "2026-11-20"),
        hold(2, "H-18Q2X7A", "DISPUTE", "2027-01-02"),
        hold(3, "H-7K4QD2M", "CHARGEBACK", "2027-02-14"),
    ];
    working().press("g h").hears("holds", "holds", json!({ "holds": page(rows) }))
}

/// Somebody works beside: one row moved on, one left, one came.
pub fn news() -> Stage {
    let mut rows = rows();
    rows.remove(4);
    rows[2]["stage"] = json!("AWAITING_APPROVAL");
    rows[2]["nextAction"] = json!("APPROVE_PLAN");
    rows.insert(0, row(8, "R-5TT0K9K", "OBJECTION", "OPEN", "DRAW_PLAN", &overdue()));
    queue().press("j j").then(Action::Line { to: "queue", is_up: true }).millis(250).hears(
        "queue",
        "requests",
        json!({ "requests": page(rows) }),
    )
}

pub fn preview() -> Value {
    json!({ "letterPreview": {
        "title": "Etwas mehr Zeit.", "lines": ["Guten Tag,", "", "wir brauchen bis zum 25. Januar: a dispute", "", "Ihr Team"],
        "locale": "de", "isSent": true, "before": "2026-11-25", "after": "2027-01-25",
    } })
}

/// The letter of an extension is read before it is sent.
pub fn extending_letter() -> Stage {
    request().press("a e Tab Tab").write("a dispute").press("Ctrl-p").hears("dialog", "preview", preview())
}

/// All that match are frozen.
pub fn frozen() -> Stage {
    let selection = json!({ "id": "sel_1", "count": 38, "endsAt": "2026-11-23T13:12:11Z", "isCut": false });
    queue().press("*").hears(
        "queue",
        "freeze",
        json!({ "freezeSelection": { "selection": selection, "userErrors": [] } }),
    )
}

/// Two were marked and extended; one of them was refused.
pub fn extended() -> Stage {
    let selection = json!({ "id": "sel_2", "count": 2, "endsAt": "2026-11-23T13:12:11Z", "isCut": false });
    let item = |n: u32, reference: &str, refusal: Value| json!({ "id": format!("req_{n}"), "reference": reference, "refusal": refusal });
    let no = json!({ "code": "REFUSED", "message": "its law was extended once already" });
    let items = json!([item(1, "R-2QX8M0A", Value::Null), item(2, "R-9KD3P1B", no)]);
    let results = json!({ "items": items, "next": null, "done": 1, "refused": 1 });
    queue()
        .press("Space Space a e Tab")
        .write("too many at once")
        .press("Ctrl-s")
        .later(1)
        .write("2")
        .press("Enter")
        .hears("queue", "freeze-marks", json!({ "freezeSelection": { "selection": selection, "userErrors": [] } }))
        .hears("queue", "bulk", json!({ "extendSelection": { "results": results, "userErrors": [] } }))
}

fn identifier(n: u32, kind: &str, proof: &str, code_until: Option<&str>) -> Value {
    let is_proved = proof != "NONE";
    json!({
        "id": format!("iid_{n}"), "kind": kind, "value": { "masked": format!("{} of sub·k3f3q", kind.to_lowercase()) },
        "proof": proof, "provedAt": is_proved.then_some("2026-10-26T09:02:00Z"),
        "provedBy": (proof == "JUDGED").then(|| seat("ana")), "codeUntil": code_until, "tries": i32::from(n == 2) * 2,
    })
}

fn clock(n: u32, (regime, title): (&str, &str), kind: &str, (on, at): (&str, &str), is_driving: bool) -> Value {
    json!({
        "id": format!("clk_{n}"), "regime": regime, "title": title, "right": "erasure", "kind": kind,
        "whose": if n == 2 { "MERCHANTS" } else { "OURS" }, "on": on, "endsAt": at,
        "legalOn": (n == 2).then_some("2026-11-26"), "isDriving": is_driving, "isLate": false, "isPaused": false,
        "metAt": (kind == "ACKNOWLEDGEMENT").then_some("2026-10-25T11:40:00Z"),
        "basis": "one month after receipt on 25 Oct 2026, rolled back from a Sunday", "cite": "Art. 12(3) GDPR",
    })
}

fn message(n: u32, way: &str, kind: &str, state: &str) -> Value {
    json!({
        "id": format!("msg_{n}"), "way": way, "kind": kind, "locale": "de", "madeAt": format!("2026-11-2{n}T09:21:00Z"),
        "madeBy": (way != "IN").then(|| seat("mira")), "state": state,
        "sentAt": (state == "SENT").then_some("2026-11-20T09:22:00Z"),
    })
}

fn act(name: &str, refusal: Option<&str>) -> Value {
    json!({ "act": name, "refusal": refusal })
}

fn acts(refused: &[(&str, &str)]) -> Vec<Value> {
    let all = [
        "ASK_FOR_PROOF",
        "JUDGE",
        "ASSIGN",
        "PAUSE",
        "RESUME",
        "WITHDRAW_PAUSE",
        "EXTEND",
        "WITHDRAW_EXTENSION",
        "REFUSE",
        "WITHDRAW",
        "MARK_SPAM",
        "JOIN",
        "SETTLE",
        "SET_LATE_REASON",
        "DRAW_PLAN",
        "SUBMIT_PLAN",
        "APPROVE_PLAN",
        "RETURN_PLAN",
        "PLACE_HOLD",
        "WRITE",
        "NOTE",
        "REVEAL",
    ];
    let refusal = |name: &str| refused.iter().find(|(act, _)| *act == name).map(|(_, why)| *why);
    all.iter().map(|name| act(name, refusal(name))).collect()
}

pub const DIGEST: &str = "41d0c2ab5f0e4b7d9c1e2f3a4b5c6d7e8f90112233445566778899aabbccddee";

fn plan_head(state: &str) -> Value {
    let line = |action: &str, rows: u32| json!({ "rows": rows, "action": action });
    json!({
        "id": "pln_3", "number": 3, "digest": DIGEST, "state": state, "drawnAt": "2026-11-23T12:39:00Z",
        "drawnBy": seat("mira"), "submittedBy": (state != "DRAWN").then(|| seat("mira")), "decidedAt": null,
        "decidedBy": null, "startsAt": null,
        "lines": [line("DELETE", 1204), line("ANONYMISE", 18), line("KEEP", 6), line("TELL", 0)],
    })
}

fn hold() -> Value {
    json!({
        "id": "hld_1", "reference": "H-18Q2X", "kind": "DISPUTE", "placedAt": "2026-10-02T09:00:00Z", "placedBy": seat("sana"),
        "reviewOn": "2027-01-02", "releasedAt": null, "version": 1,
    })
}

/// The deletion of the queue's third row, with all that belongs to it.
pub fn whole(stage: &str, refused: &[(&str, &str)]) -> Value {
    let mut request = row(3, "R-7K4QD2C", "DELETION", stage, "SUBMIT_PLAN", &soon());
    let event = |seq: u32, action: &str, facts: Option<&str>| {
        json!({
            "seq": seq, "at": format!("2026-11-2{seq}T09:12:00Z"), "actor": "staff:55555555-5555-4555-8555-555555555555",
            "by": seat("zeynep"),
            "action": action, "facts": facts,
        })
    };
    let more = json!({
        "role": "PROCESSOR", "locale": "de", "store": { "id": "sto_1", "domain": "zaitoon-home.example" },
        "intake": {
            "id": "int_3", "subjectKind": "SHOPPER", "place": "DE", "zone": "Europe/Berlin", "madeBy": null, "proof": "CODE",
            "provedAt": "2026-10-26T09:02:00Z", "proveUntil": "2026-11-08T11:31:00Z", "mandate": "NONE", "isForgotten": false,
            "identifiers": [
                identifier(1, "MAIL", "CODE", None),
                identifier(2, "PHONE", "NONE", Some("2026-11-23T13:32:00Z")),
                identifier(3, "CUSTOMER", "SIGNATURE", None),
                identifier(4, "NAME", "NONE", None),
            ],
        },
        "stageSince": "2026-10-26T09:02:00Z", "pausedOn": (stage == "PAUSED").then_some("IDENTITY_ASKED"), "ground": null,
        "answeredAt": null, "lateReason": null, "original": null, "appealOf": null,
        "waitingFor": "US", "acts": acts(refused),
        "pauses": [
            { "on": "IDENTITY_ASKED", "before": "2026-11-24", "after": "2026-11-24", "refusal": null },
            { "on": "FEE_ASKED", "before": null, "after": null, "refusal": "no law that counts here lets it wait for a fee" },
        ],
        "extensions": [
            { "regime": "EU_GDPR", "title": "GDPR", "before": "2026-11-25", "after": "2027-01-25", "dueOn": "2027-01-25", "needsDay": false, "refusal": null },
            { "regime": "PROMISE", "title": "promise, 30 days", "before": "2026-11-24", "after": null, "dueOn": null, "needsDay": false, "refusal": "the operator's page promises no longer time" },
        ],
        "clocks": [
            clock(1, ("PROMISE", "promise, 30 days"), "ANSWER", ("2026-11-24", "2026-11-24T23:00:00Z"), true),
            clock(2, ("EU_GDPR", "GDPR"), "ANSWER", ("2026-11-25", "2026-11-25T23:00:00Z"), false),
            clock(3, ("EU_GDPR", "GDPR"), "ACKNOWLEDGEMENT", ("2026-10-28", "2026-10-28T23:00:00Z"), false),
        ],
        "clockEvents": [{
            "at": "2026-11-02T08:00:00Z", "what": "EXTENDED", "on": null, "regime": "EU_GDPR", "before": "2026-11-23",
            "after": "2026-11-25", "by": seat("mira"),
        }],
        "plan": plan_head("DRAWN"),
        "messages": [
            message(0, "OUT", "ACKNOWLEDGEMENT", "SENT"), message(1, "IN", "MESSAGE", "RECEIVED"),
            message(2, "NOTE", "NOTE", "KEPT"), message(3, "OUT", "MESSAGE", "DRAFT"),
        ],
        "related": [{ "id": "req_9", "reference": "R-MM20S7H", "right": "ACCESS", "stage": "OPEN", "due": later() }],
        "holds": [hold()], "steps": [], "tasks": [], "packages": [], "certificates": [], "evidence": [],
        "timeline": [event(0, "request.received", Some("source: web")), event(1, "request.proved", None), event(3, "plan.drawn", Some("number: 3"))],
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

const USUAL: &[(&str, &str)] = &[
    ("RESUME", "it is not paused"),
    ("WITHDRAW_PAUSE", "it was never paused"),
    ("APPROVE_PLAN", "its plan was not submitted yet"),
    ("RETURN_PLAN", "its plan was not submitted yet"),
    ("SETTLE", "it cannot be settled: it is open: no plan of it was approved"),
    ("SET_LATE_REASON", "it is not late"),
];

pub fn request() -> Stage {
    queue().press("j j Enter").hears("request", "request", json!({ "request": whole("OPEN", USUAL) }))
}

pub fn paused() -> Stage {
    let refused = &[("PAUSE", "it is paused already"), ("EXTEND", "it is paused: let its time go on first")];
    queue().press("j j Enter").hears("request", "request", json!({ "request": whole("PAUSED", refused) }))
}

fn line(
    category: &str,
    place: &str,
    rows: u32,
    action: &str,
    more: (Option<&str>, Option<&str>, Option<&str>),
) -> Value {
    let (recipient, ground, until) = more;
    let store = (place == "store").then(|| json!({ "id": "sto_1", "domain": "zaitoon-home.example" }));
    json!({
        "category": category, "place": place, "store": store, "recipient": recipient, "rows": rows, "action": action,
        "ground": ground, "until": until,
    })
}

fn lines() -> Vec<Value> {
    let none = (None, None, None);
    vec![
        line("account", "subjects", 1, "DELETE", none),
        line("orders", "orders", 212, "ANONYMISE", none),
        line("customer", "store", 87, "DELETE", none),
        line("contact_fields", "recipient", 2087, "TELL", (Some("postex"), None, None)),
        line("usage_logs", "usage_events", 11, "DELETE", none),
        line("financial", "invoices", 9, "KEEP", (None, Some("keep:tax_records"), Some("2030-03-14"))),
        line("orders", "orders", 1, "KEEP", (None, Some("hold:H-18Q2X"), None)),
        line("support_mails", "helpdesk", 0, "BY_HAND", none),
        line("marketing_profile", "profiles", 0, "NOTHING", none),
    ]
}

fn a_plan(number: u32, state: &str, digest: &str, changes: &Value) -> Value {
    let is_submitted = matches!(state, "SUBMITTED" | "APPROVED");
    json!({
        "id": format!("pln_{number}"), "number": number, "digest": digest, "state": state,
        "drawnAt": "2026-11-23T12:39:00Z", "drawnBy": seat("ana"),
        "submittedAt": is_submitted.then_some("2026-11-23T12:40:00Z"), "submittedBy": is_submitted.then(|| seat("ana")),
        "decidedAt": null, "decidedBy": null, "startsAt": null, "coolingHours": 72, "lines": lines(), "changes": changes,
    })
}

pub fn planned(plans: &[Value], refused: &[(&str, &str)]) -> Value {
    json!({ "request": {
        "id": "req_4", "reference": "R-9C0VE8J", "right": "DELETION", "specialCase": null, "stage": "AWAITING_APPROVAL",
        "version": 5, "due": later(), "tenant": tenant("Zaitoon Home"), "acts": acts(refused), "holds": [hold()],
        "plans": plans,
    } })
}

/// A plan that waits for its second person.
pub fn plan() -> Stage {
    let first = a_plan(1, "SUBMITTED", DIGEST, &Value::Null);
    request().press("a A").hears("plan", "plan", planned(&[first], &[("SUBMIT_PLAN", "it was submitted already")]))
}

/// Something came in since it was submitted: the new plan stands beside the old one.
pub fn changed_plan() -> Stage {
    let changes = json!({
        "against": 1, "added": [line("orders", "orders", 214, "ANONYMISE", (None, None, None))],
        "removed": [line("orders", "orders", 212, "ANONYMISE", (None, None, None))],
    });
    let plans = [
        a_plan(2, "DRAWN", "9f3c71ab5f0e4b7d9c1e2f3a4b5c6d7e", &changes),
        a_plan(1, "SUPERSEDED", DIGEST, &Value::Null),
    ];
    plan().press("G r").hears("plan", "plan", planned(&plans, &[("APPROVE_PLAN", "its plan was not submitted yet")]))
}

pub fn letter() -> Stage {
    request()
        .press("a m")
        .hears("letter", "request", json!({ "request": whole("OPEN", USUAL) }))
        .write("Your copy comes by Friday.")
        .press("Enter Enter")
        .write("We still ask the courier.")
}

/// A letter is read as it would leave.
pub fn letter_read() -> Stage {
    letter().millis(1000).press("Ctrl-p").hears("letter", "preview", preview())
}

pub fn visits() -> Value {
    let session = |n: u32, stage: &str, started: &str, seen: &str| {
        json!({
            "id": format!("ses_{n}"), "staff": seat("mira"), "stage": stage, "method": "PASSWORD", "startedAt": started,
            "lastSeenAt": seen, "expiresAt": seen, "idleAt": seen, "source": null, "client": null, "isThisOne": n == 1,
            "endedAt": null, "endReason": null,
        })
    };
    json!({ "sessions": page(vec![
        session(1, "FULL", "2026-11-23T13:00:00Z", "2026-11-23T13:02:00Z"),
        session(2, "PASSWORD", "2026-11-22T20:00:00Z", "2026-11-22T20:00:00Z"),
        session(3, "FULL", "2026-11-20T07:30:00Z", "2026-11-20T16:40:00Z"),
        session(4, "FULL", "2026-11-19T07:30:00Z", "2026-11-19T16:00:00Z"),
    ]) })
}

/// Back after a weekend; two of mine are with a second person.
pub fn back() -> Stage {
    let load = json!({ "requestFigures": figures(), "nextRequests": next_rows(), "savedViews": views() });
    working().hears("desk", "visits", visits()).hears("desk", "load", load).hears(
        "desk",
        "second",
        json!({ "requests": page(rows().into_iter().skip(3).take(2).collect()) }),
    )
}

fn figures() -> Value {
    let day = |n: u32| {
        let count = [2, 5, 4, 1, 6, 0, 1, 9, 7, 14, 6, 8, 1, 0][n as usize % 14];
        let on = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap() + chrono::Days::new(u64::from(n));
        json!({ "on": on, "count": count })
    };
    let days: Vec<Value> = (0..28).map(day).collect();
    let waits = |what: &str, count: u32, oldest: Option<&str>, ends: Option<&str>| json!({ "what": what, "count": count, "oldestAt": oldest, "endsAt": ends });
    let right = |right: &str, count: u32| json!({ "right": right, "count": count });
    let source = |source: &str, count: u32| json!({ "source": source, "count": count });
    json!({
        "at": "2026-11-23T13:02:00Z", "open": 214, "overdue": 3, "dueSoon": 11, "days": days, "later": 127,
        "waiting": [
            waits("PROOF", 14, Some("2026-11-17T10:00:00Z"), Some("2026-11-25T10:00:00Z")),
            waits("SECOND_PERSON", 5, Some("2026-11-23T10:00:00Z"), None),
            waits("COOLING_OFF", 2, Some("2026-11-22T10:00:00Z"), Some("2026-11-23T15:05:00Z")),
            waits("PERSON", 8, Some("2026-11-10T10:00:00Z"), None),
            waits("RECIPIENTS", 0, None, None),
        ],
        "byRight": [right("DELETION", 96), right("ACCESS", 71), right("PORTABILITY", 22), right("OPT_OUT", 0)],
        "bySource": [source("WEB", 88), source("SHOPIFY", 61), source("MAIL", 40), source("OPENDSR", 19)],
        "week": {
            "received": 31, "closed": 44, "late": 1, "medianDays": 9.2,
            "receivedPerDay": days[..7], "closedPerDay": days[7..14],
        },
        "since": {
            "at": "2026-11-22T13:02:00Z", "received": 9, "bySource": [source("SHOPIFY", 5), source("WEB", 3), source("MAIL", 1)],
            "spam": 2, "joined": 1,
        },
    })
}

pub fn next_rows() -> Vec<Value> {
    let keep = ["id", "reference", "right", "tenant", "due", "pausedSince", "nextAction"];
    let next = |row: Value| {
        let row = row.as_object().unwrap().clone();
        Value::Object(row.into_iter().filter(|(name, _)| keep.contains(&name.as_str())).collect())
    };
    rows().into_iter().take(4).map(next).collect()
}

/// The first screen of somebody who works requests.
pub fn desk() -> Stage {
    working().hears(
        "desk",
        "load",
        json!({ "requestFigures": figures(), "nextRequests": next_rows(), "savedViews": views() }),
    )
}

pub fn reports() -> Stage {
    let row = |kind: &str, n: u32| {
        json!({
            "kind": kind, "received": 40 + n, "complied": 30 + n, "partly": 4, "denied": 3, "unverifiable": 2, "exempt": 1,
            "other": 0, "medianDays": 9.5, "meanDays": (n > 0).then_some(11.25),
        })
    };
    let table = json!({
        "year": 2026, "publishBy": "2027-07-01",
        "rows": [row("KNOW", 0), row("DELETE", 12), row("CORRECT", 3), row("OPT_OUT", 7), row("LIMIT", 1)],
    });
    let month = json!({
        "month": "2026-11", "received": 131, "closed": 120, "inTime": 114, "late": 6, "extended": 8, "paused": 11,
        "medianDays": 9.2, "meanDays": 11.0, "slowestDays": 44.0,
        "lateReasons": [{ "reason": "RECIPIENT", "count": 4 }, { "reason": null, "count": 2 }],
    });
    working().press("g R").hears("reports", "ccpa", json!({ "ccpaTable": table })).hears(
        "reports",
        "month",
        json!({ "timeliness": month }),
    )
}
