//! A letter as it would leave, composed by the server before anything is done: what a dialog or the letter's own screen
//! shows of it.
//!
//! It holds a person's words: it never prints, is wiped when it goes, and outlives no lock.

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroize;

use super::ask::{Answer, Trouble};
use super::form::Values;
use super::page::{Body, Line, Section, Tone};

/// What its answer is known by.
pub const TAG: &str = "preview";

/// How a letter is asked for.
#[derive(Clone, Debug)]
pub struct Preview {
    pub document: String,
    /// What of the input is not typed: which request, which letter.
    pub input: Values,
    /// Makes the rest of the input of what the form holds.
    pub shape: fn(&Values) -> Values,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    title: String,
    lines: Vec<String>,
    locale: String,
    is_sent: bool,
    before: Option<NaiveDate>,
    after: Option<NaiveDate>,
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.title.zeroize();
        self.lines.zeroize();
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({} lines)", self.lines.len())
    }
}

impl Letter {
    pub fn read(answer: &Answer) -> Result<Self, Trouble> {
        let data = answer.outcome.as_ref().map_err(Clone::clone)?;
        let found = data.pointer("/letterPreview").filter(|found| **found != Value::Null);
        let found = found.ok_or_else(|| Trouble::Strange("it is not there, or not for you".to_owned()))?;
        Self::deserialize(found).map_err(|_| Trouble::Strange("its answer has another shape".to_owned()))
    }

    /// How many lines it has, its title among them.
    pub fn len(&self) -> usize {
        self.lines.len() + 2
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The letter from this line on.
    pub fn section(&self, from: usize) -> Section {
        let title = [Line::plain(self.title.clone()).strong(), Line::default()];
        let lines = title.into_iter().chain(self.lines.iter().map(|line| Line::plain(line.clone())));
        let dates = match (self.before, self.after) {
            (Some(before), Some(after)) if before != after => {
                Line::of(Tone::Strong, format!("{} → {}  ", before.format("%-d %b %Y"), after.format("%-d %b %Y")))
            }
            (Some(before), Some(_)) => Line::dim(format!("due {}, as before  ", before.format("%-d %b %Y"))),
            _ => Line::default(),
        };
        let sent = if self.is_sent {
            Line::dim(format!("in {}", self.locale))
        } else {
            Line::of(Tone::Warn, "▲ it would reach nobody")
        };
        Section {
            id: "preview",
            title: "The letter",
            note: dates + sent,
            body: Body::Words(lines.skip(from).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_letter_is_read_from_any_line_on_and_never_prints() {
        let letter = json!({ "letterPreview": {
            "title": "Your request", "lines": ["Dear one,", "it takes longer."], "locale": "de", "isSent": true,
            "before": "2026-11-25", "after": "2027-01-25",
        } });
        let answer = |data| Answer { to: "dialog", tag: TAG, outcome: Ok(data) };
        let letter = Letter::read(&answer(letter)).unwrap();
        assert_eq!(letter.len(), 4);
        assert!(letter.section(0).note.text().starts_with("25 Nov 2026 → 25 Jan 2027"));
        assert_eq!(letter.section(3).body, Body::Words(vec![Line::plain("it takes longer.")]));
        assert!(!format!("{letter:?}").contains("Dear"));
        assert!(Letter::read(&answer(json!({ "letterPreview": null }))).is_err());
        let kept = json!({ "letterPreview": {
            "title": "Your request", "lines": [], "locale": "en", "isSent": true, "before": "2026-11-25", "after": "2026-11-25",
        } });
        let kept = Letter::read(&answer(kept)).unwrap();
        assert!(kept.section(0).note.text().starts_with("due 25 Nov 2026, as before"));
    }
}
