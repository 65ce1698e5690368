//! One request: what is asked and how it stands, who the person is as far as that is proved, its clocks with what they are
//! reckoned from, its plan and holds, its letters, what was done, and what else this person asked.
//!
//! What may not be done now is off in the server's own words. Nothing of the person is read here but what is opened with
//! a reason.

use serde_json::json;

use crate::api::acts;
use crate::api::figures;
use crate::api::requests::{
    self, Clock, ClockEvent, Event, Hold, Identifier, Message, NamedRequest, PlanHead, Request,
};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, Link, On, Scope, Target, Verb, Why};
use crate::core::ask::{Answer, Ask};
use crate::core::canvas::{Area, Canvas};
use crate::core::due::{self, Moment};
use crate::core::form::spoken;
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Fact, Line, Page, Row, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::carried::{self, Brake, CARRYING, PACKAGE, Telling};
use super::course::{self, LETTER, Matter, PLAN as PLAN_KIND, Standing, date, last_day};
use super::following::{self, Following, Heard};
use super::panes::{Parts, beneath, is_for_all, whole};
use super::shared::{fact, moment, short_id, unless, verb, word};
use super::working;

pub(super) const PLACE: &str = "request";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Request",
    shape: Shape::Detail { kind: shell::REQUEST },
    opener: None,
    verbs: VERBS,
    open: |_| Box::new(OneScreen::new()),
};

/// A change of the whole request.
const fn act(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    danger: Danger,
) -> Verb {
    Verb { danger, ..whole(id, title, help, PLACE, keys, "work_requests") }
}

const OPEN: Verb = list::opens("request.open", PLACE);
const RENEW: Verb = list::renews("request.refresh", PLACE);
const TURN: Verb = list::turns("request.pane", PLACE);
const BACK: Verb = Verb {
    cli: Cli::None("it moves about in the console only"),
    ..Verb::new("request.back", "pane before", "Takes the keys to the pane before", Scope::Place(PLACE), &["BackTab"])
};
const ZOOM: Verb = Verb {
    hint: "zoom",
    cli: BACK.cli,
    ..Verb::new(
        "request.zoom",
        "zoom",
        "Gives the pane with the keys all the room, or takes it back",
        Scope::Place(PLACE),
        &["z"],
    )
};
pub(super) const REVEAL: Verb = Verb {
    hint: "read",
    off: |target, _| {
        unless(target, "msg_", "choose a letter or a hold: Tab").filter(|_| unless(target, "hld_", "").is_some())
    },
    needs: Some("see_data"),
    ..verb("request.reveal", "read it…", "Opens the words of the chosen letter, note or hold, logged", PLACE, &["x"])
};
const COPY: Verb = Verb {
    cli: Cli::None("a command prints it"),
    ..Verb::new(
        "request.copy",
        "copy the reference",
        "Hands the reference to the clipboard",
        Scope::Place(PLACE),
        &["y"],
    )
};
pub(super) const JUDGE: Verb = Verb {
    off: |target, _| unless(target, "iid_", "choose what the person goes by: Tab"),
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    ..verb("request.judge", "identity…", "Judges what the chosen identifier proves, with a reason", PLACE, &["a i"])
};
pub(super) const CODE: Verb = Verb {
    off: |target, _| unless(target, "iid_", "choose what the person goes by: Tab"),
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    ..verb("request.ask-for-proof", "chase: ask for proof…", "Sends a code to the chosen address", PLACE, &["a c"])
};
pub(super) const MANDATE: Verb =
    act("request.mandate", "mandate…", "Judges whether who asks for the person may", &["a u"], Danger::Confirm);
const DRAW: Verb = act(
    "request.plan",
    "plan",
    "Looks up what is held and draws the plan of what would be done",
    &["a p"],
    Danger::Notify,
);
pub(super) const SUBMIT: Verb = act(
    "request.submit",
    "submit the plan…",
    "Gives the plan to a second person, by its digest",
    &["a s"],
    Danger::Confirm,
);
const APPROVE: Verb = Verb {
    on: On::Nothing,
    needs: Some("approve_plans"),
    cli: Cli::Form("requests approve"),
    ..verb(
        "request.approve",
        "approve: read its plan",
        "Opens the plan, which is approved where it was read",
        PLACE,
        &["a A"],
    )
};
pub(super) const RETURN: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "request.return",
        "return the plan…",
        "Sends the plan back, with a reason",
        PLACE,
        &["a r"],
        "approve_plans",
    )
};
pub(super) const PAUSE: Verb = act(
    "request.pause",
    "pause or resume…",
    "Lets its time stand still while the person is asked something, or go on",
    &["a z"],
    Danger::Confirm,
);
pub(super) const UNPAUSE: Verb = act(
    "request.withdraw-pause",
    "withdraw the pause…",
    "Takes a pause back as if it had never been",
    &[],
    Danger::Confirm,
);
pub(super) const EXTEND: Verb = Verb {
    cli: Cli::Form("requests extend"),
    ..act("request.extend", "extend…", "Takes the longer time that a law lets, by letter", &["a e"], Danger::Confirm)
};
pub(super) const UNEXTEND: Verb = act(
    "request.withdraw-extension",
    "withdraw the extension…",
    "Takes an extension back; the person is told",
    &[],
    Danger::Confirm,
);
pub(super) const REFUSE: Verb = Verb {
    cli: Cli::Form("requests refuse"),
    ..act("request.refuse", "refuse…", "Refuses for a ground that the law has, by letter", &["a R"], Danger::Typed)
};
const CARRY: Verb = Verb {
    on: On::Nothing,
    cli: Cli::Form("requests steps"),
    ..verb(
        "request.carrying",
        "carrying out",
        "Opens how far it is carried out: steps, recipients, package and proof",
        PLACE,
        &["c"],
    )
};
pub(super) const STOP: Verb = carried::stops("request.stop", PLACE);
const LET_GO: Verb = Verb {
    on: On::Nothing,
    needs: Some("approve_plans"),
    cli: Cli::Form("requests release"),
    ..verb(
        "request.release-package",
        "release: read its package",
        "Opens the package, which is let go where it was read",
        PLACE,
        &["a K"],
    )
};
const WRITE: Verb = Verb {
    on: On::Nothing,
    needs: Some("work_requests"),
    ..verb("request.letter", "letter…", "Writes to the person; a draft stays on the server", PLACE, &["a m"])
};
pub(super) const ASK: Verb = act(
    "request.ask",
    "ask the person…",
    "Asks the person something by letter; no date moves",
    &["a q"],
    Danger::Confirm,
);
pub(super) const HAND_ON: Verb = act(
    "request.hand-on",
    "hand on to its merchant…",
    "Tells the merchant who decides, and the person who answers",
    &["a g"],
    Danger::Confirm,
);
pub(super) const NOTE: Verb = act("request.note", "note…", "Keeps a note for colleagues", &["a n"], Danger::Notify);
pub(super) const OWNER: Verb = Verb {
    cli: Cli::Form("requests assign"),
    ..act("request.assign", "owner…", "Says who works it, and in which team", &["a o"], Danger::Notify)
};
pub(super) const HOLD: Verb =
    act("request.hold", "hold…", "Stops every erasure of this person", &["a h"], Danger::Confirm);
pub(super) const RELEASE: Verb = act(
    "request.release",
    "release a hold…",
    "Lets erasures of this person go on: another than who placed it",
    &["a H"],
    Danger::TwoPersons,
);
pub(super) const SPAM: Verb =
    act("request.spam", "spam…", "Sets it aside: nobody asked anything", &["a x"], Danger::Confirm);
pub(super) const JOIN: Verb =
    act("request.join", "join a duplicate…", "Joins it to the request that asked the same", &["a j"], Danger::Confirm);
pub(super) const WITHDRAW: Verb =
    act("request.withdraw", "withdraw…", "Ends it, because the person wants it no more", &["a W"], Danger::Typed);
pub(super) const SETTLE: Verb =
    act("request.settle", "settle by hand…", "Ends it with what was done, in words", &["a F"], Danger::Typed);
pub(super) const LATE: Verb =
    act("request.late", "why it is late…", "Says why it was or is answered late", &["a l"], Danger::Notify);
pub(super) const CASE: Verb = act(
    "request.case",
    "special case…",
    "Says that a deletion is about a child, or about a whole account or shop",
    &["a k"],
    Danger::Confirm,
);

const VERBS: &[Verb] = &[
    OPEN, RENEW, TURN, BACK, ZOOM, REVEAL, COPY, JUDGE, CODE, MANDATE, CASE, DRAW, SUBMIT, APPROVE, RETURN, PAUSE,
    EXTEND, REFUSE, WRITE, ASK, HAND_ON, NOTE, OWNER, HOLD, RELEASE, SPAM, JOIN, WITHDRAW, SETTLE, LATE, UNPAUSE,
    UNEXTEND, CARRY, STOP, LET_GO,
];

/// Which of the contract's acts each verb is; of one that is two, the first that may be done.
const ACTS: &[(&Verb, &[&str])] = &[
    (&JUDGE, &["JUDGE"]),
    (&CODE, &["ASK_FOR_PROOF"]),
    (&DRAW, &["DRAW_PLAN"]),
    (&SUBMIT, &["SUBMIT_PLAN"]),
    (&RETURN, &["RETURN_PLAN"]),
    (&PAUSE, &["PAUSE", "RESUME"]),
    (&UNPAUSE, &["WITHDRAW_PAUSE"]),
    (&EXTEND, &["EXTEND"]),
    (&UNEXTEND, &["WITHDRAW_EXTENSION"]),
    (&REFUSE, &["REFUSE"]),
    (&WRITE, &["WRITE"]),
    (&ASK, &["WRITE"]),
    (&NOTE, &["NOTE"]),
    (&OWNER, &["ASSIGN"]),
    (&HOLD, &["PLACE_HOLD"]),
    (&SPAM, &["MARK_SPAM"]),
    (&JOIN, &["JOIN"]),
    (&WITHDRAW, &["WITHDRAW"]),
    (&SETTLE, &["SETTLE"]),
    (&LATE, &["SET_LATE_REASON"]),
    (&REVEAL, &["REVEAL"]),
];

static REQUEST: Whole = Whole { place: PLACE, tag: "request", document: requests::request, at: "/request" };

const NEXT: &str = "next";
const DRAWN: &str = "drawn";
/// Requests that are looked at for the next one.
const AHEAD: i32 = 20;

const PERSON: Looks = Looks {
    title: "Person, masked",
    heads: &["Goes by", "Proved", "Masked"],
    leaves: &[],
    none: "nothing was said of who it is",
    is_heard: true,
};
const CLOCKS: Looks = Looks {
    title: "Clocks",
    heads: &["Due", "Law", "What", "Last day", "Whose", "Reckoned from"],
    leaves: &[5, 4, 2],
    none: "no clock runs",
    is_heard: true,
};
const PLANS: Looks = Looks {
    title: "Plan, holds",
    heads: &["State", "What", "Lines", "By", "Digest"],
    leaves: &[4, 3],
    none: "no plan yet: a p draws one",
    is_heard: true,
};
const LETTERS: Looks = Looks {
    title: "Letters, notes",
    heads: &["When", "Way", "What", "State", "In", "By"],
    leaves: &[5, 4],
    none: "nothing was written",
    is_heard: true,
};
const TIMELINE: Looks = Looks {
    title: "Timeline",
    heads: &["When", "What", "Who", "Facts"],
    leaves: &[3],
    none: "the book tells nothing of it",
    is_heard: true,
};
const RELATED: Looks = Looks {
    title: "Of the same person",
    heads: &["Due", "Ref", "Right", "Stage"],
    leaves: &[],
    none: "nothing else",
    is_heard: true,
};
const CARRIED: Looks = Looks {
    title: "Carried out",
    heads: &["State", "What", "Due", "How far"],
    leaves: &[],
    none: "nothing is carried out yet",
    is_heard: true,
};
/// Where the plan and what is carried out stand among the panes.
const PLAN_PANE: usize = 2;
const CARRIED_PANE: usize = 6;
/// The panes, by the names of their sections.
const PANES: [(&str, Looks); 7] = [
    ("person", PERSON),
    ("clocks", CLOCKS),
    ("plan", PLANS),
    ("letters", LETTERS),
    ("timeline", TIMELINE),
    ("related", RELATED),
    ("carried", CARRIED),
];
/// The order of Tab.
const TURNS: [usize; 7] = [0, 1, PLAN_PANE, CARRIED_PANE, 3, 4, 5];

struct OneScreen {
    request: One<Request>,
    parts: [Parts; 7],
    /// The pane with the keys.
    at: usize,
    is_zoomed: bool,
    /// The reference of the request that the next one comes after.
    after: Option<String>,
    following: Following,
    /// What changes now is this console's own doing: it was told already.
    is_own: bool,
}

impl OneScreen {
    fn new() -> Self {
        let (request, following) = (One::new(&REQUEST), Following::default());
        Self { request, parts: <_>::default(), at: 0, is_zoomed: false, after: None, following, is_own: false }
    }

    fn rows(&self, pane: usize, ctx: &Ctx) -> Option<Vec<Row>> {
        let request = self.request.held()?;
        Some(match pane {
            0 => request.intake.identifiers.iter().map(|one| identifier(one, ctx)).collect(),
            1 => {
                let clocks = request.clocks.iter().map(|one| clock(one, ctx));
                clocks.chain(request.clock_events.iter().enumerate().map(|(n, one)| clock_event(n, one, ctx))).collect()
            }
            2 => {
                let plan = request.plan.iter().map(|one| plan(one, ctx));
                plan.chain(request.holds.iter().map(|one| hold(one, ctx))).collect()
            }
            3 => request.messages.iter().rev().map(|one| message(one, ctx)).collect(),
            4 => request.timeline.iter().rev().map(|one| event(one, ctx)).collect(),
            CARRIED_PANE => carried_out(request, ctx),
            _ => request.related.iter().map(|one| related(one, ctx)).collect(),
        })
    }

    fn ids(&self, pane: usize, ctx: &Ctx) -> Vec<String> {
        self.rows(pane, ctx).unwrap_or_default().into_iter().map(|row| row.id).collect()
    }

    fn section(&self, pane: usize, ctx: &Ctx) -> Option<Section> {
        let ((id, looks), part) = (PANES.get(pane)?, self.parts.get(pane)?);
        let looks = Looks { is_heard: pane == self.at, ..*looks };
        Some(part.section(id, &looks, self.rows(pane, ctx)))
    }

    /// What the chosen clock is reckoned from, where the clocks have all the room.
    fn basis(&self, ctx: &Ctx) -> Option<Section> {
        let target = self.target(ctx);
        let id = target.0.first().filter(|_| self.at == 1)?;
        let clock = self.request.held()?.clocks.iter().find(|clock| clock.id.inner() == id)?;
        let legal = clock.legal_on.map(|on| format!("; by law {}", date(on))).unwrap_or_default();
        let facts = vec![
            fact("law", "Law", Line::plain(clock.title.clone()).strong() + Line::dim(format!(", {}", clock.cite))),
            fact("what", "What", word(Tone::Plain, &clock.kind.0) + Line::dim(", ") + word(Tone::Dim, &clock.whose.0)),
            fact("last_day", "Last day", Line::plain(last_day(clock.on)) + Line::dim(legal)),
            fact("basis", "Reckoned", Line::plain(clock.basis.clone())),
        ];
        Some(Section { id: "basis", title: "The chosen clock", note: Line::default(), body: Body::Facts(facts) })
    }

    fn head(&self, ctx: &Ctx) -> Section {
        self.request.section("request", "Request", |request| facts(request, ctx))
    }

    /// The request as it is now; what somebody else did to it meanwhile is told.
    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let newest = |request: &Request| {
            let event = request.timeline.iter().max_by_key(|event| event.seq);
            event.map(|event| (event.seq, event.action.replace(['.', '_'], " ")))
        };
        let before = self.request.held().map(|request| (request.id.inner().to_owned(), newest(request)));
        if !self.request.hear(answer) {
            return Effects::new();
        }
        self.following.answered(ctx);
        if before.is_none() {
            self.begin(ctx);
        }
        let is_own = std::mem::take(&mut self.is_own);
        let (Some((id, before)), Some(request)) = (before, self.request.held()) else { return Effects::new() };
        let is_same = id == request.id.inner();
        match newest(request).filter(|now| before.is_none_or(|before| now.0 > before.0)) {
            Some((_, what)) if is_same && !is_own => {
                let words = format!("{}: {what}", request.reference);
                vec![Effect::Then(Action::Said(Tone::Plain, words))]
            }
            _ => Effects::new(),
        }
    }

    /// The next request for me, from what the server says.
    fn next(&mut self, answer: &Answer) -> Effects {
        let after = self.after.take().unwrap_or_default();
        let found = match answer.read::<figures::NextOnes>() {
            Ok(found) => found.next_requests,
            Err(trouble) => return vec![Effect::Then(Action::Said(Tone::Bad, trouble.to_string()))],
        };
        let at = found.iter().position(|one| one.reference == after).map_or(0, |at| at + 1);
        let next = found.get(at).or_else(|| found.first().filter(|first| first.reference != after));
        match next {
            Some(next) => self.request.open(next.id.inner()),
            None if after.is_empty() || found.is_empty() => {
                vec![Effect::Then(Action::Said(Tone::Good, "nothing waits for you now".to_owned()))]
            }
            None => {
                let mut effects = found.first().map(|first| self.request.open(first.id.inner())).unwrap_or_default();
                effects.push(Effect::Then(Action::Said(Tone::Plain, format!("{after} alone waits for you"))));
                effects
            }
        }
    }

    /// A plan is drawn: it is read where it stands.
    fn drawn(&self, answer: &Answer) -> Effects {
        match &answer.outcome {
            Ok(_) => vec![Effect::Then(Action::Open(Link { kind: PLAN_KIND, id: self.request.id().to_owned() }))],
            Err(trouble) => vec![Effect::Then(Action::Said(Tone::Bad, format!("no plan: {trouble}")))],
        }
    }

    fn link(&self, target: &Target) -> Option<Link> {
        let id = target.0.first()?;
        let of = self.request.id().to_owned();
        let draft = |id: &str| {
            let messages = &self.request.held()?.messages;
            messages.iter().find(|one| one.id.inner() == id && one.state.0 == "DRAFT")
        };
        match id.split('_').next()? {
            "pln" => Some(Link { kind: PLAN_KIND, id: of }),
            "req" => Some(Link { kind: shell::REQUEST, id: id.clone() }),
            "msg" => draft(id).map(|_| Link { kind: LETTER, id: format!("{of} {id}") }),
            _ => None,
        }
        .or_else(|| carried::leads(self.request.id(), id).map(|(kind, id)| Link { kind, id }))
    }
}

/// Where a request goes past, and how far it has come.
fn steps(request: &Request) -> Line {
    let is_proved = !matches!(request.intake.proof.0.as_str(), "NONE");
    let plan = request.plan.as_ref().map(|plan| plan.state.0.as_str());
    let is_closed = request.stage.0 == "CLOSED";
    let is_begun = request.stage.0 == "IN_PROGRESS";
    let steps = [
        ("received", true),
        ("proved", is_proved),
        ("planned", plan.is_some_and(|state| matches!(state, "SUBMITTED" | "APPROVED"))),
        ("approved", plan == Some("APPROVED") || is_begun),
    ];
    let mut line = Line::default();
    for (name, is_done) in steps.into_iter().filter(|(_, is_done)| *is_done || !is_closed) {
        line = line
            + if is_done { Line::plain(name) + Line::of(Tone::Good, " ✓ ") } else { Line::dim(format!("{name}  ")) };
    }
    let outcome = request.outcome.as_ref().map(|outcome| outcome.0.as_str());
    line + Line::of(Tone::Key, "▸ ") + course::stage(&request.stage.0, outcome).strong()
}

fn facts(request: &Request, ctx: &Ctx) -> Vec<Fact> {
    let standing = Standing {
        stage: &request.stage.0,
        due: request.due.as_ref(),
        paused_since: request.paused_since,
        closed_at: request.closed_at,
        is_late: request.is_late,
    };
    let leads = request.due.as_ref().filter(|_| request.stage.0 != "CLOSED").map(|due| {
        let target = due.target_on.map(|on| on.format(", our own aim %-d %b").to_string()).unwrap_or_default();
        Line::plain(format!("  {} ", last_day(due.on))) + Line::dim(format!("{} leads{target}", due.title))
    });
    let role = if request.role.0 == "PROCESSOR" { "it decides, we carry out" } else { "we decide" };
    let whose = request.tenant.as_ref().map_or_else(|| "the operator".to_owned(), |tenant| tenant.legal_name.clone());
    let store = request.store.as_ref().map(|store| format!(", {}", store.domain)).unwrap_or_default();
    let place = request.intake.place.as_ref().map(|place| format!(", in {place}")).unwrap_or_default();
    let waits = request.waiting_for.as_ref().map(|what| Line::dim("; waits for ") + course::waiting(&what.0));
    let owner = request.owner.as_ref().map_or(Line::dim("nobody"), |seat| Line::plain(seat.handle.clone()));
    let team = request.team.as_ref().map(|team| Line::dim(format!(", {team}"))).unwrap_or_default();
    let mut told = vec![
        fact("due", "Due", course::due(standing, ctx) + leads.unwrap_or_default()),
        fact("right", "Asked", course::right(&request.right.0, request.special_case.as_ref()).strong()),
        fact("course", "Course", steps(request)),
        fact("next", "Next", course::next(&request.next_action.0) + waits.unwrap_or_default()),
        fact("tenant", "Of", Line::plain(whose) + Line::dim(format!("{store}: {role}"))),
        fact(
            "received",
            "Came",
            word(Tone::Plain, &request.source.0)
                + Line::dim(", ")
                + moment(request.received_at, ctx)
                + Line::dim(format!(", {}{place}", request.locale)),
        ),
        fact("owner", "Owner", owner + team),
    ];
    if let Some(brake) = brake(request, ctx).line(ctx) {
        told.insert(3, fact("brake", "Brake", brake));
    }
    if !remarks(request).0.is_empty() {
        told.push(fact("remarks", "Mind", remarks(request)));
    }
    told
}

fn brake(request: &Request, ctx: &Ctx) -> Brake {
    let starts_at = request.plan.as_ref().and_then(|plan| plan.starts_at);
    Brake::of(&request.stage.0, starts_at, &request.steps, ctx)
}

/// This desk, each recipient, the package and what proves it, a row each.
fn carried_out(request: &Request, ctx: &Ctx) -> Vec<Row> {
    let tasks = request.tasks.iter().map(|task| Telling::from(task).row(ctx));
    // One that another took the place of tells nothing here.
    let standing = request.packages.iter().filter(|package| package.state.0 != "REPLACED");
    let packages = standing.map(|package| carried::package(package, ctx));
    let proofs = carried::proofs(&request.certificates, &request.evidence, ctx);
    carried::desk(&request.steps).into_iter().chain(tasks).chain(packages).chain(proofs).collect()
}

/// What must not be overlooked.
fn remarks(request: &Request) -> Line {
    let mut said: Vec<Line> = Vec::new();
    if request.is_test {
        said.push(Line::of(Tone::Warn, "▲ a test: it counts nowhere"));
    }
    if request.holds.iter().any(|hold| hold.released_at.is_none()) {
        said.push(Line::of(Tone::Warn, "▲ held: nothing of the person is erased"));
    }
    match request.intake.mandate.0.as_str() {
        "CLAIMED" => said.push(Line::of(Tone::Warn, "▲ somebody asks for the person: look at the mandate")),
        "REJECTED" => said.push(Line::of(Tone::Bad, "✗ the mandate is none")),
        "SHOWN" => said.push(Line::plain("by mandate")),
        _ => {}
    }
    if let Some(on) = &request.paused_on {
        said.push(Line::plain(format!("paused: {}", spoken(&on.0))));
    }
    if let Some(ground) = &request.ground {
        said.push(Line::plain(format!("ground: {}", spoken(&ground.0))));
    }
    if let Some(reason) = &request.late_reason {
        said.push(Line::plain(format!("late: {}", spoken(&reason.0))));
    }
    if let Some(original) = &request.original {
        said.push(Line::plain(format!("the same as {}", original.reference)));
    }
    if let Some(refused) = &request.appeal_of {
        said.push(Line::plain(format!("against the refusal of {}", refused.reference)));
    }
    if request.intake.is_forgotten {
        said.push(Line::dim("who it was is forgotten"));
    }
    said.into_iter().reduce(|line, more| line + Line::dim("; ") + more).unwrap_or_default()
}

fn identifier(one: &Identifier, ctx: &Ctx) -> Row {
    let by = || one.proved_by.as_ref().map(|seat| Line::dim(format!(", {}", seat.handle))).unwrap_or_default();
    let proof = match (one.proof.0.as_str(), one.proved_at, one.code_until) {
        ("NONE", _, Some(until)) if until > ctx.now => {
            Line::of(Tone::Warn, "○ code sent") + Line::dim(", good until ") + moment(until, ctx) + tries(one)
        }
        ("NONE", _, Some(_)) => Line::of(Tone::Warn, "▲ the code lapsed") + tries(one),
        ("NONE", ..) if one.kind.0 == "NAME" => Line::dim("proves nothing"),
        ("NONE", ..) => Line::of(Tone::Warn, "✗ not proved"),
        ("NOT_NEEDED", ..) => Line::dim("needs no proof"),
        (code, at, _) => {
            let at = at.map(|at| Line::dim(", ") + moment(at, ctx)).unwrap_or_default();
            Line::of(Tone::Good, "✓ ") + word(Tone::Plain, code) + at + by()
        }
    };
    let cells = vec![word(Tone::Plain, &one.kind.0), proof, Line::dim(one.value.masked.clone())];
    Row { id: one.id.inner().to_owned(), cells }
}

fn tries(one: &Identifier) -> Line {
    if one.tries == 0 { Line::default() } else { Line::dim(format!(", {} tries", one.tries)) }
}

fn clock(one: &Clock, ctx: &Ctx) -> Row {
    let due = match (one.met_at, one.is_paused) {
        (Some(at), _) => {
            let (tone, glyph) = if one.is_late { (Tone::Bad, "✗ late ") } else { (Tone::Good, "✓ met ") };
            Line::of(tone, glyph) + moment(at, ctx)
        }
        (None, true) => Line::of(Tone::Warn, "○ stands still"),
        (None, false) => course::deadline(one.ends_at, ctx),
    };
    let leads = if one.is_driving { Line::of(Tone::Key, "▸ ") } else { Line::plain("  ") };
    let legal = one.legal_on.filter(|on| *on != one.on).map(|on| format!(", by law {}", date(on))).unwrap_or_default();
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            due,
            leads
                + if one.is_driving { Line::plain(one.title.clone()).strong() } else { Line::plain(one.title.clone()) },
            word(Tone::Dim, &one.kind.0),
            Line::plain(last_day(one.on)) + Line::dim(legal),
            word(Tone::Dim, &one.whose.0),
            Line::dim(format!("{} ({})", one.basis, one.cite)),
        ],
    }
}

/// A pause, an extension, or its withdrawal, with old and new date.
fn clock_event(n: usize, one: &ClockEvent, ctx: &Ctx) -> Row {
    let of = one.regime.clone().or_else(|| one.on.as_ref().map(|on| spoken(&on.0))).unwrap_or_default();
    let dates = match (one.before, one.after) {
        (Some(before), Some(after)) if before == after => format!("{}, as before", date(after)),
        (Some(before), Some(after)) => format!("{} → {}", date(before), date(after)),
        _ => String::new(),
    };
    let by = one.by.as_ref().map_or("the desk", |seat| seat.handle.as_str());
    Row {
        id: format!("event_{n}"),
        cells: vec![
            Line::dim(due::minute(one.at, ctx.now, ctx.zone())),
            Line::plain(format!("  {of}")),
            word(Tone::Plain, &one.what.0),
            Line::plain(dates),
            Line::dim(by.to_owned()),
            Line::default(),
        ],
    }
}

/// How far a plan has come.
pub(super) fn plan_state(code: &str) -> Line {
    match code {
        "APPROVED" => Line::of(Tone::Good, "✓ approved"),
        "SUBMITTED" => Line::of(Tone::Warn, "○ a second person reads"),
        "RETURNED" => Line::of(Tone::Bad, "✗ returned"),
        "SUPERSEDED" => Line::dim("superseded"),
        code => word(Tone::Plain, code),
    }
}

/// `delete 1204, keep 9`: what would happen to how much.
pub(super) fn summed<'a>(lines: impl Iterator<Item = (&'a str, i32)>) -> String {
    let mut sums: Vec<(&str, i64)> = Vec::new();
    for (action, rows) in lines.filter(|(action, _)| *action != "NOTHING") {
        match sums.iter_mut().find(|(known, _)| *known == action) {
            Some((_, sum)) => *sum += i64::from(rows),
            None => sums.push((action, i64::from(rows))),
        }
    }
    let told = |(action, sum): &(&str, i64)| match *sum {
        0 => spoken(action),
        sum => format!("{} {sum}", spoken(action)),
    };
    if sums.is_empty() { "nothing is held".to_owned() } else { sums.iter().map(told).collect::<Vec<_>>().join(", ") }
}

fn plan(one: &PlanHead, ctx: &Ctx) -> Row {
    let lines = summed(one.lines.iter().map(|line| (line.action.0.as_str(), line.rows)));
    let starts = one.starts_at.filter(|at| *at > ctx.now).map(|at| Line::dim(", starts ") + moment(at, ctx));
    let by = one.decided_by.as_ref().or(one.submitted_by.as_ref()).or(one.drawn_by.as_ref());
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            plan_state(&one.state.0) + starts.unwrap_or_default(),
            Line::plain(format!("plan {}", one.number)),
            Line::plain(lines),
            Line::dim(by.map_or_else(|| "the desk".to_owned(), |seat| seat.handle.clone())),
            Line::dim(course::digest(&one.digest)),
        ],
    }
}

fn hold(one: &Hold, ctx: &Ctx) -> Row {
    let state = match one.released_at {
        Some(at) => Line::dim("released ") + moment(at, ctx),
        None => Line::of(Tone::Warn, "▲ held"),
    };
    let by = one.placed_by.as_ref().map(|seat| seat.handle.clone()).unwrap_or_default();
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            state,
            Line::plain(one.reference.clone()),
            word(Tone::Plain, &one.kind.0) + Line::dim(format!(", look again on {}", date(one.review_on))),
            Line::dim(by),
            Line::default(),
        ],
    }
}

fn message(one: &Message, ctx: &Ctx) -> Row {
    let way = match one.way.0.as_str() {
        "IN" => Line::of(Tone::Strong, "▸ from the person"),
        "OUT" => Line::plain("to the person"),
        _ => Line::dim("note"),
    };
    let state = match (one.state.0.as_str(), one.sent_at) {
        ("SENT", Some(at)) => Line::of(Tone::Good, "✓ sent ") + moment(at, ctx),
        ("FAILED", _) => Line::of(Tone::Bad, "✗ not taken"),
        ("DRAFT", _) => Line::of(Tone::Warn, "draft"),
        ("QUEUED", _) => Line::of(Tone::Warn, "○ to be sent"),
        (code, _) => word(Tone::Dim, code),
    };
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            moment(one.made_at, ctx),
            way,
            word(Tone::Plain, &one.kind.0),
            state,
            Line::dim(one.locale.clone()),
            Line::dim(one.made_by.as_ref().map_or_else(|| "the desk".to_owned(), |seat| seat.handle.clone())),
        ],
    }
}

fn event(one: &Event, ctx: &Ctx) -> Row {
    Row {
        id: format!("seq_{}", one.seq),
        cells: vec![
            moment(one.at, ctx),
            Line::plain(one.action.replace(['.', '_'], " ")),
            Line::dim(one.by.as_ref().map_or_else(|| short_id(&one.actor), |seat| seat.handle.clone())),
            Line::dim(one.facts.clone().unwrap_or_default()),
        ],
    }
}

fn related(one: &NamedRequest, ctx: &Ctx) -> Row {
    let standing =
        Standing { stage: &one.stage.0, due: one.due.as_ref(), paused_since: None, closed_at: None, is_late: false };
    let due = if one.stage.0 == "CLOSED" { Line::dim("closed") } else { course::due(standing, ctx) };
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            due,
            Line::plain(one.reference.clone()),
            word(Tone::Plain, &one.right.0),
            word(Tone::Dim, &one.stage.0),
        ],
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let id = self.request.id().to_owned();
        match self.following.hear(action, ctx, |change| following::is_of(change, &id)) {
            Heard::Look => return self.request.look(),
            Heard::Taken => return Effects::new(),
            Heard::Nothing => {}
        }
        self.is_own |= matches!(action, Action::Changed(..) | Action::Agreed(..));
        match action {
            Action::Linked(link) => match link.id.strip_prefix(shell::AFTER) {
                Some(after) => {
                    self.after = Some(after.to_owned());
                    let variables = json!({ "first": AHEAD });
                    let ask = Ask { to: PLACE, tag: NEXT, document: figures::next(), variables, is_again: false };
                    vec![Effect::Ask(ask)]
                }
                None => self.request.open(&link.id),
            },
            Action::Answered(answer) if answer.tag == NEXT => self.next(answer),
            Action::Answered(answer) if answer.tag == DRAWN => self.drawn(answer),
            Action::Answered(answer) => self.hear(answer, ctx),
            Action::Do(verb, target) => self.does(verb, target, action, ctx),
            action if is_for_all(action, &RENEW) => self.renew(action),
            action => self.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let shown = (0..PANES.len()).filter(|pane| !self.is_hidden(*pane, ctx));
        let panes = shown.filter_map(|pane| self.section(pane, ctx));
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: std::iter::once(self.head(ctx)).chain(panes).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        if let Some(pane) = self.section(self.at, ctx).filter(|_| self.is_zoomed) {
            return match self.basis(ctx) {
                Some(basis) => beneath(canvas, &pane, &basis),
                None => canvas.section(area, &pane),
            };
        }
        let head = self.head(ctx);
        if area.width < WIDE {
            let (top, below) = area.cut_top((canvas.height(&head, area.width) + 1).min(area.height * 11 / 20));
            canvas.section(top, &head);
            if let Some(pane) = self.section(self.at, ctx) {
                canvas.section(below, &pane);
            }
            return;
        }
        let (left, right) = area.columns(area.width / 2);
        let (top, below) = left.cut_top((canvas.height(&head, left.width) + 1).min(left.height / 2));
        canvas.section(top, &head);
        self.stacked(&[0, 1, 5], below, ctx, canvas);
        let panes: &[usize] = if self.is_hidden(CARRIED_PANE, ctx) { &[2, 3, 4] } else { &[2, CARRIED_PANE, 3, 4] };
        self.stacked(panes, right, ctx, canvas);
        canvas.divide(left);
    }

    fn target(&self, ctx: &Ctx) -> Target {
        let ids = self.ids(self.at, ctx);
        self.parts.get(self.at).map(|part| part.target(&ids)).unwrap_or_default()
    }

    fn refusals(&self, ctx: &Ctx) -> Vec<(&'static str, Why)> {
        let Some(request) = self.request.held() else { return Vec::new() };
        let why = |act: &str| {
            let found = request.acts.iter().find(|one| one.act.0 == act)?;
            Some(found.refusal.clone())
        };
        let refused = |(verb, acts): &(&Verb, &[&str])| {
            let said: Vec<Option<Why>> = acts.iter().filter_map(|act| why(act)).collect();
            let is_off = !said.is_empty() && said.iter().all(Option::is_some);
            // Of two, the one that its stage asks for tells why.
            let at = usize::from(request.stage.0 == "PAUSED").min(said.len().saturating_sub(1));
            said.into_iter().nth(at).flatten().filter(|_| is_off).map(|why| (verb.id, why))
        };
        let nobody =
            (request.intake.mandate.0 == "NONE").then(|| (MANDATE.id, "nobody asks for the person".to_owned()));
        let other = (request.right.0 != "DELETION").then(|| (CASE.id, "it is no deletion".to_owned()));
        let ours = (request.role.0 != "PROCESSOR").then(|| (HAND_ON.id, "we decide about this data".to_owned()));
        let leads = self.link(&self.target(ctx)).is_some();
        let closed = (!leads).then(|| (OPEN.id, "nothing opens from this row".to_owned()));
        let stop = brake(request, ctx).refusal().map(|why| (STOP.id, why));
        let none = request.packages.is_empty().then(|| (LET_GO.id, "there is no package of it".to_owned()));
        ACTS.iter()
            .filter_map(refused)
            .chain(nobody)
            .chain(other)
            .chain(ours)
            .chain(closed)
            .chain(stop)
            .chain(none)
            .collect()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        self.following.wakes(PLACE, true, ctx)
    }

    fn follows(&self, ctx: &Ctx) -> Vec<Ask> {
        let of = |request: &Request| request.tenant.as_ref().map(|tenant| tenant.id.inner().to_owned());
        let tenant = self.request.held().map(of);
        let tenants = tenant.iter().map(Option::as_deref);
        self.following.lines(PLACE, course::told(tenants, ctx), ctx)
    }

    fn crumb(&self) -> Option<String> {
        self.request.held().map(|request| request.reference.clone())
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        let request = self.request.held()?;
        if *verb == STOP {
            let matter = Matter { id: request.id.inner(), reference: &request.reference, version: request.version };
            return Some(brake(request, ctx).question(matter, ctx));
        }
        working::question(verb, request, target, ctx)
    }
}

/// From this width on, two columns.
const WIDE: u16 = 110;

impl OneScreen {
    fn does(&mut self, verb: &Verb, target: &Target, action: &Action, ctx: &Ctx) -> Effects {
        let opens = |kind| {
            let id = self.request.id().to_owned();
            vec![Effect::Then(Action::Open(Link { kind, id }))]
        };
        match verb.id {
            id if id == TURN.id => self.turn(1, ctx),
            id if id == BACK.id => self.turn(PANES.len() - 1, ctx),
            id if id == ZOOM.id => self.is_zoomed = !self.is_zoomed,
            id if id == APPROVE.id => return opens(PLAN_KIND),
            id if id == CARRY.id => return opens(CARRYING),
            id if id == LET_GO.id => return opens(PACKAGE),
            id if id == WRITE.id => return opens(LETTER),
            id if id == COPY.id => return self.crumb().map(Effect::Copy).into_iter().collect(),
            id if id == OPEN.id => {
                let link = self.link(target);
                return link.map(|link| Effect::Then(Action::Open(link))).into_iter().collect();
            }
            id if id == DRAW.id => {
                let variables = json!({ "input": { "id": self.request.id() } });
                let document = acts::draw_plan::document();
                return vec![Effect::Ask(Ask { to: PLACE, tag: DRAWN, document, variables, is_again: false })];
            }
            id if id == RENEW.id => return self.renew(action),
            _ => return self.follow(action, ctx),
        }
        Effects::new()
    }

    /// On by so many panes; where all of them are in view, past those without rows.
    fn turn(&mut self, by: usize, ctx: &Ctx) {
        let is_wide = ctx.size.width >= WIDE && !self.is_zoomed;
        let at = TURNS.iter().position(|pane| *pane == self.at).unwrap_or(0);
        let mut around = (1..=TURNS.len()).filter_map(|n| TURNS.get((at + n * by) % TURNS.len()).copied());
        let next = around.find(|pane| !self.is_hidden(*pane, ctx) && (!is_wide || !self.ids(*pane, ctx).is_empty()));
        self.at = next.unwrap_or(self.at);
    }

    /// What is carried out is no pane of a request of which nothing is.
    fn is_hidden(&self, pane: usize, ctx: &Ctx) -> bool {
        pane == CARRIED_PANE && self.ids(pane, ctx).is_empty()
    }

    /// The keys begin where the next step is: at a plan that is to be read, once nothing is left to be proved; at what is
    /// carried out, once that was begun.
    fn begin(&mut self, ctx: &Ctx) {
        let Some(request) = self.request.held() else { return };
        let is_to_be_read = |plan: &PlanHead| matches!(plan.state.0.as_str(), "DRAWN" | "SUBMITTED");
        // A name or the number of an order tells where to look; it is no address that a code is awaited from.
        let tells_only = |one: &Identifier| matches!(one.kind.0.as_str(), "NAME" | "ORDER");
        let identifiers = &request.intake.identifiers;
        let is_proved =
            request.intake.proof.0 != "NONE" && identifiers.iter().all(|one| one.proof.0 != "NONE" || tells_only(one));
        if self.at == 0 && request.stage.0 == "IN_PROGRESS" && !(request.steps.is_empty() && request.tasks.is_empty()) {
            let is_to_be_read = request.next_action.0 == "RELEASE_PACKAGE";
            let package = request.packages.first().filter(|_| is_to_be_read).map(|one| one.id.inner().to_owned());
            self.at = CARRIED_PANE;
            let ids = self.ids(CARRIED_PANE, ctx);
            if let (Some(package), Some(part)) = (package, self.parts.get_mut(CARRIED_PANE)) {
                part.follow(&Action::Picked(package), &ids, ctx);
            }
        } else if self.at == 0 && is_proved && request.plan.as_ref().is_some_and(is_to_be_read) {
            self.at = PLAN_PANE;
        }
    }

    fn renew(&self, action: &Action) -> Effects {
        if self.request.id().is_empty() { Effects::new() } else { self.request.renew(action) }
    }

    fn follow(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let ids = self.ids(self.at, ctx);
        self.parts.get_mut(self.at).map_or_else(Effects::new, |part| part.follow(action, &ids, ctx))
    }

    /// Panes below one another: each what it needs, the last what is left; one without rows gets no more than its word.
    fn stacked(&self, panes: &[usize], area: Area, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let mut rest = area;
        for (n, pane) in panes.iter().enumerate() {
            let Some(section) = self.section(*pane, ctx) else { continue };
            let left = u16::try_from(panes.len() - n).unwrap_or(1);
            let empty = matches!(&section.body, Body::Rows(rows) if rows.rows.is_empty());
            let share = if *pane == self.at { rest.height.saturating_sub(3 * (left - 1)) } else { rest.height / left };
            let wanted = canvas.height(&section, rest.width) + 2;
            let height = if left == 1 {
                rest.height
            } else if empty {
                2
            } else {
                wanted.min(share)
            };
            let (here, below) = rest.cut_top(height);
            canvas.section(here, &section);
            rest = below;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_happen_is_summed_in_the_order_of_the_plan() {
        let lines = [("DELETE", 1200), ("KEEP", 6), ("DELETE", 4), ("NOTHING", 0), ("TELL", 0)];
        assert_eq!(summed(lines.into_iter()), "delete 1204, keep 6, tell");
        assert_eq!(summed([("NOTHING", 0)].into_iter()), "nothing is held");
    }
}
