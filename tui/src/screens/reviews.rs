//! Reviews: the campaigns over who may what, newest first, and how far each has come.

use serde_json::json;

use crate::api::reviews::{self, Campaign, SUBJECTS};
use crate::api::staff::NamedSeat;
use crate::core::action::{Danger, Link, On, Verb};
use crate::core::due;
use crate::core::form::{Field, Form};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Shape};

use super::apps::end;
use super::listing::{Listed, Listing};
use super::shared::{go, opts, order, verb, words};

const PLACE: &str = "reviews";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Review",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::opens("reviews.open", PLACE), list::renews("reviews.refresh", PLACE), NEW],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = Verb {
    off: |_, ctx| {
        let may = ctx.me.may("review_access") || ctx.me.may("see_staff");
        (!may).then(|| ctx.me.lacks("review_access"))
    },
    ..go(
        "reviews.go",
        "reviews of access",
        "Campaigns over apps, scopes and staff: each right is kept, changed or revoked, with a reason",
        &["g v"],
        None,
        "reviews list",
    )
};
const NEW: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Confirm,
    needs: Some("review_access"),
    ..verb("reviews.new", "open a campaign…", "Freezes who may what now, to be decided row by row", PLACE, &["a n"])
};

static LISTED: Listed<Campaign> = Listed {
    source: Source {
        place: PLACE,
        tag: "campaigns",
        document: reviews::campaigns,
        at: "/campaigns",
        id: |campaign| campaign.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Campaigns",
        heads: &["Due", "Campaign", "Decided", "Revoked", "Covers", "Opened", "By"],
        leaves: &[6, 5, 3],
        none: "no campaign yet",
        is_heard: true,
    },
    cells,
    terms: &[],
    first: "",
    orders: &[],
    leads: |campaign| Some(Link { kind: "campaign", id: campaign.id.inner().to_owned() }),
    question,
};

fn cells(campaign: &Campaign, ctx: &Ctx) -> Vec<Line> {
    vec![
        standing(campaign, ctx),
        Line::plain(campaign.title.clone()),
        decided(campaign),
        revoked(campaign),
        Line::plain(words(campaign.covers.iter().map(|subject| &subject.0))),
        Line::plain(due::day(campaign.opened_at, ctx.zone())),
        by(campaign.opened_by.as_ref()),
    ]
}

/// Who it was; the desk itself opens one each quarter.
pub fn by(seat: Option<&NamedSeat>) -> Line {
    seat.map_or(Line::dim("the desk"), |seat| Line::plain(seat.handle.clone()))
}

/// When it is due, in words first.
pub fn standing(campaign: &Campaign, ctx: &Ctx) -> Line {
    if campaign.state.0 == "SIGNED_OFF" {
        return Line::of(Tone::Good, "✓ ") + Line::plain("signed off");
    }
    if campaign.is_overdue {
        return Line::of(Tone::Bad, "✗ OVERDUE ") + Line::word(Tone::Bad, due::age(end(campaign.due_on), ctx.now));
    }
    Line::plain("due in ") + Line::word(Tone::Plain, due::left(end(campaign.due_on), ctx.now))
}

/// `176 of 188`.
pub fn decided(campaign: &Campaign) -> Line {
    let figures = &campaign.figures;
    Line::plain(format!("{} of {}", figures.rows - figures.open, figures.rows))
}

/// What was revoked, and what of it is not proven.
pub fn revoked(campaign: &Campaign) -> Line {
    let figures = &campaign.figures;
    let unproven = if figures.unproven > 0 {
        Line::of(Tone::Warn, format!(", ▲ {} not proven", figures.unproven))
    } else {
        Line::default()
    };
    Line::plain(figures.revoked.to_string()) + unproven
}

fn question(verb: &Verb, _: Option<&Campaign>, _: &Ctx) -> Option<Question> {
    (*verb == NEW).then(|| Question {
        object: "A new campaign".to_owned(),
        effects: vec![
            Line::plain("Who may what is taken down as it is now, and proven complete by its digest."),
            Line::dim("Nobody decides about what is theirs, or what they gave."),
        ],
        form: Form::of(vec![
            Field::words("title", "Title").hint("Autumn 2026"),
            Field::several("covers", "Covers", opts(SUBJECTS)).being(SUBJECTS),
            Field::day("dueOn", "Due on").optional().hint("in 30 days, unless another day is said"),
        ]),
        order: Some(order(reviews::open::document(), json!({}), "the campaign is open".to_owned())),
        ..Question::default()
    })
}
