//! The sentences of notices and letters, a file per language in `words/`. They name nobody and no day: those are filled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::floor::kernel::{Error, Result};
use crate::floor::policy::{Form, Transfer};
use crate::floor::tongues::Tongues;

/// Name and text, as `words/` holds them.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/notices.rs"));

static ALL: LazyLock<Tongues<Words>> = LazyLock::new(|| Tongues::read(FILES));

/// Whether notices are worded in the language of this locale.
pub fn speaks(locale: &str) -> bool {
    ALL.speaks(locale)
}

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub feed: String,
    pub window: String,
    pub added: Saying,
    pub changed: Saying,
    pub removed: Saying,
    pub policy_changed: Saying,
    pub withdrawn: Saying,
    pub facts: Facts,
    form: BTreeMap<Form, String>,
    transfer: BTreeMap<Transfer, String>,
    pub letter: Letters,
}

/// What a notice says, with slots for whom and when.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    pub title: String,
    pub text: String,
}

/// What the list says of a sub-processor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    pub one: String,
    /// One that was another before.
    pub other_than: String,
    pub name: String,
    pub service: String,
    pub purposes: String,
    pub receives: String,
    pub regions: String,
    pub transfer: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letters {
    pub leave: String,
    pub asks_title: String,
    pub asks: String,
    pub not_you: String,
}

impl Words {
    /// The words for the first of these locales that there are words for; else those of English.
    pub fn of(locales: &[&str]) -> Result<&'static Self> {
        ALL.of(locales).ok_or_else(|| Error::internal("notices have no words"))
    }

    /// Each language with its words; English first.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static Self)> {
        ALL.all()
    }

    pub fn form(&self, form: Form) -> &str {
        self.form.get(&form).map_or(form.code(), String::as_str)
    }

    pub fn transfer(&self, transfer: Transfer) -> &str {
        self.transfer.get(&transfer).map_or(transfer.code(), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_language_and_has_every_word() {
        assert_eq!(Words::all().count(), FILES.len(), "a file of words cannot be read");
        for (language, words) in Words::all() {
            assert!(Form::ALL.iter().all(|form| words.form.contains_key(form)), "{language}");
            assert!(Transfer::ALL.iter().all(|transfer| words.transfer.contains_key(transfer)), "{language}");
        }
    }
}
