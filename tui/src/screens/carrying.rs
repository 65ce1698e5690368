//! How far a request is carried out: its steps as they go, what each recipient is told and how it stands, the package and what
//! proves it, what is put right and what is forbidden. It is told by the server as it happens; the brake is here too.
//!
//! A recipient that says nothing is shown as silent, and as nothing else.

use crate::api::carrying::{self, Carried, Correction, Fence, Step, Task};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, Link, Scope, Target, Verb, Why};
use crate::core::ask::Ask;
use crate::core::canvas::Canvas;
use crate::core::due::Moment;
use crate::core::form::spoken;
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Fact, Line, Page, Row, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::carried::{self, Brake, CARRYING as KIND, RECIPIENTS, Telling, task_word};
use super::course::{self, Matter};
use super::following::{self, Following, Heard};
use super::panes::{Parts, beneath, is_for_all, panes, whole};
use super::shared::{fact, moment, node, unless, verb, word};
use super::undertaking;

pub(super) const PLACE: &str = "carrying";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Carrying out",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: VERBS,
    open: |_| Box::new(OneScreen::new()),
};

const OPEN: Verb = list::opens("carrying.open", PLACE);
const RENEW: Verb = list::renews("carrying.refresh", PLACE);
const TURN: Verb = list::turns("carrying.pane", PLACE);
const BACK: Verb = Verb {
    cli: Cli::None("it moves about in the console only"),
    ..Verb::new("carrying.back", "pane before", "Takes the keys to the pane before", Scope::Place(PLACE), &["BackTab"])
};
const ZOOM: Verb = Verb {
    hint: "zoom",
    cli: BACK.cli,
    ..Verb::new(
        "carrying.zoom",
        "zoom",
        "Gives the pane with the keys all the room, with its chosen row in full, or takes it back",
        Scope::Place(PLACE),
        &["z"],
    )
};
const OTHERS: Verb = Verb {
    cli: Cli::Form("recipients list"),
    ..Verb::new(
        "carrying.others",
        "silent ones of the tenant",
        "Opens who is silent of all recipients of this tenant's requests; the filter there shows others",
        Scope::Place(PLACE),
        &["o"],
    )
};
pub(super) const STOP: Verb = carried::stops("carrying.stop", PLACE);

/// Why a verb of recipients is off on other rows.
fn no_task(target: &Target, _: &Ctx) -> Option<Why> {
    unless(target, "rtk_", "choose a recipient: Tab")
}

fn no_correction(target: &Target, _: &Ctx) -> Option<Why> {
    unless(target, "correction_", "choose what is to be put right: Tab")
}

pub(super) const SETTLE: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    off: no_task,
    ..verb(
        "carrying.settle",
        "what came back…",
        "Writes down by hand what came back from the chosen recipient, with what proves it",
        PLACE,
        &["a f"],
    )
};
pub(super) const RETRY: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    off: no_task,
    cli: Cli::Form("requests retry"),
    ..verb("carrying.retry", "try again…", "Has the chosen recipient told once more", PLACE, &["a t"])
};
pub(super) const GIVE_UP: Verb = Verb {
    danger: Danger::Typed,
    needs: Some("work_requests"),
    off: no_task,
    ..verb(
        "carrying.give-up",
        "give it up…",
        "Ends what nothing more is expected of; the reason stands in the evidence",
        PLACE,
        &["a u"],
    )
};
const WAY: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("keep_stores"),
    off: no_task,
    ..verb(
        "carrying.way",
        "how it is reached…",
        "Says how the chosen recipient is reached from now on, for every request of this tenant",
        PLACE,
        &["a h"],
    )
};
pub(super) const REVEAL: Verb = Verb {
    hint: "read",
    needs: Some("see_data"),
    off: |target, ctx| {
        let why = "choose a recipient or a value: Tab";
        unless(target, "rtk_", why).filter(|_| no_correction(target, ctx).is_some())
    },
    ..verb(
        "carrying.reveal",
        "read it…",
        "Opens the words that came back from a recipient, or a value that is put right, for 30 s, logged",
        PLACE,
        &["x"],
    )
};
pub(super) const NAME: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "carrying.name",
        "name what is right…",
        "Names a value that is to be put right; the plan is drawn anew",
        PLACE,
        &["a c"],
        "work_requests",
    )
};
pub(super) const DROP: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    off: no_correction,
    ..verb("carrying.drop", "take the value back…", "Takes back a value that was named", PLACE, &["a d"])
};
pub(super) const LIFT: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "carrying.lift",
        "lift the restriction…",
        "Tells the person that it ends, and lifts it then",
        PLACE,
        &["a l"],
        "work_requests",
    )
};
pub(super) const ASK_WELCOME: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "carrying.ask-welcome",
        "welcome again…",
        "Wants that whoever was erased may be written of again; somebody else has to agree",
        PLACE,
        &["a w"],
        "work_requests",
    )
};
pub(super) const WELCOME: Verb = Verb {
    danger: Danger::TwoPersons,
    ..whole(
        "carrying.welcome",
        "agree: welcome again…",
        "Lets whoever was erased be written of again, as somebody else wanted it",
        PLACE,
        &["a W"],
        "approve_plans",
    )
};

const VERBS: &[Verb] = &[
    OPEN,
    RENEW,
    TURN,
    BACK,
    ZOOM,
    OTHERS,
    STOP,
    SETTLE,
    RETRY,
    GIVE_UP,
    WAY,
    REVEAL,
    NAME,
    DROP,
    LIFT,
    ASK_WELCOME,
    WELCOME,
];

static CARRIED: Whole = Whole { place: PLACE, tag: "carrying", document: carrying::carrying, at: "/request" };

const STEPS: Looks = Looks {
    title: "Steps, on this desk",
    heads: &["State", "What", "Where", "Rows", "When"],
    leaves: &[4, 2],
    none: "nothing was begun",
    is_heard: true,
};
const TASKS: Looks = Looks {
    title: "Recipients",
    heads: &["State", "Who", "Due", "How, and what came back"],
    leaves: &[],
    none: "nobody is told yet",
    is_heard: true,
};
const PROOFS: Looks = Looks {
    title: "Package, proof",
    heads: &["State", "What", "When", ""],
    leaves: &[],
    none: "no package, and nothing is signed yet",
    is_heard: true,
};
const RIGHTS: Looks = Looks {
    title: "Put right, forbidden",
    heads: &["State", "What", "Since", ""],
    leaves: &[],
    none: "nothing is put right, and nothing is forbidden",
    is_heard: true,
};
/// Where the recipients stand among the panes.
const TOLD: usize = 1;
/// The panes in the order of Tab, by the names of their sections.
const PANES: [(&str, Looks); 4] = [("steps", STEPS), ("tasks", TASKS), ("proofs", PROOFS), ("rights", RIGHTS)];

struct OneScreen {
    request: One<Carried>,
    parts: [Parts; 4],
    /// The pane with the keys.
    at: usize,
    is_zoomed: bool,
    /// The row that it was opened for.
    wanted: Option<String>,
    following: Following,
}

fn step(one: &Step, ctx: &Ctx) -> Row {
    let when = one.finished_at.or(one.begun_at).map_or(Line::dim("—"), |at| moment(at, ctx));
    let rows = if one.rows > 0 { Line::plain(one.rows.to_string()) } else { Line::dim("·") };
    let place = one.place.as_ref().map(|place| Line::plain(place.replace('_', " "))).unwrap_or_default();
    let outcome = one.outcome.as_ref().map(|outcome| Line::dim(format!(", {}", outcome.replace(['_', ':'], " "))));
    Row {
        id: format!("step_{}", one.position),
        cells: vec![
            carried::step_state(one),
            Line::plain(carried::step(&one.name.0)) + outcome.unwrap_or_default(),
            place,
            rows,
            when,
        ],
    }
}

fn correction(n: usize, one: &Correction, ctx: &Ctx) -> Row {
    let state = match one.state.0.as_str() {
        "NAMED" => Line::of(Tone::Warn, "○ to be put right"),
        "DONE" => Line::of(Tone::Good, "✓ put right"),
        "NOTHING" => Line::dim("— nothing there"),
        "DROPPED" => Line::dim("taken back"),
        code => word(Tone::Plain, code),
    };
    let whose = if one.is_in_their_words { ", their words" } else { "" };
    let rows = if one.rows > 0 { format!(", {} rows", one.rows) } else { whose.to_owned() };
    let at = one.store.as_ref().map(|store| Line::dim(" at ") + node(store.inner())).unwrap_or_default();
    let what = format!("{}, {}", one.about.replace('_', " "), one.field.replace('_', " "));
    let is_over = matches!(one.state.0.as_str(), "DROPPED" | "NOTHING");
    Row {
        id: format!("correction_{n}"),
        cells: vec![
            state,
            if is_over { Line::dim(what) } else { Line::plain(what).strong() },
            moment(one.settled_at.unwrap_or(one.named_at), ctx),
            Line::dim(one.value.masked.clone()) + at + Line::dim(rows),
        ],
    }
}

fn fence(n: usize, one: &Fence, ctx: &Ctx) -> Row {
    let state = match (one.until, one.ends_at) {
        (Some(at), _) => Line::dim("lifted ") + moment(at, ctx),
        (None, Some(at)) => Line::of(Tone::Warn, "○ ends ") + moment(at, ctx),
        (None, None) => Line::of(Tone::Good, "● ") + Line::plain("stands"),
    };
    let what = match (one.kind.0.as_str(), one.code.as_str()) {
        ("RESTRICTION", _) => "nothing is done with it".to_owned(),
        ("OBJECTION", code) => format!("not for {}", code.replace('_', " ")),
        ("OPT_OUT", "*") => "no events to anybody".to_owned(),
        ("OPT_OUT", code) => format!("nothing to {code}"),
        (code, _) => spoken(code),
    };
    Row {
        id: format!("fence_{n}"),
        cells: vec![state, Line::plain(what).strong(), moment(one.since, ctx), word(Tone::Dim, &one.kind.0)],
    }
}

fn facts(request: &Carried, ctx: &Ctx) -> Vec<Fact> {
    let outcome = request.outcome.as_ref().map(|outcome| outcome.0.as_str());
    let plan = request.plan.as_ref().map(|plan| {
        let by = plan.decided_by.as_ref().map(|seat| format!(", approved by {}", seat.handle)).unwrap_or_default();
        Line::dim(format!(", plan {}, {}{by}", plan.number, course::digest(&plan.digest)))
    });
    let mut facts = vec![
        fact("stands", "Stands", course::stage(&request.stage.0, outcome).strong() + plan.unwrap_or_default()),
        fact(
            "right",
            "Asked",
            course::right(&request.right.0, request.special_case.as_ref())
                + Line::dim(
                    request.tenant.as_ref().map(|tenant| format!(", of {}", tenant.legal_name)).unwrap_or_default(),
                ),
        ),
    ];
    if let Some(brake) = brake(request, ctx).line(ctx) {
        facts.push(fact("brake", "Brake", brake));
    }
    let steps =
        if request.steps.is_empty() { Line::dim("none was begun") } else { carried::steps_line(&request.steps) };
    facts.push(fact("steps", "Steps", steps));
    facts.push(fact("told", "Told", carried::told(request.tasks.iter().map(Telling::from))));
    let held: Vec<&str> =
        request.holds.iter().filter(|hold| hold.released_at.is_none()).map(|hold| hold.reference.as_str()).collect();
    if !held.is_empty() {
        let words = format!("▲ {}: nothing it names is erased until it is released", held.join(", "));
        facts.push(fact("holds", "Held", Line::of(Tone::Warn, words)));
    }
    if let Some(due) = request.due.as_ref().filter(|_| request.stage.0 != "CLOSED") {
        facts.push(fact("due", "Due", course::deadline(due.at, ctx) + Line::dim(format!(", {}", due.title))));
    }
    facts
}

fn brake(request: &Carried, ctx: &Ctx) -> Brake {
    let starts_at = request.plan.as_ref().and_then(|plan| plan.starts_at);
    Brake::of(&request.stage.0, starts_at, &request.steps, ctx)
}

/// All that is known of what one recipient is told.
fn in_full(task: &Task, reference: &str, ctx: &Ctx) -> Vec<Fact> {
    let telling = Telling::from(task);
    let store = task.store.as_ref().map(|store| Line::dim(", the store ") + node(store.inner())).unwrap_or_default();
    let mut facts = vec![
        fact("recipient", "Who", Line::plain(task.recipient.clone()).strong() + store),
        fact("state", "Stands", telling.state() + Line::dim(format!(", {} tries", task.tries))),
    ];
    if let Some(advice) = &task.advice {
        facts.push(fact("advice", "To do", Line::of(Tone::Warn, "▲ ") + Line::plain(advice.clone())));
    }
    if task.is_unsure {
        let words = "▲ something was sent and not answered: it is asked before anything is sent again";
        facts.push(fact("unsure", "Unsure", Line::of(Tone::Warn, words)));
    }
    let ended = task.ended_at.map(|at| Line::plain("ended ") + moment(at, ctx));
    facts.push(fact("due", "Due", ended.unwrap_or_else(|| telling.due(ctx) + Line::dim(", silent from then on"))));
    facts.push(fact("way", "How", telling.way()));
    facts.push(fact("got", "It got", Line::plain(task.categories.join(", ").replace('_', " "))));
    if !task.references.is_empty() {
        facts.push(fact("references", "It calls it", Line::plain(task.references.join(", "))));
    }
    if let Some(proof) = &task.proof {
        facts.push(fact("proof", "Proof", Line::plain(course::digest(proof)) + Line::dim(", what came back")));
    }
    if task.has_file {
        let command = format!("rightsdesk requests attachment {reference} {} > FILE", task.recipient);
        facts.push(fact("file", "Its file", Line::plain(command)));
    }
    for attempt in &task.attempts {
        let answer = Line::dim(format!(", {}", attempt.answer.replace('_', " ")));
        let did = word(Tone::Plain, &attempt.did.0) + answer + Line::dim(" → ") + task_word(&attempt.state.0);
        facts.push(fact("attempt", "Done", moment(attempt.at, ctx) + Line::plain("  ") + did));
    }
    facts
}

impl OneScreen {
    fn new() -> Self {
        let (request, following) = (One::new(&CARRIED), Following::default());
        Self { request, parts: <_>::default(), at: 0, is_zoomed: false, wanted: None, following }
    }

    fn rows(&self, pane: usize, ctx: &Ctx) -> Option<Vec<Row>> {
        let request = self.request.held()?;
        Some(match pane {
            0 => request.steps.iter().map(|one| step(one, ctx)).collect(),
            TOLD => request.tasks.iter().map(|one| Telling::from(one).row(ctx)).collect(),
            2 => {
                let packages = request.packages.iter().map(|one| carried::package(one, ctx));
                packages.chain(carried::proofs(&request.certificates, &request.evidence, ctx)).collect()
            }
            _ => {
                let corrections = request.corrections.iter().enumerate().map(|(n, one)| correction(n, one, ctx));
                corrections.chain(request.fences.iter().enumerate().map(|(n, one)| fence(n, one, ctx))).collect()
            }
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

    fn head(&self, ctx: &Ctx) -> Section {
        self.request.section("carried", "Carried out", |request| facts(request, ctx))
    }

    fn task(&self, target: &Target) -> Option<&Task> {
        let id = target.0.first()?;
        self.request.held()?.tasks.iter().find(|task| task.id.inner() == id)
    }

    /// The chosen recipient, whole.
    fn chosen(&self, ctx: &Ctx) -> Option<Section> {
        let request = self.request.held()?;
        let task = self.task(&self.target(ctx)).filter(|_| self.at == TOLD)?;
        let body = Body::Facts(in_full(task, &request.reference, ctx));
        Some(Section { id: "task", title: "The chosen recipient", note: Line::default(), body })
    }

    fn link(&self, target: &Target) -> Option<Link> {
        let row = target.0.first().filter(|row| !row.starts_with("rtk_"))?;
        let (kind, id) = carried::leads(self.request.id(), row)?;
        Some(Link { kind, id })
    }

    /// The keys begin where something waits for a person: at the row it was opened for, else at the recipients once the desk
    /// has done its own part.
    fn begin(&mut self, ctx: &Ctx) {
        let Some(request) = self.request.held() else { return };
        let (done, all, _) = carried::progress(&request.steps);
        if let Some(wanted) = self.wanted.take() {
            let pane = (0..PANES.len()).find(|pane| self.ids(*pane, ctx).contains(&wanted));
            let Some(pane) = pane else { return };
            self.at = pane;
            let ids = self.ids(pane, ctx);
            if let Some(part) = self.parts.get_mut(pane) {
                part.follow(&Action::Picked(wanted), &ids, ctx);
            }
        } else if done == all && !request.tasks.is_empty() {
            self.at = TOLD;
        } else if all == 0 && !(request.corrections.is_empty() && request.fences.is_empty()) {
            self.at = PANES.len() - 1;
        }
    }

    fn matter(&self) -> Option<Matter<'_>> {
        let request = self.request.held()?;
        Some(Matter { id: request.id.inner(), reference: &request.reference, version: request.version })
    }

    fn follow(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let ids = self.ids(self.at, ctx);
        self.parts.get_mut(self.at).map_or_else(Effects::new, |part| part.follow(action, &ids, ctx))
    }

    fn does(&mut self, verb: &Verb, target: &Target, action: &Action, ctx: &Ctx) -> Effects {
        match verb.id {
            id if id == TURN.id => self.at = (self.at + 1) % PANES.len(),
            id if id == BACK.id => self.at = (self.at + PANES.len() - 1) % PANES.len(),
            id if id == ZOOM.id => self.is_zoomed = !self.is_zoomed,
            id if id == OPEN.id => match self.link(target) {
                Some(link) => return vec![Effect::Then(Action::Open(link))],
                None => self.is_zoomed = !self.is_zoomed,
            },
            id if id == OTHERS.id => {
                let tenant = self.request.held().and_then(|request| request.tenant.as_ref());
                let words = tenant.map(|tenant| format!("tenant:{} state:silent", tenant.id.inner()));
                let link = words.map(|id| Effect::Then(Action::Open(Link { kind: RECIPIENTS, id })));
                return link.into_iter().collect();
            }
            id if id == RENEW.id => return self.renew(action),
            _ => return self.follow(action, ctx),
        }
        Effects::new()
    }

    fn renew(&self, action: &Action) -> Effects {
        if self.request.id().is_empty() { Effects::new() } else { self.request.renew(action) }
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
        match action {
            Action::Linked(link) => {
                let (id, row) = link.id.split_once(' ').map_or((link.id.as_str(), None), |(id, row)| (id, Some(row)));
                self.wanted = row.map(str::to_owned);
                self.request.open(id)
            }
            Action::Answered(answer) => {
                let is_first = self.request.held().is_none();
                if self.request.hear(answer) {
                    self.following.answered(ctx);
                    if is_first {
                        self.begin(ctx);
                    }
                }
                Effects::new()
            }
            Action::Do(verb, target) => self.does(verb, target, action, ctx),
            action if is_for_all(action, &RENEW) => self.renew(action),
            action => self.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let lists = (0..PANES.len()).filter_map(|pane| self.section(pane, ctx));
        let title = Line::plain(self.crumb().unwrap_or_default());
        let sections = std::iter::once(self.head(ctx)).chain(lists).chain(self.chosen(ctx)).collect();
        Page { title, sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        if let Some(pane) = self.section(self.at, ctx).filter(|_| self.is_zoomed) {
            let area = canvas.area();
            return match self.chosen(ctx) {
                Some(chosen) => beneath(canvas, &pane, &chosen),
                None => canvas.section(area, &pane),
            };
        }
        let lists: Vec<Section> = (0..PANES.len()).filter_map(|pane| self.section(pane, ctx)).collect();
        panes(canvas, &self.head(ctx), &lists, self.at);
    }

    fn target(&self, ctx: &Ctx) -> Target {
        let ids = self.ids(self.at, ctx);
        self.parts.get(self.at).map(|part| part.target(&ids)).unwrap_or_default()
    }

    fn refusals(&self, ctx: &Ctx) -> Vec<(&'static str, Why)> {
        let Some(request) = self.request.held() else { return Vec::new() };
        let target = self.target(ctx);
        let is_row = |kind: &str| target.0.first().is_some_and(|id| id.starts_with(kind));
        let ended = self.task(&target).filter(|task| Telling::from(*task).has_ended());
        let over = |verb: &Verb| ended.map(|_| (verb.id, "it has ended".to_owned()));
        let opens = self.link(&target).is_some() || is_row("rtk_");
        let closed = (!opens).then(|| (OPEN.id, "nothing opens from this row".to_owned()));
        let stop = brake(request, ctx).refusal().map(|why| (STOP.id, why));
        let is_restricted = request.fences.iter().any(|one| one.kind.0 == "RESTRICTION" && one.until.is_none());
        let free = (!is_restricted).then(|| (LIFT.id, "nothing is restricted by this request".to_owned()));
        let other = (request.right.0 != "CORRECTION")
            .then(|| (NAME.id, "nothing is put right by this request: it asks for another right".to_owned()));
        let is_buried = |step: &Step| step.name.0 == "TOMBSTONE" && step.state.0 == "DONE";
        let nobody = (!request.steps.iter().any(is_buried)).then(|| "nobody was erased for this request".to_owned());
        let lifts = [ASK_WELCOME.id, WELCOME.id].into_iter().filter_map(|id| Some((id, nobody.clone()?)));
        let tasks = [&SETTLE, &RETRY, &GIVE_UP].into_iter().filter_map(over);
        let own = request.tenant.is_none().then(|| "it is the operator's own request".to_owned());
        let house = [OTHERS.id, WAY.id].into_iter().filter_map(|id| Some((id, own.clone()?)));
        let platform = self.task(&target).filter(|task| task.kind.0 == "PLATFORM");
        let platform = platform.map(|_| (WAY.id, "a store is told by its own platform".to_owned()));
        tasks.chain(closed).chain(platform).chain(house).chain(stop).chain(free).chain(other).chain(lifts).collect()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        self.following.wakes(PLACE, true, ctx)
    }

    fn follows(&self, ctx: &Ctx) -> Vec<Ask> {
        let of = |request: &Carried| request.tenant.as_ref().map(|tenant| tenant.id.inner().to_owned());
        let tenant = self.request.held().map(of);
        let tenants = tenant.iter().map(Option::as_deref);
        self.following.lines(PLACE, course::told(tenants, ctx), ctx)
    }

    fn crumb(&self) -> Option<String> {
        self.request.held().map(|request| format!("{}, carrying out", request.reference))
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        let (request, matter) = (self.request.held()?, self.matter()?);
        if *verb == STOP {
            return Some(brake(request, ctx).question(matter, ctx));
        }
        if *verb == WAY {
            return Some(undertaking::reaching(self.task(target)?, request.tenant.as_ref()?, matter));
        }
        let chosen = || {
            let n = target.0.first()?.strip_prefix("correction_")?.parse::<usize>().ok()?;
            request.corrections.get(n)
        };
        undertaking::question(verb, matter, (self.task(target), chosen()))
    }
}
