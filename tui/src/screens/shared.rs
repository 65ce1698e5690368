//! What several screens say in the same words: verbs, states, times, and the questions that more than one of them asks.
//!
//! It is no screen, and names none.

use serde_json::{Value, json};

use crate::api::staff;
use crate::api::tenants::{self, Tenant};
use crate::core::action::{Action, Cli, Effect, Effects, Link, On, Scope, Target, Verb, Why};
use crate::core::due::{self, Moment};
use crate::core::form::{Field, Form, Opt, Values};
use crate::core::page::{Fact, Line, Tone};
use crate::core::question::{Lookup, Once, Order, Question};
use crate::core::screen::Ctx;

/// A seat that ends within these days is worth a word.
pub const SOON_DAYS: i64 = 30;

/// A verb of a place; the rest is said beside it.
pub const fn verb(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    place: &'static str,
    keys: &'static [&'static str],
) -> Verb {
    Verb {
        on: On::One,
        cli: Cli::None("a change is made in the console, where its dialog asks"),
        ..Verb::new(id, title, help, Scope::Place(place), keys)
    }
}

pub fn fact(id: &'static str, name: &'static str, value: Line) -> Fact {
    Fact { id, name, exact: json!(value.text()), value }
}

/// Why a verb is off on a row of another kind; ids say what they are of.
pub fn unless(target: &Target, kind: &str, words: &str) -> Option<Why> {
    let is_it = target.0.iter().all(|id| id.starts_with(kind));
    (!is_it).then(|| words.to_owned())
}

/// What a version of the policy is as a file.
pub const POLICY_FILE: &str = "policy-file";

/// Opens the file of a version, from wherever it is shown.
pub fn opens_file(version: &str) -> Effects {
    vec![Effect::Then(Action::Open(Link { kind: POLICY_FILE, id: version.to_owned() }))]
}

/// The verb that goes to a screen.
pub const fn go(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    needs: Option<&'static str>,
    command: &'static str,
) -> Verb {
    Verb { scope: Scope::Global, on: On::Nothing, needs, cli: Cli::Form(command), ..verb(id, title, help, "", keys) }
}

/// The input of a change, from the fixed part and a place for the wish's own key.
pub fn input(members: Value) -> Values {
    let mut input = match members {
        Value::Object(members) => members,
        _ => Values::new(),
    };
    input.insert("idempotencyKey".to_owned(), Value::Null);
    input
}

pub fn order(document: String, members: Value, done: String) -> Order {
    Order { document, input: input(members), done, told: None, shape: None, once: None, undo: None }
}

/// A word of the contract as people read it.
pub fn word(tone: Tone, code: &str) -> Line {
    Line::of(tone, crate::core::form::spoken(code))
}

pub fn words<'a>(codes: impl IntoIterator<Item = &'a String>) -> String {
    codes.into_iter().map(|code| crate::core::form::spoken(code)).collect::<Vec<_>>().join(", ")
}

/// `staff:55555555-…` as far as it tells one from another: what it is and the end of its id.
pub fn short_id(text: &str) -> String {
    match text.split_once(':') {
        Some((noun, id)) if id.len() > 12 && id.is_ascii() => format!("{noun} …{}", &id[id.len() - 6..]),
        _ => text.to_owned(),
    }
}

/// An id of the contract, as far as it tells one from another.
pub fn node(id: &str) -> Line {
    if id.len() > 20 && id.is_ascii() { Line::dim(format!("…{}", &id[id.len() - 6..])) } else { Line::dim(id) }
}

pub fn opts(codes: &[&str]) -> Vec<Opt> {
    codes.iter().map(|code| Opt::word(code)).collect()
}

pub fn some(text: Option<&String>) -> Line {
    text.map_or(Line::dim("—"), |text| Line::plain(text.clone()))
}

pub fn moment(at: Moment, ctx: &Ctx) -> Line {
    Line::plain(due::minute(at, ctx.now, ctx.zone()))
}

/// How long ago, for a column.
pub fn ago(at: Option<Moment>, ctx: &Ctx) -> Line {
    at.map_or(Line::dim("never"), |at| Line::word(Tone::Plain, due::age(at, ctx.now)))
}

/// When something ends, with a mark where that is soon.
pub fn ends(at: Option<Moment>, ctx: &Ctx) -> Line {
    let Some(at) = at else { return Line::dim("—") };
    let left = due::left(at, ctx.now);
    if at <= ctx.now {
        return Line::of(Tone::Bad, "over");
    }
    if (at - ctx.now).num_days() < SOON_DAYS {
        return Line::word(Tone::Warn, left) + Line::of(Tone::Warn, " ▲");
    }
    Line::plain(due::day(at, ctx.zone()))
}

/// How a tenant stands; one that closes says how long still.
pub fn tenant_state(tenant: &Tenant, ctx: &Ctx) -> Line {
    match tenant.state.0.as_str() {
        "CLOSING" => {
            let day = tenant.closes_on.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|at| at.and_utc());
            let left = day.map(|at| Line::word(Tone::Warn, due::left(at, ctx.now))).unwrap_or_default();
            Line::of(Tone::Warn, "▲ closing ") + left
        }
        "CLOSED" => Line::dim("closed"),
        code => word(Tone::Plain, code),
    }
}

/// What a key or a partner's seat may be given.
pub const LENDABLE: &[&str] = &["SEE_TENANTS", "KEEP_MEMBERS", "SEE_DATA", "READ_BOOKS"];

/// The tenants to choose from, asked when the form opens.
pub fn tenants_to_choose(field: &'static str) -> Lookup {
    Lookup {
        field,
        document: tenants::tenants(),
        variables: json!({ "first": 100 }),
        options: |data| tenants::named(data).into_iter().map(|(id, name)| Opt::new(id, name)).collect(),
        begins: Some(|letters| json!({ "filter": { "nameBegins": letters }, "first": 100 })),
    }
}

/// Why a person's value is opened: a ticket, or words, or both.
pub fn reasons() -> Vec<Field> {
    vec![
        Field::words("ticket", "Ticket").optional().hint("such as R-9C0VE"),
        Field::words("reason", "Reason").optional().hint("a ticket or a reason is needed"),
    ]
}

/// To open data in an emergency; on one tenant, or on one that is chosen in the form.
pub fn break_glass(tenant: Option<(&str, &str)>) -> Question {
    let mut fields = vec![Field::words("reason", "Reason").hint("what happened, and why it cannot wait")];
    if tenant.is_none() {
        fields.insert(0, Field::one_to_come("tenant", "Tenant"));
    }
    let fixed = tenant.map_or_else(|| json!({}), |(id, _)| json!({ "tenant": id }));
    let object = tenant.map_or("one tenant", |(_, name)| name);
    Question {
        object: object.to_owned(),
        effects: vec![
            Line::plain("You may open this tenant's data for one hour, without leave."),
            Line::of(Tone::Warn, "It alarms at once, and another person reviews it."),
        ],
        form: Form::of(fields),
        reference: if tenant.is_some() { String::new() } else { "break glass".to_owned() },
        order: Some(order(staff::break_glass::document(), fixed, "the glass is broken for one hour".to_owned())),
        lookups: tenant.is_none().then(|| tenants_to_choose("tenant")).into_iter().collect(),
        many: None,
        preview: None,
    }
}

/// A value of a person, opened and shown for half a minute.
pub const OPENED: Once = Once { at: "/revealed/value", what: "value", advice: "It was logged before it came here." };
