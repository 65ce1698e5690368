//! The one who asks: a person, a key, a job, or the house itself. A caller's authority is fixed when it is made.

use std::fmt;

use chrono::Duration;
use uuid::Uuid;

use super::{Bounds, DeskPermit, One, Permission, Scope, Seat, SpanPermit};
use crate::floor::kernel::{ApiKeyId, Error, Instant, JobId, MemberId, Ref, Result, SessionId, StaffId, TenantId};

/// How long ago the second factor may have been shown for what is dangerous.
pub const FRESH: Duration = Duration::minutes(5);

/// Who did it, as the books name him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    House,
    Job(JobId),
    Staff(StaffId),
    Member(MemberId),
    ApiKey(ApiKeyId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::House => f.write_str("house"),
            Self::Job(id) => write!(f, "job:{}", id.uuid()),
            Self::Staff(id) => write!(f, "staff:{}", id.uuid()),
            Self::Member(id) => write!(f, "member:{}", id.uuid()),
            Self::ApiKey(id) => write!(f, "key:{}", id.uuid()),
        }
    }
}

/// A worker's proof that the job is still its own. Every write under it ends by checking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub job: Ref<JobId>,
    pub fence: Uuid,
}

/// A staff session: which one, and when its second factor was last shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    /// None where only the password was: such a session enrols or verifies, and nothing else.
    pub fresh_at: Option<Instant>,
    /// Whether that was within [`FRESH`] when the call began, as the database reckons: a host's clock has no say.
    pub is_fresh: bool,
}

/// One who may ask.
#[derive(Debug, Clone)]
pub struct Caller {
    actor: Actor,
    authority: Authority,
    session: Option<Session>,
}

#[derive(Debug, Clone)]
enum Authority {
    /// The operator's own hand on the machine: commands and upkeep.
    House,
    /// A job works in its own lane and nowhere else.
    Job(Lease),
    /// A person or a key: what it may, and where.
    Seat(Seat),
}

impl Caller {
    pub fn house() -> Self {
        Self { actor: Actor::House, authority: Authority::House, session: None }
    }

    pub fn job(lease: Lease) -> Self {
        Self { actor: Actor::Job(lease.job.id), authority: Authority::Job(lease), session: None }
    }

    pub fn staff(id: StaffId, seat: Seat, session: Session) -> Self {
        Self { actor: Actor::Staff(id), authority: Authority::Seat(seat), session: Some(session) }
    }

    pub fn member(id: MemberId, seat: Seat) -> Self {
        Self { actor: Actor::Member(id), authority: Authority::Seat(seat), session: None }
    }

    pub fn api_key(id: ApiKeyId, seat: Seat) -> Self {
        Self { actor: Actor::ApiKey(id), authority: Authority::Seat(seat), session: None }
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    pub fn session(&self) -> Option<Session> {
        self.session
    }

    /// What it may; the house and its jobs hold no list.
    pub fn permissions(&self) -> &[Permission] {
        match &self.authority {
            Authority::Seat(seat) => seat.permissions(),
            Authority::House | Authority::Job(_) => &[],
        }
    }

    /// The tenants it is limited to, where it is.
    pub fn named(&self) -> Option<&[TenantId]> {
        match &self.authority {
            Authority::Seat(Seat { bounds: Bounds::Named(tenants), .. }) => Some(tenants),
            Authority::Job(lease) => Some(std::slice::from_ref(&lease.job.tenant)),
            Authority::House | Authority::Seat(_) => None,
        }
    }

    /// The staff member, for what only the operator's people do.
    pub fn staff_id(&self) -> Option<StaffId> {
        match self.actor {
            Actor::Staff(id) => Some(id),
            _ => None,
        }
    }

    /// One tenant, to read and write. What the caller may not reach does not exist for him.
    pub fn permit(&self, permission: Permission, tenant: TenantId) -> Result<Scope<One>> {
        let lease = match &self.authority {
            Authority::House => None,
            Authority::Job(lease) if lease.job.tenant == tenant => Some(*lease),
            Authority::Seat(seat) if seat.bounds.holds(tenant) => {
                require(seat, permission)?;
                None
            }
            Authority::Job(_) | Authority::Seat(_) => return Err(Error::NotFound("tenant")),
        };
        Ok(Scope::one(self.actor, tenant, lease))
    }

    /// The house's own rows, which belong to no merchant: seats, sessions, the desk's chain. They are no secret that
    /// could be guessed at, so a partner is told that he may not.
    pub fn permit_house(&self, permission: Permission) -> Result<Scope<One>> {
        self.permit(permission, TenantId::HOUSE).map_err(|error| match error {
            Error::NotFound(_) => Error::Forbidden(permission.code()),
            other => other,
        })
    }

    /// A staff member's own seat and sessions, which stand among the house's rows. It takes no permission, so whatever is
    /// done with it names the caller himself and nobody else.
    pub fn permit_own(&self) -> Result<Scope<One>> {
        match self.actor {
            Actor::Staff(_) => Ok(Scope::one(self.actor, TenantId::HOUSE, None)),
            _ => Err(Error::NotFound("seat")),
        }
    }

    /// Several named tenants, to read. The ledger turns it into a scope once the trace is written.
    pub fn permit_span(&self, permission: Permission, tenants: &[TenantId]) -> Result<SpanPermit> {
        match &self.authority {
            Authority::House => {}
            Authority::Seat(seat) => {
                if tenants.iter().any(|tenant| !seat.bounds.holds(*tenant)) {
                    return Err(Error::NotFound("tenant"));
                }
                require(seat, permission)?;
            }
            Authority::Job(_) => return Err(Error::Forbidden(permission.code())),
        }
        Ok(SpanPermit::new(self.actor, tenants.to_vec()))
    }

    /// Keys and facts of every tenant, to read. The ledger turns it into a scope once the trace is written.
    pub fn permit_desk(&self, permission: Permission) -> Result<DeskPermit> {
        match &self.authority {
            Authority::House => {}
            Authority::Seat(seat) => {
                require(seat, permission)?;
                if seat.bounds != Bounds::Desk {
                    return Err(Error::Forbidden(permission.code()));
                }
            }
            Authority::Job(_) => return Err(Error::Forbidden(permission.code())),
        }
        Ok(DeskPermit::new(self.actor))
    }

    /// Refuses a person whose second factor was last shown more than [`FRESH`] ago.
    pub fn require_fresh(&self) -> Result<()> {
        match (&self.authority, self.session) {
            (Authority::House, _) | (_, Some(Session { is_fresh: true, .. })) => Ok(()),
            _ => Err(Error::refused(STEP_UP, "this needs your second factor, shown in the last five minutes")),
        }
    }

    /// The same for what merchants do themselves. A member comes by the merchant's own identity provider and a key by
    /// itself: neither has a second factor here that could be asked for.
    pub fn require_fresh_of_staff(&self) -> Result<()> {
        match self.actor {
            Actor::Member(_) | Actor::ApiKey(_) => Ok(()),
            Actor::House | Actor::Job(_) | Actor::Staff(_) => self.require_fresh(),
        }
    }
}

/// The code of the refusal that a fresh second factor mends.
pub const STEP_UP: &str = "STEP_UP_REQUIRED";

fn require(seat: &Seat, permission: Permission) -> Result<()> {
    if seat.permissions.contains(&permission) { Ok(()) } else { Err(Error::Forbidden(permission.code())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(last: u8) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(u128::from(last)))
    }

    fn partner(added: &[Permission], tenants: &[TenantId]) -> Caller {
        let seat = Seat::new(&[], added, Bounds::Named(tenants.to_vec()));
        Caller::staff(
            StaffId::fresh(),
            seat,
            Session { id: SessionId::fresh(), fresh_at: Some(Instant::EPOCH), is_fresh: false },
        )
    }

    #[test]
    fn a_tenant_out_of_reach_does_not_exist_even_without_the_permission() {
        let caller = partner(&[], &[tenant(1)]);
        assert!(matches!(caller.permit(Permission::SeeData, tenant(2)), Err(Error::NotFound(_))));
        assert!(matches!(caller.permit(Permission::SeeData, tenant(1)), Err(Error::Forbidden(_))));
        assert!(matches!(caller.permit_span(Permission::SeeData, &[tenant(1), tenant(2)]), Err(Error::NotFound(_))));
    }

    #[test]
    fn a_partner_never_looks_at_the_desk_or_the_house() {
        let caller = partner(&[Permission::SeeQueue, Permission::SeeStaff], &[tenant(1)]);
        assert!(matches!(caller.permit_desk(Permission::SeeQueue), Err(Error::Forbidden(_))));
        assert!(matches!(caller.permit_house(Permission::SeeStaff), Err(Error::Forbidden(_))));
    }

    #[test]
    fn nobody_is_given_what_the_house_alone_may() {
        let caller = partner(&[Permission::KeepHouse, Permission::RunJobs], &[tenant(1)]);
        assert!(caller.permissions().is_empty());
    }

    #[test]
    fn a_job_works_in_its_own_lane_only() {
        let job = Ref { tenant: tenant(1), id: JobId::fresh() };
        let caller = Caller::job(Lease { job, fence: Uuid::nil() });
        assert!(caller.permit(Permission::RunJobs, tenant(1)).is_ok());
        assert!(matches!(caller.permit(Permission::RunJobs, tenant(2)), Err(Error::NotFound(_))));
        assert!(caller.permit_desk(Permission::SeeQueue).is_err());
    }

    #[test]
    fn a_second_factor_that_was_shown_long_ago_must_be_shown_again() {
        assert!(matches!(partner(&[], &[]).require_fresh(), Err(Error::Refused(why)) if why.code == STEP_UP));
        assert!(Caller::house().require_fresh().is_ok());
    }
}
