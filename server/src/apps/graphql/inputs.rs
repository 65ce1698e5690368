//! What the mutations and lists of this slice are given, and how it is read.

use async_graphql::{ID, InputObject};

use super::super::model::{self, NewApp};
use super::super::queries::Filter;
use super::words::{AppOrderField, AppState, ProviderTaskState};
use crate::floor::graphql::{Direction, tenant_place};
use crate::floor::kernel::{Result, Secret, TenantId};

/// Which apps a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct AppFilter {
    /// Of this tenant.
    tenant: Option<ID>,
    /// Of one of these kinds, by their codes.
    kind: Option<Vec<String>>,
    /// Connected, or not any more.
    state: Option<AppState>,
    /// Connected and idle for 90 days, or not so.
    is_unused: Option<bool>,
    /// Whose credential is to be replaced by today, or is not.
    rotation_is_due: Option<bool>,
    /// With permissions that its work does not need, or without such.
    is_over_granted: Option<bool>,
    /// Whose name begins so, in upper or lower case.
    name_begins: Option<String>,
}

impl AppFilter {
    pub fn read(self) -> Filter {
        // An id that cannot be read leads to no tenant that has apps.
        let tenant = self.tenant.map(|id| tenant_place(&id).unwrap_or(TenantId::HOUSE));
        Filter {
            reach: None,
            tenant,
            kinds: self.kind,
            state: self.state.map(model::AppState::from),
            is_unused: self.is_unused,
            rotation_is_due: self.rotation_is_due,
            is_over_granted: self.is_over_granted,
            name_begins: self.name_begins,
        }
    }
}

/// What a list of apps is sorted by.
#[derive(InputObject)]
pub struct AppOrder {
    /// By this.
    pub field: AppOrderField,
    /// Which way.
    pub direction: Direction,
}

/// An app that is to be connected.
#[derive(InputObject)]
pub struct ConnectAppInput {
    /// Of which tenant.
    tenant: ID,
    /// A kind of the policy, by its code.
    kind: String,
    /// What the tenant calls it; no two connected apps of a tenant have one name.
    name: String,
    /// Who runs it.
    provider: String,
    /// Where that provider's own privacy policy is.
    policy_url: Option<String>,
    /// The country or region it works in.
    region: Option<String>,
    /// The permissions it is given there.
    permissions: Vec<String>,
    /// What it is called with; sealed at once, and never shown again.
    credential: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl ConnectAppInput {
    pub fn read(self) -> Result<NewApp> {
        Ok(NewApp {
            tenant: tenant_place(&self.tenant)?,
            kind: self.kind,
            name: self.name,
            provider: self.provider,
            policy_url: self.policy_url,
            region: self.region,
            permissions: self.permissions,
            credential: self.credential.map(Secret::new),
        })
    }
}

/// An app that is to go.
#[derive(InputObject)]
pub struct DisconnectAppInput {
    /// Which app.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// The permissions that an app has from now on.
#[derive(InputObject)]
pub struct ChangeAppPermissionsInput {
    /// Which app.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// All of them.
    pub permissions: Vec<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Another credential in the place of the old one.
#[derive(InputObject)]
pub struct SetAppCredentialInput {
    /// Of which app.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// What it is called with; sealed at once, and never shown again.
    pub credential: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A provider that is to be asked.
#[derive(InputObject)]
pub struct AskProviderToEraseInput {
    /// Of which app, which is disconnected.
    pub app: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What came of asking a provider.
#[derive(InputObject)]
pub struct SettleProviderTaskInput {
    /// Which task.
    pub id: ID,
    /// How far it has come.
    pub state: ProviderTaskState,
    /// What came back, or why it is let be, in words; they are sealed at once. Nothing, while nothing came back.
    pub note: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Words that are to be opened.
#[derive(InputObject)]
pub struct RevealProviderNoteInput {
    /// Of which task.
    pub id: ID,
}
