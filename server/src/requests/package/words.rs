//! What stands in a package beside the data, a file per language in `words/`. It names nobody: names and days are filled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::model::LeftOut;
use crate::floor::kernel::{Error, Result};
use crate::floor::policy::{Ground, Transfer, While, Window};
use crate::floor::tongues::{Tongues, fill};

/// Name and text, as `words/` holds them.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packages.rs"));

static ALL: LazyLock<Tongues<Words>> = LazyLock::new(|| Tongues::read(FILES));

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub title: String,
    pub lead: String,
    pub given: String,
    pub merchant: String,
    pub asked: String,
    pub made: String,
    pub contact: String,
    pub officer: String,
    pub representative: String,
    pub files: String,
    pub files_text: String,
    pub purposes: String,
    pub categories: String,
    pub source: String,
    pub recipients: String,
    pub got: String,
    pub may_get: String,
    pub retention: String,
    pub keeps: String,
    pub rights: String,
    pub rights_text: String,
    pub automated: String,
    pub withheld: String,
    pub withheld_none: String,
    pub withheld_own: String,
    pub withheld_file: String,
    pub withheld_law: String,
    pub withheld_rows: String,
    pub withheld_cells: String,
    pub withheld_shut: String,
    pub data: String,
    pub rows: String,
    pub more: String,
    pub nothing: String,
    pub yes: String,
    pub no: String,
    span: Spans,
    transfer: BTreeMap<String, String>,
    ground: BTreeMap<String, String>,
    left_out: BTreeMap<String, String>,
}

/// A length of time: of one, of more, and such as has no number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spans {
    hours: [String; 2],
    days: [String; 2],
    months: [String; 2],
    years: [String; 2],
    account_active: String,
    connected: String,
    ever: String,
}

impl Words {
    /// The words for the first of these locales that there are words for, else those of English.
    pub fn of(locales: &[&str]) -> Result<&'static Self> {
        ALL.of(locales).ok_or_else(|| Error::internal("packages have no words"))
    }

    pub fn window(&self, window: Window) -> String {
        let counted = |[one, many]: &[String; 2], count: u32| {
            fill(if count == 1 { one } else { many }, &[("n", &count.to_string())])
        };
        match window {
            Window::Hours(count) => counted(&self.span.hours, count),
            Window::Days(count) => counted(&self.span.days, count),
            Window::Months(count) => counted(&self.span.months, count),
            Window::Years(count) => counted(&self.span.years, count),
            Window::While(While::AccountActive) => self.span.account_active.clone(),
            Window::While(While::Connected) => self.span.connected.clone(),
            Window::ForEver => self.span.ever.clone(),
        }
    }

    pub fn transfer(&self, transfer: Transfer) -> &str {
        self.transfer.get(transfer.code()).map_or(transfer.code(), String::as_str)
    }

    pub fn ground(&self, ground: Ground) -> &str {
        self.ground.get(ground.code()).map_or(ground.code(), String::as_str)
    }

    pub fn left_out(&self, why: LeftOut) -> &str {
        self.left_out.get(why.code()).map_or(why.code(), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::tongues::{Piece, pieces};
    use crate::requests::letters::speaks;

    #[test]
    fn every_language_of_letters_has_every_word() {
        assert_eq!(ALL.all().count(), FILES.len(), "a file of words cannot be read");
        for (language, words) in ALL.all() {
            assert!(speaks(language), "{language}");
            assert!(LeftOut::ALL.iter().all(|why| words.left_out.contains_key(why.code())), "{language}");
            assert!(Ground::ALL.iter().all(|ground| words.ground.contains_key(ground.code())), "{language}");
            assert!(Transfer::ALL.iter().all(|one| words.transfer.contains_key(one.code())), "{language}");
        }
        for language in ["en", "de", "fr", "es", "pt", "hi", "ur"] {
            assert!(ALL.speaks(language), "{language}");
        }
    }

    #[test]
    fn no_sentence_has_a_slot_that_nobody_fills() {
        const SLOTS: [&str; 9] = ["operator", "day", "reference", "merchant", "n", "file", "table", "column", "cite"];
        for (language, text) in FILES {
            for piece in pieces(text) {
                let Piece::Slot(slot) = piece else { continue };
                assert!(SLOTS.contains(&slot), "{language}: {slot}");
            }
        }
    }
}
