//! What every write to a store has, whatever it writes: what it is known again by, who asked, and how it stands. Pure.

use uuid::Uuid;

use crate::floor::kernel::Instant;
use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// How a write stands.
    pub enum WriteState {
        /// It is on its way.
        Waiting = "waiting",
        /// The platform took it.
        Sent = "sent",
        /// It was not what we believed: nothing was set.
        Moved = "moved",
        /// The store has no such thing.
        Gone = "gone",
        /// It was dropped, or the platform refused it.
        Failed = "failed",
    }
}

/// Of a write on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub key: [u8; 32],
    pub cause: Uuid,
    pub actor: String,
    pub at: Instant,
    pub state: WriteState,
    pub code: Option<String>,
    pub answered_at: Option<Instant>,
}

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub state: WriteState,
    /// Of one that failed.
    pub why: Option<&'static str>,
    /// What the merchant does where no program may.
    pub by_hand: Option<&'static str>,
}

impl End {
    pub const fn of(state: WriteState) -> Self {
        Self { state, why: None, by_hand: None }
    }

    pub const fn failed(why: &'static str) -> Self {
        Self { state: WriteState::Failed, why: Some(why), by_hand: None }
    }

    pub const fn by_hand(sentence: &'static str) -> Self {
        Self { by_hand: Some(sentence), ..Self::failed("by_hand") }
    }
}
