//! One law, platform's term or promise: its rules as its file has them. It never looks at a calendar.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use super::period::Period;
use super::terms::{Acknowledge, Answer, Appeal, Extension, Pause, Refusal, Term};
use super::words::{Right, Starts};

/// A regime, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    pub code: String,
    pub title: String,
    /// The statute or page.
    pub law: String,
    /// Where it holds: ISO 3166 codes of countries and regions.
    #[serde(default)]
    pub places: Vec<String>,
    /// The platform whose notices it is about.
    #[serde(default)]
    pub platform: Option<String>,
    /// The calendar it counts by, or the family of calendars of which the place concerned has one.
    #[serde(default)]
    pub calendar: Option<String>,
    /// What may not be handed out, not even to whom it is about.
    #[serde(default)]
    pub withholds: Option<Withheld>,
    #[serde(default, rename = "clock")]
    pub rules: Vec<Rule>,
    /// What it asks besides answers to people.
    #[serde(default, rename = "duty")]
    pub duties: Vec<Rule>,
}

/// Kinds of values that a regime forbids to hand out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// As the data map calls them.
    pub kinds: Vec<String>,
    pub cite: String,
}

/// One row of a regime: what holds for one or several rights.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The names that the regime's own list has for them.
    pub rights: Vec<String>,
    /// What a person asks for to whom this applies; where it is left out, the names say it.
    #[serde(default)]
    pub serves: Vec<Right>,
    /// The special case it is for, where the regime has a general rule besides.
    #[serde(default)]
    pub only: Option<String>,
    /// The day it came into force, where that is recent.
    #[serde(default, deserialize_with = "a_day")]
    pub since: Option<NaiveDate>,
    /// No proof of identity may be asked for.
    #[serde(default)]
    pub without_proof: bool,
    pub starts: Starts,
    #[serde(default)]
    pub acknowledge: Option<Acknowledge>,
    pub answer: Answer,
    #[serde(default)]
    pub extension: Option<Extension>,
    /// What is known of lengthening where the regime gives none.
    #[serde(default)]
    pub no_extension: Option<String>,
    pub pause: Pause,
    #[serde(default)]
    pub refusal: Option<Refusal>,
    #[serde(default)]
    pub appeal: Option<Appeal>,
    pub source: String,
    /// How sure it is: S a published page or statute, C published code, M memory, P a promise of the operator's page.
    pub checked: String,
}

/// What a regime offers a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer<'a> {
    pub right: Right,
    /// The name in the regime's own list: what a clock is computed for.
    pub name: &'a str,
    /// The special case it is for. None: the general rule for this right.
    pub only: Option<&'a str>,
    pub rule: &'a Rule,
}

/// The code of the regime that an operator's own page makes.
pub const OPERATOR_PROMISE: &str = "operator_promise";

impl Regime {
    /// What the operator's page promises by itself: an answer to each right within a time.
    pub fn promised(page: &str, rights: &[(Right, Period)]) -> Self {
        let rule = |(right, within): &(Right, Period)| Rule {
            rights: vec![right.code().to_owned()],
            serves: Vec::new(),
            only: None,
            since: None,
            without_proof: false,
            starts: Starts::Receipt,
            acknowledge: None,
            answer: Answer::plain(Term::Within(*within)),
            extension: None,
            no_extension: None,
            pause: Pause { grounds: Vec::new(), note: "none".to_owned(), cite: None },
            refusal: None,
            appeal: None,
            source: page.to_owned(),
            checked: "P".to_owned(),
        };
        Self {
            code: OPERATOR_PROMISE.to_owned(),
            title: "The operator's own promise".to_owned(),
            law: page.to_owned(),
            places: Vec::new(),
            platform: None,
            calendar: None,
            withholds: None,
            rules: rights.iter().map(rule).collect(),
            duties: Vec::new(),
        }
    }

    /// Every right that may be asked for under it.
    pub fn offers(&self) -> impl Iterator<Item = Offer<'_>> {
        self.rules.iter().flat_map(|rule| {
            rule.rights.iter().flat_map(move |name| {
                rule.served(name).map(move |right| Offer { right, name, only: rule.only.as_deref(), rule })
            })
        })
    }

    /// The general rule for a right.
    pub fn offer(&self, right: Right) -> Option<Offer<'_>> {
        self.offers().find(|offer| offer.right == right && offer.only.is_none())
    }

    /// The rule for a special case of a right, or the general one.
    pub fn offer_for(&self, right: Right, case: &str) -> Option<Offer<'_>> {
        self.offers().find(|offer| offer.right == right && offer.only == Some(case)).or_else(|| self.offer(right))
    }

    /// The rule by the name in the regime's own list, duties included.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().chain(&self.duties).find(|rule| rule.rights.iter().any(|known| known == name))
    }

    /// Whether `name` is a duty and no right.
    pub fn is_duty(&self, name: &str) -> bool {
        self.duties.iter().any(|rule| rule.rights.iter().any(|known| known == name))
    }
}

impl Rule {
    /// The rights that a name of the list stands for.
    pub(super) fn served<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Right> + 'a {
        let own = if self.serves.is_empty() { Right::from_code(name) } else { None };
        self.serves.iter().copied().chain(own)
    }

    /// Whether a part of it is from memory, to be verified before it is relied on.
    pub fn is_from_memory(&self) -> bool {
        self.checked.split(" + ").any(|part| part.starts_with('M'))
    }

    /// The law's own words for where an answer's time stands.
    pub fn cite(&self) -> &str {
        self.answer.cite.as_deref().unwrap_or(&self.source)
    }
}

fn a_day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    let written = toml::value::Datetime::deserialize(from)?;
    let day = written.date.filter(|_| written.time.is_none());
    day.and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()))
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("a day of the calendar, such as 2026-03-01"))
}
