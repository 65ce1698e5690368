//! How a request stands, in the words that every screen of requests uses, and the questions that more than one of them
//! asks.
//!
//! It is no screen, and copies no rule of the server: what may not be done now is said in the server's words.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::api::acts;
use crate::api::requests::{self, Due, GROUNDS, PossibleExtension};
use crate::core::due::{self, Moment, Nearness};
use crate::core::form::{Field, Form, Opt, Values, spoken};
use crate::core::page::{Line, Tone};
use crate::core::preview::Preview;
use crate::core::question::{Lookup, Order, Question, Undo};
use crate::core::screen::Ctx;

use super::shared::{opts, order, word};

/// What a plan of a request, and a letter to its person, are opened as.
pub const PLAN: &str = "plan";
pub const LETTER: &str = "letter";

/// How it stands with its time.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    pub stage: &'a str,
    pub due: Option<&'a Due>,
    pub paused_since: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub is_late: bool,
}

/// When it is due, the word first.
pub fn due(standing: Standing<'_>, ctx: &Ctx) -> Line {
    match (standing.stage, standing.due) {
        ("CLOSED", _) => {
            let day = |at: Moment| at.with_timezone(&ctx.zone()).format("%-d %b").to_string();
            let at = standing.closed_at.map(day).unwrap_or_default();
            if standing.is_late { Line::of(Tone::Bad, format!("late {at}")) } else { Line::dim(format!("closed {at}")) }
        }
        ("PAUSED", _) => match standing.paused_since {
            Some(since) => Line::of(Tone::Warn, "paused ") + Line::word(Tone::Warn, due::age(since, ctx.now)),
            None => Line::of(Tone::Warn, "paused"),
        },
        (_, Some(due)) => deadline(due.at, ctx),
        (_, None) => Line::dim("no clock"),
    }
}

/// A date that comes: word, glyph, colour.
pub fn deadline(at: Moment, ctx: &Ctx) -> Line {
    let (near, word) = due::deadline(at, ctx.now, ctx.zone());
    match near {
        Nearness::Over => Line::word(Tone::Bad, word) + Line::of(Tone::Bad, " ✗"),
        Nearness::Today => Line::word(Tone::Warn, word) + Line::of(Tone::Warn, " ▲"),
        Nearness::Soon => Line::word(Tone::Strong, word),
        Nearness::Later => Line::word(Tone::Plain, word),
    }
}

/// The last day of a clock: `end of Tue 24 Nov`.
pub fn last_day(on: NaiveDate) -> String {
    format!("end of {}", on.format("%a %-d %b"))
}

pub fn date(on: NaiveDate) -> String {
    on.format("%-d %b %Y").to_string()
}

/// What is asked, with its special case.
pub fn right(code: &str, case: Option<&String>) -> Line {
    let case = case.map(|case| Line::dim(format!(", {}", spoken(case)))).unwrap_or_default();
    word(Tone::Plain, code) + case
}

/// What stands chosen where there is no special case.
const NO_CASE: &str = "none";

/// The special cases of a deletion that people name; a whole shop is one where a shop is named.
pub fn cases(names_a_shop: bool, now: Option<&String>) -> Field {
    let mut options =
        vec![Opt::new(NO_CASE, "none"), Opt::new("child", "a child's data"), Opt::new("account", "a whole account")];
    if names_a_shop {
        options.push(Opt::new("shop", "a whole shop"));
    }
    let now = now.map_or(NO_CASE, String::as_str);
    Field::one("specialCase", "Special case", options).hint("of a deletion").being([now])
}

/// The case that was chosen; null where there is none.
pub fn case(values: &mut Values) -> Value {
    values.remove("specialCase").filter(|case| case != NO_CASE).unwrap_or_default()
}

/// Where it is; a closed one says how it ended.
pub fn stage(code: &str, outcome: Option<&str>) -> Line {
    match (code, outcome) {
        ("CLOSED", Some(outcome @ ("FULFILLED" | "PARTLY_FULFILLED"))) => {
            Line::of(Tone::Good, "✓ ") + word(Tone::Plain, outcome)
        }
        ("CLOSED", Some(outcome)) => word(Tone::Dim, outcome),
        ("PAUSED" | "AWAITING_APPROVAL", _) => Line::of(Tone::Warn, "○ ") + word(Tone::Plain, code),
        ("IN_PROGRESS", _) => Line::of(Tone::Good, "● ") + word(Tone::Plain, code),
        (code, _) => word(Tone::Plain, code),
    }
}

/// Of these tenants those of whose changes one may be told; nobody's are the house's.
pub fn told<'a>(tenants: impl Iterator<Item = Option<&'a str>>, ctx: &Ctx) -> impl Iterator<Item = Option<&'a str>> {
    let (tenant, house) = (ctx.me.may("see_tenants"), ctx.me.may("see_staff"));
    tenants.filter(move |of| if of.is_some() { tenant } else { house })
}

/// What is to be done next.
pub fn next(code: &str) -> Line {
    Line::plain(match code {
        "ASK_FOR_PROOF" => "ask for proof",
        "AWAIT_PROOF" => "the proof is awaited",
        "CHECK_MANDATE" => "look at the mandate",
        "AWAIT_PERSON" => "the person answers",
        "DRAW_PLAN" => "draw the plan",
        "SUBMIT_PLAN" => "read the plan, submit it",
        "REPLAN" => "came back: plan anew",
        "APPROVE_PLAN" => "a second person reads",
        "AWAIT_COOLING_OFF" => "cooling-off",
        "RELEASE_PACKAGE" => "release the package",
        "CARRY_OUT" => "carry it out",
        "SAY_WHY_LATE" => "say why it is late",
        "NOTHING" => return Line::dim("—"),
        code => return word(Tone::Plain, code),
    })
}

/// Whom it waits for.
pub fn waiting(code: &str) -> Line {
    Line::plain(match code {
        "PROOF" => "identity proof",
        "US" => "us",
        "SECOND_PERSON" => "second person",
        "COOLING_OFF" => "cooling-off",
        "RECIPIENTS" => "stores, recipients",
        "PERSON" => "the person (paused)",
        code => return word(Tone::Plain, code),
    })
}

/// A digest as people compare it: `9f3c…71ab`.
pub fn digest(digest: &str) -> String {
    match (digest.get(..4), digest.get(digest.len().saturating_sub(4)..)) {
        (Some(begin), Some(end)) if digest.len() > 12 => format!("{begin}…{end}"),
        _ => digest.to_owned(),
    }
}

/// A request that a question is about.
#[derive(Clone, Copy)]
pub struct Matter<'a> {
    pub id: &'a str,
    pub reference: &'a str,
    pub version: i32,
}

impl Matter<'_> {
    pub fn question(&self) -> Question {
        Question { object: self.reference.to_owned(), ..Question::default() }
    }

    /// The change with the version that was seen.
    pub fn order(&self, document: String, more: Value, done: &str) -> Order {
        let mut members = json!({ "id": self.id, "version": self.version });
        if let (Value::Object(members), Value::Object(more)) = (&mut members, more) {
            members.extend(more);
        }
        order(document, members, format!("{}: {done}", self.reference))
    }

    /// The same change with what was so before, upon the version that the change leaves.
    pub fn undo(&self, document: String, before: Value, done: &str) -> Undo {
        let after = Self { version: self.version + 1, ..*self };
        let Order { document, input, done, .. } = after.order(document, before, done);
        Undo { document, input, done }
    }

    /// The change of what has no version of its own.
    pub fn unversioned(&self, document: String, more: Value, done: &str) -> Order {
        let mut order = self.order(document, more, done);
        order.input.remove("version");
        order
    }
}

/// The letter of this kind about it, with what the form holds.
pub fn letter(matter: Matter<'_>, kind: &str, shape: fn(&Values) -> Values) -> Preview {
    let input = Values::from_iter([("id".to_owned(), json!(matter.id)), ("kind".to_owned(), json!(kind))]);
    Preview { document: requests::letter_preview(), input, shape }
}

/// Nothing that is typed stands in it.
pub fn untyped(_: &Values) -> Values {
    Values::new()
}

/// What is typed has the same names there.
pub fn typed(values: &Values) -> Values {
    values.clone()
}

/// Several at once: nothing is sent by the dialog, the screen goes through them.
pub fn many(count: usize) -> Question {
    Question { object: format!("{count} requests"), many: Some(count), ..Question::default() }
}

/// Old and new date, where the answer has them.
pub fn moved(payload: &Value) -> Option<String> {
    let day = |at: &str| payload.pointer(at)?.as_str()?.parse().ok().map(date);
    match (day("/moved/before"), day("/moved/after")) {
        (Some(before), Some(after)) if before == after => Some(format!("due {after}, as before")),
        (Some(before), Some(after)) => Some(format!("was due {before}, is due {after}")),
        (None, Some(after)) => Some(format!("due {after}")),
        _ => None,
    }
}

/// Who works it and in which team, as they shall stand.
pub fn owning(owner: Option<&str>, team: Option<&String>, ctx: &Ctx) -> (Vec<Field>, Vec<Lookup>) {
    let me = ctx.me.person();
    let mine = me.and_then(|person| person.id.as_deref());
    let chosen = owner.or(mine);
    let (field, lookups) = if ctx.me.may("work_requests") {
        let colleagues = Lookup {
            field: "owner",
            document: requests::colleagues(),
            variables: json!({}),
            options: |data| {
                let option = |seat: &Value| Some(Opt::new(seat["id"].as_str()?, seat["handle"].as_str()?));
                data["colleagues"].as_array().into_iter().flatten().filter_map(option).collect()
            },
            begins: None,
        };
        (Field::one_to_come("owner", "Owner"), vec![colleagues])
    } else {
        let options = mine.zip(me).map(|(id, me)| Opt::new(id, format!("me, {}", me.name)));
        (Field::one("owner", "Owner", options.into_iter().collect()), Vec::new())
    };
    let team = Field::words("team", "Team").optional().being(team).hint("none");
    (vec![field.or_null().being(chosen), team], lookups)
}

/// Gives it to somebody, so that it can be taken back.
pub fn assigning(matter: Matter<'_>, owner: Option<&str>, team: Option<&String>, ctx: &Ctx) -> Question {
    let (fields, lookups) = owning(owner, team, ctx);
    let before = json!({ "owner": owner, "team": team });
    let undo = matter.undo(acts::assign::document(), before, "its owner is who it was before");
    let order = matter.order(acts::assign::document(), json!({}), "its owner is said");
    Question {
        effects: vec![Line::dim(OWNER_TOLD)],
        form: Form::of(fields),
        order: Some(Order { undo: Some(undo), ..order }),
        lookups,
        ..matter.question()
    }
}

pub const OWNER_TOLD: &str = "Space on the chosen one takes it away: then nobody's it is.";

/// Why, in words that are sealed.
pub fn reason(hint: &'static str) -> Field {
    Field::area("reason", "Reason").hint(hint)
}

/// For which law, until when, and why.
pub fn extending(extensions: &[PossibleExtension]) -> (Vec<Line>, Vec<Field>) {
    let mut effects = vec![Line::plain("The person is told by letter: the reason, the old date and the new one.")];
    for extension in extensions {
        let dates = match (extension.before, extension.after) {
            (Some(before), Some(after)) => match extension.due_on.filter(|due| *due != after) {
                Some(due) => format!("{} → {}, but the request is due {}", date(before), date(after), date(due)),
                None => format!("{} → {}", date(before), date(after)),
            },
            (Some(before), None) => format!("{} → a day to be said", date(before)),
            _ => String::new(),
        };
        effects.push(match &extension.refusal {
            Some(why) => Line::dim(format!("{}, off: {why}", extension.title)),
            None => Line::plain(format!("{}: ", extension.title)) + Line::of(Tone::Strong, dates),
        });
    }
    let possible: Vec<&PossibleExtension> = extensions.iter().filter(|one| one.refusal.is_none()).collect();
    let options = possible.iter().map(|one| Opt::new(one.regime.clone(), one.title.clone())).collect();
    let mut fields = Vec::new();
    if !possible.is_empty() {
        fields.push(Field::one("regime", "Law", options));
    }
    let until = Field::day("until", "Until");
    let needs_day = possible.first().is_some_and(|one| one.needs_day);
    fields.push(if needs_day { until } else { until.optional().hint("as long as the law lets, unless a day is said") });
    fields.push(reason("why the time does not suffice; it stands in the letter"));
    (effects, fields)
}

/// The ground of a refusal and its words.
pub fn refusing() -> (Vec<Line>, Vec<Field>) {
    let effects = vec![
        Line::of(Tone::Warn, "It ends here: the person gets the ground, how to complain and how to appeal."),
        Line::dim("The reason stands in the letter, in your words."),
    ];
    (effects, vec![Field::one("ground", "Ground", opts(GROUNDS)), reason("what is refused, and why")])
}

/// A note of staff to staff.
pub fn noting(matter: Matter<'_>) -> Question {
    Question {
        effects: vec![Line::dim("For colleagues alone; sealed like everything about the person.")],
        form: Form::of(vec![Field::area("body", "Note").hint("what whoever works it next should know")]),
        order: Some(matter.unversioned(acts::note::document(), json!({}), "the note is kept")),
        ..matter.question()
    }
}
