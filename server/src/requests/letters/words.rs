//! The sentences of letters to people, a file per language in `words/`. They name nobody and no day: those are filled in,
//! and there is no slot that anybody but this program names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::Datelike;
use serde::Deserialize;

use crate::floor::kernel::{Day, Error, Result};
use crate::floor::regulations::{PauseGround, Right};
use crate::floor::tongues::{ENGLISH, Tongues, fill, language};
use crate::requests::model::Ground;

/// Name and text, as `words/` holds them.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/letters.rs"));

static ALL: LazyLock<Tongues<Words>> = LazyLock::new(|| Tongues::read(FILES));

/// Whether letters are worded in the language of this locale.
pub fn speaks(locale: &str) -> bool {
    ALL.speaks(locale)
}

/// The language that a letter is in for somebody of these locales.
pub fn spoken<'a>(locales: &[&'a str]) -> &'a str {
    locales.iter().find(|locale| speaks(locale)).map_or(ENGLISH, |locale| language(locale))
}

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub hello: String,
    pub fact: String,
    pub page: String,
    pub page_withheld: String,
    pub code_withheld: String,
    pub answer: String,
    pub questions: String,
    pub again: String,
    pub speech: Speech,
    pub label: Labels,
    right: BTreeMap<Right, String>,
    pub acknowledgement: Acknowledged,
    pub code: Code,
    pub paused: Paused,
    pub resumed: Saying,
    pub extended: Extended,
    pub extension_withdrawn: ExtensionWithdrawn,
    pub refused: Refused,
    pub answered: Answered,
    pub rest: Reasons,
    pub withdrawn: Saying,
    pub expired: Saying,
    pub handed_on: HandedOn,
    pub joined: Saying,
    pub ask: Saying,
    pub message: Headed,
    pub route: Routes,
    ground: BTreeMap<String, String>,
}

/// How it is written, and how it tells a day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    pub dir: Direction,
    date: String,
    /// The first day of a month.
    first: String,
    months: [String; 12],
}

/// From which side it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Ltr,
    Rtl,
}

impl Direction {
    /// As pages say it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// What stands before a fact.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    pub reference: String,
    pub asked: String,
    pub received: String,
    pub due: String,
    pub before: String,
    pub after: String,
    pub after_pause: String,
    pub reason: String,
    pub ground: String,
}

/// A letter that says one thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    pub title: String,
    pub text: String,
}

/// A law gives longer. Where another date is worked by still, the answer is due when it was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extended {
    pub title: String,
    pub text: String,
    pub title_kept: String,
    pub kept: String,
}

/// A law's longer time is given back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionWithdrawn {
    pub title: String,
    pub text: String,
    /// The answer was due at no other date meanwhile.
    pub kept: String,
}

/// A letter in somebody's own words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headed {
    pub title: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledged {
    pub title: String,
    pub text: String,
    pub prove: String,
    pub open: String,
    pub due: String,
    pub soon: String,
    pub merchant: String,
    pub not_you: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    pub title: String,
    pub text: String,
    pub keep: String,
    pub not_you: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paused {
    pub title: String,
    identity_asked: String,
    scope_asked: String,
    fee_asked: String,
    pub text: String,
}

impl Paused {
    pub fn on(&self, ground: PauseGround) -> &str {
        match ground {
            PauseGround::IdentityAsked => &self.identity_asked,
            PauseGround::ScopeAsked => &self.scope_asked,
            PauseGround::FeeAsked => &self.fee_asked,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    pub title: String,
    pub text: String,
    pub routes: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    pub title: String,
    pub whole: String,
    pub part: String,
    pub awaited: String,
}

/// Why something was not done, or not whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// What has no name that people know: data, and somebody who was told.
    pub data: String,
    pub recipient: String,
    pub until: String,
    pub own_time: String,
    pub impossible: String,
    pub refused: String,
    pub given_up: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedOn {
    pub title: String,
    pub text: String,
    pub nameless: String,
}

/// Where somebody turns who does not agree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    pub authority: String,
    pub any_authority: String,
    pub court: String,
    pub appeal: String,
    pub attorney_general: String,
    pub any_attorney_general: String,
    pub opt_out: String,
}

impl Words {
    /// The words for the first of these locales that there are words for, else those of English.
    pub fn of(locales: &[&str]) -> Result<&'static Self> {
        ALL.of(locales).ok_or_else(|| Error::internal("letters have no words"))
    }

    /// Each language with its words; English first.
    #[cfg(test)]
    fn all() -> impl Iterator<Item = (&'static str, &'static Self)> {
        ALL.all()
    }

    pub fn right(&self, right: Right) -> &str {
        self.right.get(&right).map_or(right.code(), String::as_str)
    }

    pub fn ground(&self, ground: Ground) -> &str {
        self.ground.get(ground.code()).map_or(ground.code(), String::as_str)
    }

    /// A day as people write it.
    pub fn day(&self, day: Day) -> String {
        let Speech { date, first, months, .. } = &self.speech;
        let month = months.get(day.0.month0() as usize).map_or("", String::as_str);
        let number = if day.0.day() == 1 { first.clone() } else { day.0.day().to_string() };
        fill(date, &[("day", &number), ("month", month), ("year", &day.0.year().to_string())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::tongues::{Piece, pieces};

    #[test]
    fn every_file_is_a_language_and_has_every_word() {
        assert_eq!(Words::all().count(), FILES.len(), "a file of words cannot be read");
        for (language, words) in Words::all() {
            assert!(Right::ALL.iter().all(|right| words.right.contains_key(right)), "{language}");
            assert!(Ground::ALL.iter().all(|ground| words.ground.contains_key(ground.code())), "{language}");
            assert_eq!(words.ground.len(), Ground::ALL.len(), "{language}");
        }
    }

    #[test]
    fn where_a_longer_time_moves_no_date_every_language_names_the_one_that_stays() {
        for (language, words) in Words::all() {
            let (extended, withdrawn) = (&words.extended, &words.extension_withdrawn);
            assert!(extended.kept.contains("{due}") && withdrawn.kept.contains("{due}"), "{language}");
            assert_ne!(extended.title_kept, extended.title, "{language}: it does not take longer");
        }
    }

    /// What fills a sentence of a letter: nothing else may stand in braces.
    const SLOTS: [&str; 14] = [
        "body",
        "contact",
        "day",
        "due",
        "label",
        "merchant",
        "minutes",
        "month",
        "operator",
        "original",
        "reference",
        "until",
        "value",
        "year",
    ];

    fn sentences(value: &toml::Value, into: &mut Vec<String>) {
        match value {
            toml::Value::Table(table) => table.values().for_each(|value| sentences(value, into)),
            toml::Value::Array(list) => list.iter().for_each(|value| sentences(value, into)),
            other => into.extend(other.as_str().map(str::to_owned)),
        }
    }

    #[test]
    fn no_sentence_has_a_slot_that_nobody_fills() {
        for (language, text) in FILES {
            let mut found = Vec::new();
            sentences(&toml::from_str(text).expect("TOML"), &mut found);
            for sentence in found {
                let slots = pieces(&sentence).filter_map(|piece| match piece {
                    Piece::Slot(name) => Some(name.to_owned()),
                    Piece::Words(_) => None,
                });
                for slot in slots {
                    assert!(SLOTS.contains(&slot.as_str()), "{language}: {{{slot}}} in {sentence}");
                }
            }
        }
    }

    #[test]
    fn a_day_is_told_as_each_language_tells_it() {
        let told = |language, day: &str| {
            Words::of(&[language]).expect("words").day(Day(day.parse().expect("a day of the calendar")))
        };
        assert_eq!(told("en-GB", "2026-02-28"), "28 February 2026");
        assert_eq!(told("de", "2026-03-01"), "1. März 2026");
        assert_eq!(told("fr-CA", "2026-05-01"), "1er mai 2026");
        assert_eq!(told("pt-BR", "2026-12-31"), "31 de dezembro de 2026");
        assert_eq!(told("ur", "2026-01-09"), "9 جنوری 2026");
    }
}
