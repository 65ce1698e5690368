//! What is asked before somebody does something about what is carried out: about a recipient, a value that is put right, a
//! restriction, or somebody who was erased.
//!
//! It is no screen. Whether something may be done is the server's to say; here stands only how it is asked.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::api::carrying::{CORRECTABLE, Correction, SETTLED, Task, WAYS, acts};
use crate::api::tenants::NamedTenant;
use crate::core::action::Verb;
use crate::core::form::{Field, Form, Opt, Values, spoken};
use crate::core::page::{Line, Tone};
use crate::core::question::{Once, Order, Question};

use super::carried::{Telling, way};
use super::carrying::{ASK_WELCOME, DROP, GIVE_UP, LIFT, NAME, RETRY, REVEAL, SETTLE, WELCOME};
use super::course::{self, Matter};
use super::shared::{OPENED, order};

/// The words that came back from a recipient.
const WORDS: Once = Once { at: "/words/value", what: "words", ..OPENED };

pub fn question(
    verb: &Verb,
    matter: Matter<'_>,
    (task, correction): (Option<&Task>, Option<&Correction>),
) -> Option<Question> {
    match verb.id {
        id if id == SETTLE.id => Some(settling(task?, matter)),
        id if id == RETRY.id => Some(retrying(task?, matter)),
        id if id == GIVE_UP.id => Some(giving_up(task?, matter)),
        id if id == REVEAL.id => match (task, correction) {
            (Some(task), _) => Some(reading(task, matter)),
            (None, Some(one)) => Some(opening(one, matter)),
            (None, None) => None,
        },
        id if id == NAME.id => Some(naming(matter)),
        id if id == DROP.id => Some(dropping(correction?, matter)),
        id if id == LIFT.id => Some(lifting(matter)),
        id if id == ASK_WELCOME.id || id == WELCOME.id => Some(welcoming(verb, matter)),
        _ => None,
    }
}

/// A recipient of a request, as its questions name it.
fn object(task: &Task, matter: Matter<'_>) -> String {
    format!("{} · {}", matter.reference, task.recipient)
}

/// The change of a task with the version that was seen.
fn of_task(document: String, task: &Task, done: String) -> Order {
    order(document, json!({ "id": task.id, "version": task.version }), done)
}

/// How it stands, before somebody says otherwise.
fn stands(task: &Task) -> Line {
    Line::plain("It stands: ") + Telling::from(task).state() + Line::dim(format!(", {}", way(&task.kind.0)))
}

fn settling(task: &Task, matter: Matter<'_>) -> Question {
    let advice = task.advice.as_ref().map(|advice| Line::of(Tone::Warn, "▲ ") + Line::plain(advice.clone()));
    let mut effects = vec![stands(task)];
    effects.extend(advice);
    effects.push(Line::dim("What ends it ends the waiting for it; it stands in the evidence with its digest."));
    Question {
        object: object(task, matter),
        effects,
        form: Form::of(vec![
            Field::one("state", "It", SETTLED.iter().map(|code| Opt::new(*code, answered(code))).collect()),
            Field::area("words", "What came back").optional().hint("needed with every end; sealed"),
            Field::area("proof", "Proof").optional().hint("the text that proves it, such as their letter; sealed"),
        ]),
        order: Some(Order {
            shape: Some(attached),
            ..of_task(acts::settle::document(), task, format!("{}: what came back is written down", task.recipient))
        }),
        ..Question::default()
    }
}

/// How a person says what came back.
fn answered(code: &str) -> String {
    match code {
        "DONE" => "did it".to_owned(),
        "ALREADY_GONE" => "has nothing of the person any more".to_owned(),
        "REFUSED" => "does not do it".to_owned(),
        "ACKNOWLEDGED" => "works on it".to_owned(),
        "SENT" => "was asked, and has not answered".to_owned(),
        code => spoken(code),
    }
}

/// What proves it goes as a file.
fn attached(mut values: Values) -> Values {
    if let Some(proof) = values.get_mut("proof").filter(|proof| proof.is_string()) {
        *proof = json!(BASE64.encode(proof.as_str().unwrap_or_default().as_bytes()));
    }
    values
}

fn retrying(task: &Task, matter: Matter<'_>) -> Question {
    let unsure = "Something was sent and not answered: it is asked how that stands before anything is sent again.";
    let mut effects = vec![stands(task), Line::plain("It is told once more, by what is set up for it now.")];
    effects.extend(task.is_unsure.then(|| Line::of(Tone::Warn, unsure)));
    Question {
        object: object(task, matter),
        effects,
        order: Some(of_task(acts::retry::document(), task, format!("{} is told once more", task.recipient))),
        ..Question::default()
    }
}

fn giving_up(task: &Task, matter: Matter<'_>) -> Question {
    Question {
        object: object(task, matter),
        effects: vec![
            stands(task),
            Line::of(Tone::Warn, "Nothing more is expected of it, and the person is told that it did not do it."),
            Line::dim("The reason stands in the evidence, sealed."),
        ],
        form: Form::of(vec![course::reason("why nothing more is expected; sealed")]),
        reference: task.recipient.clone(),
        order: Some(of_task(acts::give_up::document(), task, format!("{} is given up", task.recipient))),
        ..Question::default()
    }
}

/// What is set up for a recipient stands for its tenant, and not for one request.
pub fn reaching(task: &Task, tenant: &NamedTenant, matter: Matter<'_>) -> Question {
    let whose = format!("So it is reached for every request of {}; what was set up before goes.", tenant.legal_name);
    let fixed = json!({ "tenant": tenant.id, "recipient": task.recipient });
    let done = format!("{} is reached so from now on", task.recipient);
    Question {
        object: object(task, matter),
        effects: vec![
            stands(task),
            Line::plain(whose),
            Line::dim("What waits already is told so once it is tried again."),
        ],
        form: Form::of(vec![
            Field::one("kind", "By", WAYS.iter().map(|code| Opt::new(*code, way(code))).collect()),
            Field::words("address", "Address").optional().hint("where it takes them; its interface needs none"),
            Field::words("parts", "Account").optional().hint("what its interface wants: list=7f3a, data_centre=us6"),
            Field::hidden("credential", "Credential").optional().hint("nothing said keeps the one that is there"),
        ]),
        order: Some(Order { shape: Some(parted), ..order(acts::set_way::document(), fixed, done) }),
        ..Question::default()
    }
}

/// `list=7f3a, data_centre=us6` as the contract has it: names and values.
fn parted(mut values: Values) -> Values {
    let part = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        json!({ "name": name.trim(), "value": value.trim() })
    };
    if let Some(parts) = values.get_mut("parts").filter(|parts| parts.is_string()) {
        *parts = parts.as_str().unwrap_or_default().split(',').map(part).collect();
    }
    values
}

fn reading(task: &Task, matter: Matter<'_>) -> Question {
    let mut order = order(acts::words::document(), json!({ "id": task.id }), "it was logged".to_owned());
    order.input.remove("idempotencyKey");
    order.once = Some(WORDS);
    Question {
        object: object(task, matter),
        effects: vec![Line::plain("The words that came back are shown for 30 s; the look is logged.")],
        order: Some(order),
        ..Question::default()
    }
}

/// Where a value stands that is put right.
fn spot(one: &Correction) -> Value {
    json!({ "about": one.about, "field": one.field, "store": one.store })
}

fn named(one: &Correction) -> String {
    format!("{}, {}", spoken(&one.about), spoken(&one.field))
}

fn opening(one: &Correction, matter: Matter<'_>) -> Question {
    let mut order = matter.unversioned(acts::reveal_correction::document(), spot(one), "it was logged");
    order.input.remove("idempotencyKey");
    order.once = Some(OPENED);
    Question {
        effects: vec![
            Line::plain(named(one)),
            Line::plain("What was named as right is shown for 30 s; the look is logged."),
        ],
        order: Some(order),
        ..matter.question()
    }
}

fn naming(matter: Matter<'_>) -> Question {
    let option = |code: &&str| Opt::new(*code, spoken(&code.replace('.', ": ")));
    Question {
        effects: vec![
            Line::plain("What was named of the same before is replaced, and the plan is drawn anew."),
            Line::dim("What was sold for how much is a fact of the books, and is not put right by a word."),
        ],
        form: Form::of(vec![
            Field::one("what", "What", CORRECTABLE.iter().map(option).collect()),
            Field::area("value", "It is").hint("what is right; of an address line by line; sealed"),
        ]),
        order: Some(Order {
            shape: Some(told_apart),
            ..matter.order(acts::name::document(), json!({}), "it is named; its plan is drawn anew")
        }),
        ..matter.question()
    }
}

/// `customers.mail` as the contract has it: a table and a field.
fn told_apart(mut values: Values) -> Values {
    let what = values.remove("what").unwrap_or_default();
    let (about, field) = what.as_str().and_then(|what| what.split_once('.')).unwrap_or_default();
    values.insert("about".to_owned(), json!(about));
    values.insert("field".to_owned(), json!(field));
    values
}

fn dropping(one: &Correction, matter: Matter<'_>) -> Question {
    Question {
        effects: vec![Line::plain(format!("{} stays as it is.", named(one))), Line::dim("The plan is drawn anew.")],
        order: Some(matter.order(acts::drop::document(), spot(one), "it is taken back; its plan is drawn anew")),
        ..matter.question()
    }
}

fn lifting(matter: Matter<'_>) -> Question {
    Question {
        effects: vec![
            Line::plain("The person is told first, in your words; it ends so many days after."),
            Line::of(Tone::Warn, "From then on what is kept is used again."),
        ],
        form: Form::of(vec![
            Field::area("words", "To the person").hint("why it ends, and from when on; it stands in the letter"),
            Field::number("days", "Days").optional().hint("7, unless 1 to 90 are said"),
        ]),
        order: Some(matter.order(
            acts::lift_restriction::document(),
            json!({}),
            "the person is told that the restriction ends",
        )),
        ..matter.question()
    }
}

fn welcoming(verb: &Verb, matter: Matter<'_>) -> Question {
    let gone = Line::of(Tone::Warn, "What is gone stays gone; from then on the person may be written of again.");
    if *verb == WELCOME {
        return Question {
            effects: vec![gone, Line::dim("Somebody else wanted it; you agree.")],
            order: Some(matter.unversioned(acts::lift::document(), json!({}), "the person is welcome again")),
            ..matter.question()
        };
    }
    Question {
        effects: vec![gone, Line::plain("Another person has to agree before anything changes.")],
        form: Form::of(vec![course::reason("why, such as that the person asked for it; sealed")]),
        order: Some(matter.unversioned(acts::ask_to_lift::document(), json!({}), "somebody else is to agree")),
        ..matter.question()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_it_goes_as_a_file_and_nothing_stays_nothing() {
        let values = |proof: Value| Values::from_iter([("proof".to_owned(), proof)]);
        assert_eq!(attached(values(json!("done")))["proof"], "ZG9uZQ==");
        assert_eq!(attached(values(Value::Null))["proof"], Value::Null);
    }

    #[test]
    fn parts_of_an_account_are_names_and_values_and_nothing_stays_nothing() {
        let values = |parts: Value| Values::from_iter([("parts".to_owned(), parts)]);
        let told = json!([{ "name": "list", "value": "7f=3a" }, { "name": "data_centre", "value": "" }]);
        assert_eq!(parted(values(json!("list=7f=3a, data_centre")))["parts"], told);
        assert_eq!(parted(values(Value::Null))["parts"], Value::Null);
    }

    #[test]
    fn a_field_is_told_from_its_table() {
        let values =
            Values::from_iter([("what".to_owned(), json!("order_contacts.mail")), ("value".to_owned(), json!("a"))]);
        assert_eq!(
            Value::Object(told_apart(values)),
            json!({ "about": "order_contacts", "field": "mail", "value": "a" })
        );
    }
}
