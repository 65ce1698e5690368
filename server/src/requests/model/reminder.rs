//! What staff are reminded of. Each is told once for each day that it is about, and only the most pressing that holds.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, RequestId, StaffId};

vocabulary! {
    /// What a reminder is about.
    pub enum ReminderKind {
        /// The word that it came is due and has not left.
        AcknowledgementDue = "acknowledgement_due",
        /// The last fifth of its time begins.
        Target = "target",
        /// Three days are left.
        DueSoon = "due_soon",
        LastDay = "last_day",
        /// Its last day is over.
        Overdue = "overdue",
        /// Its time stands still, and the day it would be due otherwise is near.
        PauseEnds = "pause_ends",
    }
}

impl ReminderKind {
    /// Whether the second persons are told too.
    pub const fn escalates(self) -> bool {
        matches!(self, Self::LastDay | Self::Overdue)
    }

    /// Whether it raises the alarm.
    pub const fn alarms(self) -> bool {
        matches!(self, Self::Overdue)
    }
}

/// A reminder that is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub request: RequestId,
    pub about: ReminderKind,
    /// The date it is about, not the day it is told.
    pub day: Day,
    pub owner: Option<StaffId>,
}

/// What one of the operator's people has before them this morning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Morning {
    /// Theirs and due within a week, overdue ones among them.
    pub own: i64,
    pub overdue: i64,
    /// Nobody's, and due within a week.
    pub unowned: i64,
    /// Plans that wait for a second person.
    pub awaiting: i64,
}
