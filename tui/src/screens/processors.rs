//! Sub-processors: who is on the operator's list, who is to come, and who leaves it.

use chrono::NaiveDate;

use crate::api::processors::{self, ProcessorRow, TERMS};
use crate::core::action::{Link, Verb};
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::apps::end;
use super::listing::{Listed, Listing};
use super::shared::{go, word};

const PLACE: &str = "processors";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Processors",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[
        GO,
        list::opens("processors.open", PLACE),
        list::narrows("processors.filter", PLACE),
        list::renews("processors.refresh", PLACE),
    ],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "processors.go",
    "sub-processors",
    "Who works for the operator, where, on what ground, and what each is given",
    &["g p"],
    Some("see_queue"),
    "processors list",
);

static LISTED: Listed<ProcessorRow> = Listed {
    source: Source {
        place: PLACE,
        tag: "processors",
        document: processors::processors,
        at: "/processors",
        id: |processor| processor.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Processors",
        heads: &["State", "Name", "Where", "Ground", "Objections", "Agreement", "Listed", "Service"],
        leaves: &[7, 6, 5, 3],
        none: "nobody is on the list, or nobody fits the filter",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[],
    leads: |processor| Some(Link { kind: "processor", id: processor.id.inner().to_owned() }),
    question: |_, _, _| None,
};

fn cells(processor: &ProcessorRow, ctx: &Ctx) -> Vec<Line> {
    vec![
        standing(&processor.state.0, processor.ends_on),
        Line::plain(processor.name.clone()),
        Line::plain(processor.regions.join(", ")),
        word(Tone::Plain, &processor.transfer.0),
        window(processor.objection_until, ctx),
        processor.agreement_on.map_or(Line::of(Tone::Warn, "▲ none"), |day| Line::plain(date(day))),
        Line::plain(date(processor.listed_on)),
        Line::dim(processor.service.clone()),
    ]
}

pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// How it stands on the list, and until when.
pub fn standing(state: &str, ends_on: Option<NaiveDate>) -> Line {
    match (state, ends_on) {
        ("IN_FORCE", _) => Line::of(Tone::Good, "✓ ") + word(Tone::Plain, state),
        ("ANNOUNCED", _) => Line::of(Tone::Warn, "▲ announced"),
        ("ENDING", Some(day)) => Line::of(Tone::Warn, format!("▲ ends {}", date(day))),
        _ => word(Tone::Dim, state),
    }
}

/// How long merchants may still object.
pub fn window(until: Option<NaiveDate>, ctx: &Ctx) -> Line {
    match until {
        Some(day) if end(day) > ctx.now => {
            Line::of(Tone::Warn, "open, ") + Line::word(Tone::Warn, due::left(end(day), ctx.now))
        }
        Some(day) => Line::dim(format!("over since {}", date(day))),
        None => Line::dim("—"),
    }
}
