//! What was written to a store, newest first: of what how much, who acted and by whose leave, and what the platform said.

use crate::api::syncs::{self, StockWrite};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing, Part};

use super::shared::{moment, short_id, word};

const PLACE: &str = "writes";

/// What it is opened as, with the id of the store.
pub const KIND: &str = PLACE;

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "What was written",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[list::renews("writes.refresh", PLACE)],
    open: |_| Box::new(Part(Listing::new(&LISTED))),
};

static LISTED: Listed<StockWrite> = Listed::of(
    Source {
        place: PLACE,
        tag: "writes",
        document: syncs::writes,
        at: "/stockWrites",
        id: |write| format!("{} {} {}", write.at, write.item, write.place),
    },
    Looks {
        title: "What was written to it",
        heads: &["When", "State", "What", "From", "To", "Why", "Who", "Answered"],
        leaves: &[7, 3, 6],
        none: "nothing was written to it",
        is_heard: true,
    },
    cells,
);

fn cells(write: &StockWrite, ctx: &Ctx) -> Vec<Line> {
    vec![
        moment(write.at, ctx),
        state(write),
        Line::plain(write.sku.clone().unwrap_or_else(|| write.item.clone())),
        write.was.map_or(Line::dim("—"), |was| Line::dim(was.to_string())),
        Line::plain(write.quantity.to_string()),
        why(&write.leave.0),
        Line::dim(short_id(&write.by)),
        write.answered_at.map_or(Line::dim("—"), |at| moment(at, ctx)),
    ]
}

fn why(leave: &str) -> Line {
    match leave {
        "USER" => Line::plain("somebody asked"),
        "SYNC" => Line::plain("the sync is on"),
        code => word(Tone::Plain, code),
    }
}

fn state(write: &StockWrite) -> Line {
    let why = write.code.as_deref().map_or_else(Line::default, |code| Line::dim(": ") + word(Tone::Dim, code));
    let stands = match write.state.0.as_str() {
        "SENT" => Line::of(Tone::Good, "✓ ") + Line::plain("taken"),
        "WAITING" => Line::of(Tone::Warn, "○ ") + Line::plain("on its way"),
        "MOVED" => Line::of(Tone::Warn, "▲ ") + Line::plain("there was another number"),
        "GONE" => Line::of(Tone::Warn, "▲ ") + Line::plain("no such item there"),
        "FAILED" => Line::of(Tone::Bad, "✗ not taken"),
        code => word(Tone::Plain, code),
    };
    stands + why
}
