//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::model;

/// How a sub-processor stands on the list.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ProcessorState")]
pub enum ProcessorState {
    /// To come on its day, unless it is objected to or withdrawn.
    Announced,
    /// On the list.
    InForce,
    /// On the list until its day.
    Ending,
    /// No longer on the list.
    Ended,
    /// Was announced and never came.
    Withdrawn,
}

/// What is announced.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::NoticeKind")]
pub enum NoticeKind {
    /// A new sub-processor.
    Added,
    /// Another purpose, other data, another place or ground of transfer, or somebody else under the same heading.
    Changed,
    /// A sub-processor leaves the list.
    Removed,
    /// Something else in the policy changes, or what was announced will not come.
    PolicyChanged,
}

/// Whether somebody is told of changes.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::SubscriberState")]
pub enum SubscriberState {
    /// Asked for it; the owner of the address has not said yes yet.
    Unconfirmed,
    /// Is told.
    Live,
    /// Was told; the address is forgotten.
    Ended,
}

/// What became of an objection.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ObjectionState")]
pub enum ObjectionState {
    /// Waits for an answer; what it objects to does not come into force.
    Open,
    /// The operator agrees: the version does not come.
    Upheld,
    /// The two agreed on something, or there is nothing left to object to.
    Settled,
    /// The operator says why not.
    Declined,
    /// The merchant took it back.
    Withdrawn,
}
