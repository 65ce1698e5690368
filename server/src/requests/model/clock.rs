//! Due dates of a request and what became of its time, as they stand.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{ClockEventId, ClockId, Day, Instant, RequestId, StaffId};
use crate::floor::regulations::{Clock, Event, PauseGround};

vocabulary! {
    /// What became of a request's time.
    pub enum ClockMove {
        /// The person was asked something.
        Paused = "paused",
        /// The answer came.
        Resumed = "resumed",
        /// The pause was wrong from the beginning.
        PauseWithdrawn = "pause_withdrawn",
        /// The person was told that it takes longer.
        Extended = "extended",
        /// That was taken back.
        ExtensionWithdrawn = "extension_withdrawn",
    }
}

/// A due date of a request, stored whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    pub id: ClockId,
    pub request: RequestId,
    pub clock: Clock,
    /// When what it counts towards was done.
    pub met_at: Option<Instant>,
}

/// One thing that became of a request's time, as the person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockEventRow {
    pub id: ClockEventId,
    pub request: RequestId,
    pub at: Instant,
    pub what: ClockMove,
    pub pause_on: Option<PauseGround>,
    /// Of an extension: which regime's time is longer.
    pub regime: Option<String>,
    pub until_on: Option<Day>,
    /// The driving date before.
    pub before_on: Option<Day>,
    /// The driving date after.
    pub after_on: Option<Day>,
    pub made_by: Option<StaffId>,
}

impl ClockEventRow {
    /// As a regime's arithmetic takes it. None where it is about another regime.
    pub fn event_for(&self, regime: &str) -> Option<Event> {
        if self.regime.as_deref().is_some_and(|own| own != regime) {
            return None;
        }
        Some(match (self.what, self.pause_on) {
            (ClockMove::Paused, Some(ground)) => Event::paused(self.at, ground),
            (ClockMove::Resumed, Some(ground)) => Event::resumed(self.at, ground),
            (ClockMove::PauseWithdrawn, Some(ground)) => Event::pause_withdrawn(self.at, ground),
            (ClockMove::Extended, _) => Event::extended(self.at, self.until_on),
            (ClockMove::ExtensionWithdrawn, _) => Event::extension_withdrawn(self.at),
            _ => return None,
        })
    }
}
