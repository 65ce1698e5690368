//! One store: what the policy needs of it against what it grants, scope by scope, and what it granted before. Scopes are
//! revoked here, what its platform shows now is taken down, and the connection is ended.

use serde_json::json;

use crate::api::stores::{self, REASONS, Store, StoreGrant, StoreHandshake, StoreReceipt, StoreScope};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, Link, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form, Opt};
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Row, Section, Tone};
use crate::core::question::{Order, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::{Parts, is_for_all, panes, whole};
use super::shared::{ago, fact, moment, opts, order, short_id, some, word};
use super::stores::{drift, state};
use super::working::truth;
use super::{connecting, deliveries, reading, sharing, writes};

const PLACE: &str = "store";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Store",
    shape: Shape::Detail { kind: "store" },
    opener: None,
    verbs: &[RENEW, TURN, READING, TOLD, WRITTEN, SHARED, CONNECT, SYNC, REVOKE, READ, DISCONNECT],
    open: |_| {
        Box::new(OneScreen {
            store: One::new(&STORE),
            scopes: Parts::default(),
            history: Listing::new(&HISTORY),
            is_on_history: false,
        })
    },
};

const RENEW: Verb = list::renews("store.refresh", PLACE);
const TURN: Verb = list::turns("store.pane", PLACE);

/// A verb that leads to another place about the store.
const fn part(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    command: &'static str,
) -> Verb {
    Verb { cli: Cli::Form(command), needs: None, ..whole(id, title, help, PLACE, keys, "") }
}

const CONNECT: Verb = Verb {
    danger: Danger::Confirm,
    cli: Cli::Form("stores connect"),
    ..whole(
        "store.connect",
        "connect at its platform…",
        "Makes the link by which its merchant says yes there, for the scopes that the policy lists",
        PLACE,
        &["a c"],
        "keep_stores",
    )
};
const READING: Verb = Verb {
    hint: "reading",
    ..part(
        "store.reading",
        "how it is read",
        "Shows each shelf and how far its reading has come",
        &["v"],
        "stores readings",
    )
};
const TOLD: Verb = Verb {
    hint: "told",
    ..part("store.told", "what it told", "Shows what its platform told by itself", &["i"], "stores deliveries")
};
const WRITTEN: Verb =
    part("store.written", "what was written", "Shows what was written to it, and why", &["p"], "stores writes");
const SHARED: Verb = Verb {
    hint: "shared",
    ..part("store.shared", "what was shared", "Shows what of its data went to whom", &["s"], "stores shared")
};
const SYNC: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("store.sync", "turn the sync…", "Turns the store's sync on or off", PLACE, &["a y"], "keep_stores")
};
const REVOKE: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "store.revoke",
        "revoke scopes…",
        "Uses the chosen scopes no more, at once and whatever the platform says",
        PLACE,
        &["a R"],
        "keep_stores",
    )
};
const READ: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "store.read",
        "what it grants now…",
        "Takes down which scopes its platform shows today: what was revoked is proven by it",
        PLACE,
        &["a g"],
        "keep_stores",
    )
};
const DISCONNECT: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "store.disconnect",
        "disconnect the store…",
        "Ends its connection for good: token deleted, jobs cancelled",
        PLACE,
        &["a D"],
        "keep_stores",
    )
};

static STORE: Whole = Whole { place: PLACE, tag: "store", document: stores::store, at: "/store" };

static HISTORY: Listed<StoreGrant> = Listed::of(
    Source {
        place: PLACE,
        tag: "history",
        document: stores::grants,
        at: "/store/grants",
        id: |grant| grant.id.inner().to_owned(),
    },
    Looks {
        title: "What it granted",
        heads: &["When", "By what", "Change", "Why", "Who"],
        leaves: &[4, 3],
        none: "it has granted nothing yet",
        is_heard: true,
    },
    |grant, ctx| {
        vec![
            moment(grant.at, ctx),
            word(Tone::Plain, &grant.how.0),
            change(grant),
            grant.reason.as_ref().map_or(Line::dim("—"), |reason| word(Tone::Plain, &reason.0)),
            Line::dim(short_id(&grant.by)),
        ]
    },
);

/// `+ read_customers − read_orders`.
fn change(grant: &StoreGrant) -> Line {
    let signed = |sign: &str, scopes: &[String]| {
        scopes.iter().map(|scope| format!("{sign} {scope}")).collect::<Vec<_>>().join("  ")
    };
    let (added, removed) = (signed("+", &grant.added), signed("−", &grant.removed));
    match (added.is_empty(), removed.is_empty()) {
        (true, true) => Line::dim("the same"),
        (false, false) => Line::plain(format!("{added}  ")) + Line::plain(removed),
        _ => Line::plain(added + &removed),
    }
}

struct OneScreen {
    store: One<Store>,
    scopes: Parts,
    history: Listing<StoreGrant>,
    is_on_history: bool,
}

const SCOPES: Looks = Looks {
    title: "Scopes: needed against granted",
    heads: &["Verdict", "Scope", "Given", "Last used", "For", "Why the policy asks"],
    leaves: &[4, 5],
    none: "nothing is held against the policy",
    is_heard: true,
};

fn verdict(scope: &StoreScope) -> Line {
    match scope.verdict.0.as_str() {
        "NEEDED" => Line::of(Tone::Good, "✓ ") + Line::plain("needed"),
        "MISSING" => Line::of(Tone::Bad, "✗ missing"),
        "NOT_LISTED" => Line::of(Tone::Bad, "✗ not listed"),
        "UNUSED" => Line::of(Tone::Warn, "▲ unused"),
        "WRITES_WHILE_SYNC_IS_OFF" => Line::of(Tone::Warn, "▲ writes, sync is off"),
        "REVOKED" if scope.proven_at.is_some() => Line::of(Tone::Good, "✓ ") + Line::plain("revoked, gone"),
        "REVOKED" => Line::of(Tone::Warn, "○ revoked, unproven"),
        code => word(Tone::Plain, code),
    }
}

fn scope(scope: &StoreScope, ctx: &Ctx) -> Row {
    let given = if scope.is_granted { Line::plain("yes") } else { Line::dim("no") };
    let used = if scope.is_granted { ago(scope.last_used_at, ctx) } else { Line::dim("—") };
    let reason = match (&scope.reason, &scope.sensitivity) {
        (Some(reason), Some(sensitivity)) if sensitivity.0 == "HIGH" => {
            Line::plain(reason.clone()) + Line::of(Tone::Warn, ", sensitive")
        }
        (Some(reason), _) => Line::plain(reason.clone()),
        (None, _) => Line::dim("it does not"),
    };
    let feature = some(scope.feature.as_ref()) + Line::dim(if scope.writes { ", writes" } else { "" });
    Row {
        id: scope.name.clone(),
        cells: vec![verdict(scope), Line::plain(scope.name.clone()), given, used, feature, reason],
    }
}

fn facts(store: &Store, ctx: &Ctx) -> Vec<Fact> {
    let kinds = store.drift_kinds.iter().map(|kind| kind.0.as_str());
    let mut facts = vec![
        fact("domain", "Domain", Line::plain(store.domain.clone()).strong() + Line::dim(format!(", {}", store.name))),
        fact("tenant", "Tenant", Line::plain(store.tenant.legal_name.clone())),
        fact("platform", "Platform", Line::plain(store.platform.clone()) + Line::dim(format!(", {}", store.region))),
        fact("state", "State", state(&store.state.0)),
        fact("drift", "Drift", drift(kinds, &store.state.0)),
        fact("sync", "Sync", Line::plain(if store.sync_is_on { "on" } else { "off" })),
        fact("added_at", "On record", Line::plain(due::day(store.added_at, ctx.zone()))),
    ];
    if let Some(at) = store.connected_at {
        let read = store.last_read_at.map(|at| Line::dim(", its platform last told ") + moment(at, ctx));
        facts.push(fact("connected_at", "Connected", moment(at, ctx) + read.unwrap_or_default()));
    }
    facts.extend(token(store, ctx));
    facts.extend(store.handshake.as_ref().map(|handshake| connecting(handshake, ctx)));
    facts.extend(store.receipt.iter().flat_map(|receipt| self::receipt(receipt, ctx)));
    facts
}

/// How long its token lasts, and by when its merchant has to connect it anew.
fn token(store: &Store, ctx: &Ctx) -> Option<Fact> {
    let ends = store.token_ends_at.map(|at| Line::plain("good until ") + moment(at, ctx));
    let lapses = store.lapses_at.map(|at| {
        let soon = at - ctx.now < chrono::Duration::days(60);
        let mark = if soon { Line::of(Tone::Warn, "▲ ") } else { Line::default() };
        mark + Line::plain("connected until ") + moment(at, ctx)
    });
    let told = match (ends, lapses) {
        (Some(ends), Some(lapses)) => lapses + Line::dim(", token ") + ends,
        (one, other) => one.or(other)?,
    };
    Some(fact("token", "Token", told))
}

/// How far the last try to connect has come.
fn connecting(handshake: &StoreHandshake, ctx: &Ctx) -> Fact {
    let until = Line::dim(", good until ") + moment(handshake.ends_at, ctx);
    let told = match handshake.outcome.0.as_str() {
        "WAITING" if handshake.ends_at < ctx.now => Line::of(Tone::Warn, "▲ ") + Line::plain("the link lapsed"),
        "WAITING" => Line::of(Tone::Warn, "○ ") + Line::plain("its merchant has the link") + until,
        "FAILED" => {
            let why = handshake.code.as_deref().unwrap_or("no word why");
            Line::of(Tone::Bad, "✗ ") + Line::plain(format!("the platform did not connect it: {why}"))
        }
        code => word(Tone::Plain, code),
    };
    fact("handshake", "Connecting", moment(handshake.begun_at, ctx) + Line::dim(", ") + told)
}

/// What the end of the connection left behind.
fn receipt(receipt: &StoreReceipt, ctx: &Ctx) -> Vec<Fact> {
    let token = if receipt.token_deleted { "deleted with its key" } else { "there was none" };
    let sharing = format!(
        "{} of its own destinations ended, {} events on their way dropped",
        receipt.destinations_ended, receipt.sendings_dropped
    );
    vec![
        fact("ended", "Ended", moment(receipt.at, ctx) + Line::dim(format!(", {}", short_id(&receipt.by)))),
        fact("token", "Token", Line::plain(token)),
        fact("jobs", "Jobs", Line::plain(format!("{} cancelled", receipt.jobs_cancelled))),
        fact("sharing", "Sharing", Line::plain(sharing)),
        fact("granted", "It granted", Line::plain(receipt.scopes.join(", "))),
        fact("stays", "What stays", Line::plain(receipt.what_stays.clone())),
    ]
}

impl OneScreen {
    /// Another place about this store.
    fn leads_to(&self, kind: &'static str) -> Effects {
        vec![Effect::Then(Action::Open(Link { kind, id: self.store.id().to_owned() }))]
    }

    fn ids(&self) -> Vec<String> {
        let scopes = self.store.held().map(|store| store.scopes.iter().map(|scope| scope.name.clone()).collect());
        scopes.unwrap_or_default()
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let store = self.store.section("store", "Store", |store| facts(store, ctx));
        let rows = self.store.held().map(|store| store.scopes.iter().map(|each| scope(each, ctx)).collect());
        let looks = Looks { is_heard: !self.is_on_history, ..SCOPES };
        (store, [self.scopes.section("scopes", &looks, rows), self.history.section(self.is_on_history, ctx)])
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                let mut effects = self.store.open(&link.id);
                effects.extend(self.history.of(&link.id, ctx));
                effects
            }
            Action::Answered(answer) if self.store.hear(answer) => Effects::new(),
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_history = !self.is_on_history;
                Effects::new()
            }
            Action::Agreed(verb, ..) if **verb == CONNECT => self.leads_to(connecting::KIND),
            Action::Do(verb, _) if **verb == READING => self.leads_to(reading::KIND),
            Action::Do(verb, _) if **verb == TOLD => self.leads_to(deliveries::KIND),
            Action::Do(verb, _) if **verb == WRITTEN => self.leads_to(writes::KIND),
            Action::Do(verb, _) if **verb == SHARED => self.leads_to(sharing::KIND),
            action if is_for_all(action, &RENEW) => {
                let mut effects = self.store.renew(action);
                effects.extend(self.history.follow(action, ctx));
                effects
            }
            action if self.is_on_history => self.history.follow(action, ctx),
            action => self.scopes.follow(action, &self.ids(), ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (store, parts) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: [store].into_iter().chain(parts).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (store, parts) = self.sections(ctx);
        panes(canvas, &store, &parts, usize::from(self.is_on_history));
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_history { self.history.list().target() } else { self.scopes.target(&self.ids()) }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.store.held().map(|store| store.domain.clone())
    }

    fn question(&self, verb: &Verb, _: &Target, _: &Ctx) -> Option<Question> {
        let store = self.store.held()?;
        let Store { domain, .. } = store;
        let version = json!({ "id": store.id, "version": store.version });
        let question = Question { object: domain.clone(), ..Question::default() };
        Some(match verb.id {
            id if id == SYNC.id => {
                let to = !store.sync_is_on;
                let word = if to { "on" } else { "off" };
                let input = json!({ "id": store.id, "version": store.version, "isOn": to });
                Question {
                    effects: vec![Line::plain(format!("The sync is turned {word}."))],
                    order: Some(order(stores::turn_sync::document(), input, format!("the sync of {domain} is {word}"))),
                    ..question
                }
            }
            id if id == CONNECT.id => Question {
                effects: vec![
                    Line::plain("Its merchant opens the link, says yes at the platform and comes back to this desk."),
                    Line::dim("The link is good once, for a quarter of an hour; a former one leads nowhere any more."),
                ],
                ..question
            },
            id if id == REVOKE.id => revoking(store, question),
            id if id == READ.id => reading(store, question),
            id if id == DISCONNECT.id => Question {
                effects: vec![
                    Line::plain("Its token is deleted with its key, its jobs are cancelled, its domain is free."),
                    Line::of(Tone::Warn, "For good: a new connection is a new store."),
                    Line::dim("A receipt stays, and says what its platform keeps."),
                    Line::dim("Its deletion is a request: planned, approved by a second person, carried out."),
                ],
                form: Form::of(vec![Field::one(
                    "forget",
                    "What came from it",
                    vec![Opt::new("false", "stays here"), Opt::new("true", "is deleted too")],
                )]),
                order: Some(Order {
                    shape: Some(|values| truth(values, "forget")),
                    ..order(
                        stores::disconnect::document(),
                        version,
                        format!("{domain} is disconnected; its receipt is here"),
                    )
                }),
                ..question
            },
            _ => return None,
        })
    }
}

/// What differs from the policy stands chosen.
fn revoking(store: &Store, question: Question) -> Question {
    let used = store.scopes.iter().filter(|scope| scope.is_granted && !scope.is_revoked_here);
    let options = used.clone().map(|scope| Opt::new(&scope.name, &scope.name)).collect();
    let is_drift = |scope: &&StoreScope| !["NEEDED", "MISSING"].contains(&scope.verdict.0.as_str());
    let chosen = used.filter(is_drift).map(|scope| scope.name.as_str());
    Question {
        effects: vec![
            Line::plain("From now on they are used no more, whatever the platform still says."),
            Line::dim("Proven when the platform's next word holds them no more."),
        ],
        form: Form::of(vec![
            Field::several("scopes", "Scopes", options).being(chosen),
            Field::one("reason", "Why", opts(REASONS)),
        ]),
        order: Some(order(
            stores::revoke_scopes::document(),
            json!({ "id": store.id, "version": store.version }),
            format!("scopes of {} are revoked", store.domain),
        )),
        ..question
    }
}

/// What it granted when it was last looked at stands chosen.
fn reading(store: &Store, question: Question) -> Question {
    let options = store.scopes.iter().map(|scope| Opt::new(&scope.name, &scope.name)).collect();
    let granted = store.scopes.iter().filter(|scope| scope.is_granted).map(|scope| scope.name.as_str());
    Question {
        effects: vec![
            Line::plain("As the platform's own page shows it, no more and no less."),
            Line::dim("What was revoked and is not among them is proven gone."),
        ],
        form: Form::of(vec![Field::several("scopes", "Scopes", options).being(granted)]),
        order: Some(order(
            stores::record_grant::document(),
            json!({ "store": store.id }),
            format!("what {} grants is taken down", store.domain),
        )),
        ..question
    }
}
