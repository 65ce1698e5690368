//! A sub-processor, and what the list said of it over time.

use super::Entry;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Instant, ProcessorId};

vocabulary! {
    /// How a sub-processor stands on the list.
    pub enum ProcessorState {
        /// To come on its day, unless it is objected to or withdrawn.
        Announced = "announced",
        /// On the list.
        InForce = "in_force",
        /// On the list until its day.
        Ending = "ending",
        /// No longer on the list.
        Ended = "ended",
        /// Was announced and never came.
        Withdrawn = "withdrawn",
    }
}

/// A sub-processor of the operator.
#[derive(Debug, Clone)]
pub struct Processor {
    pub id: ProcessorId,
    pub code: String,
    pub state: ProcessorState,
    /// The version of the policy whose words about it are shown now.
    pub shown_version: i32,
    pub listed_on: Day,
    pub ends_on: Option<Day>,
    pub objection_until: Option<Day>,
    /// What was said of it, newest first.
    pub versions: Vec<Version>,
}

impl Processor {
    /// What is said of it now.
    pub fn shown(&self) -> Option<&Version> {
        self.versions.iter().find(|version| version.policy_version == self.shown_version)
    }
}

/// What the list says of a sub-processor under one version of the policy.
#[derive(Debug, Clone)]
pub struct Version {
    pub policy_version: i32,
    pub entry: Entry,
    /// The day it was announced for.
    pub from_on: Day,
    pub in_force_at: Option<Instant>,
    /// The day another took its place, or the sub-processor left the list.
    pub until_on: Option<Day>,
    pub withdrawn_at: Option<Instant>,
}
