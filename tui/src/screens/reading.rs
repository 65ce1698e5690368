//! How one store is read: each shelf with how far it has come, and the readings there were. It is told by the server as it
//! goes, and asks again by itself while nobody tells; reading is begun, held and let go on here.

use chrono::Duration;
use serde_json::json;

use crate::api::syncs::{self, Sync, SyncRun};
use crate::core::action::{Action, Danger, Effects, Target, Verb};
use crate::core::ask::Ask;
use crate::core::canvas::Canvas;
use crate::core::due::{self, Moment};
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Line, Page, Row, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::{Parts, is_for_all, panes, whole};
use super::shared::{ago, fact, moment, order, word};

const PLACE: &str = "reading";

/// What a store's reading is opened as.
pub const KIND: &str = "reading";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Reading",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[RENEW, TURN, START, PAUSE, RESUME],
    open: |_| {
        Box::new(OneScreen {
            syncs: One::new(&SYNCS),
            shelves: Parts::default(),
            runs: Listing::new(&RUNS),
            is_on_runs: false,
            asked_at: None,
            is_live: false,
        })
    },
};

const RENEW: Verb = list::renews("reading.refresh", PLACE);
const TURN: Verb = list::turns("reading.pane", PLACE);
const START: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("reading.start", "read it now…", "Begins to read every shelf at once", PLACE, &["a s"], "keep_stores")
};
const PAUSE: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "reading.pause",
        "hold the reading…",
        "Reads nothing more until it is let go on",
        PLACE,
        &["a p"],
        "keep_stores",
    )
};
const RESUME: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("reading.resume", "let it go on…", "Goes on where it was held", PLACE, &["a r"], "keep_stores")
};

/// Between two looks while something is under way and nobody tells.
const OFTEN: Duration = Duration::seconds(2);

static SYNCS: Whole = Whole { place: PLACE, tag: "syncs", document: syncs::syncs, at: "/syncs" };

static RUNS: Listed<SyncRun> = Listed::of(
    Source {
        place: PLACE,
        tag: "runs",
        document: syncs::runs,
        at: "/syncRuns",
        id: |run| format!("{} {}", run.shelf.0, run.started_at),
    },
    Looks {
        title: "Readings",
        heads: &["Began", "Shelf", "What", "Took in", "Left out", "Calls", "Ended"],
        leaves: &[5, 4],
        none: "nothing was read yet",
        is_heard: true,
    },
    |run, ctx| {
        vec![
            moment(run.started_at, ctx),
            word(Tone::Plain, &run.shelf.0),
            word(Tone::Dim, &run.kind.0),
            Line::plain(format!("{} new, {} changed", run.new, run.changed)),
            left_out(run),
            Line::dim(run.calls.to_string()),
            ended(run, ctx),
        ]
    },
);

/// What was not taken in, and why.
fn left_out(run: &SyncRun) -> Line {
    let said = [(run.older, "known"), (run.refused, "refused"), (run.unread, "unreadable")];
    let said: Vec<String> =
        said.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
    if said.is_empty() { Line::dim("—") } else { Line::dim(said.join(", ")) }
}

fn ended(run: &SyncRun, ctx: &Ctx) -> Line {
    match (run.outcome.0.as_str(), run.ended_at) {
        ("DONE", Some(at)) => Line::of(Tone::Good, "✓ ") + moment(at, ctx),
        ("RUNNING", _) => Line::of(Tone::Warn, "○ ") + Line::plain("under way"),
        (code, _) => Line::of(Tone::Bad, "✗ ") + word(Tone::Plain, code),
    }
}

const SHELVES: Looks = Looks {
    title: "Shelves",
    heads: &["Shelf", "How it stands", "Read", "", "Left", "Last page", "Next"],
    leaves: &[5, 4],
    none: "it is not connected, and not read",
    is_heard: true,
};

/// Cells of a bar.
const BAR: usize = 12;

fn shelf(sync: &Sync, ctx: &Ctx) -> Row {
    let estimated = sync.estimated.filter(|estimated| *estimated > 0);
    let read = match estimated {
        Some(estimated) => Line::plain(format!("{} of {estimated}", sync.done)),
        None => Line::plain(sync.done.to_string()),
    };
    let is_running = sync.state.0 == "RUNNING";
    let bar = estimated.filter(|_| is_running).map_or(Line::dim(""), |of| bar(sync.done, of));
    let left = sync.seconds_left.filter(|_| is_running).map_or(Line::dim("—"), |seconds| {
        let rate = sync.rate_per_minute.map_or_else(String::new, |rate| format!(", {rate:.0} a minute"));
        let until = ctx.now + Duration::seconds(i64::from(seconds));
        Line::word(Tone::Plain, due::stopwatch(ctx.now, until)) + Line::dim(rate)
    });
    let next = sync.next_due_at.filter(|_| !is_running).map_or(Line::dim("—"), |at| moment(at, ctx));
    Row {
        id: sync.shelf.0.clone(),
        cells: vec![
            word(Tone::Plain, &sync.shelf.0),
            standing(sync, ctx),
            read,
            bar,
            left,
            ago(sync.last_page_at, ctx),
            next,
        ],
    }
}

fn bar(done: i32, of: i32) -> Line {
    let (done, of) = (usize::try_from(done).unwrap_or(0), usize::try_from(of).unwrap_or(1).max(1));
    let full = (done * BAR / of).min(BAR);
    Line::of(Tone::Good, "█".repeat(full)) + Line::dim("░".repeat(BAR - full))
}

fn standing(sync: &Sync, ctx: &Ctx) -> Line {
    let behind = if sync.is_behind { Line::of(Tone::Warn, ", behind") } else { Line::default() };
    let stands = match (sync.state.0.as_str(), &sync.failure, sync.paused_at) {
        ("OFF", Some(why), _) if why == "scope" => Line::dim("off: its merchant does not let us"),
        (_, Some(why), _) => Line::of(Tone::Warn, "▲ ") + Line::plain(format!("waits: {}", said(why))),
        ("PAUSED", _, Some(at)) => Line::of(Tone::Warn, "○ ") + Line::plain("held since ") + moment(at, ctx),
        ("RUNNING", ..) => Line::of(Tone::Good, "● ") + Line::plain("is read"),
        ("IDLE", ..) => Line::plain("waits for its time"),
        (code, ..) => word(Tone::Plain, code),
    };
    stands + behind
}

fn said(why: &str) -> &str {
    match why {
        "platform" => "its platform does not answer",
        "token" => "its token is renewed",
        "disconnected" => "its connection is over",
        other => other,
    }
}

struct OneScreen {
    syncs: One<Vec<Sync>>,
    shelves: Parts,
    runs: Listing<SyncRun>,
    is_on_runs: bool,
    /// When the server was asked last, to ask again in time.
    asked_at: Option<Moment>,
    /// The server tells by itself.
    is_live: bool,
}

impl OneScreen {
    fn ids(&self) -> Vec<String> {
        self.syncs.held().map(|syncs| syncs.iter().map(|sync| sync.shelf.0.clone()).collect()).unwrap_or_default()
    }

    /// How many shelves are being read, once that is known.
    fn under_way(&self) -> Option<usize> {
        Some(self.syncs.held()?.iter().filter(|sync| sync.state.0 == "RUNNING").count())
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let top = self.syncs.section("reading", "Reading", |syncs| {
            let running = syncs.iter().filter(|sync| sync.state.0 == "RUNNING").count();
            let behind = syncs.iter().filter(|sync| sync.is_behind).count();
            let told = match (syncs.len(), running) {
                (0, _) => Line::dim("nothing is read: it is not connected"),
                (_, 0) => Line::plain("nothing is under way"),
                (of, running) => {
                    Line::of(Tone::Good, "● ") + Line::plain(format!("{running} of {of} shelves are read"))
                }
            };
            let late = if behind == 0 { Line::default() } else { Line::of(Tone::Warn, format!(", {behind} behind")) };
            vec![fact("stands", "Now", told + late)]
        });
        let rows = self.syncs.held().map(|syncs| syncs.iter().map(|sync| shelf(sync, ctx)).collect());
        let looks = Looks { is_heard: !self.is_on_runs, ..SHELVES };
        (top, [self.shelves.section("shelves", &looks, rows), self.runs.section(self.is_on_runs, ctx)])
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                self.asked_at = Some(ctx.now);
                let mut effects = self.syncs.open(&link.id);
                effects.extend(self.runs.of(&link.id, ctx));
                effects
            }
            Action::Answered(answer) => {
                let was = self.under_way();
                if !self.syncs.hear(answer) {
                    return self.runs.follow(action, ctx);
                }
                // What began or ended stands among the readings.
                if was.is_some_and(|was| Some(was) != self.under_way()) {
                    return self.runs.follow(&Action::Returned, ctx);
                }
                Effects::new()
            }
            Action::Line { is_up, .. } => {
                self.is_live = *is_up;
                Effects::new()
            }
            Action::Woken => {
                self.asked_at = Some(ctx.now);
                self.syncs.ask()
            }
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_runs = !self.is_on_runs;
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => {
                self.asked_at = Some(ctx.now);
                let mut effects = self.syncs.renew(action);
                effects.extend(self.runs.follow(action, ctx));
                effects
            }
            action if self.is_on_runs => self.runs.follow(action, ctx),
            action => self.shelves.follow(action, &self.ids(), ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (top, parts) = self.sections(ctx);
        Page {
            title: Line::plain("Reading"),
            sections: [top].into_iter().chain(parts).collect(),
            foot: Line::default(),
        }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (top, parts) = self.sections(ctx);
        panes(canvas, &top, &parts, usize::from(self.is_on_runs));
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_runs { self.runs.list().target() } else { self.shelves.target(&self.ids()) }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn wakes(&self, _: &Ctx) -> Option<Moment> {
        let is_asked = !self.is_live && self.under_way().is_some_and(|many| many > 0);
        self.asked_at.filter(|_| is_asked).map(|at| at + OFTEN)
    }

    fn follows(&self, _: &Ctx) -> Vec<Ask> {
        let ask = |document: String| Ask {
            to: PLACE,
            tag: SYNCS.tag,
            document,
            variables: json!({ "id": self.syncs.id() }),
            is_again: false,
        };
        (!self.syncs.id().is_empty()).then(|| ask(syncs::progress())).into_iter().collect()
    }

    fn crumb(&self) -> Option<String> {
        Some("reading".to_owned())
    }

    fn question(&self, verb: &Verb, _: &Target, _: &Ctx) -> Option<Question> {
        self.syncs.held()?;
        let (document, effect, done) = match verb.id {
            id if id == START.id => (
                syncs::start::document as fn() -> String,
                "Every shelf is read now: all of it where it never was, else what changed.",
                "it is read",
            ),
            id if id == PAUSE.id => (
                syncs::pause::document as fn() -> String,
                "What is under way stops after its page, and stays where it is.",
                "the reading is held",
            ),
            id if id == RESUME.id => {
                (syncs::resume::document as fn() -> String, "It goes on where it was.", "the reading goes on")
            }
            _ => return None,
        };
        Some(Question {
            object: "this store".to_owned(),
            effects: vec![Line::plain(effect)],
            order: Some(order(document(), json!({ "store": self.syncs.id() }), done.to_owned())),
            ..Question::default()
        })
    }
}
