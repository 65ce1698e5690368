//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::model::{self};
use super::super::queries::tenants::Order;

/// How far a tenant's account has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::TenantState")]
pub enum TenantState {
    /// Served.
    Active,
    /// On its way out, and may still turn back.
    Closing,
    /// Over; its people come in no more.
    Closed,
}

/// What we are to the tenant's shoppers, in the words of the law.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::OurRole")]
pub enum OurRole {
    /// The merchant decides, we process for him: the usual case.
    Processor,
    /// We decide ourselves.
    Controller,
    /// We decide together.
    Joint,
}

/// What a member may do in his own organisation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::MemberRole")]
pub enum MemberRole {
    /// Looks after its members too.
    Owner,
    /// Sees it.
    Member,
}

/// Whether a member still belongs to the organisation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::MemberState")]
pub enum MemberState {
    /// Comes and goes.
    Active,
    /// Came once.
    Removed,
}

/// How a key stands now.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ApiKeyState")]
pub enum ApiKeyState {
    /// In use.
    Live,
    /// Replaced, and good until the end of its overlap.
    Overlapping,
    /// Past its end.
    Expired,
    /// Taken back.
    Revoked,
}

/// What a list of tenants is sorted by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Order")]
pub enum TenantOrderField {
    /// The legal name.
    Name,
    /// When the account was opened.
    OpenedAt,
}
