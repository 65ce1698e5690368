//! What a store's platform told by itself, newest first: the topic, when it came, and what came of it. What it held is
//! sealed and never here.

use crate::api::inbox::{self, Delivery};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing, Part};

use super::shared::{moment, word};

const PLACE: &str = "deliveries";

/// What it is opened as, with the id of the store.
pub const KIND: &str = PLACE;

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "What it told",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[list::renews("deliveries.refresh", PLACE)],
    open: |_| Box::new(Part(Listing::new(&LISTED))),
};

static LISTED: Listed<Delivery> = Listed::of(
    Source {
        place: PLACE,
        tag: "deliveries",
        document: inbox::deliveries,
        at: "/deliveries",
        id: |delivery| format!("{} {}", delivery.received_at, delivery.topic),
    },
    Looks {
        title: "What its platform told by itself",
        heads: &["Came", "About", "State", "What came of it", "Happened"],
        leaves: &[4],
        none: "nothing came by itself",
        is_heard: true,
    },
    cells,
);

fn cells(delivery: &Delivery, ctx: &Ctx) -> Vec<Line> {
    let outcome = delivery.outcome.as_deref().map_or(Line::dim("—"), |code| word(Tone::Plain, code));
    vec![
        moment(delivery.received_at, ctx),
        Line::plain(delivery.topic.clone()),
        state(&delivery.state.0),
        outcome,
        delivery.happened_at.map_or(Line::dim("—"), |at| moment(at, ctx)),
    ]
}

fn state(code: &str) -> Line {
    match code {
        "DONE" => Line::of(Tone::Good, "✓ ") + Line::plain("done"),
        "WAITING" => Line::of(Tone::Warn, "○ ") + Line::plain("waits"),
        "FAILED" => Line::of(Tone::Bad, "✗ failed"),
        code => word(Tone::Dim, code),
    }
}
