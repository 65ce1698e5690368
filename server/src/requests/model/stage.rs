//! Where a request is, with what is known there, and the steps that lead on. A step that is not lawful from where it
//! stands says so in words for whoever tried it.

use super::request::Outcome;
use crate::floor::kernel::{Error, Instant, PlanId, Result};
use crate::floor::regulations::PauseGround;

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody proved yet that they may ask.
    Received,
    /// It is to be worked.
    Open {
        since: Instant,
    },
    /// The person was asked something, and its time stands still.
    Paused {
        on: PauseGround,
        from: Resumable,
    },
    /// A second person reads the plan.
    AwaitingApproval {
        since: Instant,
        plan: PlanId,
    },
    /// The plan is to be carried out.
    InProgress {
        since: Instant,
        plan: PlanId,
    },
    Closed {
        at: Instant,
        outcome: Outcome,
    },
}

/// Where a pause leads back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumable {
    Received,
    Open { since: Instant },
}

impl Stage {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Open { .. } => "open",
            Self::Paused { .. } => "paused",
            Self::AwaitingApproval { .. } => "awaiting_approval",
            Self::InProgress { .. } => "in_progress",
            Self::Closed { .. } => "closed",
        }
    }

    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// The plan that is read or carried out.
    pub const fn plan(self) -> Option<PlanId> {
        match self {
            Self::AwaitingApproval { plan, .. } | Self::InProgress { plan, .. } => Some(plan),
            _ => None,
        }
    }

    /// Somebody proved that they may ask.
    pub fn open(self, now: Instant) -> Result<Self> {
        match self {
            Self::Received => Ok(Self::Open { since: now }),
            Self::Paused { on, from: Resumable::Received } => {
                Ok(Self::Paused { on, from: Resumable::Open { since: now } })
            }
            other => Err(illegal("opened", other)),
        }
    }

    /// What was proved turned out to be no proof: it waits for one again.
    pub fn unprove(self) -> Result<Self> {
        match self {
            Self::Received | Self::Open { .. } | Self::AwaitingApproval { .. } => Ok(Self::Received),
            Self::Paused { on, .. } => Ok(Self::Paused { on, from: Resumable::Received }),
            other => Err(illegal("put back", other)),
        }
    }

    pub fn pause(self, on: PauseGround) -> Result<Self> {
        match self {
            Self::Received => Ok(Self::Paused { on, from: Resumable::Received }),
            Self::Open { since } => Ok(Self::Paused { on, from: Resumable::Open { since } }),
            other => Err(illegal("paused", other)),
        }
    }

    pub fn resume(self) -> Result<(Self, PauseGround)> {
        match self {
            Self::Paused { on, from: Resumable::Received } => Ok((Self::Received, on)),
            Self::Paused { on, from: Resumable::Open { since } } => Ok((Self::Open { since }, on)),
            other => Err(illegal("resumed", other)),
        }
    }

    /// A plan goes to a second person.
    pub fn submit(self, plan: PlanId) -> Result<Self> {
        match self {
            Self::Open { since } => Ok(Self::AwaitingApproval { since, plan }),
            other => Err(illegal("submitted", other)),
        }
    }

    /// The plan may be carried out: approved by a second person, or one that wants none.
    pub fn begin(self, plan: PlanId) -> Result<Self> {
        match self {
            Self::Open { since } => Ok(Self::InProgress { since, plan }),
            Self::AwaitingApproval { since, plan: read } if read == plan => Ok(Self::InProgress { since, plan }),
            Self::AwaitingApproval { .. } => {
                Err(Error::refused("PLAN_CHANGED", "another plan was submitted meanwhile: read that one"))
            }
            other => Err(illegal("begun", other)),
        }
    }

    /// The second person sends the plan back, or what it was drawn from has changed.
    pub fn reopen(self) -> Result<Self> {
        match self {
            Self::AwaitingApproval { since, .. } | Self::InProgress { since, .. } => Ok(Self::Open { since }),
            other => Err(illegal("planned anew", other)),
        }
    }

    /// It ends. What was never proved can only be let go of, and what was carried out has been begun.
    pub fn close(self, at: Instant, outcome: Outcome) -> Result<Self> {
        let may = matches!(
            (self, outcome),
            (_, Outcome::Withdrawn | Outcome::Spam | Outcome::Duplicate | Outcome::Refused)
                | (Self::Received | Self::Paused { from: Resumable::Received, .. }, Outcome::Expired)
                | (Self::InProgress { .. }, Outcome::Fulfilled | Outcome::PartlyFulfilled)
        );
        let may = may && !self.is_closed();
        if may { Ok(Self::Closed { at, outcome }) } else { Err(illegal(outcome.verb(), self)) }
    }
}

/// What is said to whoever tries a step that does not lead on from there.
fn illegal(verb: &str, from: Stage) -> Error {
    let reason = match from {
        Stage::Received => "nobody proved yet that they may ask",
        Stage::Open { .. } => "it is open: no plan of it was approved",
        Stage::Paused { .. } => "its time stands still: resume it first",
        Stage::AwaitingApproval { .. } => "a second person reads its plan",
        Stage::InProgress { .. } => "its plan is being carried out",
        Stage::Closed { .. } => "it is closed",
    };
    Error::refused("ILLEGAL_STEP", format!("it cannot be {verb}: {reason}"))
}
