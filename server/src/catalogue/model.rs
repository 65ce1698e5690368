//! A version of the policy, and how far it has come.

use sha2::{Digest, Sha256};

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Instant, PolicyId};

vocabulary! {
    /// How far a version of the policy has come.
    pub enum PolicyState {
        /// Written down; somebody else has yet to publish it.
        Proposed = "proposed",
        /// Published, and told to those who follow; it holds from its day on.
        Announced = "announced",
        /// What holds.
        InForce = "in_force",
        /// What held before.
        Past = "past",
        /// What never came to hold.
        Withdrawn = "withdrawn",
    }
}

/// A version of the policy on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub id: PolicyId,
    pub name: String,
    pub version: i32,
    pub effective_on: Day,
    pub text: String,
    pub state: PolicyState,
    pub proposed_at: Instant,
    pub proposed_by: String,
    pub published_at: Option<Instant>,
    pub published_by: Option<String>,
    pub in_force_at: Option<Instant>,
    pub ended_at: Option<Instant>,
}

/// What tells two texts apart.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
