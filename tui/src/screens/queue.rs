//! The queue: what was asked, the due word first, narrowed by the server's own words or by a view that somebody keeps.
//! Rows are marked one by one or all at once; what is done to many is told item by item.
//!
//! It never holds a whole list, and what is marked by `*` is frozen by the server before anything is done to it.

use serde_json::{Value, json};

use crate::api::acts;
use crate::api::ask::Document;
use crate::api::requests::{self, RIGHTS, RequestRow, SUBJECT_KINDS, TERMS, View};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, Link, On, Scope, Target, Verb, Why};
use crate::core::ask::{Answer, Ask, Trouble};
use crate::core::canvas::Canvas;
use crate::core::due::{self, Moment};
use crate::core::form::{Field, Form, Opt, Values};
use crate::core::list::{self, Looks, Source};
use crate::core::outcomes::{Outcome, Outcomes};
use crate::core::page::{Body, Line, Page, Section, Tone};
use crate::core::question::{Order, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::course::{self, Matter, OWNER_TOLD, Standing, many, moved};
use super::following::{self, Following, Heard};
use super::listing::{Listed, Listing, Order as Sorting};
use super::shared::{fact, go, opts, order, tenants_to_choose, verb, word};

const PLACE: &str = shell::QUEUE;

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Queue",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: VERBS,
    open: |_| Box::new(Queue::new()),
};

const GO: Verb = go(
    "queue.go",
    "queue",
    "What was asked, by its due date: filtered, marked, and worked many at once",
    &["g q"],
    Some("see_queue"),
    "requests list",
);

/// A verb on every marked row, or on the chosen one.
const fn on_many(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    command: &'static str,
) -> Verb {
    Verb { on: On::Many, needs: Some("work_requests"), cli: Cli::Form(command), ..verb(id, title, help, PLACE, keys) }
}

const ASSIGN: Verb = Verb {
    danger: Danger::Notify,
    ..on_many("queue.assign", "owner…", "Says who works it, and in which team", &["a o"], "requests assign")
};
const EXTEND: Verb = Verb {
    danger: Danger::Confirm,
    ..on_many(
        "queue.extend",
        "extend…",
        "Takes the longer time that a law lets, by letter",
        &["a e"],
        "requests extend",
    )
};
const REFUSE: Verb = Verb {
    danger: Danger::Typed,
    ..on_many("queue.refuse", "refuse…", "Refuses for a ground that the law has", &["a R"], "requests refuse")
};
const NOTE: Verb = Verb {
    danger: Danger::Notify,
    needs: Some("work_requests"),
    off: others_are_marked,
    ..verb("queue.note", "note…", "Keeps a note for colleagues", PLACE, &["a n"])
};

/// What is marked is meant: a note of one of them would look as if all had it.
fn others_are_marked(target: &Target, ctx: &Ctx) -> Option<Why> {
    let are_others = !ctx.marked.0.is_empty() && ctx.marked != *target;
    are_others.then(|| "a note is about one request, and others are marked: Esc takes the marks away".to_owned())
}

const TAKE: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Confirm,
    needs: Some("take_requests"),
    ..verb("queue.take", "take one in…", "Takes down what somebody asked by another way", PLACE, &["a t"])
};
const ALL: Verb = Verb {
    hint: "all",
    cli: Cli::None("a command is given the filter itself, or ids on stdin"),
    ..Verb::new(
        "queue.mark-all",
        "mark all matching",
        "Freezes all that fit the filter, for ten minutes: what comes later is not among them",
        Scope::Place(PLACE),
        &["*"],
    )
};
const COPY: Verb = Verb {
    cli: Cli::None("a command prints it"),
    ..Verb::new(
        "queue.copy",
        "copy the reference",
        "Hands the references of the marked rows, or of the chosen one, to the clipboard",
        Scope::Place(PLACE),
        &["y"],
    )
};
const OF_MAIL: Verb = Verb {
    needs: Some("see_tenants"),
    cli: Cli::None("a shell keeps the words of a command, and an address is nobody's business there"),
    ..Verb::new(
        "queue.of-mail",
        "search by mail…",
        "Finds what somebody asked who goes by a mail address; the look is on record, the address is kept nowhere",
        Scope::Place(PLACE),
        &["@"],
    )
};
const KEEP: Verb = Verb {
    cli: Cli::None("a view is the console's name for a filter; a command is given the filter"),
    ..Verb::new("queue.keep", "keep this view…", "Keeps the filter as a view of mine", Scope::Place(PLACE), &["W"])
};
const SAVE: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Notify,
    cli: KEEP.cli,
    ..verb("queue.save-view", "keep as a view…", "Keeps the filter as a view of mine, by a name", PLACE, &["a v"])
};
const DROP: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Confirm,
    cli: KEEP.cli,
    ..verb("queue.drop-view", "drop a view…", "Keeps one of my views no longer", PLACE, &["a d"])
};

const VERBS: &[Verb] = &[
    GO,
    list::opens("queue.open", PLACE),
    list::narrows("queue.filter", PLACE),
    OF_MAIL,
    Verb { hint: "", ..list::sorts("queue.sort", PLACE) },
    Verb { hint: "", ..list::renews("queue.refresh", PLACE) },
    list::marks("queue.mark", PLACE),
    list::marks_range("queue.mark-range", PLACE),
    ALL,
    COPY,
    KEEP,
    ASSIGN,
    EXTEND,
    REFUSE,
    NOTE,
    TAKE,
    SAVE,
    DROP,
];

/// From this width on, the chosen row is told in full beside the list.
const WIDE: u16 = 140;
const BESIDE: u16 = 46;
/// Items of a page of what is done to many.
const STEP: i32 = 200;

const FREEZE: &str = "freeze";
const FREEZE_MARKS: &str = "freeze-marks";
const BULK: &str = "bulk";
const VIEWS: &str = "views";
const FOUND: &str = "found";

static LISTED: Listed<RequestRow> = Listed {
    source: Source {
        place: PLACE,
        tag: "requests",
        document: requests::requests,
        at: "/requests",
        id: |request| request.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Requests",
        heads: &["Due", "Ref", "Right", "Stage", "Next", "Tenant", "Owner", "Flags", "Leads", "Person", "From"],
        leaves: &[10, 9, 8, 7, 6, 4, 5],
        none: "nothing fits: no request waits here",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[
        Sorting { words: "by due date", field: "DUE_AT", direction: "ASC" },
        Sorting { words: "newest first", field: "RECEIVED_AT", direction: "DESC" },
        Sorting { words: "oldest first", field: "RECEIVED_AT", direction: "ASC" },
    ],
    leads: |request| Some(Link { kind: shell::REQUEST, id: request.id.inner().to_owned() }),
    question: |_, _, _| None,
};

fn standing(request: &RequestRow) -> Standing<'_> {
    Standing {
        stage: &request.stage.0,
        due: request.due.as_ref(),
        paused_since: request.paused_since,
        closed_at: request.closed_at,
        is_late: request.is_late,
    }
}

fn stage(request: &RequestRow) -> Line {
    course::stage(&request.stage.0, request.outcome.as_ref().map(|outcome| outcome.0.as_str()))
}

fn cells(request: &RequestRow, ctx: &Ctx) -> Vec<Line> {
    vec![
        course::due(standing(request), ctx),
        Line::plain(request.reference.clone()).strong(),
        word(Tone::Plain, &request.right.0),
        stage(request),
        course::next(&request.next_action.0),
        request.tenant.as_ref().map_or(Line::dim("the operator"), |tenant| Line::plain(tenant.legal_name.clone())),
        owner(request, ctx),
        flags(request),
        request.due.as_ref().map_or(Line::dim("—"), |due| Line::dim(due.regime.clone())),
        request.person.as_ref().map_or(Line::dim("—"), |person| Line::dim(person.masked.clone())),
        word(Tone::Dim, &request.source.0),
    ]
}

fn owner(request: &RequestRow, ctx: &Ctx) -> Line {
    let me = ctx.me.person().and_then(|person| person.id.as_deref());
    let owner = match &request.owner {
        Some(seat) if Some(seat.id.inner()) == me => Line::plain("me"),
        Some(seat) => Line::plain(seat.handle.clone()),
        None => Line::dim("nobody"),
    };
    owner + request.team.as_ref().map(|team| Line::dim(format!(", {team}"))).unwrap_or_default()
}

/// What is worth a word beside the rest.
fn flags(request: &RequestRow) -> Line {
    let said = [
        (request.is_late, "late".to_owned()),
        (request.is_held, "hold".to_owned()),
        (request.draft_count > 0, "draft".to_owned()),
        (request.related_count > 0, format!("+{}", request.related_count)),
        (request.is_test, "test".to_owned()),
    ];
    let said: Vec<String> = said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect();
    let tone = if request.is_late || request.is_held { Tone::Warn } else { Tone::Dim };
    Line::of(tone, said.join(" "))
}

/// What is done to many, page by page.
struct Bulk {
    verb: &'static Verb,
    values: Values,
    selection: String,
    count: i32,
    rows: Vec<Outcome>,
}

struct Queue {
    list: Listing<RequestRow>,
    views: Option<Vec<View>>,
    /// The view that is shown once the views are there, counted from 1.
    waits: Option<usize>,
    /// What the server froze of all that match.
    selection: Option<acts::Selection>,
    bulk: Option<Bulk>,
    /// What is shown was found by a mail address, which is not known any more.
    is_found: bool,
    following: Following,
}

impl Queue {
    fn new() -> Self {
        let following = Following::default();
        let list = Listing::new(&LISTED);
        Self { list, views: None, waits: None, selection: None, bulk: None, is_found: false, following }
    }

    fn ask(tag: &'static str, document: String, variables: Value) -> Effect {
        Effect::Ask(Ask { to: PLACE, tag, document, variables, is_again: false })
    }

    fn ask_views() -> Effect {
        Self::ask(VIEWS, requests::views(), json!({}))
    }

    /// What narrows the list, as the contract has it.
    fn filter(&self) -> Value {
        self.list.list().variables().get("filter").cloned().unwrap_or_else(|| json!({}))
    }

    /// The words by which a view is kept: a tenant stands in them by its id.
    fn kept_words(&self) -> String {
        let filter = self.filter();
        let tenant = filter["tenant"].as_str().map(|id| format!("tenant:{id}"));
        let text = filter["text"].as_str().map(str::to_owned);
        text.into_iter().chain(tenant).collect::<Vec<_>>().join(" ")
    }

    fn unmark(&mut self) {
        self.list.unmark();
        self.selection = None;
        self.is_found = false;
    }

    /// Asks for what was asked by whoever goes by the address that was typed: it leaves with the question and stays nowhere.
    fn search(values: &Values) -> Effects {
        let of = |name: &str| values.get(name).cloned().unwrap_or_default();
        vec![Self::ask(FOUND, requests::of_mail(), json!({ "tenant": of("tenant"), "mail": of("mail") }))]
    }

    fn found(&mut self, answer: &Answer) -> Effects {
        let said = |tone, words: String| vec![Effect::Then(Action::Said(tone, words))];
        match answer.read::<requests::RequestsOfMail>().map(|found| found.requests_of_mail) {
            Ok(rows) if rows.is_empty() => {
                said(Tone::Warn, "nobody of that tenant asked by this address, or nobody for you".to_owned())
            }
            Ok(rows) => {
                self.unmark();
                self.list.hold(rows);
                self.is_found = true;
                Effects::new()
            }
            Err(trouble) => said(Tone::Bad, trouble.to_string()),
        }
    }

    /// Shows the view of this number, or says that there is none.
    fn show(&mut self, number: usize, ctx: &Ctx) -> Effects {
        let Some(views) = &self.views else {
            self.waits = Some(number);
            return vec![Self::ask_views()];
        };
        let Some(view) = number.checked_sub(1).and_then(|at| views.get(at)) else {
            let words = format!("there is no view {number} yet: W keeps the filter of the queue as one");
            let mut effects = self.list.begin(ctx);
            effects.push(Effect::Then(Action::Said(Tone::Warn, words)));
            return effects;
        };
        let words = view.filter.clone();
        self.is_found = false;
        self.list.narrow(&words, ctx)
    }

    fn linked(&mut self, words: &str, ctx: &Ctx) -> Effects {
        let mut effects = vec![Self::ask_views()];
        let view = words.strip_prefix(shell::VIEW).and_then(|number| number.parse().ok());
        if view.is_some() {
            self.waits = view;
        } else {
            self.is_found = false;
            effects.extend(self.list.narrow(words, ctx));
        }
        effects
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> Option<Effects> {
        match answer.tag {
            VIEWS => {
                let found = answer.read::<requests::Views>().map(|found| found.saved_views);
                self.views = Some(found.unwrap_or_default());
                Some(self.waits.take().map_or_else(Effects::new, |number| self.show(number, ctx)))
            }
            FREEZE => Some(self.frozen(answer, ctx)),
            FREEZE_MARKS => Some(self.begun(answer)),
            BULK => Some(self.gone_through(answer, ctx)),
            FOUND => Some(self.found(answer)),
            _ => None,
        }
    }

    /// All that match are frozen.
    fn frozen(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let (tone, words) = match frozen(answer) {
            Ok(selection) => {
                self.list.unmark();
                let until = due::minute(selection.ends_at, ctx.now, ctx.zone());
                let cut = if selection.is_cut { ", the first of still more" } else { "" };
                let words = format!("{} are marked{cut}, frozen until {until}: Esc lets them go", selection.count);
                self.selection = Some(selection);
                (Tone::Plain, words)
            }
            Err(trouble) => (Tone::Bad, trouble.to_string()),
        };
        vec![Effect::Then(Action::Said(tone, words))]
    }

    /// What was marked one by one is frozen: it is gone through.
    fn begun(&mut self, answer: &Answer) -> Effects {
        match (frozen(answer), &mut self.bulk) {
            (Ok(selection), Some(bulk)) => {
                selection.id.inner().clone_into(&mut bulk.selection);
                bulk.count = selection.count;
                self.go_on(0)
            }
            (Err(trouble), _) => {
                self.bulk = None;
                vec![Effect::Then(Action::Said(Tone::Bad, trouble.to_string()))]
            }
            (Ok(_), None) => Effects::new(),
        }
    }

    /// The next page of what is done to many.
    fn go_on(&self, from: i32) -> Effects {
        let Some(bulk) = &self.bulk else { return Effects::new() };
        let document: Document = match bulk.verb.id {
            id if id == ASSIGN.id => acts::assign_all::document,
            id if id == EXTEND.id => acts::extend_all::document,
            _ => acts::refuse_all::document,
        };
        let mut input = bulk.values.clone();
        input.insert("selection".to_owned(), json!(bulk.selection));
        input.insert("from".to_owned(), json!(from));
        input.insert("first".to_owned(), json!(STEP));
        vec![Self::ask(BULK, document(), json!({ "input": input }))]
    }

    fn gone_through(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let results = answer.outcome.as_ref().map_err(Clone::clone).and_then(|data| {
            let payload = data.as_object().and_then(|data| data.values().next());
            let results = payload.and_then(|payload| payload.get("results")).cloned().unwrap_or_default();
            serde_json::from_value::<Page200>(results).map_err(|_| Trouble::Strange(STRANGE.to_owned()))
        });
        let Some(bulk) = &mut self.bulk else { return Effects::new() };
        let words = match results {
            Ok(page) => {
                bulk.rows.extend(page.items.into_iter().map(|item| Outcome {
                    id: item.id,
                    reference: item.reference,
                    refusal: item.refusal.map(|refusal| refusal.message),
                }));
                if let Some(next) = page.next {
                    return self.go_on(next);
                }
                None
            }
            Err(trouble) => Some(trouble.to_string()),
        };
        let Some(Bulk { verb, values, rows, .. }) = self.bulk.take() else { return Effects::new() };
        self.unmark();
        let mut effects = self.list.follow(&Action::Returned, ctx);
        if let Some(words) = words {
            effects.push(Effect::Then(Action::Said(Tone::Bad, format!("it went no further: {words}"))));
        }
        effects.push(Effect::Then(Action::Bulk(Outcomes::of(verb, values, rows))));
        effects
    }

    /// A dialog was agreed to that is about many.
    fn begin(&mut self, verb: &'static Verb, target: &Target, values: &Values) -> Effects {
        let frozen = self.selection.as_ref().filter(|held| target.0.first().is_some_and(|id| id == held.id.inner()));
        let (selection, count) = frozen.map_or((String::new(), 0), |held| (held.id.inner().to_owned(), held.count));
        let is_frozen = !selection.is_empty();
        self.bulk = Some(Bulk { verb, values: values.clone(), selection, count, rows: Vec::new() });
        if is_frozen {
            return self.go_on(0);
        }
        let input = json!({ "input": { "ids": target.0 } });
        vec![Self::ask(FREEZE_MARKS, acts::freeze::document(), input)]
    }

    /// What the marked rows are called, or the chosen one.
    fn references(&self) -> Option<String> {
        let list = self.list.list();
        let marked: Vec<&str> =
            list.marks().iter().filter_map(|id| list.find(id)).map(|row| row.reference.as_str()).collect();
        if marked.is_empty() { list.chosen().map(|row| row.reference.clone()) } else { Some(marked.join(" ")) }
    }

    /// The row that verbs on one are about.
    fn beside(&self, ctx: &Ctx) -> Option<Section> {
        let request = self.list.list().chosen()?;
        let mut facts = vec![
            fact("reference", "Reference", Line::plain(request.reference.clone()).strong()),
            fact("due", "Due", course::due(standing(request), ctx)),
            fact("right", "Right", course::right(&request.right.0, request.special_case.as_ref())),
            fact("stage", "Stage", stage(request)),
            fact("next", "Next", course::next(&request.next_action.0)),
            fact("received", "Came", Line::plain(due::minute(request.received_at, ctx.now, ctx.zone()))),
            fact("source", "By", word(Tone::Plain, &request.source.0)),
            fact("owner", "Owner", owner(request, ctx)),
        ];
        if let Some(due) = &request.due {
            let target =
                due.target_on.map(|on| Line::dim(format!(", our own aim {}", course::date(on)))).unwrap_or_default();
            let told = Line::plain(format!("{}, {}", due.title, course::last_day(due.on))) + target;
            facts.insert(2, fact("leads", "Leads", told));
        }
        if let Some(person) = &request.person {
            facts.push(fact("person", "Person", Line::plain(person.masked.clone())));
        }
        if !flags(request).text().is_empty() {
            facts.push(fact("flags", "Flags", flags(request)));
        }
        Some(Section { id: "chosen", title: "The chosen one", note: Line::default(), body: Body::Facts(facts) })
    }

    fn section(&self, ctx: &Ctx) -> Section {
        let mut section = self.list.section(true, ctx);
        let marked = match (&self.selection, self.list.list().marks().len(), &self.bulk) {
            (_, _, Some(bulk)) => Some(format!("{} of {} done", bulk.rows.len(), bulk.count)),
            (Some(selection), ..) => Some(format!("all {} marked", selection.count)),
            (None, 0, None) => None,
            (None, marked, None) => Some(format!("{marked} marked · * marks all")),
        };
        let news = match self.list.list().news() {
            (0, 0) => None,
            (new, 0) => Some(format!("▲ {new} new: r shows them")),
            (0, gone) => Some(format!("{gone} left: r goes on")),
            (new, gone) => Some(format!("▲ {new} new, {gone} left: r shows it")),
        };
        if self.is_found {
            section.note = Line::of(Tone::Key, "of one mail address · Esc shows the queue  ") + section.note;
        }
        if let Some(news) = news {
            section.note = Line::of(Tone::Warn, format!("{news}  ")) + section.note;
        }
        if let Some(marked) = marked {
            section.note = Line::of(Tone::Key, format!("{marked}  ")) + section.note;
        }
        section
    }
}

const STRANGE: &str = "its answer has another shape";

/// A page of outcomes, as every bulk answers it.
#[derive(serde::Deserialize)]
struct Page200 {
    items: Vec<Item>,
    next: Option<i32>,
}

#[derive(serde::Deserialize)]
struct Item {
    id: String,
    reference: String,
    refusal: Option<Refusal>,
}

#[derive(serde::Deserialize)]
struct Refusal {
    message: String,
}

fn frozen(answer: &Answer) -> Result<acts::Selection, Trouble> {
    let answer = answer.read::<acts::freeze::Change>()?;
    answer.freeze_selection.selection.ok_or_else(|| Trouble::Strange(STRANGE.to_owned()))
}

impl Screen for Queue {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match self.following.hear(action, ctx, |change| matches!(following::noun(change), "request" | "hold")) {
            // What is gone through many is not looked at between its pages.
            Heard::Look if self.bulk.is_none() && !self.is_found => return self.list.look(),
            Heard::Look | Heard::Taken => return Effects::new(),
            Heard::Nothing => {}
        }
        if matches!(action, Action::Answered(answer) if answer.tag == LISTED.source.tag) {
            self.following.answered(ctx);
        }
        match action {
            Action::Linked(link) => self.linked(&link.id, ctx),
            Action::Opened | Action::SignedIn => {
                self.is_found = false;
                let mut effects = self.list.follow(action, ctx);
                effects.push(Self::ask_views());
                effects
            }
            Action::Answered(answer) => match self.hear(answer, ctx) {
                Some(effects) => effects,
                None => self.list.follow(action, ctx),
            },
            // What was found is shown until somebody asks for something else.
            Action::Returned if self.is_found => Effects::new(),
            Action::Do(verb, _) if **verb == shell::ESCAPE => {
                let was_found = self.is_found;
                self.unmark();
                if was_found { self.list.begin(ctx) } else { Effects::new() }
            }
            Action::Do(verb, _) if matches!(verb.id, "queue.refresh" | "queue.sort") && self.is_found => {
                self.unmark();
                self.list.follow(action, ctx)
            }
            Action::Do(verb, _) if **verb == ALL && self.is_found => {
                let words = "mark what was found one by one, by Space: no filter says which these are".to_owned();
                vec![Effect::Then(Action::Said(Tone::Warn, words))]
            }
            Action::Do(verb, _) if **verb == ALL => {
                let input = json!({ "input": { "filter": self.filter() } });
                vec![Self::ask(FREEZE, acts::freeze::document(), input)]
            }
            Action::Do(verb, _) if **verb == KEEP => vec![Effect::Then(Action::Do(&SAVE, Target::default()))],
            Action::Do(verb, _) if **verb == COPY => self.references().map(Effect::Copy).into_iter().collect(),
            Action::Do(verb, _) if matches!(verb.id, "queue.mark" | "queue.mark-range") => {
                self.selection = None;
                self.list.follow(action, ctx)
            }
            Action::Agreed(verb, target, values) if [ASSIGN, EXTEND, REFUSE].contains(verb) => {
                self.begin(verb, target, values)
            }
            Action::Agreed(verb, _, values) if **verb == OF_MAIL => Self::search(values),
            Action::Agreed(..) => {
                // Other words, other rows: what was marked among the old ones is let go.
                self.unmark();
                self.list.follow(action, ctx)
            }
            Action::Changed(verb, _) if [SAVE, DROP].contains(verb) => vec![Self::ask_views()],
            Action::Changed(..) if self.is_found => {
                self.unmark();
                self.list.begin(ctx)
            }
            action => self.list.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let sections = std::iter::once(self.section(ctx)).chain(self.beside(ctx)).collect();
        Page { title: Line::plain("Queue"), sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let section = self.section(ctx);
        match self.beside(ctx).filter(|_| area.width >= WIDE) {
            None => canvas.section(area, &section),
            Some(beside) => {
                let (left, right) = area.columns(area.width - BESIDE);
                canvas.section(left, &section);
                canvas.section(right, &beside);
                canvas.divide(left);
            }
        }
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.list().target()
    }

    fn marked(&self, _: &Ctx) -> Target {
        match &self.selection {
            Some(selection) => Target(vec![selection.id.inner().to_owned()]),
            None => Target(self.list.list().marks().to_vec()),
        }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        self.following.wakes(PLACE, self.list.said("tenant").is_some(), ctx)
    }

    fn follows(&self, ctx: &Ctx) -> Vec<Ask> {
        let rows = self.list.list().rows();
        let of_rows = rows.map(|row| row.tenant.as_ref().map(|tenant| tenant.id.inner()));
        let tenants = self.list.said("tenant").map(Some).into_iter().chain(of_rows);
        self.following.lines(PLACE, course::told(tenants, ctx), ctx)
    }

    /// The view it shows, by its name.
    fn crumb(&self) -> Option<String> {
        let words = self.kept_words();
        let shown = self.views.iter().flatten().find(|view| !words.is_empty() && view.filter == words)?;
        Some(format!("Queue «{}»", shown.name))
    }

    fn hears_escape(&self) -> bool {
        self.is_found || self.selection.is_some() || !self.list.list().marks().is_empty()
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        match verb.id {
            id if id == SAVE.id => return Some(self.save()),
            id if id == DROP.id => return Some(self.drop()),
            id if id == TAKE.id => return Some(take()),
            id if id == OF_MAIL.id => return Some(of_mail()),
            _ => {}
        }
        if [ASSIGN, EXTEND, REFUSE].contains(verb) {
            let frozen =
                self.selection.as_ref().filter(|held| target.0.first().is_some_and(|id| id == held.id.inner()));
            let count = frozen.map_or(target.0.len(), |held| usize::try_from(held.count).unwrap_or(0));
            if frozen.is_some() || count > 1 {
                return Some(of_many(verb, count, ctx));
            }
        }
        if let Some(row) = self.list.row(target).filter(|_| [ASSIGN, EXTEND, REFUSE, NOTE].contains(verb)) {
            return Some(of_one(verb, row, ctx));
        }
        let mut question = self.list.question(verb, target, ctx)?;
        if verb.id == "queue.filter" && OF_MAIL.refusal(target, ctx).is_none() {
            question.effects.push(Line::dim("By a mail address: @ on the queue. It stands in no filter."));
        }
        Some(question)
    }
}

impl Queue {
    fn save(&self) -> Question {
        let words = self.kept_words();
        let told = if words.is_empty() { "all that is open".to_owned() } else { words.clone() };
        Question {
            object: told,
            effects: vec![Line::dim("w and its number show it again; its count stands on the desk.")],
            form: Form::of(vec![Field::words("name", "Name").hint("EU this week")]),
            order: Some(order(acts::save_view::document(), json!({ "filter": words }), "the view is kept".to_owned())),
            ..Question::default()
        }
    }

    fn drop(&self) -> Question {
        let views = self.views.iter().flatten();
        let options = views.map(|view| Opt::new(view.id.inner(), view.name.clone())).collect();
        Question {
            object: "A view of mine".to_owned(),
            form: Form::of(vec![Field::one("id", "View", options)]),
            order: Some(order(acts::delete_view::document(), json!({}), "the view is dropped".to_owned())),
            ..Question::default()
        }
    }
}

fn of_many(verb: &Verb, count: usize, ctx: &Ctx) -> Question {
    let question = many(count);
    let (effects, fields, lookups) = match verb.id {
        id if id == ASSIGN.id => {
            let (fields, lookups) = course::owning(None, None, ctx);
            (vec![Line::plain("All of them are worked by one."), Line::dim(OWNER_TOLD)], fields, lookups)
        }
        id if id == EXTEND.id => {
            let fields = course::extending(&[]).1;
            (vec![Line::plain("Each is extended where its law lets it, by a letter of its own.")], fields, Vec::new())
        }
        _ => {
            let (effects, fields) = course::refusing();
            (effects, fields, Vec::new())
        }
    };
    let told = Line::dim("What came of each is told line by line; what is refused stays as it is.");
    let effects = effects.into_iter().chain([told]).collect();
    Question { effects, form: Form::of(fields), lookups, ..question }
}

fn of_one(verb: &Verb, row: &RequestRow, ctx: &Ctx) -> Question {
    let matter = Matter { id: row.id.inner(), reference: &row.reference, version: row.version };
    match verb.id {
        id if id == ASSIGN.id => {
            let owner = row.owner.as_ref().map(|seat| seat.id.inner());
            course::assigning(matter, owner, row.team.as_ref(), ctx)
        }
        id if id == EXTEND.id => {
            let (mut effects, fields) = course::extending(&[]);
            let due = row.due.as_ref().map(|due| Line::plain(format!("{}: due {}", due.title, course::date(due.on))));
            effects.extend(due);
            let mut order = matter.order(acts::extend::document(), json!({}), "extended");
            order.told = Some(moved);
            let preview = Some(course::letter(matter, "EXTENDED", course::typed));
            Question { effects, form: Form::of(fields), order: Some(order), preview, ..matter.question() }
        }
        id if id == REFUSE.id => {
            let (effects, fields) = course::refusing();
            let order = matter.order(acts::refuse::document(), json!({}), "refused, by letter");
            let preview = Some(course::letter(matter, "REFUSED", course::typed));
            Question { effects, form: Form::of(fields), order: Some(order), preview, ..matter.question() }
        }
        _ => course::noting(matter),
    }
}

/// By an address; who has it is shown masked, as everybody.
fn of_mail() -> Question {
    Question {
        object: "What somebody asked who goes by an address".to_owned(),
        effects: vec![
            Line::plain("Whatever they asked of this tenant, open or closed, the newest first."),
            Line::dim("The look is on record. The address is not: it stands in no filter, view or history."),
        ],
        form: Form::of(vec![Field::one_to_come("tenant", "Tenant"), Field::words("mail", "Mail")]),
        lookups: vec![tenants_to_choose("tenant")],
        ..Question::default()
    }
}

/// What somebody asked by telephone, by post, at a counter.
fn take() -> Question {
    Question {
        object: "What somebody asked".to_owned(),
        effects: vec![
            Line::plain("One contact, one right; its clocks count from the day on which it came."),
            Line::plain("Without a tenant it is asked of the operator itself."),
            Line::dim("What is said of the person is sealed at once, and is proved before anything is answered."),
        ],
        form: Form::of(vec![
            Field::one_to_come("tenant", "Tenant").optional(),
            Field::one("subjectKind", "Who", opts(SUBJECT_KINDS)),
            Field::one("right", "Asks for", opts(RIGHTS)),
            Field::words("mail", "Mail").optional().hint("a code goes there"),
            Field::words("name", "Name").optional(),
            Field::area("words", "In words").optional().hint("as it was said"),
            Field::time("receivedAt", "Came").optional().hint("now, unless it came before"),
            Field::words("locale", "Language").optional().hint("de, en-GB"),
            Field::words("place", "Place").optional().hint("DE, US-CA: which laws count"),
            course::cases(false, None),
        ]),
        order: Some(Order {
            shape: Some(taken),
            told: Some(named),
            ..order(acts::take::document(), json!({}), "it is taken in".to_owned())
        }),
        lookups: vec![tenants_to_choose("tenant")],
        ..Question::default()
    }
}

/// The contact as the contract has it: rights and what the person goes by are lists there.
fn taken(mut values: Values) -> Values {
    let right = values.remove("right").unwrap_or_default();
    let wanted = match course::case(&mut values) {
        Value::Null => json!({ "right": right }),
        case => json!({ "right": right, "specialCase": case }),
    };
    values.insert("rights".to_owned(), json!([wanted]));
    let stated = [("mail", "MAIL"), ("name", "NAME")].into_iter().filter_map(|(name, kind)| {
        let value = values.remove(name).filter(|value| !value.is_null())?;
        Some(json!({ "kind": kind, "value": value }))
    });
    let stated: Vec<Value> = stated.collect();
    values.insert("identifiers".to_owned(), Value::Array(stated));
    values
}

/// What it is called from now on.
fn named(payload: &Value) -> Option<String> {
    let requests = payload.pointer("/taken/requests")?.as_array()?;
    let named: Vec<&str> = requests.iter().filter_map(|request| request["reference"].as_str()).collect();
    (!named.is_empty()).then(|| named.join(", "))
}
