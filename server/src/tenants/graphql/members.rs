//! A member as it is answered: masked, always.

use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{Member, Tenant};
use super::TenantNode;
use super::words::{MemberRole, MemberState};
use crate::floor::graphql::{Asking, Mask, MaskKind, node_id};
use crate::floor::kernel::{Error, Instant, Ref, Result};

/// A merchant's own user, and the merchant.
#[derive(Clone)]
pub struct MemberNode {
    pub member: Member,
    pub tenant: Tenant,
}

/// A merchant's own user. What is personal stays masked; `revealMember` opens it.
#[Object(name = "Member")]
impl MemberNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.member.tenant, self.member.id))
    }

    /// Whose member it is.
    async fn tenant(&self) -> TenantNode {
        TenantNode(self.tenant.clone())
    }

    /// What he may do there.
    async fn role(&self) -> MemberRole {
        self.member.role.into()
    }

    /// The civil name.
    async fn name(&self) -> Mask {
        Mask::of(MaskKind::Name, self.member.subject)
    }

    /// The mail address.
    async fn mail(&self) -> Mask {
        Mask::of(MaskKind::Mail, self.member.subject)
    }

    /// Whether he can come in by the tenant's identity provider.
    async fn has_login(&self) -> bool {
        self.member.has_login
    }

    /// Whether he still belongs to the organisation.
    async fn state(&self) -> MemberState {
        self.member.state.into()
    }

    /// When he was added.
    async fn added_at(&self) -> DateTime<Utc> {
        self.member.added_at.utc()
    }

    /// When he was removed.
    async fn removed_at(&self) -> Option<DateTime<Utc>> {
        self.member.removed_at.map(Instant::utc)
    }

    /// Grows with each change; a change names the version it was made upon.
    async fn version(&self) -> i32 {
        self.member.version
    }
}

/// A changed member with its tenant, which whoever keeps members may see.
pub(super) async fn whole(asking: &Asking, changed: Result<Member>) -> Result<MemberNode> {
    let member = changed?;
    let tenant = actions::find_tenant(&asking.tools, asking.caller()?, member.tenant).await?;
    Ok(MemberNode { member, tenant: tenant.ok_or(Error::NotFound("tenant"))? })
}
