//! The one who asks: a person, a job, or the house itself. A caller's authority is fixed when it is made.

use std::fmt;

use uuid::Uuid;

use super::{DeskPermit, One, Permission, Scope, SpanPermit};
use crate::floor::kernel::{Error, JobId, Ref, Result, StaffId, TenantId};

/// Who did it, as the books name him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    House,
    Job(JobId),
    Staff(StaffId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::House => f.write_str("house"),
            Self::Job(id) => write!(f, "job:{}", id.uuid()),
            Self::Staff(id) => write!(f, "staff:{}", id.uuid()),
        }
    }
}

/// A worker's proof that the job is still its own. Every write under it ends by checking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub job: Ref<JobId>,
    pub fence: Uuid,
}

/// One who may ask.
#[derive(Debug, Clone)]
pub struct Caller {
    actor: Actor,
    authority: Authority,
}

#[derive(Debug, Clone)]
enum Authority {
    /// The operator's own hand on the machine: commands and upkeep.
    House,
    /// A job works in its own lane and nowhere else.
    Job(Lease),
    /// A person: what he may, and where.
    Granted { permissions: Vec<Permission>, tenants: Vec<TenantId> },
}

impl Caller {
    pub fn house() -> Self {
        Self { actor: Actor::House, authority: Authority::House }
    }

    pub fn job(lease: Lease) -> Self {
        Self { actor: Actor::Job(lease.job.id), authority: Authority::Job(lease) }
    }

    pub fn staff(id: StaffId, permissions: Vec<Permission>, tenants: Vec<TenantId>) -> Self {
        Self { actor: Actor::Staff(id), authority: Authority::Granted { permissions, tenants } }
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// One tenant, to read and write. What the caller may not reach does not exist for him.
    pub fn permit(&self, permission: Permission, tenant: TenantId) -> Result<Scope<One>> {
        let lease = match &self.authority {
            Authority::House => None,
            Authority::Job(lease) if lease.job.tenant == tenant => Some(*lease),
            Authority::Granted { permissions, tenants } if tenants.contains(&tenant) => {
                require(permissions, permission)?;
                None
            }
            Authority::Job(_) | Authority::Granted { .. } => return Err(Error::NotFound("tenant")),
        };
        Ok(Scope::one(self.actor, tenant, lease))
    }

    /// Several named tenants, to read. The ledger turns it into a scope once the trace is written.
    pub fn permit_span(&self, permission: Permission, tenants: &[TenantId]) -> Result<SpanPermit> {
        match &self.authority {
            Authority::House => {}
            Authority::Granted { permissions, tenants: granted } => {
                if tenants.iter().any(|tenant| !granted.contains(tenant)) {
                    return Err(Error::NotFound("tenant"));
                }
                require(permissions, permission)?;
            }
            Authority::Job(_) => return Err(Error::Forbidden(permission.code())),
        }
        Ok(SpanPermit::new(self.actor, tenants.to_vec()))
    }

    /// Keys and facts of every tenant, to read. The ledger turns it into a scope once the trace is written.
    pub fn permit_desk(&self, permission: Permission) -> Result<DeskPermit> {
        match &self.authority {
            Authority::House => {}
            Authority::Granted { permissions, .. } => require(permissions, permission)?,
            Authority::Job(_) => return Err(Error::Forbidden(permission.code())),
        }
        Ok(DeskPermit::new(self.actor))
    }
}

fn require(permissions: &[Permission], permission: Permission) -> Result<()> {
    if permissions.contains(&permission) { Ok(()) } else { Err(Error::Forbidden(permission.code())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(last: u8) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(u128::from(last)))
    }

    #[test]
    fn a_tenant_out_of_reach_does_not_exist_even_without_the_permission() {
        let caller = Caller::staff(StaffId::fresh(), vec![], vec![tenant(1)]);
        assert!(matches!(caller.permit(Permission::SeeData, tenant(2)), Err(Error::NotFound(_))));
        assert!(matches!(caller.permit(Permission::SeeData, tenant(1)), Err(Error::Forbidden(_))));
        assert!(matches!(caller.permit_span(Permission::SeeData, &[tenant(1), tenant(2)]), Err(Error::NotFound(_))));
    }

    #[test]
    fn a_job_works_in_its_own_lane_only() {
        let job = Ref { tenant: tenant(1), id: JobId::fresh() };
        let caller = Caller::job(Lease { job, fence: Uuid::nil() });
        assert!(caller.permit(Permission::RunJobs, tenant(1)).is_ok());
        assert!(matches!(caller.permit(Permission::RunJobs, tenant(2)), Err(Error::NotFound(_))));
        assert!(caller.permit_desk(Permission::SeeQueue).is_err());
    }
}
