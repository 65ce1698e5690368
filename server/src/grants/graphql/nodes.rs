//! A grant as it is answered, and a value in clear on its way out.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{Revealed, Shown};
use super::inputs::GrantKind;
use crate::floor::graphql::{PersonalField, asking, node_id};
use crate::floor::kernel::{Instant, Ref, Result};
use crate::staff::graphql::StaffMember;
use crate::tenants::TenantNode;

/// How long a screen shows a value before it hides it again.
const SHOWN_FOR: i32 = 30;

/// Leave to open the personal data of one tenant.
#[derive(Clone)]
pub struct GrantNode(pub Shown);

/// Leave to open the personal data of one tenant: given by another, or taken by breaking the glass.
#[Object(name = "Grant")]
impl GrantNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.grant.tenant, self.0.grant.id))
    }

    /// How its holder came by it.
    async fn kind(&self) -> GrantKind {
        self.0.grant.kind.into()
    }

    /// Who may look.
    async fn staff(&self) -> StaffMember {
        StaffMember(self.0.staff.clone())
    }

    /// Whose data it opens.
    async fn tenant(&self) -> TenantNode {
        TenantNode(self.0.tenant.clone())
    }

    /// The ticket it serves.
    async fn ticket(&self) -> Option<&str> {
        self.0.grant.ticket.as_deref()
    }

    /// Who gave it; nobody where the glass was broken.
    async fn given_by(&self) -> Option<StaffMember> {
        self.0.given_by.clone().map(StaffMember)
    }

    /// From when it holds.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.grant.starts_at.utc()
    }

    /// When it ends by itself.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.grant.ends_at.utc()
    }

    /// When somebody ended it before its time.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.grant.ended_at.map(Instant::utc)
    }

    /// Whether it opens anything now.
    async fn is_live(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.grant.is_live(asking(ctx)?.tools.watch.now()))
    }

    /// When another person looked into broken glass.
    async fn reviewed_at(&self) -> Option<DateTime<Utc>> {
        self.0.grant.reviewed.map(|(at, _)| at.utc())
    }

    /// Who that was.
    async fn reviewed_by(&self) -> Option<StaffMember> {
        self.0.reviewed_by.clone().map(StaffMember)
    }
}

/// A personal value in clear. The record of it stands already.
#[derive(SimpleObject)]
#[graphql(name = "Revealed")]
pub struct RevealedNode {
    /// The value.
    value: String,
    /// Which value it is.
    field: PersonalField,
    /// How long a screen shows it before it hides it again.
    hide_after_seconds: i32,
    /// The row of the access book that says who looked.
    access_id: ID,
}

/// Words that somebody wrote, in clear. The record of the look stands already.
#[derive(SimpleObject)]
#[graphql(name = "RevealedReason")]
pub struct RevealedReasonNode {
    /// The words.
    value: String,
    /// How long a screen shows them before it hides them again.
    hide_after_seconds: i32,
    /// The row of the access book that says who looked.
    access_id: ID,
}

impl RevealedReasonNode {
    pub fn of(revealed: &Revealed) -> Self {
        Self {
            value: revealed.value.disclose().to_owned(),
            hide_after_seconds: SHOWN_FOR,
            access_id: node_id(revealed.access),
        }
    }
}

impl RevealedNode {
    pub fn of(revealed: &Revealed, field: PersonalField) -> Self {
        Self {
            value: revealed.value.disclose().to_owned(),
            field,
            hide_after_seconds: SHOWN_FOR,
            access_id: node_id(revealed.access),
        }
    }
}
