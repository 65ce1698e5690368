//! What else changes when a policy does. Each slice that keeps rows of the policy follows it, in the very transaction
//! that turns it; the roof lists who follows.

use super::Adopted;
use crate::floor::kernel::Result;
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::vault::Vault;

/// A policy on its way from one page to the next.
pub struct Turn<'a> {
    /// What is in force until then; none at a desk's first start.
    pub before: Option<&'a Adopted>,
    pub after: &'a Adopted,
    pub moment: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It was announced and holds from its day on.
    Published,
    /// It holds from now on.
    InForce,
    /// It was announced, and will not come.
    Withdrawn,
}

/// Keeps the rows of one slice with the policy, under the pinned house, and tells what it did.
pub type Follower = fn(&mut WriteTx, &Vault, &Turn<'_>) -> Result<Vec<Event>>;
