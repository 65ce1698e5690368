//! How long data is kept, and what the law lets us keep longer.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::super::Text;
use super::{Ground, Name};
use crate::floor::kernel::vocabulary::vocabulary;

/// How long categories are kept, and what comes then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub code: Name,
    pub title: Text,
    pub categories: Vec<Name>,
    /// The date the window runs from, such as `order_date`.
    pub anchor: String,
    pub window: Spanned<Window>,
    pub end: Ending,
}

/// What the law lets us keep when a person asks for deletion, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    pub code: Name,
    pub title: Text,
    pub ground: Ground,
    pub categories: Vec<Name>,
    pub anchor: String,
    pub window: Spanned<Window>,
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    Hours(u32),
    Days(u32),
    Months(u32),
    Years(u32),
    While(While),
    /// Only for what tells of no person.
    ForEver,
}

impl Window {
    /// Hours that it lasts at least, where it lasts a time that can be counted.
    pub fn hours(self) -> Option<u64> {
        let hours = |count: u32, each: u64| Some(u64::from(count) * each);
        match self {
            Self::Hours(count) => hours(count, 1),
            Self::Days(count) => hours(count, 24),
            Self::Months(count) => hours(count, 28 * 24),
            Self::Years(count) => hours(count, 365 * 24),
            Self::While(_) | Self::ForEver => None,
        }
    }

    /// As people say it, in a language of ours; in English where it is none.
    pub fn in_words(self, locale: &str) -> String {
        let is_hindi = locale == "hi" || locale.starts_with("hi-");
        let counted = |count: u32, one: &str, many: &str, hindi: &str| {
            if is_hindi {
                format!("{count} {hindi}")
            } else {
                format!("{count} {}", if count == 1 { one } else { many })
            }
        };
        let said = |english: &str, hindi: &str| if is_hindi { hindi } else { english }.to_owned();
        match self {
            Self::Hours(count) => counted(count, "hour", "hours", "घंटे"),
            Self::Days(count) => counted(count, "day", "days", "दिन"),
            Self::Months(count) => counted(count, "month", "months", "महीने"),
            Self::Years(count) => counted(count, "year", "years", "वर्ष"),
            Self::While(While::AccountActive) => said("while the account is active", "जब तक खाता सक्रिय है"),
            Self::While(While::Connected) => said("while it is connected", "जब तक कनेक्शन बना है"),
            Self::ForEver => said("for ever", "हमेशा"),
        }
    }
}

vocabulary! {
    /// What a window lasts as long as.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum While {
        /// The merchant's account is active.
        AccountActive = "account_active",
        /// The store or app is connected.
        Connected = "connected",
    }
}

vocabulary! {
    /// What comes at the end of a window.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Ending {
        /// It is gone.
        Delete = "delete",
        /// What is left tells of nobody.
        Anonymise = "anonymise",
        /// Nothing: it tells of nobody.
        Keep = "keep",
    }
}
