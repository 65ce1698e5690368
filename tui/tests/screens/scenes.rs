//! Moments of the console, made by actions alone: what snapshots, laws and the pictures of the README draw.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};
use rightsdesk::api::schema::{Server, ServerQuery};
use rightsdesk::core::action::{Action, Effects, Size};
use rightsdesk::core::ask::{Answer, Ask, Refusal, Trouble};
use rightsdesk::core::connection::News;
use rightsdesk::core::keymap::{Code, Key, Keymap, sequence};
use rightsdesk::core::me::{Factor, Kind, Me, Person};
use rightsdesk::core::model::Model;
use rightsdesk::core::page::Tone;
use rightsdesk::core::screen::Desk;
use rightsdesk::core::scrub::Clean;
use rightsdesk::core::update::update;
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::keys;
use serde_json::{Value, json};

#[path = "asked.rs"]
pub mod asked;
#[path = "carried.rs"]
pub mod carried;
#[path = "estate.rs"]
pub mod estate;
#[path = "listed.rs"]
pub mod listed;
#[path = "people.rs"]
pub mod people;
#[path = "reviewed.rs"]
pub mod reviewed;
#[path = "shops.rs"]
pub mod shops;
#[path = "vows.rs"]
pub mod vows;

pub struct Scene {
    pub name: &'static str,
    pub make: fn() -> Stage,
}

pub const SCENES: &[Scene] = &[
    Scene { name: "starting", make: starting },
    Scene { name: "desk", make: live },
    Scene { name: "remote", make: remote },
    Scene { name: "offline", make: offline },
    Scene { name: "never-reached", make: never_reached },
    Scene { name: "help", make: || live().press("?") },
    Scene { name: "help-search", make: || live().press("? / z o n") },
    Scene { name: "palette", make: || live().press(":") },
    Scene { name: "palette-search", make: || live().press(": s e") },
    Scene { name: "notices", make: || offline().press("!") },
    Scene { name: "prefix", make: || live().press("g") },
    Scene { name: "remark", make: || live().press("Z") },
    Scene { name: "sign-in", make: stranger },
    Scene { name: "sign-in-code", make: halfway },
    Scene { name: "sign-in-browser", make: || browsing().later(2) },
    Scene { name: "invitation", make: || stranger().press("Ctrl-n") },
    Scene { name: "enrolment", make: enrolling },
    Scene { name: "recovery-codes", make: enrolled },
    Scene { name: "step-up", make: || remote().then(Action::StepUpNeeded(waiting())) },
    Scene { name: "locked", make: || remote().later(300) },
    Scene { name: "look-here", make: people::look_here },
    Scene { name: "desk-load", make: asked::desk },
    Scene { name: "desk-views", make: || asked::desk().press("Tab Tab") },
    Scene { name: "desk-days", make: || asked::desk().press("l l l") },
    Scene { name: "desk-back", make: asked::back },
    Scene { name: "queue", make: asked::queue },
    Scene { name: "queue-news", make: asked::news },
    Scene { name: "queue-marked", make: || asked::queue().press("Space j Space") },
    Scene { name: "queue-all-marked", make: || asked::frozen().press("a R") },
    Scene { name: "queue-filter", make: || asked::queue().press("/") },
    Scene { name: "queue-take", make: || asked::queue().press("a t") },
    Scene { name: "outcomes", make: asked::extended },
    Scene { name: "request", make: asked::request },
    Scene { name: "request-clocks", make: || asked::request().press("Tab") },
    Scene { name: "request-letters", make: || asked::request().press("Tab Tab Tab") },
    Scene { name: "request-zoomed", make: || asked::request().press("Tab z") },
    Scene { name: "request-acts", make: || asked::request().press("a") },
    Scene { name: "request-extend", make: || asked::request().press("a e") },
    Scene { name: "request-extend-letter", make: asked::extending_letter },
    Scene { name: "request-refuse", make: || asked::request().press("a R") },
    Scene { name: "request-note", make: || asked::request().press("a n").write("rings back").press("Enter") },
    Scene { name: "request-paused", make: asked::paused },
    Scene { name: "plan", make: asked::plan },
    Scene { name: "plan-approve", make: || asked::plan().press("G a A").later(1).write("R-9C0") },
    Scene { name: "plan-changed", make: asked::changed_plan },
    Scene { name: "request-carried", make: carried::beside },
    Scene { name: "carrying", make: carried::under_way },
    Scene { name: "carrying-brake", make: || carried::cooling().press("a b") },
    Scene { name: "carrying-told", make: carried::told },
    Scene { name: "carrying-silent", make: carried::silent },
    Scene { name: "recipients", make: carried::recipients },
    Scene { name: "carrying-settle", make: || carried::told().press("j j j a f") },
    Scene { name: "carrying-rights", make: carried::rights },
    Scene { name: "package", make: carried::reading },
    Scene { name: "package-rows", make: carried::opened },
    Scene { name: "package-leave-out", make: || carried::opened().press("a l") },
    Scene { name: "package-release", make: || carried::reading().press("G a K").later(1).write("R-2QX") },
    Scene { name: "proof", make: carried::certified },
    Scene { name: "letter", make: asked::letter },
    Scene { name: "letter-preview", make: asked::letter_read },
    Scene { name: "letter-send", make: || asked::letter().press("Ctrl-s").later(1) },
    Scene { name: "reports", make: asked::reports },
    Scene { name: "tenants", make: people::tenants },
    Scene { name: "tenants-asking", make: || people::seated().press("g e") },
    Scene {
        name: "tenants-refused",
        make: || people::seated().press("g e").refused("tenants", "tenants", "FORBIDDEN", "you may not: see_tenants"),
    },
    Scene { name: "tenants-filter", make: || people::tenants().press("/").write("zai") },
    Scene { name: "tenant-new", make: || people::tenants().press("a n").write("Basra Books").press("Ctrl-s") },
    Scene { name: "tenant", make: people::one_tenant },
    Scene { name: "tenant-keys", make: || people::one_tenant().press("Tab") },
    Scene { name: "tenant-close", make: || people::one_tenant().press("a C").later(1).write("Zaitoon H") },
    Scene { name: "tenant-reopen", make: || people::one_tenant().press("a o").later(1) },
    Scene { name: "revealing", make: || people::one_tenant().press("x") },
    Scene { name: "revealed", make: people::revealed },
    Scene { name: "stores", make: estate::stores },
    Scene { name: "store", make: estate::one_store },
    Scene { name: "store-history", make: || estate::one_store().press("Tab") },
    Scene { name: "store-revoke", make: || estate::one_store().press("a R") },
    Scene { name: "store-ended", make: estate::ended_store },
    Scene { name: "reading", make: estate::reading },
    Scene { name: "connecting", make: shops::connecting },
    Scene { name: "connected", make: shops::connected },
    Scene { name: "not-connected", make: shops::not_connected },
    Scene { name: "deliveries", make: shops::deliveries },
    Scene { name: "writes", make: shops::writes },
    Scene { name: "sharing", make: shops::sharing },
    Scene { name: "sharing-book", make: || shops::sharing().press("Tab") },
    Scene { name: "privacy", make: shops::privacy },
    Scene { name: "drift", make: estate::drift },
    Scene { name: "apps", make: estate::apps },
    Scene { name: "app", make: estate::one_app },
    Scene { name: "app-rotate", make: || estate::one_app().press("a t") },
    Scene { name: "app-ended", make: estate::ended_app },
    Scene { name: "promises", make: vows::promises },
    Scene { name: "promise", make: vows::one_promise },
    Scene { name: "policy", make: vows::policy },
    Scene { name: "version", make: vows::one_version },
    Scene { name: "policy-file", make: vows::one_file },
    Scene { name: "version-publish", make: || vows::one_version().press("a P").later(1) },
    Scene { name: "map", make: vows::map },
    Scene { name: "map-columns", make: || vows::map().press("j Tab j") },
    Scene { name: "matrix", make: vows::matrix },
    Scene { name: "matrix-many", make: || vows::matrix_of(14).press("l l l l l l l l l") },
    Scene { name: "reviews", make: reviewed::campaigns },
    Scene { name: "campaign", make: reviewed::one_campaign },
    Scene { name: "campaign-row", make: || reviewed::one_campaign().press("j j Tab") },
    Scene { name: "campaign-keep", make: || reviewed::one_campaign().press("a k") },
    Scene { name: "campaign-signed", make: reviewed::signed_off },
    Scene { name: "processors", make: listed::processors },
    Scene { name: "processor", make: listed::one_processor },
    Scene { name: "announced", make: listed::announced },
    Scene { name: "objections", make: listed::objections },
    Scene { name: "holds", make: asked::holds },
    Scene { name: "objection-answer", make: || listed::objections().press("a w") },
    Scene { name: "staff", make: people::staff },
    Scene { name: "grants", make: || people::staff().press("Tab") },
    Scene { name: "invite", make: || people::staff().press("a i") },
    Scene { name: "sessions", make: people::sessions },
    Scene { name: "audit", make: people::audit },
    Scene { name: "audit-checked", make: people::audit_checked },
    Scene { name: "audit-broken", make: people::audit_broken },
    Scene { name: "accesses", make: people::accesses },
];

/// A model and the hour it is there.
pub struct Stage {
    pub model: Model,
    pub now: DateTime<FixedOffset>,
}

impl Stage {
    pub fn new(keymap: Keymap, desk: Desk) -> Self {
        let now: DateTime<FixedOffset> = "2026-11-23T14:02:10+01:00".parse().unwrap();
        let mut stage = Self { model: Model::new(REGISTRY, keymap, desk, now.to_utc()), now };
        stage.does(Action::Time(now));
        stage.size(120, 36)
    }

    pub fn does(&mut self, action: Action) -> Effects {
        update(&mut self.model, action)
    }

    pub fn then(mut self, action: Action) -> Self {
        self.does(action);
        self
    }

    pub fn later(self, seconds: i64) -> Self {
        self.millis(seconds * 1000)
    }

    pub fn millis(mut self, millis: i64) -> Self {
        self.now += TimeDelta::milliseconds(millis);
        let now = self.now;
        self.then(Action::Time(now))
    }

    pub fn size(self, width: u16, height: u16) -> Self {
        self.then(Action::Size(Size { width, height }))
    }

    /// Presses keys by name, one after the other.
    pub fn press(mut self, keys: &str) -> Self {
        for key in sequence(keys).unwrap() {
            self.does(Action::Key(key));
        }
        self
    }

    /// Types a text, letter by letter.
    pub fn write(mut self, text: &str) -> Self {
        for c in text.chars() {
            self.does(Action::Key(Key::plain(Code::Char(c))));
        }
        self
    }

    /// The server says who this is.
    pub fn known(self, person: Person) -> Self {
        self.then(Action::Known(Ok(Me::Someone(person))))
    }

    /// What a place asked is answered with this data.
    pub fn hears(self, to: &'static str, tag: &'static str, data: Value) -> Self {
        self.then(Action::Answered(Answer { to, tag, outcome: Ok(data) }))
    }

    /// What a place asked is refused with this code.
    pub fn refused(self, to: &'static str, tag: &'static str, code: &str, words: &str) -> Self {
        let refusal = Refusal { code: code.to_owned(), words: words.to_owned(), field: Vec::new() };
        self.then(Action::Answered(Answer { to, tag, outcome: Err(Trouble::Refused(vec![refusal])) }))
    }

    pub fn answered(self, version: &str, micros: u64) -> Self {
        let answer = ServerQuery { server: Server { version: Clean(version.to_owned()) } };
        self.then(Action::Connection(answer.news(Duration::from_micros(micros))))
    }

    pub fn missed(self, why: &str, seconds: u64) -> Self {
        self.then(Action::Connection(News::Missed { why: why.to_owned(), next_in: Duration::from_secs(seconds) }))
    }
}

pub fn starting() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk { is_local: true, ..Desk::default() })
}

pub fn live() -> Stage {
    let mut stage = starting().later(2).then(Action::Arrived("http://127.0.0.1:41999".to_owned()));
    for (n, trip) in [2_900u64, 900, 800, 1_100, 700, 900, 2_100, 800, 900, 700, 1_300, 900].into_iter().enumerate() {
        stage = stage.answered("0.1.0", trip).later(if n < 11 { 15 } else { 0 });
    }
    stage.later(1_640).known(Person { factor: Factor::File, ..person("admin", &["admin"], ADMIN) })
}

pub fn remote() -> Stage {
    let desk = Desk::default();
    Stage::new(keys::table(REGISTRY, true), desk)
        .later(1)
        .then(Action::Arrived("https://desk.example".to_owned()))
        .answered("0.1.0", 43_000)
        .later(2 * 86_400)
        .answered("0.2.0", 231_000)
        .known(person("mira", &["support"], &["see_queue", "see_tenants", "see_data", "break_glass"]))
        .then(Action::Said(Tone::Warn, "config.toml: line 3, column 1: unknown field `colour`".to_owned()))
}

pub fn offline() -> Stage {
    live()
        .missed("connection refused", 1)
        .later(2)
        .missed("connection refused", 8)
        .later(40)
        .missed("no answer within 10 s", 24)
        .later(2)
}

pub fn never_reached() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk::default())
        .then(Action::Arrived("https://desk.example".to_owned()))
        .missed("failed to lookup address information: Name or service not known", 4)
        .later(1)
}

const ADMIN: &[&str] = &["see_queue", "see_tenants", "keep_tenants", "see_staff", "keep_staff", "give_grants"];

/// Someone who signed in with a code a minute ago.
pub fn person(name: &str, roles: &[&str], permissions: &[&str]) -> Person {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    Person {
        kind: Kind::Staff,
        id: Some(format!("stf_{name}")),
        name: name.to_owned(),
        roles: words(roles),
        permissions: words(permissions),
        factor: Factor::Code,
        fresh_until: None,
        ends_at: None,
    }
}

/// An answer that hands out a token.
pub fn pass(field: &str, stage: &str, must_enrol: bool) -> Value {
    let sign_in = json!({ "token": "rds_invented", "stage": stage, "mustEnrol": must_enrol, "device": null });
    json!({ field: { "signIn": sign_in, "userErrors": [] } })
}

/// Before the door of a desk elsewhere.
pub fn stranger() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk::default())
        .then(Action::Arrived("https://desk.example".to_owned()))
        .then(Action::Bearing { has_token: false, device: None })
        .answered("0.1.0", 43_000)
}

/// Mail and password typed and sent.
pub fn knocking() -> Stage {
    stranger()
        .then(Action::Pasted("mira@desk.example".to_owned()))
        .press("Tab")
        .then(Action::Pasted("correct horse battery".to_owned()))
        .press("Enter")
}

/// The password was right, and three digits of the code are typed.
pub fn halfway() -> Stage {
    knocking().hears("sign-in", "password", pass("signIn", "PASSWORD", false)).press("1 2 3")
}

/// The browser's page and code are there.
pub fn browsing() -> Stage {
    let device = json!({
        "attempt": "attempt-1", "userCode": "WDJB-MJHT", "page": "https://desk.example/sign-in",
        "expiresAt": "2026-11-23T13:12:10Z", "intervalSeconds": 5,
    });
    stranger().press("Ctrl-o").hears(
        "sign-in",
        "device",
        json!({
            "beginDeviceSignIn": { "deviceSignIn": device, "userErrors": [] }
        }),
    )
}

pub const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
pub const URI: &str =
    "otpauth://totp/Rightsdesk:mira?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Rightsdesk&digits=6";

/// A new seat before its QR code.
pub fn enrolling() -> Stage {
    let enrolment = json!({ "secret": SECRET, "uri": URI });
    knocking().hears("sign-in", "password", pass("signIn", "PASSWORD", true)).hears(
        "enrolment",
        "begin",
        json!({ "beginEnrolment": { "enrolment": enrolment, "userErrors": [] } }),
    )
}

/// The first code was right.
pub fn enrolled() -> Stage {
    let codes: Vec<String> = (0..10).map(|n| format!("k7{n}q-m2x{n}-p{n}w4")).collect();
    let sign_in = json!({ "token": "rds_invented", "stage": "FULL", "mustEnrol": false, "device": null });
    let enrolled = json!({ "signIn": sign_in, "recoveryCodes": codes });
    enrolling()
        .press("1 2 3 4 5 6 Enter")
        .hears("enrolment", "confirm", json!({ "confirmEnrolment": { "enrolled": enrolled, "userErrors": [] } }))
        .known(person("mira", &["support"], &["see_queue"]))
}

/// What a place asked and needs a second factor for.
pub fn waiting() -> Ask {
    let document = "mutation { giveGrant }".to_owned();
    Ask { to: "desk", tag: "give", document, variables: json!({ "reason": "T-77" }), is_again: false }
}
