//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::model;
use super::super::queries::Order;

/// How far a store's connection has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::StoreState")]
pub enum StoreState {
    /// On record; it has granted nothing yet.
    Pending,
    /// It grants us something.
    Connected,
    /// It was connected, and its platform says that it grants nothing any more.
    NeedsReconnecting,
    /// Over; a new connection is a new store.
    Disconnected,
}

/// How far a try to connect has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "StoreHandshakeOutcome", remote = "model::HandshakeOutcome")]
pub enum HandshakeOutcome {
    /// The merchant has the link and is not back.
    Waiting,
    /// The merchant is back, and the platform is asked for the token.
    Taken,
    /// The store is connected.
    Connected,
    /// The merchant said no.
    Denied,
    /// The platform gave no token, or what it gave was not believed.
    Failed,
    /// Another try took its place.
    Replaced,
}

/// How a store differs from the policy.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::DriftKind")]
pub enum DriftKind {
    /// It grants what the policy does not list.
    NotListed,
    /// It does not grant what the policy lists.
    Missing,
    /// It grants what nothing used for 90 days.
    Unused,
    /// It lets us write while its sync is off.
    WritesWhileSyncIsOff,
}

/// How one scope stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Verdict")]
pub enum ScopeVerdict {
    /// Listed, granted and used.
    Needed,
    /// Listed, but not granted.
    Missing,
    /// Granted, but not listed.
    NotListed,
    /// Granted, but not used for 90 days.
    Unused,
    /// Lets us write while the store's sync is off.
    WritesWhileSyncIsOff,
    /// We use it no more; proven once the platform grants it no more.
    Revoked,
}

/// By what the scopes of a store came to be what they were from then on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::GrantSource")]
pub enum GrantSource {
    /// The store's owner granted them for the first time.
    Connected,
    /// The platform told something else than before.
    Read,
    /// We stopped using some of them.
    Revoked,
    /// The connection ended.
    Disconnected,
}

/// Why we use a scope no more.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::RevocationReason")]
pub enum RevocationReason {
    /// The policy does not list it.
    NotListed,
    /// Nothing used it for long.
    Unused,
    /// The feature it served is off.
    NotNeeded,
    /// A review decided so.
    Review,
    /// The merchant wished it.
    MerchantAsked,
    /// It was used as it should not be.
    Incident,
}

/// What a list of stores is sorted by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Order")]
pub enum StoreOrderField {
    /// The address at the platform.
    Domain,
    /// When it was put on record.
    AddedAt,
}
