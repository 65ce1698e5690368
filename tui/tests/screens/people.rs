//! Invented people, merchants and books: what the server would say, as the screens hear it.

use chrono::DateTime;
use rightsdesk::core::chain::{Link, hex};
use rightsdesk::core::screen::Desk;
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::keys;
use serde_json::{Value, json};

use super::{Stage, person};
use rightsdesk::core::action::Action;

const EVERYTHING: &[&str] = &[
    "see_queue",
    "see_data",
    "see_tenants",
    "keep_tenants",
    "see_staff",
    "keep_staff",
    "give_grants",
    "break_glass",
    "keep_api_keys",
    "read_books",
    "keep_stores",
    "keep_apps",
    "review_access",
    "keep_policy",
    "publish_policy",
];

/// A page of a list: its only one.
pub fn page(rows: Vec<Value>) -> Value {
    let total = rows.len();
    let edge = |(n, node)| json!({ "cursor": format!("at-{n}"), "node": node });
    let edges: Vec<_> = rows.into_iter().enumerate().map(edge).collect();
    json!({ "pageInfo": { "hasPreviousPage": false, "hasNextPage": false }, "totalCount": total, "edges": edges })
}

/// Somebody who may do everything, at a desk elsewhere, in the afternoon of the pictures.
pub fn seated() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk::default())
        .then(Action::Arrived("https://desk.example".to_owned()))
        .answered("0.1.0", 21_000)
        .known(person("mira", &["admin"], EVERYTHING))
}

pub fn tenant(n: u32, name: &str, state: &str) -> Value {
    json!({
        "id": format!("ten_{n}"), "legalName": name, "reference": (n.is_multiple_of(2)).then(|| format!("org-{n}")),
        "locale": "de-AT", "region": "EU", "plan": "growth", "appSlots": 10, "ourRole": "PROCESSOR",
        "roleNote": null, "state": state, "openedAt": "2026-03-03T09:00:00Z",
        "closingAt": (state == "CLOSING").then_some("2026-11-05T09:00:00Z"),
        "closesOn": (state == "CLOSING").then_some("2026-12-05"), "closedAt": null, "version": 3,
    })
}

pub fn tenant_rows() -> Vec<Value> {
    vec![
        tenant(1, "Karachi Threads", "ACTIVE"),
        tenant(2, "Lahore Living", "CLOSING"),
        tenant(3, "Meera Crafts", "ACTIVE"),
        tenant(4, "Zaitoon Home", "ACTIVE"),
        tenant(5, "नीम बाज़ार", "ACTIVE"),
        tenant(6, "北山商店", "CLOSED"),
    ]
}

pub fn tenants() -> Stage {
    seated().press("g e").hears("tenants", "tenants", json!({ "tenants": page(tenant_rows()) }))
}

fn member(n: u32, role: &str, state: &str) -> Value {
    json!({
        "id": format!("mem_{n}"), "role": role, "name": { "masked": format!("name of sub·k3f{n}q") },
        "mail": { "masked": format!("mail of sub·k3f{n}q") }, "hasLogin": n.is_multiple_of(2), "state": state,
        "addedAt": "2026-05-01T10:00:00Z", "removedAt": null, "version": 1,
    })
}

fn key(n: u32, name: &str, state: &str, ends: &str) -> Value {
    json!({
        "id": format!("apk_{n}"), "name": name, "hint": format!("x{n}z"), "permissions": ["SEE_TENANTS", "KEEP_MEMBERS"],
        "madeBy": "staff:55555555-5555-4555-8555-555555555555", "madeAt": "2026-05-01T10:00:00Z", "expiresAt": ends,
        "lastUsedAt": "2026-11-23T12:40:00Z", "state": state,
    })
}

/// The detail of Zaitoon Home.
pub fn one_tenant() -> Stage {
    let members = vec![member(1, "OWNER", "ACTIVE"), member(2, "MEMBER", "ACTIVE"), member(3, "MEMBER", "REMOVED")];
    let keys = vec![
        key(1, "shop window", "LIVE", "2027-05-01T10:00:00Z"),
        key(2, "old window", "OVERLAPPING", "2026-11-26T10:00:00Z"),
        key(3, "trial", "REVOKED", "2027-01-01T10:00:00Z"),
    ];
    tenants()
        .press("j j j Enter")
        .hears("tenant", "tenant", json!({ "tenant": tenant(4, "Zaitoon Home", "ACTIVE") }))
        .hears("tenant", "members", json!({ "tenant": { "members": page(members) } }))
        .hears("tenant", "keys", json!({ "tenant": { "apiKeys": page(keys) } }))
}

fn seat(n: u32, handle: &str, role: Option<&str>, state: &str) -> Value {
    let partner = role.is_none().then(|| json!([{ "id": "ten_4", "legalName": "Zaitoon Home" }]));
    json!({
        "id": format!("stf_{n}"), "handle": handle, "roles": role.into_iter().collect::<Vec<_>>(),
        "permissions": if role.is_some() { json!(["SEE_QUEUE", "SEE_TENANTS"]) } else { json!(["SEE_TENANTS"]) },
        "tenants": partner, "state": state, "endsAt": role.is_none().then_some("2026-11-30T23:00:00Z"),
        "secondFactor": (state == "ACTIVE").then_some("TOTP"),
        "invitedUntil": (state == "INVITED").then_some("2026-11-25T13:00:00Z"),
        "lastSeenAt": (state == "ACTIVE").then_some("2026-11-23T12:58:00Z"), "version": 2,
    })
}

fn grant(n: u32, who: &str, kind: &str, is_live: bool) -> Value {
    json!({
        "id": format!("grt_{n}"), "kind": kind, "staff": { "id": "stf_1", "handle": who },
        "tenant": { "id": "ten_4", "legalName": "Zaitoon Home" },
        "ticket": (kind == "GIVEN").then_some("R-7K4QD"),
        "givenBy": (kind == "GIVEN").then(|| json!({ "id": "stf_2", "handle": "jonas" })),
        "startsAt": "2026-11-23T12:20:00Z", "endsAt": "2026-11-23T13:20:00Z",
        "endedAt": null, "isLive": is_live, "reviewedAt": null, "reviewedBy": null,
    })
}

pub fn seat_rows() -> Vec<Value> {
    vec![
        seat(1, "mira", Some("ADMIN"), "ACTIVE"),
        seat(2, "jonas", Some("APPROVER"), "ACTIVE"),
        seat(3, "omar", None, "ACTIVE"),
        seat(4, "sana", Some("OPS"), "INVITED"),
        seat(5, "ana", Some("SUPPORT"), "DISABLED"),
    ]
}

pub fn grant_rows() -> Vec<Value> {
    vec![grant(1, "ana", "GIVEN", true), grant(2, "mira", "BREAK_GLASS", true), grant(3, "ana", "BREAK_GLASS", false)]
}

pub fn staff() -> Stage {
    seated().press("g f").hears("staff", "seats", json!({ "staff": page(seat_rows()) })).hears(
        "staff",
        "grants",
        json!({ "grants": page(grant_rows()) }),
    )
}

pub fn sessions() -> Stage {
    let session = |n: u32, who: &str, is_this_one: bool| {
        json!({
            "id": format!("ses_{n}"), "staff": { "id": "stf_1", "handle": who }, "stage": "FULL", "method": "LOCAL",
            "startedAt": "2026-11-23T08:30:00Z", "lastSeenAt": "2026-11-23T13:02:00Z",
            "expiresAt": "2026-11-23T16:30:00Z", "idleAt": "2026-11-23T13:32:00Z", "source": "192.0.2.7",
            "client": "rightsdesk/0.1.0", "isThisOne": is_this_one,
            "endedAt": (n == 3).then_some("2026-11-23T09:10:00Z"), "endReason": (n == 3).then_some("SIGNED_OUT"),
        })
    };
    let rows = vec![session(1, "mira", true), session(2, "mira", false), session(3, "mira", false)];
    seated().press("g i").hears("sessions", "sessions", json!({ "sessions": page(rows) }))
}

/// The house's links, the first of them first.
pub fn links(many: u64) -> Vec<Link> {
    let mut prev = [0; 32];
    let at = DateTime::parse_from_rfc3339("2026-11-20T08:00:00Z").unwrap().timestamp_micros();
    let verbs = ["staff.invited", "tenant.opened", "grant.given", "member.added", "session.began"];
    let links = (1..=many).map(|seq| {
        let n = usize::try_from(seq).unwrap();
        let mut link = Link {
            seq,
            micros: at + i64::try_from(seq).unwrap() * 3_600_000_000,
            actor: if n.is_multiple_of(3) { "house" } else { "staff:55555555-5555-4555-8555-555555555555" }.to_owned(),
            action: verbs[n % verbs.len()].to_owned(),
            object: "tenant:44444444-4444-4444-8444-444444444444".to_owned(),
            payload: n.is_multiple_of(2).then_some([9; 32]),
            hash: prev,
        };
        link.hash = link.expected(&[0; 16], &prev);
        prev = link.hash;
        link
    });
    links.collect()
}

/// Links as the server lists them, the newest first.
pub fn events(links: &[Link]) -> Value {
    let event = |link: &Link| {
        let at = DateTime::from_timestamp_micros(link.micros).unwrap();
        json!({
            "tenant": null, "seq": link.seq, "at": at.to_rfc3339(), "atMicros": link.micros.to_string(),
            "actor": link.actor, "action": link.action, "object": link.object,
            "facts": link.payload.map(|_| "roles: support"), "payloadHash": link.payload.map(|hash| hex(&hash)),
            "hash": hex(&link.hash),
        })
    };
    json!({ "events": page(links.iter().rev().map(event).collect()) })
}

pub fn audit() -> Stage {
    let links = links(40);
    let head = links.last().unwrap();
    let checkpoint = json!({ "at": "2026-11-23T12:30:00Z", "digest": "5".repeat(64) });
    let standing = json!({ "seq": 40, "hash": hex(&head.hash), "checkpoint": checkpoint, "covered": 38 });
    seated().press("g l").hears("audit", "events", events(&links)).hears(
        "audit",
        "standing",
        json!({ "auditStanding": standing }),
    )
}

pub fn audit_checked() -> Stage {
    audit().press("c").hears("audit", "check", events(&links(40)))
}

/// Somebody has changed who did the twelfth thing.
pub fn audit_broken() -> Stage {
    let mut links = links(40);
    links[11].actor.push('0');
    audit().press("c").hears("audit", "check", events(&links))
}

pub fn accesses() -> Stage {
    let access = |n: u32, who: &str, view: &str| {
        json!({
            "id": format!("acc_{n}"), "tenant": { "id": "ten_4", "legalName": "Zaitoon Home" },
            "at": format!("2026-11-23T1{n}:04:00Z"), "actor": who, "subject": (n != 1).then_some("sub·k3f2q"),
            "view": view, "purpose": "reveal", "ticket": (n == 2).then_some("R-7K4QD"), "hasReason": n != 1,
        })
    };
    let rows = vec![
        access(2, "staff:mira", "members.mail"),
        access(1, "staff:ana", "desk"),
        access(0, "staff:ana", "members.name"),
    ];
    seated().press("g x").hears("accesses", "accesses", json!({ "accesses": page(rows) }))
}

/// The mail of the first member, opened.
pub fn revealed() -> Stage {
    let value = json!({ "value": "asma@shopper.example", "hideAfterSeconds": 30 });
    one_tenant().press("x Tab").write("R-7K4QD").press("Ctrl-s").hears(
        "dialog",
        "sent",
        json!({ "revealMember": { "revealed": value, "userErrors": [] } }),
    )
}

/// What waits for a second look, on the first screen.
pub fn look_here() -> Stage {
    seated().hears("desk", "glass", json!({ "grants": page(vec![grant(3, "ana", "BREAK_GLASS", false)]) })).hears(
        "desk",
        "ending",
        json!({ "staff": page(vec![seat(3, "omar", None, "ACTIVE")]) }),
    )
}
