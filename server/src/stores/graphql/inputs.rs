//! What the mutations and the list of this slice are given, and how it is read.

use async_graphql::{ID, InputObject};

use super::super::actions::{NewStore, Reading, Revoking};
use super::super::model;
use super::super::queries::Filter;
use super::words::{DriftKind, RevocationReason, StoreOrderField, StoreState};
use crate::floor::graphql::{Direction, tenant_place};
use crate::floor::kernel::Result;

/// Which stores a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct StoreFilter {
    /// Of this tenant.
    tenant: Option<ID>,
    /// At this platform.
    platform: Option<String>,
    /// In one of these states.
    state: Option<Vec<StoreState>>,
    /// That differ from the policy in one of these ways.
    drift: Option<Vec<DriftKind>>,
    /// That differ from the policy in any way, or in none.
    has_drift: Option<bool>,
    /// Whose domain begins so.
    domain_begins: Option<String>,
}

impl StoreFilter {
    pub fn read(self) -> Filter {
        Filter {
            reach: None,
            // An id that cannot be read leads to no store.
            tenants: self.tenant.map(|id| tenant_place(&id).into_iter().collect()),
            platform: self.platform,
            states: self.state.map(|states| states.into_iter().map(model::StoreState::from).collect()),
            drift: self.drift.map(|kinds| kinds.into_iter().map(model::DriftKind::from).collect()),
            has_drift: self.has_drift,
            domain_begins: self.domain_begins,
        }
    }
}

/// What a list of stores is sorted by.
#[derive(InputObject)]
pub struct StoreOrder {
    /// By this.
    pub field: StoreOrderField,
    /// Which way.
    pub direction: Direction,
}

/// A store that is to be.
#[derive(InputObject)]
pub struct AddStoreInput {
    /// Of which tenant.
    tenant: ID,
    /// One of the policy's platforms.
    platform: String,
    /// Its address at the platform, such as zaitoon-home.example.
    domain: String,
    /// What it is called.
    name: String,
    /// A country or region, such as EU or US-CA.
    region: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl AddStoreInput {
    pub fn read(self) -> Result<NewStore> {
        Ok(NewStore {
            tenant: tenant_place(&self.tenant)?,
            platform: self.platform,
            domain: self.domain,
            name: self.name,
            region: self.region,
        })
    }
}

/// What a platform says of a store.
#[derive(InputObject)]
pub struct RecordGrantInput {
    /// Which store.
    pub store: ID,
    /// All scopes that it grants now, as the platform names them; none where it grants nothing any more.
    scopes: Vec<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl RecordGrantInput {
    pub fn read(self) -> Reading {
        Reading { scopes: self.scopes, tokens: None }
    }
}

/// A sync that is to be turned on or off.
#[derive(InputObject)]
pub struct TurnSyncInput {
    /// Which store.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// On, or off.
    pub is_on: bool,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Scopes that are to be used no more.
#[derive(InputObject)]
pub struct RevokeScopesInput {
    /// Of which store.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// Which; the store grants them, and they were not revoked before.
    scopes: Vec<String>,
    /// Why.
    reason: RevocationReason,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl RevokeScopesInput {
    pub fn read(self) -> Revoking {
        Revoking { scopes: self.scopes, reason: self.reason.into() }
    }
}

/// A store that is to be connected at its platform.
#[derive(InputObject)]
pub struct ConnectStoreInput {
    /// Which store.
    pub id: ID,
    /// The same key with the same input is done once; the link is shown the first time only.
    pub idempotency_key: Option<String>,
}
