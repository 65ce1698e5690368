//! What platforms ask for people's sake, what is due first: an access, an erasure, the end of a shop, with the days there
//! are. Whom it means is sealed and never here.

use crate::api::inbox::{self, PrivacyNotice, TERMS};
use crate::core::action::{Link, Verb};
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::apps::end;
use super::listing::{Listed, Listing};
use super::processors::date;
use super::shared::{go, moment, node, some, word};

const PLACE: &str = "privacy";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Asked",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[
        GO,
        list::opens("privacy.open", PLACE),
        list::narrows("privacy.filter", PLACE),
        list::renews("privacy.refresh", PLACE),
    ],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "privacy.go",
    "what platforms ask",
    "What platforms ask for people's sake, and by when it is to be done",
    &["g P"],
    Some("see_queue"),
    "privacy-notices list",
);

static LISTED: Listed<PrivacyNotice> = Listed {
    source: Source {
        place: PLACE,
        tag: "privacy",
        document: inbox::privacy_notices,
        at: "/privacyNotices",
        id: |notice| notice.id.inner().to_owned(),
    },
    looks: Looks {
        title: "What platforms ask for people's sake",
        heads: &["Due", "What", "Platform", "Store", "Tenant", "Came", "By", "Its reference"],
        leaves: &[7, 6, 4],
        none: "no platform asks for anything, or nothing fits the filter",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[],
    leads: |notice| match &notice.store {
        Some(store) => Some(Link { kind: "store", id: store.inner().to_owned() }),
        None => Some(Link { kind: "tenant", id: notice.tenant.inner().to_owned() }),
    },
    question: |_, _, _| None,
};

fn cells(notice: &PrivacyNotice, ctx: &Ctx) -> Vec<Line> {
    vec![
        left(notice, ctx),
        word(Tone::Plain, &notice.kind.0),
        Line::plain(notice.platform.clone()),
        notice.store.as_ref().map_or(Line::dim("—"), |store| node(store.inner())),
        node(notice.tenant.inner()),
        moment(notice.received_at, ctx),
        Line::dim(date(notice.due_on)),
        some(notice.reference.as_ref()),
    ]
}

/// How long there is; of one that is done, that it is.
fn left(notice: &PrivacyNotice, ctx: &Ctx) -> Line {
    let by = end(notice.due_on);
    match notice.state.0.as_str() {
        "OPEN" if by <= ctx.now => Line::of(Tone::Bad, "✗ OVERDUE ") + Line::word(Tone::Bad, due::age(by, ctx.now)),
        "OPEN" => Line::of(Tone::Warn, "▲ ") + Line::word(Tone::Warn, due::left(by, ctx.now)),
        state => word(Tone::Dim, state),
    }
}
