//! A try to connect a store: from the link that a merchant is given to what the platform answered.

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, HandshakeId, Instant, Result, StoreId, TenantId};

vocabulary! {
    /// How far a try to connect has come.
    pub enum HandshakeOutcome {
        /// The merchant has the link and is not back.
        Waiting = "waiting",
        /// The merchant is back, and the platform is asked for the token.
        Taken = "taken",
        /// The store is connected.
        Connected = "connected",
        /// The merchant said no.
        Denied = "denied",
        /// The platform gave no token, or what it gave was not believed.
        Failed = "failed",
        /// Another try took its place.
        Replaced = "replaced",
    }
}

/// A try to connect a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    pub tenant: TenantId,
    pub id: HandshakeId,
    pub store: StoreId,
    /// What was asked for.
    pub scopes: Vec<String>,
    pub begun_at: Instant,
    pub ends_at: Instant,
    pub outcome: HandshakeOutcome,
    pub ended_at: Option<Instant>,
    /// Why it failed.
    pub code: Option<String>,
}

/// How long a merchant may take over the platform's questions.
pub const WITHIN: Duration = Duration::minutes(15);

impl Handshake {
    /// Refuses whoever comes back twice, or late, or on a link that another one replaced.
    pub fn require_waiting(&self, now: Instant) -> Result<()> {
        if self.outcome == HandshakeOutcome::Waiting && now <= self.ends_at {
            return Ok(());
        }
        Err(Error::refused("EXPIRED", "this link was used, or its time is over: begin anew where you got it"))
    }

    /// Whether nobody came back in time.
    pub fn is_lapsed(&self, now: Instant) -> bool {
        self.outcome == HandshakeOutcome::Waiting && now > self.ends_at
    }

    /// The same one, at its end.
    #[must_use]
    pub fn ended(self, outcome: HandshakeOutcome, code: Option<&str>, now: Instant) -> Self {
        Self { outcome, ended_at: Some(now), code: code.map(str::to_owned), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_once_and_for_a_while() {
        let begun_at = Instant::EPOCH;
        let waiting = Handshake {
            tenant: TenantId::fresh(),
            id: HandshakeId::fresh(),
            store: StoreId::fresh(),
            scopes: vec!["read_orders".to_owned()],
            begun_at,
            ends_at: begun_at.plus(WITHIN),
            outcome: HandshakeOutcome::Waiting,
            ended_at: None,
            code: None,
        };
        assert!(waiting.require_waiting(begun_at.plus(WITHIN)).is_ok());
        assert!(waiting.require_waiting(begun_at.plus(WITHIN + Duration::microseconds(1))).is_err());
        for outcome in HandshakeOutcome::ALL.iter().filter(|outcome| **outcome != HandshakeOutcome::Waiting) {
            assert!(waiting.clone().ended(*outcome, None, begun_at).require_waiting(begun_at).is_err(), "{outcome:?}");
        }
    }
}
