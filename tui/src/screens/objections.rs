//! Objections: merchants' no to what was announced, by when each is to be answered, and the operator's answer.

use serde_json::json;

use crate::api::processors::{self, ANSWERS, OBJECTION_TERMS, ObjectedTo, Objection};
use crate::core::action::{Danger, Verb};
use crate::core::due;
use crate::core::form::{Field, Form};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::question::{Once, Question};
use crate::core::screen::{Ctx, Entry, Shape};

use super::apps::end;
use super::listing::{Listed, Listing};
use super::shared::{OPENED, go, moment, opts, order, short_id, verb, word};

const PLACE: &str = "objections";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Objections",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::narrows("objections.filter", PLACE), list::renews("objections.refresh", PLACE), REVEAL, ANSWER],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "objections.go",
    "objections",
    "Who objects to what was announced, and by when each is to be answered",
    &["g b"],
    Some("see_queue"),
    "objections list",
);
const REVEAL: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("keep_policy"),
    ..verb(
        "objections.reveal",
        "reveal the reason…",
        "Opens why the merchant objects for 30 s, logged",
        PLACE,
        &["a x"],
    )
};
const ANSWER: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("keep_policy"),
    ..verb("objections.answer", "answer it…", "Answers the merchant: upheld, settled or declined", PLACE, &["a w"])
};

static LISTED: Listed<Objection> = Listed {
    source: Source {
        place: PLACE,
        tag: "objections",
        document: processors::objections,
        at: "/objections",
        id: |objection| objection.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Objections",
        heads: &["Answer", "Tenant", "To", "Why", "Objected", "By", "Answered"],
        leaves: &[5, 6, 3],
        none: "nobody objects, or nothing fits the filter",
        is_heard: true,
    },
    cells,
    terms: OBJECTION_TERMS,
    first: "",
    orders: &[],
    leads: |_| None,
    question,
};

fn cells(objection: &Objection, ctx: &Ctx) -> Vec<Line> {
    let answered = objection.answered_at.map_or(Line::dim("—"), |at| {
        let by = objection.answered_by.as_deref().map(|by| Line::dim(format!(", {}", short_id(by))));
        moment(at, ctx) + by.unwrap_or_default()
    });
    vec![
        standing(objection, ctx),
        Line::plain(objection.tenant.legal_name.clone()),
        to(&objection.notice),
        Line::dim(objection.reason.masked.clone()),
        moment(objection.objected_at, ctx),
        Line::dim(short_id(&objection.by)),
        answered,
    ]
}

/// What became of it; of an open one, how long there is to answer.
fn standing(objection: &Objection, ctx: &Ctx) -> Line {
    let by = end(objection.answer_by);
    match objection.state.0.as_str() {
        "OPEN" if by <= ctx.now => Line::of(Tone::Bad, "✗ OVERDUE ") + Line::word(Tone::Bad, due::age(by, ctx.now)),
        "OPEN" => Line::of(Tone::Warn, "▲ ") + Line::word(Tone::Warn, due::left(by, ctx.now)),
        state => word(Tone::Dim, state),
    }
}

fn to(notice: &ObjectedTo) -> Line {
    let whom = notice.processor.as_ref().map_or_else(|| format!("v{}", notice.policy_version), |of| of.name.clone());
    Line::plain(whom) + Line::dim(", ") + word(Tone::Dim, &notice.kind.0)
}

fn question(verb: &Verb, objection: Option<&Objection>, _: &Ctx) -> Option<Question> {
    let objection = objection?;
    let question = Question { object: objection.tenant.legal_name.clone(), ..Question::default() };
    Some(match verb.id {
        id if id == REVEAL.id => {
            let mut order =
                order(processors::reveal::document(), json!({ "id": objection.id }), "it was logged".to_owned());
            order.input.remove("idempotencyKey");
            order.once = Some(Once { at: "/revealed/reason", what: "reason", ..OPENED });
            Question {
                effects: vec![Line::plain("Why it objects is shown for 30 s; the look is logged.")],
                order: Some(order),
                ..question
            }
        }
        id if id == ANSWER.id => Question {
            effects: vec![
                Line::of(Tone::Warn, "What is upheld keeps that version from coming into force, for good."),
                Line::dim("The answer is sealed; the merchant reads it."),
            ],
            form: Form::of(vec![
                Field::one("state", "It is", opts(ANSWERS)),
                Field::words("answer", "Answer").hint("what the merchant is told"),
            ]),
            order: Some(order(
                processors::answer::document(),
                json!({ "id": objection.id }),
                format!("{} is answered", objection.tenant.legal_name),
            )),
            ..question
        },
        _ => return None,
    })
}
