//! What the mutations and the list of this slice are given, and how it is read.

use async_graphql::{Enum, ID, InputObject};
use chrono::{DateTime, Utc};

use super::model;
use super::{Filter, PersonalField, seat, tenant_place};
use crate::floor::kernel::StaffId;

/// How somebody came by his leave.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::GrantKind")]
pub enum GrantKind {
    /// A colleague gave it.
    Given,
    /// He took it in an emergency, and it alarmed.
    BreakGlass,
}

/// Which grants a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct GrantFilter {
    /// Of this tenant.
    tenant: Option<ID>,
    /// Of this seat.
    staff: Option<ID>,
    /// Of this kind.
    kind: Option<GrantKind>,
    /// Live now, or not.
    live: Option<bool>,
    /// Broken glass that nobody has looked into yet, or everything else.
    awaits_review: Option<bool>,
}

impl GrantFilter {
    pub fn read(self) -> Filter {
        let tenant = self.tenant.as_ref().map(tenant_place);
        // An id that cannot be read leads to no grant.
        let nobody = StaffId::from_uuid(uuid::Uuid::nil());
        Filter {
            reach: matches!(tenant, Some(Err(_))).then(Vec::new),
            tenant: tenant.and_then(Result::ok),
            staff: self.staff.as_ref().map(|id| seat(id).unwrap_or(nobody)),
            kind: self.kind.map(model::GrantKind::from),
            live: self.live,
            awaits_review: self.awaits_review,
        }
    }
}

/// Leave that is to be given.
#[derive(InputObject)]
pub struct GiveGrantInput {
    /// To whom: an open seat that may see data and reaches the tenant.
    pub staff: ID,
    /// Whose data it opens.
    pub tenant: ID,
    /// The ticket it serves, such as DESK-1042; or say why in words.
    pub ticket: Option<String>,
    /// Why, in words; sealed at once.
    pub reason: Option<String>,
    /// When it ends: at most 30 days from now.
    pub ends_at: DateTime<Utc>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Leave that is to end.
#[derive(InputObject)]
pub struct EndGrantInput {
    /// Which grant.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// An emergency.
#[derive(InputObject)]
pub struct BreakGlassInput {
    /// Whose data it opens.
    pub tenant: ID,
    /// Why, in words; sealed at once.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Broken glass that was looked into.
#[derive(InputObject)]
pub struct ReviewBreakGlassInput {
    /// Which grant.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A grant whose reason is to be read.
#[derive(InputObject)]
pub struct RevealGrantReasonInput {
    /// Which grant.
    pub id: ID,
}

/// A member's value that is to be opened.
#[derive(InputObject)]
pub struct RevealMemberInput {
    /// Which member.
    pub id: ID,
    /// Which value.
    pub field: PersonalField,
    /// The ticket it serves, such as DESK-1042; or say why in words.
    pub ticket: Option<String>,
    /// Why, in words; sealed at once under the person's own key.
    pub reason: Option<String>,
}

/// A staff member's value that is to be opened.
#[derive(InputObject)]
pub struct RevealStaffMemberInput {
    /// Which seat.
    pub id: ID,
    /// Which value: the mail address.
    pub field: PersonalField,
    /// The ticket it serves, such as DESK-1042; or say why in words.
    pub ticket: Option<String>,
    /// Why, in words; sealed at once under the person's own key.
    pub reason: Option<String>,
}
