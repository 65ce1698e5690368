//! What a policy file says, shape by shape. What other parts refer to remembers where the file has it, so that a refusal
//! can point there; two policies that say the same are equal, wherever they say it.

mod data;
mod given;
mod kept;
mod people;

pub use data::{About, Category, Field, Ground, Purpose, Scope, Sensitivity};
pub use given::{Form, Receives, Recipient, RecipientKind, Transfer};
pub use kept::{Ending, Keep, Retention, While, Window};
pub use people::{AppKind, Cookie, Duties, Duty, Promise, Right};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Text;
use crate::floor::kernel::vocabulary::vocabulary;

/// A name, and where the file has it.
pub type Name = Spanned<String>;

/// One operator's promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The edition of this format.
    pub format: Spanned<u32>,
    /// What the policy is called in commands: one word.
    pub name: Name,
    /// Grows with every change.
    pub version: Spanned<u32>,
    /// The day from which it holds.
    pub effective: Spanned<Dated>,
    pub title: Text,
    /// The language of plain texts, then the others that texts are given in.
    pub locales: Spanned<Vec<String>>,
    pub operator: Operator,
    pub announces: Announces,
    /// Purposes that the page rules out for everybody.
    #[serde(default)]
    pub forbids: Vec<Forbidden>,
    /// Where data may be. None named: wherever a listed recipient is.
    #[serde(default)]
    pub region: Option<Region>,
    #[serde(default)]
    pub platforms: Vec<Name>,
    #[serde(default, rename = "scope")]
    pub scopes: Vec<Scope>,
    #[serde(default, rename = "category")]
    pub categories: Vec<Category>,
    #[serde(default, rename = "purpose")]
    pub purposes: Vec<Purpose>,
    #[serde(default, rename = "recipient")]
    pub recipients: Vec<Recipient>,
    #[serde(default, rename = "retention")]
    pub retention: Vec<Retention>,
    #[serde(default, rename = "keep")]
    pub keeps: Vec<Keep>,
    #[serde(default, rename = "right")]
    pub rights: Vec<Right>,
    #[serde(default, rename = "app_kind")]
    pub app_kinds: Vec<AppKind>,
    #[serde(default, rename = "cookie")]
    pub cookies: Vec<Cookie>,
    #[serde(default, rename = "duty")]
    pub duties: Vec<Duty>,
    #[serde(default, rename = "promise")]
    pub promises: Vec<Promise>,
}

impl Policy {
    /// The language of plain texts.
    pub fn first_locale(&self) -> &str {
        self.locales.get_ref().first().map_or("en", String::as_str)
    }

    /// The scopes that are listed for a platform.
    pub fn scopes_of(&self, platform: &str) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(move |scope| scope.platform.get_ref() == platform)
    }

    /// The language of the policy that a reader of this one understands best: that one, that one without its region, or
    /// the first.
    pub fn spoken(&self, locale: &str) -> &str {
        let language = locale.split('-').next().unwrap_or_default();
        let mut known = [locale, language]
            .into_iter()
            .filter_map(|wanted| self.locales.get_ref().iter().find(|known| known.eq_ignore_ascii_case(wanted)));
        known.next().map_or(self.first_locale(), String::as_str)
    }
}

/// A day as TOML writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "toml::value::Datetime", into = "String")]
pub struct Dated(pub NaiveDate);

impl TryFrom<toml::value::Datetime> for Dated {
    type Error = &'static str;

    fn try_from(written: toml::value::Datetime) -> Result<Self, Self::Error> {
        let (Some(date), None, None) = (written.date, written.time, written.offset) else {
            return Err("a day, such as 2026-03-01");
        };
        NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            .map(Self)
            .ok_or("a day of the calendar")
    }
}

impl From<Dated> for String {
    fn from(day: Dated) -> Self {
        day.0.to_string()
    }
}

/// Who promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    pub name: String,
    pub site: String,
    /// Where people write to.
    pub contact: String,
    pub country: String,
    pub time_zone: String,
    /// What the operator is to the merchants' shoppers.
    pub role: Our,
    /// As the record of processing wants them, where there are any.
    #[serde(default)]
    pub representative: Option<String>,
    #[serde(default)]
    pub protection_officer: Option<String>,
    /// The page this file was written from.
    #[serde(default)]
    pub page: Option<String>,
}

vocabulary! {
    /// Who decides about a shopper's data.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Our {
        /// The merchant decides, the operator carries it out.
        Processor = "processor",
        /// The operator decides.
        Controller = "controller",
        /// Both decide together.
        Joint = "joint",
    }
}

/// How changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announces {
    /// Days between the announcement of a change and the day it holds.
    pub days: u32,
    /// Days in which a new sub-processor may be objected to.
    pub objection_days: u32,
    /// Whether the trust page shows how each promise stands.
    #[serde(default)]
    pub standing: bool,
}

vocabulary! {
    /// What no recipient may be there for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Forbidden {
        /// To sell data.
        Sale = "sale",
        /// To train models on it.
        AiTraining = "ai_training",
        /// To advertise with it.
        Advertising = "advertising",
        /// To deal in it.
        DataBroking = "data_broking",
        /// To study people's behaviour for others.
        Analytics = "analytics",
    }
}

/// Where data stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The region of the operator's own systems, such as us-east-1.
    pub home: String,
    /// The countries or regions data never leaves, where the page says so.
    #[serde(default)]
    pub pinned: Vec<Name>,
}

#[cfg(test)]
mod tests {
    use super::super::{parse, shipped};

    #[test]
    fn a_reader_is_spoken_to_in_a_language_of_the_policy() {
        let mut policy = parse(shipped("sooperseller").expect("it comes along")).expect("it is sound");
        *policy.locales.get_mut() = vec!["en".to_owned(), "hi".to_owned()];
        assert_eq!(["hi-IN", "HI", "en-GB", "de"].map(|locale| policy.spoken(locale)), ["hi", "hi", "en", "en"]);
    }
}
