//! What came of a verb that was tried with many things: a line each, kept until it is dismissed.
//!
//! It changes nothing itself: what was refused is tried again by the screen that tried it, with what was said before.

use serde_json::{Value, json};

use super::action::{Action, Cli, Danger, Effect, Effects, Scope, Target, Verb};
use super::cursor::Cursor;
use super::form::Values;
use super::page::{Body, Line, Page, Row, Rows, Section, Tone, heads};
use super::screen::{Ctx, Entry, Screen, Shape};

pub const NAME: &str = "outcomes";

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Outcomes",
    shape: Shape::Layer { width: 96, height: 24 },
    opener: None,
    verbs: &[AGAIN, COPY],
    open: |_| Box::new(Outcomes::default()),
};

const AGAIN: Verb = Verb {
    danger: Danger::Notify,
    cli: Cli::None("a command is given the ids that failed once more"),
    ..Verb::new(
        "outcomes.again",
        "try the refused again",
        "Tries those that were refused once more, with what was said",
        Scope::Place(NAME),
        &["a t"],
    )
};
const COPY: Verb = Verb {
    hint: "copy",
    cli: Cli::None("a command prints the same lines"),
    ..Verb::new("outcomes.copy", "copy as JSON", "Hands the lines to the clipboard", Scope::Place(NAME), &["y"])
};

/// What came of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub id: String,
    pub reference: String,
    /// The server's words, where it said no.
    pub refusal: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// What was tried.
    pub verb: Option<&'static Verb>,
    /// What was said in its form.
    pub values: Values,
    pub rows: Vec<Outcome>,
    cursor: Cursor,
}

impl Outcomes {
    pub fn of(verb: &'static Verb, values: Values, mut rows: Vec<Outcome>) -> Self {
        rows.sort_by_key(|row| row.refusal.is_none());
        Self { verb: Some(verb), values, rows, cursor: Cursor::default() }
    }

    fn refused(&self) -> Vec<String> {
        self.rows.iter().filter(|row| row.refusal.is_some()).map(|row| row.id.clone()).collect()
    }

    fn ids(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }

    fn json(&self) -> String {
        let row = |row: &Outcome| json!({ "id": row.id, "reference": row.reference, "refusal": row.refusal });
        Value::from(self.rows.iter().map(row).collect::<Vec<_>>()).to_string()
    }
}

impl Screen for Outcomes {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Do(verb, _) if **verb == AGAIN => {
                let again = self.verb.filter(|_| !self.refused().is_empty());
                let again =
                    again.map(|verb| Action::Agreed(verb, Target(self.refused()), std::mem::take(&mut self.values)));
                std::iter::once(Action::Close).chain(again).map(Effect::Then).collect()
            }
            Action::Do(verb, _) if **verb == COPY => vec![Effect::Copy(self.json())],
            action => {
                let ids = self.ids();
                self.cursor.follow(action, &ids, ctx);
                Effects::new()
            }
        }
    }

    fn page(&self, _: &Ctx) -> Page {
        let refused = self.refused().len();
        let row = |row: &Outcome| Row {
            id: row.id.clone(),
            cells: match &row.refusal {
                None => vec![Line::of(Tone::Good, "✓ done"), Line::plain(row.reference.clone()), Line::default()],
                Some(why) => {
                    vec![Line::of(Tone::Bad, "✗ refused"), Line::plain(row.reference.clone()), Line::plain(why.clone())]
                }
            },
        };
        let ids = self.ids();
        let body = Body::Rows(Rows {
            heads: heads(&["What came", "Of", "Why not"]),
            rows: self.rows.iter().map(row).collect(),
            cursor: self.cursor.on(&ids).cloned(),
            none: "nothing was tried",
            leaves: &[],
        });
        let title = self.verb.map_or("", |verb| verb.title.trim_end_matches('…'));
        let told = format!("{title}: {} done, {refused} refused", self.rows.len() - refused);
        Page {
            title: Line::plain(told),
            sections: vec![Section { id: "outcomes", title: "", note: Line::default(), body }],
            foot: Line::of(Tone::Key, "a t")
                + Line::plain(" the refused again   ")
                + Line::of(Tone::Key, "Esc")
                + Line::plain(" done with it"),
        }
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
