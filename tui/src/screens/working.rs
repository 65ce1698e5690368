//! What is asked before a request is changed: what follows, with the old and the new date, what must be said, and the call
//! that carries it out.
//!
//! It is no screen. Whether something may be done is the server's to say; here stands only how it is asked.

use serde_json::json;

use crate::api::acts;
use crate::api::requests::{HOLD_KINDS, Hold, LATE_REASONS, Request};
use crate::core::action::{Target, Verb};
use crate::core::form::{Field, Form, Opt, Values, spoken};
use crate::core::page::{Line, Tone};
use crate::core::question::{Once, Order, Question};
use crate::core::screen::Ctx;

use super::course::{self, Matter, date, moved};
use super::request::{
    ASK, CASE, CODE, EXTEND, HAND_ON, HOLD, JOIN, JUDGE, LATE, MANDATE, NOTE, OWNER, PAUSE, REFUSE, RELEASE, RETURN,
    REVEAL, SETTLE, SPAM, SUBMIT, UNEXTEND, UNPAUSE, WITHDRAW, summed,
};
use super::shared::{OPENED, opts, order};

/// The words of a letter, opened.
const READ: Once = Once { at: "/messages", what: "letter", advice: "It was logged before it came here." };

pub fn question(verb: &Verb, request: &Request, target: &Target, ctx: &Ctx) -> Option<Question> {
    let matter = Matter { id: request.id.inner(), reference: &request.reference, version: request.version };
    match verb.id {
        id if id == JUDGE.id || id == CODE.id => proving(verb, request, matter, target),
        id if id == SUBMIT.id || id == RETURN.id => planning(verb, request, matter),
        id if [PAUSE.id, UNPAUSE.id, EXTEND.id, UNEXTEND.id].contains(&id) => Some(timing(verb, request, matter)),
        id if [REFUSE.id, SETTLE.id, WITHDRAW.id, SPAM.id, JOIN.id].contains(&id) => {
            Some(ending(verb, request, matter))
        }
        id if id == HOLD.id || id == RELEASE.id => holding(verb, request, matter, target),
        id if id == ASK.id || id == HAND_ON.id => Some(asking(verb, matter)),
        id if id == NOTE.id => Some(course::noting(matter)),
        id if id == OWNER.id => {
            let owner = request.owner.as_ref().map(|seat| seat.id.inner());
            Some(course::assigning(matter, owner, request.team.as_ref(), ctx))
        }
        id if id == LATE.id => Some(lateness(request, matter)),
        id if id == MANDATE.id => Some(mandate(matter)),
        id if id == CASE.id => Some(casing(request, matter)),
        id if id == REVEAL.id => Some(reading(request, matter, target)),
        _ => None,
    }
}

/// A letter of its own: a question, or that the merchant answers.
fn asking(verb: &Verb, matter: Matter<'_>) -> Question {
    if *verb == ASK {
        return Question {
            effects: vec![Line::plain(
                "It goes to the person by mail; no date moves. To let its time stand still, pause it.",
            )],
            form: Form::of(vec![Field::area("question", "Question").hint("in the person's language; sealed")]),
            order: Some(matter.unversioned(acts::ask_person::document(), json!({}), "the person is asked")),
            preview: Some(course::letter(matter, "ASK", |values| worded(values, "question"))),
            ..matter.question()
        };
    }
    Question {
        effects: vec![
            Line::plain("The merchant, who decides about this data, is told; the person hears who answers."),
            Line::dim("It stays open here with its dates until the merchant has answered."),
        ],
        form: Form::of(vec![course::reason("what the person is told besides").optional()]),
        order: Some(matter.order(acts::hand_on::document(), json!({}), "its merchant is told")),
        preview: Some(course::letter(matter, "HANDED_ON", course::typed)),
        ..matter.question()
    }
}

/// Why it is late; of a reason that stood before, the way back.
fn lateness(request: &Request, matter: Matter<'_>) -> Question {
    let document = acts::late_reason::document;
    let undo = request
        .late_reason
        .as_ref()
        .map(|before| matter.undo(document(), json!({ "reason": before.0 }), "why it is late is what it was before"));
    let order = matter.order(document(), json!({}), "why it is late is said");
    Question {
        effects: vec![Line::plain("It stands in the figures of its month.")],
        form: Form::of(vec![Field::one("reason", "Because of", opts(LATE_REASONS))]),
        order: Some(Order { undo, ..order }),
        ..matter.question()
    }
}

/// That a deletion is about more than it seemed, or is a child's.
fn casing(request: &Request, matter: Matter<'_>) -> Question {
    let cases = course::cases(request.store.is_some(), request.special_case.as_ref());
    Question {
        effects: vec![
            Line::plain("The plan is drawn anew under it; one that waits for a second person is taken back."),
            Line::plain(
                "What is a child's waits for no open order, and not for the days in which others may think again.",
            ),
            Line::dim("Of a whole account or shop everybody's data goes: one of its owners has to ask for it."),
        ],
        form: Form::of(vec![cases]),
        order: Some(Order {
            shape: Some(|mut values| {
                let case = course::case(&mut values);
                values.insert("specialCase".to_owned(), case);
                values
            }),
            ..matter.order(acts::special_case::document(), json!({}), "its special case is set")
        }),
        ..matter.question()
    }
}

fn mandate(matter: Matter<'_>) -> Question {
    Question {
        effects: vec![
            Line::plain("Somebody asks for the person: what you saw of the mandate counts from now on."),
            Line::dim("One that is none closes nothing; it is answered to nobody by it."),
        ],
        form: Form::of(vec![
            Field::one("isShown", "It", vec![Opt::new("true", "was shown"), Opt::new("false", "is none")]),
            course::reason("what you saw; sealed"),
        ]),
        order: Some(Order {
            shape: Some(|values| truth(values, "isShown")),
            ..matter.unversioned(acts::judge_mandate::document(), json!({}), "the mandate is judged")
        }),
        ..matter.question()
    }
}

/// A choice of two words as the contract has it.
pub(super) fn truth(mut values: Values, name: &str) -> Values {
    let is_so = values.get(name).is_some_and(|said| said == "true");
    values.insert(name.to_owned(), json!(is_so));
    values
}

/// The answer's words, as its letter has them.
fn settled(values: &Values) -> Values {
    worded(&truth(values.clone(), "isWhole"), "reason")
}

/// What stands in this field are the words of the letter.
fn worded(values: &Values, name: &str) -> Values {
    let mut values = values.clone();
    let words = values.remove(name).unwrap_or_default();
    values.insert("words".to_owned(), words);
    values
}

/// What a hold is for has no other reason than its own to be read.
fn reading(request: &Request, matter: Matter<'_>, target: &Target) -> Question {
    if let Some(hold) = target.0.first().and_then(|id| request.holds.iter().find(|hold| hold.id.inner() == id)) {
        let mut order = order(acts::reveal_hold::document(), json!({ "id": hold.id }), "it was logged".to_owned());
        order.input.remove("idempotencyKey");
        order.once = Some(Once { what: "reason", ..OPENED });
        return Question {
            object: hold.reference.clone(),
            effects: vec![Line::plain("What it is for is shown for 30 s; the look is logged.")],
            order: Some(order),
            ..Question::default()
        };
    }
    let mut order = matter.unversioned(acts::reveal(), json!({}), "it was logged");
    order.input.remove("idempotencyKey");
    order.once = Some(READ);
    Question {
        effects: vec![Line::plain("Shown for 30 s, logged with the reason, then shut again.")],
        form: Form::of(vec![Field::words("reason", "Reason").hint("what you need its words for")]),
        order: Some(order),
        ..matter.question()
    }
}

fn proving(verb: &Verb, request: &Request, matter: Matter<'_>, target: &Target) -> Option<Question> {
    let chosen = target.0.first()?;
    let one = request.intake.identifiers.iter().find(|one| one.id.inner() == chosen)?;
    let object = format!("{} · {}", request.reference, spoken(&one.kind.0));
    let identifier = json!({ "identifier": one.id });
    if *verb == CODE {
        let until = request
            .intake
            .prove_until
            .map(|at| Line::dim(format!("It has until {} to be proved.", at.format("%-d %b"))));
        return Some(Question {
            object,
            effects: [Line::plain("A new code goes to this address; the one before is good no more.")]
                .into_iter()
                .chain(until)
                .collect(),
            order: Some(matter.unversioned(acts::ask_for_proof::document(), identifier, "asked for proof")),
            ..Question::default()
        });
    }
    Some(Question {
        object,
        effects: vec![
            Line::plain("Your judgement stands for this identifier alone, with your name."),
            Line::dim("What is proved is answered with; what is not is left out."),
        ],
        form: Form::of(vec![
            Field::one("isProved", "It is", vec![Opt::new("true", "proved"), Opt::new("false", "not proved")]),
            course::reason("what you saw or heard; sealed"),
        ]),
        order: Some(Order {
            shape: Some(|values| truth(values, "isProved")),
            ..matter.unversioned(acts::judge::document(), identifier, "the identifier is judged")
        }),
        ..Question::default()
    })
}

fn planning(verb: &Verb, request: &Request, matter: Matter<'_>) -> Option<Question> {
    let plan = request.plan.as_ref()?;
    let lines = summed(plan.lines.iter().map(|line| (line.action.0.as_str(), line.rows)));
    let told = Line::plain(format!("Plan {}: {lines}", plan.number));
    Some(if *verb == SUBMIT { submitting(matter, &plan.digest, told) } else { returning(matter, told) })
}

/// To a second person, by the digest that was read.
pub fn submitting(matter: Matter<'_>, digest: &str, told: Line) -> Question {
    Question {
        effects: vec![
            told,
            Line::plain("Another person reads it and approves this digest: ")
                + Line::of(Tone::Strong, course::digest(digest)),
            Line::dim("What is held is looked up anew; where it differs, the new plan stands beside this one."),
        ],
        order: Some(matter.order(acts::submit_plan::document(), json!({ "digest": digest }), "its plan is submitted")),
        ..matter.question()
    }
}

pub fn returning(matter: Matter<'_>, told: Line) -> Question {
    Question {
        effects: vec![told, Line::plain("It goes back to whoever submitted it; the request is open again.")],
        form: Form::of(vec![course::reason("what is missing or wrong; sealed")]),
        order: Some(matter.unversioned(acts::return_plan::document(), json!({}), "its plan went back")),
        ..matter.question()
    }
}

fn timing(verb: &Verb, request: &Request, matter: Matter<'_>) -> Question {
    let moving = |document: String, done: &str| {
        let mut order = matter.order(document, json!({}), done);
        order.told = Some(moved);
        Some(order)
    };
    let due = request
        .due
        .as_ref()
        .map_or(Line::dim("no clock runs"), |due| Line::plain(format!("{}: due {}", due.title, date(due.on))));
    match verb.id {
        id if id == PAUSE.id && request.stage.0 == "PAUSED" => Question {
            effects: vec![Line::plain("Its time goes on; the person is told by letter."), due],
            order: moving(acts::resume::document(), "its time goes on"),
            preview: Some(course::letter(matter, "RESUMED", course::untyped)),
            ..matter.question()
        },
        id if id == PAUSE.id => pausing(request, matter, moving(acts::pause::document(), "its time stands still")),
        id if id == UNPAUSE.id => Question {
            effects: vec![Line::plain("It counts as if nobody had paused it."), due],
            order: moving(acts::withdraw_pause::document(), "the pause is withdrawn"),
            ..matter.question()
        },
        id if id == UNEXTEND.id => Question {
            effects: vec![Line::plain("The date before the extension holds again; the person is told by letter."), due],
            order: moving(acts::withdraw_extension::document(), "the extension is withdrawn"),
            preview: Some(course::letter(matter, "EXTENSION_WITHDRAWN", course::untyped)),
            ..matter.question()
        },
        _ => {
            let (effects, fields) = course::extending(&request.extensions);
            let order = moving(acts::extend::document(), "extended, by letter");
            let preview = Some(course::letter(matter, "EXTENDED", course::typed));
            Question { effects, form: Form::of(fields), order, preview, ..matter.question() }
        }
    }
}

fn pausing(request: &Request, matter: Matter<'_>, order: Option<Order>) -> Question {
    let told = request.pauses.iter().map(|pause| {
        let name = spoken(&pause.on.0);
        match (&pause.refusal, pause.before, pause.after) {
            (Some(why), ..) => Line::dim(format!("{name}, off: {why}")),
            (None, Some(before), Some(after)) if before == after => {
                Line::plain(format!("{name}: ")) + Line::of(Tone::Strong, format!("{}, as before", date(after)))
            }
            (None, Some(before), Some(after)) => {
                Line::plain(format!("{name}: ")) + Line::of(Tone::Strong, format!("{} → {}", date(before), date(after)))
            }
            (None, ..) => Line::plain(format!("{name}: until it is answered")),
        }
    });
    let possible = request.pauses.iter().filter(|pause| pause.refusal.is_none());
    let options = possible.map(|pause| Opt::word(&pause.on.0)).collect();
    Question {
        effects: std::iter::once(Line::plain("The person is asked by letter, with your words.")).chain(told).collect(),
        form: Form::of(vec![
            Field::one("on", "Asked", options),
            course::reason("what the person is asked; it stands in the letter"),
        ]),
        order,
        preview: Some(course::letter(matter, "PAUSED", course::typed)),
        ..matter.question()
    }
}

fn ending(verb: &Verb, request: &Request, matter: Matter<'_>) -> Question {
    let question = matter.question();
    match verb.id {
        id if id == REFUSE.id => {
            let (effects, fields) = course::refusing();
            let order = matter.order(acts::refuse::document(), json!({}), "refused, by letter");
            let preview = Some(course::letter(matter, "REFUSED", course::typed));
            Question { effects, form: Form::of(fields), order: Some(order), preview, ..question }
        }
        id if id == SETTLE.id => Question {
            effects: vec![
                Line::of(Tone::Warn, "It ends with your word for what was done; the person gets it by letter."),
                Line::dim("Where something was left out, say that it was done in part, and why."),
            ],
            form: Form::of(vec![
                Field::one("isWhole", "Done", vec![Opt::new("true", "all of it"), Opt::new("false", "in part")]),
                course::reason("what was done, and where"),
            ]),
            order: Some(Order {
                shape: Some(|values| truth(values, "isWhole")),
                ..matter.order(acts::settle::document(), json!({}), "settled, by letter")
            }),
            preview: Some(course::letter(matter, "ANSWERED", settled)),
            ..question
        },
        id if id == WITHDRAW.id => Question {
            effects: vec![Line::plain("It ends: the person wants it no more. The person is told by letter.")],
            order: Some(matter.order(acts::withdraw::document(), json!({}), "withdrawn")),
            preview: Some(course::letter(matter, "WITHDRAWN", course::untyped)),
            ..question
        },
        id if id == SPAM.id => Question {
            effects: vec![Line::plain("It ends: nobody asked anything. Nobody gets a letter.")],
            order: Some(matter.order(acts::mark_spam::document(), json!({}), "set aside as spam")),
            ..question
        },
        _ => {
            let others = request
                .related
                .iter()
                .map(|one| Opt::new(one.id.inner(), format!("{}, {}", one.reference, spoken(&one.right.0))));
            Question {
                effects: vec![Line::plain(
                    "It ends; what is answered there answers it too. The person is told by letter.",
                )],
                form: Form::of(vec![Field::one("original", "The same as", others.collect())]),
                order: Some(matter.order(acts::join::document(), json!({}), "joined")),
                preview: Some(course::letter(matter, "JOINED", course::untyped)),
                ..question
            }
        }
    }
}

fn holding(verb: &Verb, request: &Request, matter: Matter<'_>, target: &Target) -> Option<Question> {
    if *verb == HOLD {
        return Some(Question {
            effects: vec![
                Line::plain("Nothing of this person is erased until it is released, whatever was approved."),
                Line::dim("Where an order is named, it alone stays, and the rest goes by another plan."),
                Line::dim("Another person releases it."),
            ],
            form: Form::of(vec![
                Field::one("kind", "For", opts(HOLD_KINDS)),
                Field::words("order", "Order alone").optional().hint("its id; all of the person where none is said"),
                Field::day("reviewOn", "Look again on").optional().hint("as the policy has it, unless a day is said"),
                course::reason("what it is kept for; sealed"),
            ]),
            order: Some(matter.unversioned(acts::place_hold::document(), json!({}), "a hold stands")),
            ..matter.question()
        });
    }
    let hold = held(request, target)?;
    Some(Question {
        object: hold.reference.clone(),
        effects: vec![
            Line::plain(format!("{}, for the person of {}", spoken(&hold.kind.0), request.reference)),
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
        ..Question::default()
    })
}

/// The hold that is chosen, or the one that there is.
fn held<'a>(request: &'a Request, target: &Target) -> Option<&'a Hold> {
    let mut standing = request.holds.iter().filter(|hold| hold.released_at.is_none());
    let chosen = target.0.first().and_then(|id| standing.clone().find(|hold| hold.id.inner() == id));
    chosen.or_else(|| standing.next().filter(|_| standing.next().is_none()))
}
