//! Holds: what stands against erasing, whose data it is, who answers for it, and when somebody looks whether it is needed
//! still.

use serde_json::json;

use crate::api::acts;
use crate::api::requests::{self, PlacedHold};
use crate::core::action::{Cli, Danger, Verb};
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::question::{Once, Question};
use crate::core::screen::{Ctx, Entry, Shape};

use super::apps::end;
use super::course::date;
use super::listing::{Listed, Listing};
use super::shared::{OPENED, go, moment, order, verb, word};

const PLACE: &str = "holds";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Holds",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::renews("holds.refresh", PLACE), REVEAL, RELEASE],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = Verb {
    cli: Cli::None("a command shows the holds of one request"),
    ..go(
        "holds.go",
        "holds",
        "What stands against erasing, and when it is looked at again",
        &["g h"],
        Some("see_queue"),
        "",
    )
};
const REVEAL: Verb = Verb {
    hint: "why",
    needs: Some("see_data"),
    ..verb("holds.reveal", "what it is for…", "Opens what the chosen hold is for, for 30 s, logged", PLACE, &["x"])
};
const RELEASE: Verb = Verb {
    danger: Danger::TwoPersons,
    needs: Some("work_requests"),
    ..verb(
        "holds.release",
        "release it…",
        "Lets erasures of this person go on: another than who placed it",
        PLACE,
        &["a H"],
    )
};

static LISTED: Listed<PlacedHold> = Listed {
    question,
    ..Listed::of(
        Source {
            place: PLACE,
            tag: "holds",
            document: requests::holds,
            at: "/holds",
            id: |hold| hold.id.inner().to_owned(),
        },
        Looks {
            title: "Holds",
            heads: &["Look again", "Ref", "For", "Person", "Placed", "By"],
            leaves: &[4, 3],
            none: "nothing is held: what is approved is erased",
            is_heard: true,
        },
        cells,
    )
};

fn cells(hold: &PlacedHold, ctx: &Ctx) -> Vec<Line> {
    vec![
        review(hold, ctx),
        Line::plain(hold.reference.clone()).strong(),
        word(Tone::Plain, &hold.kind.0),
        Line::dim(hold.person.masked.clone()),
        moment(hold.placed_at, ctx),
        hold.placed_by.as_ref().map_or(Line::dim("the desk"), |seat| Line::plain(seat.handle.clone())),
    ]
}

/// When somebody looks whether it is needed still.
fn review(hold: &PlacedHold, ctx: &Ctx) -> Line {
    let by = end(hold.review_on);
    if by <= ctx.now {
        return Line::of(Tone::Bad, "✗ OVERDUE ") + Line::word(Tone::Bad, due::age(by, ctx.now));
    }
    Line::plain(date(hold.review_on))
}

fn question(verb: &Verb, hold: Option<&PlacedHold>, _: &Ctx) -> Option<Question> {
    let hold = hold?;
    let question = Question { object: hold.reference.clone(), ..Question::default() };
    Some(match verb.id {
        id if id == REVEAL.id => {
            let mut order = order(acts::reveal_hold::document(), json!({ "id": hold.id }), "it was logged".to_owned());
            order.input.remove("idempotencyKey");
            order.once = Some(Once { what: "reason", ..OPENED });
            Question {
                effects: vec![Line::plain("What it is for is shown for 30 s; the look is logged.")],
                order: Some(order),
                ..question
            }
        }
        id if id == RELEASE.id => Question {
            effects: vec![
                Line::of(Tone::Warn, "What was approved is erased from then on."),
                Line::dim(format!(
                    "Placed by {}: another person releases it.",
                    hold.placed_by.as_ref().map_or("the desk", |seat| seat.handle.as_str())
                )),
            ],
            order: Some(order(
                acts::release_hold::document(),
                json!({ "id": hold.id }),
                format!("{} is released", hold.reference),
            )),
            ..question
        },
        _ => return None,
    })
}
