//! Apps: what merchants have connected, what each may and needs, how old its credential is, and how long it lies idle.

use chrono::NaiveDate;

use crate::api::apps::{self, AppCredential, AppRow, TERMS};
use crate::core::action::{Link, Verb};
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing, Order};
use super::shared::{ago, go, word};

const PLACE: &str = "apps";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Apps",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[
        GO,
        list::opens("apps.open", PLACE),
        list::narrows("apps.filter", PLACE),
        list::sorts("apps.sort", PLACE),
        list::renews("apps.refresh", PLACE),
    ],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "apps.go",
    "apps",
    "What merchants have connected: what each may, needs and touches",
    &["g a"],
    Some("see_queue"),
    "apps list",
);

static LISTED: Listed<AppRow> = Listed {
    source: Source {
        place: PLACE,
        tag: "apps",
        document: apps::apps,
        at: "/apps",
        id: |app| app.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Apps",
        heads: &["App", "State", "Needs", "Credential", "Used", "Kind", "Tenant", "Provider", "Touches"],
        leaves: &[7, 8, 5],
        none: "no app is within reach, or none fits the filter",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[
        Order { words: "by name", field: "NAME", direction: "ASC" },
        Order { words: "newest first", field: "CONNECTED_AT", direction: "DESC" },
        Order { words: "longest idle first", field: "LAST_USED_AT", direction: "ASC" },
    ],
    leads: |app| Some(Link { kind: "app", id: app.id.inner().to_owned() }),
    question: |_, _, _| None,
};

fn cells(app: &AppRow, ctx: &Ctx) -> Vec<Line> {
    let is_over = app.state.0 == "DISCONNECTED";
    vec![
        Line::plain(app.name.clone()),
        word(if is_over { Tone::Dim } else { Tone::Plain }, &app.state.0),
        if is_over { Line::dim("—") } else { needs(app.needed.len(), app.missing.len(), app.excess.len()) },
        credential(app.credential.as_ref(), ctx),
        idle(app.is_unused, ago(app.last_used_at, ctx)),
        Line::plain(app.kind.code.clone()),
        Line::plain(app.tenant.legal_name.clone()),
        Line::plain(app.provider.clone()),
        Line::dim(app.touches.join(", ")),
    ]
}

/// `3/3`, and what is too much or too little.
pub fn needs(needed: usize, missing: usize, excess: usize) -> Line {
    let has = Line::plain(format!("{}/{needed}", needed.saturating_sub(missing)));
    let less = if missing > 0 { Line::of(Tone::Bad, format!(" ✗ {missing} missing")) } else { Line::default() };
    let more = if excess > 0 { Line::of(Tone::Warn, format!(" ▲ {excess} too many")) } else { Line::default() };
    has + less + more
}

/// When another credential is to take its place.
pub fn credential(credential: Option<&AppCredential>, ctx: &Ctx) -> Line {
    match credential {
        None => Line::dim("none"),
        Some(credential) if credential.is_due => Line::of(Tone::Warn, "▲ rotate now"),
        Some(credential) => {
            Line::plain("rotate in ") + Line::word(Tone::Plain, due::left(end(credential.rotate_by), ctx.now))
        }
    }
}

/// The end of a day, for the words of time.
pub fn end(day: NaiveDate) -> due::Moment {
    day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN).and_utc()
}

/// When it was last used, with a mark where that is long ago.
pub fn idle(is_unused: bool, used: Line) -> Line {
    if is_unused { used + Line::of(Tone::Warn, " ▲") } else { used }
}
