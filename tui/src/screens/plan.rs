//! The plan of a request: what would be done to what is held, line by line, and what is otherwise than in the plan before.
//! It is submitted, returned and approved here, where it is read.
//!
//! Approving is off until the plan was read to its end, and is about the digest that is shown.

use std::collections::BTreeSet;

use serde_json::json;

use crate::api::acts;
use crate::api::requests::{self, Plan, PlanLine, Planned};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, Scope, Target, Verb, Why};
use crate::core::ask::Ask;
use crate::core::canvas::Canvas;
use crate::core::due::{self, Moment};
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Row, Section, Tone};
use crate::core::question::{Once, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::course::{self, Matter, PLAN as KIND, date};
use super::following::{self, Following, Heard};
use super::panes::{Parts, is_for_all, panes, whole};
use super::request::{plan_state, summed};
use super::shared::{OPENED, fact, moment, order, word};
use super::working::{returning, submitting};

const PLACE: &str = "plan";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Plan",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[RENEW, TURN, OLDER, NEWER, DRAW, SUBMIT, RETURN, APPROVE, REASON],
    open: |_| Box::new(OneScreen::new()),
};

const RENEW: Verb = list::renews("plan.refresh", PLACE);
const TURN: Verb = Verb { hint: "difference", ..list::turns("plan.pane", PLACE) };
const OLDER: Verb = Verb {
    cli: Cli::None("it moves about in the console only"),
    ..Verb::new(
        "plan.older",
        "plan before",
        "Shows the plan that was drawn before this one",
        Scope::Place(PLACE),
        &["h", "Left"],
    )
};
const NEWER: Verb = Verb {
    cli: OLDER.cli,
    ..Verb::new(
        "plan.newer",
        "plan after",
        "Shows the plan that was drawn after this one",
        Scope::Place(PLACE),
        &["l", "Right"],
    )
};
const DRAW: Verb = Verb {
    danger: Danger::Notify,
    ..whole(
        "plan.draw",
        "plan anew",
        "Looks up anew what is held, and draws the plan of it",
        PLACE,
        &["a p"],
        "work_requests",
    )
};
const SUBMIT: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("plan.submit", "submit…", "Gives this plan to a second person", PLACE, &["a s"], "work_requests")
};
const RETURN: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("plan.return", "return…", "Sends the plan back, with a reason", PLACE, &["a r"], "approve_plans")
};
const APPROVE: Verb = Verb {
    danger: Danger::TwoPersons,
    cli: Cli::Form("requests approve"),
    ..whole("plan.approve", "approve…", "Lets the plan that you read be carried out", PLACE, &["a A"], "approve_plans")
};

const REASON: Verb = Verb {
    hint: "why returned",
    ..whole(
        "plan.reason",
        "why it was returned…",
        "Opens why the plan was sent back, logged",
        PLACE,
        &["x"],
        "see_data",
    )
};

const ACTS: &[(&Verb, &str)] =
    &[(&DRAW, "DRAW_PLAN"), (&SUBMIT, "SUBMIT_PLAN"), (&RETURN, "RETURN_PLAN"), (&APPROVE, "APPROVE_PLAN")];

static PLANS: Whole = Whole { place: PLACE, tag: "plan", document: requests::plans, at: "/request" };

const DRAWN: &str = "drawn";

const LINES: Looks = Looks {
    title: "What, where, how much",
    heads: &["Action", "What", "Where", "Rows", "Because, until"],
    leaves: &[],
    none: "nothing is held about the person",
    is_heard: true,
};
const CHANGES: Looks = Looks {
    title: "Difference to the plan before",
    heads: &["", "Action", "What", "Where", "Rows", "Because, until"],
    leaves: &[],
    none: "nothing is otherwise",
    is_heard: true,
};

struct OneScreen {
    request: One<Planned>,
    lines: Parts,
    changes: Parts,
    is_on_changes: bool,
    /// How many plans before the newest.
    back: usize,
    /// The digest whose lines are read, and how many of them without a leap.
    read: (String, usize),
    following: Following,
}

/// What is done to a line; what stays stands out.
fn action(code: &str) -> Line {
    match code {
        "KEEP" => Line::of(Tone::Warn, "KEEP"),
        "BY_HAND" => Line::of(Tone::Warn, "BY HAND"),
        "DELETE" | "ANONYMISE" => word(Tone::Bad, code),
        "NOTHING" => Line::dim("—"),
        code => word(Tone::Plain, code),
    }
}

fn place(line: &PlanLine) -> String {
    let table = line.place.replace('_', " ");
    match (&line.store, &line.recipient) {
        (Some(store), None) if matches!(line.place.as_str(), "desk" | "store") => store.domain.clone(),
        // Two tables of one store are two lines, and are told apart.
        (Some(store), None) => format!("{table}, {}", store.domain.trim_end_matches(".myshopify.com")),
        (Some(store), Some(recipient)) => format!("{recipient}, of {}", store.domain),
        (None, Some(recipient)) => recipient.clone(),
        (None, None) => table,
    }
}

/// `keep:tax_records` as people read it.
fn because(line: &PlanLine) -> Line {
    let ground = line.ground.as_ref().map(|ground| {
        let told = match ground.split_once(':') {
            Some(("keep", code)) => code.replace('_', " "),
            Some(("order_hold", rest)) => format!("order under hold {rest}"),
            Some((kind, rest)) => format!("{kind} {rest}"),
            None => ground.replace('_', " "),
        };
        Line::plain(told)
    });
    let until = line.until.map(|until| Line::plain(format!(", until {}", date(until)))).unwrap_or_default();
    let otherwise = if line.action.0 == "NOTHING" { "it was looked for" } else { "asked for" };
    ground.unwrap_or_else(|| Line::dim(otherwise)) + until
}

fn cells(line: &PlanLine) -> Vec<Line> {
    let rows = if line.action.0 == "BY_HAND" { Line::dim("—") } else { Line::plain(line.rows.to_string()) };
    vec![
        action(&line.action.0),
        Line::plain(line.category.replace('_', " ")),
        Line::plain(place(line)),
        rows,
        because(line),
    ]
}

fn rows(plan: &Plan) -> Vec<Row> {
    plan.lines.iter().enumerate().map(|(n, line)| Row { id: format!("line_{n}"), cells: cells(line) }).collect()
}

/// What came and what went against the plan before.
fn changed(plan: &Plan) -> Vec<Row> {
    let Some(changes) = &plan.changes else { return Vec::new() };
    let row = |sign: &'static str, tone: Tone, n: usize, line: &PlanLine| Row {
        id: format!("{sign}{n}"),
        cells: std::iter::once(Line::of(tone, sign)).chain(cells(line)).collect(),
    };
    let added = changes.added.iter().enumerate().map(|(n, line)| row("+", Tone::Good, n, line));
    let removed = changes.removed.iter().enumerate().map(|(n, line)| row("−", Tone::Bad, n, line));
    removed.chain(added).collect()
}

fn facts(request: &Planned, plan: &Plan, ctx: &Ctx) -> Vec<Fact> {
    let by = |seat: Option<&crate::api::staff::NamedSeat>| {
        seat.map_or_else(|| "the desk".to_owned(), |seat| seat.handle.clone())
    };
    let of = request.plans.len();
    let mut facts = vec![
        fact(
            "state",
            "State",
            plan_state(&plan.state.0)
                + Line::dim(format!(", plan {} of {of}, digest {}", plan.number, course::digest(&plan.digest))),
        ),
        fact(
            "right",
            "Asked",
            course::right(&request.right.0, request.special_case.as_ref())
                + Line::dim(
                    request.tenant.as_ref().map(|tenant| format!(", of {}", tenant.legal_name)).unwrap_or_default(),
                ),
        ),
        fact(
            "lines",
            "In all",
            Line::plain(summed(plan.lines.iter().map(|line| (line.action.0.as_str(), line.rows)))).strong(),
        ),
        fact("drawn", "Drawn", moment(plan.drawn_at, ctx) + Line::dim(format!(", {}", by(plan.drawn_by.as_ref())))),
    ];
    if let Some(at) = plan.submitted_at {
        facts.push(fact(
            "submitted",
            "Submitted",
            moment(at, ctx) + Line::dim(format!(", {}", by(plan.submitted_by.as_ref()))),
        ));
    }
    if let Some(at) = plan.decided_at {
        facts.push(fact(
            "decided",
            "Decided",
            moment(at, ctx) + Line::dim(format!(", {}", by(plan.decided_by.as_ref()))),
        ));
    }
    facts.push(fact("starts", "Starts", starts(plan, ctx)));
    let held: Vec<&str> =
        request.holds.iter().filter(|hold| hold.released_at.is_none()).map(|hold| hold.reference.as_str()).collect();
    if !held.is_empty() {
        let words = format!("▲ {}: what it names stays until it is released", held.join(", "));
        facts.push(fact("holds", "Held", Line::of(Tone::Warn, words)));
    }
    if let Some(due) = &request.due {
        facts.push(fact("due", "Due", course::deadline(due.at, ctx) + Line::dim(format!(", {}", due.title))));
    }
    facts
}

/// When what cannot be undone begins.
fn starts(plan: &Plan, ctx: &Ctx) -> Line {
    match (plan.starts_at, plan.cooling_hours) {
        (Some(at), _) if at > ctx.now => {
            moment(at, ctx)
                + Line::dim(", in ")
                + Line::word(Tone::Plain, due::left(at, ctx.now))
                + Line::dim(": cooling-off")
        }
        (Some(at), _) => moment(at, ctx) + Line::dim(", the cooling-off is over"),
        (None, Some(hours)) if hours > 0 => {
            Line::plain(format!("{hours} h after it is approved")) + Line::dim(": cooling-off")
        }
        (None, _) => Line::plain("as soon as it is approved"),
    }
}

impl OneScreen {
    fn new() -> Self {
        let (lines, changes, following) = (Parts::default(), Parts::default(), Following::default());
        let read = (String::new(), 0);
        Self { request: One::new(&PLANS), lines, changes, is_on_changes: false, back: 0, read, following }
    }

    fn plan(&self) -> Option<&Plan> {
        let plans = &self.request.held()?.plans;
        plans.get(self.back.min(plans.len().saturating_sub(1)))
    }

    fn ids(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.id.clone()).collect()
    }

    /// Notes how far the lines were read: a leap over what was never in view reads nothing.
    fn note_reading(&mut self, ctx: &Ctx) {
        let Some(plan) = self.plan() else { return };
        let (digest, many) = (plan.digest.clone(), plan.lines.len());
        let ids: Vec<String> = (0..many).map(|n| format!("line_{n}")).collect();
        let at = self.lines.target(&ids).0.first().and_then(|id| ids.iter().position(|other| other == id)).unwrap_or(0);
        let seen = if self.read.0 == digest { self.read.1 } else { 0 };
        // No more of it is in view at once, whatever the size.
        let page = usize::from(ctx.size.height).max(1);
        let reached = if at <= seen + page { seen.max(at + 1) } else { seen };
        self.read = (digest, reached.min(many));
    }

    fn is_read(&self) -> bool {
        self.plan().is_some_and(|plan| self.read.0 == plan.digest && self.read.1 >= plan.lines.len())
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let top = match self.plan() {
            Some(plan) => self.request.section("plan", "Plan", |request| facts(request, plan, ctx)),
            None => self.request.section("plan", "Plan", |_| {
                vec![fact("none", "Plan", Line::dim("none was drawn yet: a p draws one"))]
            }),
        };
        let is_there = self.request.held().is_some();
        let looks = Looks { is_heard: !self.is_on_changes, ..LINES };
        let mut lines =
            self.lines.section("lines", &looks, is_there.then(|| self.plan().map(rows).unwrap_or_default()));
        if !self.is_read() && self.plan().is_some_and(|plan| plan.state.0 == "SUBMITTED") {
            lines.note = Line::of(Tone::Warn, "read it to its end  ") + lines.note;
        }
        let against = self.plan().and_then(|plan| plan.changes.as_ref());
        let looks = Looks { is_heard: self.is_on_changes, ..CHANGES };
        let none = if against.is_some() { CHANGES.none } else { "there is no plan before it" };
        let looks = Looks { none, ..looks };
        let mut changes =
            self.changes.section("changes", &looks, is_there.then(|| self.plan().map(changed).unwrap_or_default()));
        if let Some(against) = against {
            changes.note = Line::dim(format!("plan {}  ", against.against)) + changes.note;
        }
        (top, [lines, changes])
    }

    fn matter(&self) -> Option<Matter<'_>> {
        let request = self.request.held()?;
        Some(Matter { id: request.id.inner(), reference: &request.reference, version: request.version })
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
        let effects = match action {
            Action::Linked(link) => self.request.open(&link.id),
            Action::Answered(answer) if answer.tag == DRAWN => match &answer.outcome {
                Ok(_) => self.request.ask(),
                Err(trouble) => vec![Effect::Then(Action::Said(Tone::Bad, format!("no plan: {trouble}")))],
            },
            Action::Answered(answer) => {
                let before = self.plan().map(|plan| plan.digest.clone());
                if self.request.hear(answer) {
                    self.following.answered(ctx);
                }
                let after = self.plan().filter(|_| before.is_some()).map(|plan| plan.digest.clone());
                // What is held is otherwise now: the difference is what is to be looked at.
                if after.is_some() && after != before {
                    self.back = 0;
                    self.is_on_changes = true;
                }
                Effects::new()
            }
            Action::Do(verb, _) if **verb == DRAW => {
                let variables = json!({ "input": { "id": self.request.id() } });
                let document = acts::draw_plan::document();
                vec![Effect::Ask(Ask { to: PLACE, tag: DRAWN, document, variables, is_again: false })]
            }
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_changes = !self.is_on_changes;
                Effects::new()
            }
            Action::Do(verb, _) if **verb == OLDER => {
                let last = self.request.held().map_or(0, |request| request.plans.len().saturating_sub(1));
                self.back = (self.back + 1).min(last);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == NEWER => {
                self.back = self.back.saturating_sub(1);
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => self.request.renew(action),
            action if self.is_on_changes => {
                let ids = self.plan().map(|plan| Self::ids(&changed(plan))).unwrap_or_default();
                self.changes.follow(action, &ids, ctx)
            }
            action => {
                let ids = self.plan().map(|plan| Self::ids(&rows(plan))).unwrap_or_default();
                self.lines.follow(action, &ids, ctx)
            }
        };
        self.note_reading(ctx);
        effects
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (top, parts) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: [top].into_iter().chain(parts).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (top, [lines, changes]) = self.sections(ctx);
        let has_changes = self.plan().is_some_and(|plan| plan.changes.is_some());
        if has_changes || self.is_on_changes {
            return panes(canvas, &top, &[lines, changes], usize::from(self.is_on_changes));
        }
        panes(canvas, &top, &[lines], 0);
    }

    fn target(&self, _: &Ctx) -> Target {
        Target(self.plan().map(|plan| plan.id.inner().to_owned()).into_iter().collect())
    }

    fn refusals(&self, _: &Ctx) -> Vec<(&'static str, Why)> {
        let Some(request) = self.request.held() else { return Vec::new() };
        let said = |act: &str| request.acts.iter().find(|one| one.act.0 == act).and_then(|one| one.refusal.clone());
        let is_newest = self.back == 0;
        let own = |verb: &Verb| match verb.id {
            _ if *verb == DRAW => None,
            _ if *verb == REASON => {
                let is_returned = self.plan().is_some_and(|plan| plan.state.0 == "RETURNED");
                (!is_returned).then(|| "it was not returned".to_owned())
            }
            _ if !is_newest => Some("this is an old plan: l shows the newest".to_owned()),
            _ if *verb == APPROVE && !self.is_read() => {
                let of = self.plan().map_or(0, |plan| plan.lines.len());
                Some(format!("read it to its end first: {} of {of} lines", self.read.1.min(of)))
            }
            _ => None,
        };
        let acts = ACTS.iter().filter_map(|(verb, act)| Some((verb.id, said(act).or_else(|| own(verb))?)));
        acts.chain(own(&REASON).map(|why| (REASON.id, why))).collect()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        self.following.wakes(PLACE, true, ctx)
    }

    fn follows(&self, ctx: &Ctx) -> Vec<Ask> {
        let of = |request: &Planned| request.tenant.as_ref().map(|tenant| tenant.id.inner().to_owned());
        let tenant = self.request.held().map(of);
        let tenants = tenant.iter().map(Option::as_deref);
        self.following.lines(PLACE, course::told(tenants, ctx), ctx)
    }

    fn crumb(&self) -> Option<String> {
        let number = self.plan().map(|plan| plan.number.to_string()).unwrap_or_default();
        self.request.held().map(|_| format!("Plan {number}").trim_end().to_owned())
    }

    fn question(&self, verb: &Verb, _: &Target, ctx: &Ctx) -> Option<Question> {
        let (plan, matter) = (self.plan()?, self.matter()?);
        let told = Line::plain(summed(plan.lines.iter().map(|line| (line.action.0.as_str(), line.rows))));
        match verb.id {
            id if id == SUBMIT.id => Some(submitting(matter, &plan.digest, told)),
            id if id == RETURN.id => Some(returning(matter, told)),
            id if id == REASON.id => Some(why(plan)),
            id if id == APPROVE.id => Some(self.approving(plan, matter, ctx)),
            _ => None,
        }
    }
}

fn why(plan: &Plan) -> Question {
    let mut order = order(acts::reveal_plan::document(), json!({ "id": plan.id }), "it was logged".to_owned());
    order.input.remove("idempotencyKey");
    order.once = Some(Once { what: "reason", ..OPENED });
    Question {
        object: format!("Plan {}", plan.number),
        effects: vec![Line::plain("Why it was sent back is shown for 30 s; the look is logged.")],
        order: Some(order),
        ..Question::default()
    }
}

impl OneScreen {
    /// What approving it means, in two minutes: what goes, what stays, who is told, from when on.
    fn approving(&self, plan: &Plan, matter: Matter<'_>, ctx: &Ctx) -> Question {
        let sum = |is_it: fn(&str) -> bool| -> i64 {
            plan.lines.iter().filter(|line| is_it(&line.action.0)).map(|line| i64::from(line.rows)).sum()
        };
        let goes = sum(|action| matches!(action, "DELETE" | "ANONYMISE"));
        let stays = sum(|action| action == "KEEP");
        let done = || plan.lines.iter().filter(|line| line.action.0 != "NOTHING");
        let stores: BTreeSet<&str> = done().filter_map(|line| Some(line.store.as_ref()?.domain.as_str())).collect();
        let told: BTreeSet<&str> = done().filter_map(|line| line.recipient.as_deref()).collect();
        let whom = match stores.len() + told.len() {
            0 => "Nobody else is told".to_owned(),
            1..=3 => format!("Told: {}", stores.iter().chain(&told).copied().collect::<Vec<_>>().join(", ")),
            _ => format!("{} stores and {} recipients are told", stores.len(), told.len()),
        };
        let me = ctx.me.person().map(|person| person.name.clone()).unwrap_or_default();
        let by = plan.submitted_by.as_ref().map_or_else(|| "the desk".to_owned(), |seat| seat.handle.clone());
        let right = self.request.held().map(|request| course::right(&request.right.0, request.special_case.as_ref()));
        let starts = match plan.cooling_hours.filter(|hours| *hours > 0) {
            Some(hours) => {
                let at = ctx.now + chrono::TimeDelta::hours(i64::from(hours));
                Line::plain("Starts ")
                    + moment(at, ctx)
                    + Line::plain(format!(", after {hours} h; until then a b stops it"))
            }
            None => Line::plain("Starts at once"),
        };
        let summed_of = |is_it: fn(&str) -> bool| {
            let lines = plan.lines.iter().map(|line| (line.action.0.as_str(), line.rows));
            summed(lines.filter(|(action, _)| is_it(action)))
        };
        let rows = if goes > 0 {
            let gone = summed_of(|action| matches!(action, "DELETE" | "ANONYMISE"));
            format!("{gone} rows, for ever; {stays} stay")
        } else {
            summed_of(|_| true)
        };
        let digest = json!({ "digest": plan.digest, "confirm": matter.reference });
        Question {
            effects: vec![
                right.unwrap_or_default().strong() + Line::plain(format!(" · one person · plan {}", plan.number)),
                Line::of(if goes > 0 { Tone::Warn } else { Tone::Plain }, rows),
                Line::plain(whom),
                starts,
                Line::plain(format!("Prepared by {by}, you: {me}")),
                Line::dim(format!("Digest {}", course::digest(&plan.digest))),
            ],
            order: Some(matter.unversioned(acts::approve_plan::document(), digest, "its plan is approved")),
            ..matter.question()
        }
    }
}
