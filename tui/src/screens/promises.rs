//! Promises: each sentence of the operator's page, how it stands and what the last look counted; the chosen one is read
//! in full beneath.

use serde_json::{Value, json};

use crate::api::promises::{self, Promise, TERMS};
use crate::core::action::{Action, Danger, Effect, Effects, Link, Target, Verb};
use crate::core::ask::{Answer, Ask};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Body, Line, Page, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::beneath;
use super::shared::{ago, go, verb, word};

const PLACE: &str = "promises";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Promises",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[
        GO,
        list::opens("promises.open", PLACE),
        list::narrows("promises.filter", PLACE),
        list::renews("promises.refresh", PLACE),
        CHECK,
    ],
    open: |_| Box::new(Ledger { list: Listing::new(&LISTED) }),
};

const GO: Verb = go(
    "promises.go",
    "promises",
    "Each sentence of the page, how it is held to, and how it stands",
    &["g o"],
    None,
    "promises list",
);
const CHECK: Verb = checks("promises.check", PLACE);

static LISTED: Listed<Promise> = Listed {
    source: Source {
        place: PLACE,
        tag: "promises",
        document: promises::promises,
        at: "/promises",
        id: |promise| promise.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Promises",
        heads: &["Standing", "Looked", "Section", "As published"],
        leaves: &[2],
        none: "no promise fits the filter, or how they stand is not for you",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[],
    leads: |promise| Some(Link { kind: "promise", id: promise.id.inner().to_owned() }),
    question: |_, _, _| None,
};

fn cells(promise: &Promise, ctx: &Ctx) -> Vec<Line> {
    vec![
        standing(&promise.standing.0),
        promise.checked_at.map_or(Line::dim("—"), |at| ago(Some(at), ctx)),
        Line::plain(promise.section.clone()),
        Line::plain(format!("«{}»", promise.text)),
    ]
}

/// How a promise stands: a word first.
pub fn standing(code: &str) -> Line {
    match code {
        "HOLDS" => Line::of(Tone::Good, "✓ ") + Line::plain("holds"),
        "AT_RISK" => Line::of(Tone::Warn, "▲ AT RISK"),
        "BROKEN" => Line::of(Tone::Bad, "✗ BROKEN"),
        "NOT_YET_MEASURED" => Line::dim("○ not measured yet"),
        "NOT_MEASURABLE" => Line::dim("— not measurable"),
        code => word(Tone::Plain, code),
    }
}

/// `a c`, on a list of promises and on one of them.
pub const fn checks(id: &'static str, place: &'static str) -> Verb {
    Verb {
        danger: Danger::Notify,
        needs: Some("see_queue"),
        ..verb(id, "check now", "Looks at the promise now, and not when its hour comes", place, &["a c"])
    }
}

/// The tag of a look that was asked for.
pub const LOOKED: &str = "looked";

/// Asks for a look at this promise.
pub fn look_at(to: &'static str, id: &str) -> Effects {
    let variables = json!({ "input": { "id": id } });
    vec![Effect::Ask(Ask { to, tag: LOOKED, document: promises::check::document(), variables, is_again: false })]
}

/// What came of it, in words.
pub fn looked(answer: &Answer) -> Effect {
    let said = match &answer.outcome {
        Ok(data) => {
            let text = |at: &str| data.pointer(&format!("/checkPromise/promise/{at}")).and_then(Value::as_str);
            let shown = standing(text("standing").unwrap_or_default());
            let tone = shown.0.first().map_or(Tone::Plain, |span| span.tone);
            let figure = text("figure").map(|figure| format!(", {figure}")).unwrap_or_default();
            Action::Said(tone, format!("looked at {}: {}{figure}", text("code").unwrap_or("it"), shown.text()))
        }
        Err(trouble) => Action::Said(Tone::Bad, trouble.to_string()),
    };
    Effect::Then(said)
}

struct Ledger {
    list: Listing<Promise>,
}

impl Ledger {
    /// The chosen promise in full.
    fn chosen(&self) -> Section {
        let words = self.list.list().chosen().map(|promise| {
            let mut words = vec![Line::plain(format!("«{}»", promise.text)).strong()];
            words.extend(promise.figure.iter().map(|figure| Line::dim("counted: ") + Line::plain(figure.clone())));
            words.extend(promise.why.iter().map(|why| Line::of(tone(promise), why.clone())));
            words.push(Line::dim(format!("how: {}", promise.how)));
            words
        });
        let body = Body::Words(words.unwrap_or_default());
        Section { id: "chosen", title: "As published", note: Line::default(), body }
    }
}

/// In which voice it is said why a promise stands so.
pub fn tone(promise: &Promise) -> Tone {
    match promise.standing.0.as_str() {
        "BROKEN" => Tone::Bad,
        "AT_RISK" => Tone::Warn,
        _ => Tone::Plain,
    }
}

impl Screen for Ledger {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Do(verb, target) if **verb == CHECK => {
                target.0.first().map(|id| look_at(PLACE, id)).unwrap_or_default()
            }
            Action::Answered(answer) if answer.tag == LOOKED => {
                let mut effects = self.list.follow(&Action::Returned, ctx);
                effects.push(looked(answer));
                effects
            }
            action => self.list.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let sections = vec![self.list.section(true, ctx), self.chosen()];
        Page { title: Line::plain(ENTRY.title), sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        beneath(canvas, &self.list.section(true, ctx), &self.chosen());
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.list().target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        self.list.question(verb, target, ctx)
    }
}
