//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::model;

/// What kinds of things are reviewed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ReviewSubject")]
pub enum ReviewSubject {
    /// Apps that tenants connected.
    Apps,
    /// What stores granted.
    Scopes,
    /// Seats at the desk.
    Staff,
}

/// How far a campaign has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::CampaignState")]
pub enum CampaignState {
    /// Rows are decided.
    Open,
    /// Over, and kept as it is.
    SignedOff,
}

/// What is to become of something.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ReviewDecision")]
pub enum ReviewDecision {
    /// It stays as it is.
    Keep,
    /// It is narrowed, by whoever looks after it.
    Change,
    /// It is taken away, at once.
    Revoke,
}

/// Whether what was decided has come true.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::RevocationState")]
pub enum RevocationState {
    /// Nothing is to be narrowed or taken away.
    None,
    /// It is still there as it was.
    Due,
    /// The system was read back, and it is not.
    Proven,
}
