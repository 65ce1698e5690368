//! Accesses: who opened whose data, in which view, for what. No row holds a personal value; reasons stay sealed.

use crate::api::books::{self, ACCESS_TERMS, Access};
use crate::core::action::Verb;
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::Line;
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing};
use super::shared::{go, short_id, some};

const PLACE: &str = "accesses";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Accesses",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::narrows("accesses.filter", PLACE), list::renews("accesses.refresh", PLACE)],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "accesses.go",
    "accesses",
    "Who opened whose data, when and for what",
    &["g x"],
    Some("read_books"),
    "accesses list",
);

static LISTED: Listed<Access> = Listed {
    source: Source {
        place: PLACE,
        tag: "accesses",
        document: books::accesses,
        at: "/accesses",
        id: |access| access.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Accesses",
        heads: &["When", "Who", "Saw", "Of", "For", "Ticket", "Reason", "Tenant"],
        leaves: &[7, 4, 6],
        none: "nobody opened anything that fits",
        is_heard: true,
    },
    cells,
    terms: ACCESS_TERMS,
    first: "",
    orders: &[],
    leads: |_| None,
    question: |_, _, _| None,
};

fn cells(access: &Access, ctx: &Ctx) -> Vec<Line> {
    vec![
        Line::plain(due::minute(access.at, ctx.now, ctx.zone())),
        Line::plain(short_id(&access.actor)),
        Line::plain(access.view.clone()),
        some(access.subject.as_ref()),
        Line::plain(access.purpose.clone()),
        some(access.ticket.as_ref()),
        if access.has_reason { Line::plain("sealed") } else { Line::dim("—") },
        access.tenant.as_ref().map_or(Line::dim("the house"), |tenant| Line::plain(tenant.legal_name.clone())),
    ]
}
