//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::model;
use super::super::queries::Order;

/// Whether an app is connected.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::AppState")]
pub enum AppState {
    /// It holds a slot, and gets what its kind touches.
    Connected,
    /// It was once; nothing goes there any more.
    Disconnected,
}

/// What a provider is asked to do with what it still has.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ProviderTaskKind")]
pub enum ProviderTaskKind {
    /// Erase it.
    Erase,
}

/// How far a provider's task has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ProviderTaskState")]
pub enum ProviderTaskState {
    /// Somebody is to ask.
    Open,
    /// The provider was asked, and has not answered.
    Asked,
    /// It was asked, its time is over, and nothing came back.
    Silent,
    /// It says that it did.
    Confirmed,
    /// It says no.
    Refused,
    /// We let it be, for a reason.
    Waived,
}

/// What a list of apps is sorted by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Order")]
pub enum AppOrderField {
    /// The name.
    Name,
    /// When it was connected.
    ConnectedAt,
    /// When it was last used; where it never was, when it was connected.
    LastUsedAt,
}
