//! A notice of a change, and how far its letters have come.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Instant, NoticeId, ProcessorId};

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
    pub text_en: String,
    pub text_hi: String,
}

impl Notice {
    /// As it was worded, in this language or in English.
    pub fn text(&self, language: &str) -> &str {
        self.told_in(language).0
    }

    /// The same, and which language it is.
    pub fn told_in(&self, language: &str) -> (&str, &'static str) {
        if language == "hi" { (&self.text_hi, "hi") } else { (&self.text_en, "en") }
    }
}

/// How many letters of a notice have come how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    pub sent: i64,
    pub waiting: i64,
    pub failed: i64,
}
