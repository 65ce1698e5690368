//! A notice of a change, and how far its letters have come.

use std::collections::BTreeMap;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Instant, NoticeId, ProcessorId};
use crate::floor::tongues::{ENGLISH, language};

vocabulary! {
    /// What is announced.
    pub enum NoticeKind {
        /// A new sub-processor.
        Added = "added",
        /// Another purpose, other data, another place or ground of transfer, or somebody else under the same heading.
        Changed = "changed",
        /// A sub-processor leaves the list.
        Removed = "removed",
        /// Something else in the policy changes, or what was announced will not come.
        PolicyChanged = "policy_changed",
    }
}

vocabulary! {
    /// How far a letter has come.
    pub enum DeliveryState {
        /// To be sent, or sent again.
        Waiting = "waiting",
        /// Taken by the mail server.
        Sent = "sent",
        /// Refused as often as it is tried.
        Failed = "failed",
    }
}

/// A change as it was announced.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: NoticeId,
    pub kind: NoticeKind,
    /// Whom it is about, and what that one was called then.
    pub processor: Option<(ProcessorId, String)>,
    pub policy_version: i32,
    /// Whether it says that what was announced under this version will not come.
    pub is_withdrawal: bool,
    pub announced_at: Instant,
    pub effective_on: Day,
    pub objection_until: Option<Day>,
    pub withdrawn_at: Option<Instant>,
    /// What it says, by locale.
    pub texts: BTreeMap<String, String>,
}

impl Notice {
    /// As it was worded for this locale, or in its language; else in the policy's first, else in English. And in which
    /// that is.
    pub fn told_in<'a>(&'a self, locale: &str, first: &str) -> (&'a str, &'a str) {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let found = [locale, first, ENGLISH].into_iter().find_map(|wanted| {
            let exactly = self.texts.iter().find(|(one, _)| same(one, wanted));
            exactly.or_else(|| self.texts.iter().find(|(one, _)| same(language(one), language(wanted))))
        });
        // What was worded in none of these says what it says in the language it has.
        found.or_else(|| self.texts.first_key_value()).map_or(("", ENGLISH), |(locale, text)| (text, locale))
    }
}

/// How many letters of a notice have come how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    pub sent: i64,
    pub waiting: i64,
    pub failed: i64,
}
