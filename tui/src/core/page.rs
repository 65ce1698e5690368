//! What a place has to say, free of layout: sections of facts, rows and words.
//!
//! The drawn console, the plain lines of a command and its JSON read the same page. A page never knows a colour or a
//! column; a tone says what a word means and the theme decides what that looks like.

use std::ops::Add;

use serde_json::Value;

use super::due::{Moment, Word};
use super::form::Form;
use super::secret::Secret;

/// What a word means; the theme turns it into a style, mono included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    /// Beside the point, but there.
    Dim,
    Strong,
    Good,
    Warn,
    Bad,
    /// A key that can be pressed.
    Key,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub tone: Tone,
    /// When the text changes by itself.
    pub until: Option<Moment>,
}

/// One line of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    pub fn of(tone: Tone, text: impl Into<String>) -> Self {
        Self(vec![Span { text: text.into(), tone, until: None }])
    }

    pub fn plain(text: impl Into<String>) -> Self {
        Self::of(Tone::Plain, text)
    }

    pub fn dim(text: impl Into<String>) -> Self {
        Self::of(Tone::Dim, text)
    }

    pub fn word(tone: Tone, word: Word) -> Self {
        Self(vec![Span { text: word.text, tone, until: word.until }])
    }

    pub fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// What is plain in it, strong instead.
    #[must_use]
    pub fn strong(mut self) -> Self {
        for span in self.0.iter_mut().filter(|span| span.tone == Tone::Plain) {
            span.tone = Tone::Strong;
        }
        self
    }
}

impl Add for Line {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Its crumb, and the heading of its box if it is a layer.
    pub title: Line,
    pub sections: Vec<Section>,
    /// What can be done, at the foot of a layer's box.
    pub foot: Line,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its name in JSON.
    pub id: &'static str,
    /// Without a title it has no rule of its own.
    pub title: &'static str,
    /// At the right end of its rule.
    pub note: Line,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Facts(Vec<Fact>),
    Rows(Rows),
    Words(Vec<Line>),
    /// What is typed into.
    Fields(Vec<Blank>),
    /// Fields to be filled; whether they hear the keys now.
    Form {
        form: Form,
        is_heard: bool,
    },
    /// A value that only its widget paints.
    Secret(Secret),
}

/// A field as it is seen, with the cells before its cursor where the keys go to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Blank {
    pub id: &'static str,
    pub name: &'static str,
    pub shown: Line,
    pub caret: Option<usize>,
}

/// A name and what is so; `exact` is the same for machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub id: &'static str,
    pub name: &'static str,
    pub value: Line,
    pub exact: Value,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub heads: Vec<String>,
    pub rows: Vec<Row>,
    /// The id under the cursor, where there is a cursor at all.
    pub cursor: Option<String>,
    /// Said instead of rows when there are none.
    pub none: &'static str,
    /// Columns that leave where room is short, the first of them first.
    pub leaves: &'static [usize],
}

/// Heads that are known beforehand.
pub fn heads(heads: &[&str]) -> Vec<String> {
    heads.iter().map(|head| (*head).to_owned()).collect()
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: String,
    pub cells: Vec<Line>,
}

impl Page {
    /// The page as plain lines, for a pipe.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for section in &self.sections {
            lines.push(format!("{}:", section.title));
            match &section.body {
                Body::Facts(facts) => {
                    let width = facts.iter().map(|fact| fact.name.chars().count()).max().unwrap_or(0);
                    lines.extend(facts.iter().map(|fact| format!("  {:width$}  {}", fact.name, fact.value.text())));
                }
                Body::Rows(rows) => lines.extend(rows.rows.iter().map(|row| {
                    let cells: Vec<_> = row.cells.iter().map(Line::text).collect();
                    format!("  {}", cells.join("  "))
                })),
                Body::Words(words) => lines.extend(words.iter().map(|line| format!("  {}", line.text()))),
                Body::Fields(blanks) => {
                    lines.extend(blanks.iter().map(|blank| format!("  {}  {}", blank.name, blank.shown.text())));
                }
                Body::Secret(_) => {}
                Body::Form { form, .. } => lines.extend(form.fields.iter().map(|field| format!("  {}", field.label))),
            }
        }
        lines
    }

    /// The facts of the page under the names of their sections.
    pub fn json(&self) -> Value {
        let facts = |section: &Section| match &section.body {
            Body::Facts(facts) => Some(facts.iter().map(|fact| (fact.id.to_owned(), fact.exact.clone())).collect()),
            _ => None,
        };
        Value::Object(
            self.sections
                .iter()
                .filter_map(|section| facts(section).map(|facts| (section.id.to_owned(), Value::Object(facts))))
                .collect(),
        )
    }
}
