//! Drift: how many connected stores differ from the policy in force, by the way in which they do. Each figure leads to
//! the stores behind it.

use crate::api::stores::{self, Drift};
use crate::core::action::{Action, Effect, Effects, Link, Target, Verb};
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Line, Page, Row, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::panes::{Parts, is_for_all};
use super::shared::go;

const PLACE: &str = "drift";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Drift",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, OPEN, RENEW],
    open: |_| Box::new(Figures { drift: One::new(&DRIFT), rows: Parts::default() }),
};

const GO: Verb = go(
    "drift.go",
    "drift",
    "How many stores differ from the policy in force, and in which way",
    &["g r"],
    Some("see_queue"),
    "drift show",
);
const OPEN: Verb = list::opens("drift.open", PLACE);
const RENEW: Verb = list::renews("drift.refresh", PLACE);

static DRIFT: Whole = Whole { place: PLACE, tag: "drift", document: stores::drift, at: "/drift" };

const WAYS: Looks = Looks {
    title: "Scopes: needed against granted, over all connected stores",
    heads: &["Stores", "Which", "What that means"],
    leaves: &[2],
    none: "",
    is_heard: true,
};

struct Figures {
    drift: One<Drift>,
    rows: Parts,
}

/// The figures, each under the words that narrow the stores to those it counts.
fn rows(drift: &Drift) -> Vec<Row> {
    let row = |words: &str, many: i32, tone, which, means| {
        let figure = if many == 0 { Line::dim("0") } else { Line::of(tone, many.to_string()) };
        Row { id: words.to_owned(), cells: vec![figure, Line::plain(which), Line::dim(means)] }
    };
    vec![
        row("state:connected", drift.stores, Tone::Strong, "connected", "their platforms told us what they grant"),
        row("is:drifted", drift.with_drift, Tone::Warn, "differ in any way", "a store may differ in several"),
        row("drift:not-listed", drift.not_listed, Tone::Bad, "✗ not listed", "granted, and the policy has no reason"),
        row("drift:missing", drift.missing, Tone::Bad, "✗ missing", "listed as needed, and not granted"),
        row("drift:unused", drift.unused, Tone::Warn, "▲ unused", "granted, and used by nothing for 90 days"),
        row(
            "drift:writes-while-sync-is-off",
            drift.writes_while_sync_is_off,
            Tone::Warn,
            "▲ writes, sync is off",
            "lets us write what nobody asked for",
        ),
    ]
}

impl Figures {
    fn section(&self, _: &Ctx) -> Section {
        let Section { note, .. } = self.drift.section(PLACE, WAYS.title, |_| Vec::new());
        let section = self.rows.section(PLACE, &WAYS, self.drift.held().map(rows));
        if note == Line::default() { section } else { Section { note, ..section } }
    }

    fn ids(&self) -> Vec<String> {
        self.drift.held().map(|drift| rows(drift).into_iter().map(|row| row.id).collect()).unwrap_or_default()
    }
}

impl Screen for Figures {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Answered(answer) => {
                self.drift.hear(answer);
                Effects::new()
            }
            Action::Do(verb, target) if **verb == OPEN => {
                let link = target.0.first().map(|words| Link { kind: "stores", id: words.clone() });
                link.map(|link| Effect::Then(Action::Open(link))).into_iter().collect()
            }
            action if is_for_all(action, &RENEW) => self.drift.ask(),
            action => self.rows.follow(action, &self.ids(), ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Page { title: Line::plain(ENTRY.title), sections: vec![self.section(ctx)], foot: Line::default() }
    }

    fn target(&self, _: &Ctx) -> Target {
        self.rows.target(&self.ids())
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
