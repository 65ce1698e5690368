//! What the mutations and lists of this slice are given, and how it is read.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::{DateTime, Duration, Utc};

use super::super::actions::{MemberChange, NewTenant, Rotation, TenantChange};
use super::super::model::{self, Login};
use super::super::queries::tenants::Filter;
use super::words::{MemberRole, MemberState, OurRole, TenantOrderField, TenantState};
use crate::floor::graphql::{Direction, PermissionWord, tenant_place};
use crate::floor::kernel::{Instant, Personal};

/// Which tenants a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct TenantFilter {
    /// In one of these states.
    state: Option<Vec<TenantState>>,
    /// Whose legal name begins so, in upper or lower case.
    name_begins: Option<String>,
    /// One of these.
    ids: Option<Vec<ID>>,
}

impl TenantFilter {
    pub fn read(self) -> Filter {
        Filter {
            reach: None,
            // An id that cannot be read leads to no tenant.
            ids: self.ids.map(|ids| ids.iter().filter_map(|id| tenant_place(id).ok()).collect()),
            states: self.state.map(|states| states.into_iter().map(model::TenantState::from).collect()),
            name_begins: self.name_begins,
        }
    }
}

/// What a list of tenants is sorted by.
#[derive(InputObject)]
pub struct TenantOrder {
    /// By this.
    pub field: TenantOrderField,
    /// Which way.
    pub direction: Direction,
}

/// Which members a list holds.
#[derive(InputObject)]
pub struct MemberFilter {
    /// In one of these states.
    pub state: Option<Vec<MemberState>>,
}

/// A tenant that is to be.
#[derive(InputObject)]
pub struct OpenTenantInput {
    /// The name as it is registered.
    legal_name: String,
    /// What the tenant's own identity provider calls it.
    reference: Option<String>,
    /// A language tag, such as de-AT.
    locale: String,
    /// A country or region, such as EU or US-CA.
    region: String,
    /// The name of its plan.
    plan: String,
    /// How many apps the plan lets it connect.
    app_slots: i32,
    /// What we are to its shoppers; processor, where nothing is said.
    our_role: Option<OurRole>,
    /// Why, where it is not the usual.
    role_note: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl OpenTenantInput {
    pub fn read(self) -> NewTenant {
        NewTenant {
            legal_name: self.legal_name,
            reference: self.reference,
            locale: self.locale,
            region: self.region,
            plan: self.plan,
            app_slots: self.app_slots,
            our_role: self.our_role.map_or(model::OurRole::Processor, model::OurRole::from),
            role_note: self.role_note,
        }
    }
}

/// What is to be otherwise about a tenant.
#[derive(InputObject)]
pub struct ChangeTenantInput {
    /// Which tenant.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// The name as it is registered.
    legal_name: Option<String>,
    /// What the tenant's own identity provider calls it; null takes it away.
    reference: MaybeUndefined<String>,
    /// A language tag, such as de-AT.
    locale: Option<String>,
    /// A country or region, such as EU or US-CA.
    region: Option<String>,
    /// The name of its plan.
    plan: Option<String>,
    /// How many apps the plan lets it connect.
    app_slots: Option<i32>,
    /// What we are to its shoppers.
    our_role: Option<OurRole>,
    /// Why, where it is not the usual; null takes it away.
    role_note: MaybeUndefined<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl ChangeTenantInput {
    pub fn read(self) -> TenantChange {
        TenantChange {
            legal_name: self.legal_name,
            reference: said(self.reference),
            locale: self.locale,
            region: self.region,
            plan: self.plan,
            app_slots: self.app_slots,
            our_role: self.our_role.map(model::OurRole::from),
            role_note: said(self.role_note),
        }
    }
}

/// A tenant that is to close.
#[derive(InputObject)]
pub struct CloseTenantInput {
    /// Which tenant.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A tenant that is to stay.
#[derive(InputObject)]
pub struct ReopenTenantInput {
    /// Which tenant.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Who a member is at the tenant's own identity provider.
#[derive(InputObject)]
pub struct LoginInput {
    /// The provider, as its tokens name it.
    issuer: String,
    /// The person, as its tokens name him.
    subject: String,
}

impl From<LoginInput> for Login {
    fn from(input: LoginInput) -> Self {
        Self { issuer: input.issuer, subject: Personal::new(input.subject) }
    }
}

/// Somebody who is to be a member.
#[derive(InputObject)]
pub struct AddMemberInput {
    /// Of which tenant.
    pub tenant: ID,
    /// The civil name; sealed at once.
    pub name: String,
    /// The mail address; sealed at once.
    pub mail: String,
    /// What he may do there.
    pub role: MemberRole,
    /// By what he comes in, where the tenant has an identity provider.
    pub login: Option<LoginInput>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What is to be otherwise about a member.
#[derive(InputObject)]
pub struct ChangeMemberInput {
    /// Which member.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// What he may do there.
    role: Option<MemberRole>,
    /// The civil name; sealed at once.
    name: Option<String>,
    /// The mail address; sealed at once.
    mail: Option<String>,
    /// By what he comes in; null takes it away.
    login: MaybeUndefined<LoginInput>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl ChangeMemberInput {
    pub fn read(self) -> MemberChange {
        MemberChange {
            role: self.role.map(model::MemberRole::from),
            name: self.name.map(Personal::new),
            mail: self.mail.map(Personal::new),
            login: said(self.login).map(|login| login.map(Login::from)),
        }
    }
}

/// A member who is to go.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// Which member.
    pub id: ID,
    /// The version it was read at.
    pub version: i32,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A key that is to be.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// Of which tenant.
    pub tenant: ID,
    /// What uses it.
    pub name: String,
    /// What it may, of what is lent: to see tenants, keep members, see data, read the books.
    pub permissions: Vec<PermissionWord>,
    /// When it ends: at most two years from now.
    pub expires_at: DateTime<Utc>,
    /// The same key with the same input is done once; the token is shown the first time only.
    pub idempotency_key: Option<String>,
}

/// A key that is to give way.
#[derive(InputObject)]
pub struct RotateApiKeyInput {
    /// Which key.
    pub id: ID,
    /// How long the old one still opens: 0 to 10080 minutes.
    #[graphql(default = 1440)]
    overlap_minutes: u32,
    /// When the new one ends; after as long as the old one was given, where nothing is said.
    expires_at: Option<DateTime<Utc>>,
    /// The same key with the same input is done once; the token is shown the first time only.
    pub idempotency_key: Option<String>,
}

impl RotateApiKeyInput {
    pub fn read(&self) -> Rotation {
        Rotation {
            overlap: Duration::minutes(self.overlap_minutes.into()),
            expires_at: self.expires_at.map(Instant::from_utc),
        }
    }
}

/// A key that is to be taken back.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// Which key.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Left out: stays. Null: taken away.
#[expect(clippy::option_option, reason = "what is not said, what is taken away and what is set are three things")]
fn said<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
