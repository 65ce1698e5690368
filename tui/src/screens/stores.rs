//! Stores: the merchants' shops by domain, and where each differs from what the policy lists.

use crate::api::stores::{self, StoreRow, TERMS};
use crate::core::action::{Link, Verb};
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing, Order};
use super::shared::{go, word};

const PLACE: &str = "stores";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Stores",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[
        GO,
        list::opens("stores.open", PLACE),
        list::narrows("stores.filter", PLACE),
        list::sorts("stores.sort", PLACE),
        list::renews("stores.refresh", PLACE),
    ],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "stores.go",
    "stores",
    "The merchants' shops: what each grants, and where that differs from the policy",
    &["g s"],
    Some("see_queue"),
    "stores list",
);

static LISTED: Listed<StoreRow> = Listed {
    source: Source {
        place: PLACE,
        tag: "stores",
        document: stores::stores,
        at: "/stores",
        id: |store| store.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Stores",
        heads: &["Store", "State", "Drift", "Platform", "Tenant", "Sync", "Region", "Added"],
        leaves: &[7, 6, 5, 3],
        none: "no store is within reach, or none fits the filter",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[
        Order { words: "by domain", field: "DOMAIN", direction: "ASC" },
        Order { words: "newest first", field: "ADDED_AT", direction: "DESC" },
    ],
    leads: |store| Some(Link { kind: "store", id: store.id.inner().to_owned() }),
    question: |_, _, _| None,
};

fn cells(store: &StoreRow, ctx: &Ctx) -> Vec<Line> {
    vec![
        Line::plain(store.domain.clone()),
        state(&store.state.0),
        drift(store.drift_kinds.iter().map(|kind| kind.0.as_str()), &store.state.0),
        Line::plain(store.platform.clone()),
        Line::plain(store.tenant.legal_name.clone()),
        Line::plain(if store.sync_is_on { "on" } else { "off" }),
        Line::plain(store.region.clone()),
        Line::plain(due::day(store.added_at, ctx.zone())),
    ]
}

/// How far a connection has come.
pub fn state(code: &str) -> Line {
    match code {
        "NEEDS_RECONNECTING" => Line::of(Tone::Warn, "▲ needs reconnecting"),
        "CONNECTED" => word(Tone::Plain, code),
        code => word(Tone::Dim, code),
    }
}

/// How a store differs from the policy; only a connected one is held against it.
pub fn drift<'a>(kinds: impl Iterator<Item = &'a str>, state: &str) -> Line {
    let told: Vec<String> = kinds.map(|kind| kind.to_lowercase().replace('_', " ")).collect();
    match (told.iter().any(|kind| kind == "not listed"), told.is_empty()) {
        (true, _) => Line::of(Tone::Bad, format!("✗ {}", told.join(", "))),
        (false, false) => Line::of(Tone::Warn, format!("▲ {}", told.join(", "))),
        (false, true) if state == "CONNECTED" => Line::of(Tone::Good, "✓ ") + Line::plain("as listed"),
        (false, true) => Line::dim("—"),
    }
}
