//! Who gets leave to look, and how it ends before its time. Nobody gives leave to himself; whoever cannot wait breaks the
//! glass, and everyone hears it.

use super::super::jobs::AlarmOfBreakGlass;
use super::super::model::{GLASS, Grant, GrantKind, Ground, LONGEST};
use super::super::queries;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::enqueue;
use crate::floor::kernel::{Error, GrantId, Instant, Ref, Result, StaffId, TenantId};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::{staff, tenants};

/// Leave that is to be given.
#[derive(Clone)]
pub struct NewGrant {
    pub staff: StaffId,
    pub tenant: TenantId,
    pub ground: Ground,
    pub ends_at: Instant,
}

/// Gives a colleague leave to open one tenant's personal data.
pub async fn give_grant(tools: &Tools, caller: &Caller, new: NewGrant, once: Option<Once>) -> Result<Grant> {
    let scope = caller.permit(Permission::GiveGrants, new.tenant)?;
    caller.require_fresh()?;
    if caller.staff_id() == Some(new.staff) {
        return Err(Error::refused("SAME_PERSON", "a colleague gives you leave, never you"));
    }
    let ground = new.ground.checked()?;
    may_use(tools, new.staff, new.tenant).await?;
    let (vault, id, given_by) = (tools.vault.clone(), GrantId::fresh(), caller.staff_id());
    let written = tools.ledger.write_once(scope.clone(), once, "grant", move |tx| {
        let now = open_now(tx, new.tenant)?;
        if new.ends_at <= now || new.ends_at > now.plus(LONGEST) {
            return Err(Error::invalid("endsAt", "give a time to come, at most 30 days from now"));
        }
        let grant = Grant {
            tenant: new.tenant,
            id,
            kind: GrantKind::Given,
            staff: new.staff,
            ticket: ground.ticket,
            given_by,
            starts_at: now,
            ends_at: new.ends_at,
            ended_at: None,
            reviewed: None,
        };
        queries::add(tx, &vault, &grant, ground.reason.as_ref())?;
        Ok(Witnessed::new(id.uuid(), Event::new("grant.given", "grant", id.uuid())))
    });
    found(tools, &scope, GrantId::from_uuid(written.await?.id)).await
}

/// Takes leave for an hour without asking. The alarm goes out with the very row.
pub async fn break_glass(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    ground: Ground,
    once: Option<Once>,
) -> Result<Grant> {
    let scope = caller.permit(Permission::BreakGlass, tenant)?;
    let staff = caller.staff_id().ok_or(Error::Forbidden(Permission::BreakGlass.code()))?;
    caller.require_fresh()?;
    let ground = ground.in_words()?;
    let (vault, id) = (tools.vault.clone(), GrantId::fresh());
    let written = tools.ledger.write_once(scope.clone(), once, "grant", move |tx| {
        let now = open_now(tx, tenant)?;
        let grant = Grant {
            tenant,
            id,
            kind: GrantKind::BreakGlass,
            staff,
            ticket: ground.ticket,
            given_by: None,
            starts_at: now,
            ends_at: now.plus(GLASS),
            ended_at: None,
            reviewed: None,
        };
        queries::add(tx, &vault, &grant, ground.reason.as_ref())?;
        enqueue(tx, &AlarmOfBreakGlass { tenant, grant: id })?;
        Ok(Witnessed::new(id.uuid(), Event::new("grant.broken_glass", "grant", id.uuid())))
    });
    let done = written.await?;
    if !done.is_repeated {
        metrics::counter!("rightsdesk_break_glass_total").increment(1);
    }
    found(tools, &scope, GrantId::from_uuid(done.id)).await
}

/// Ends leave before its time: whoever may give it, or who holds it.
pub async fn end_grant(tools: &Tools, caller: &Caller, at: Ref<GrantId>, once: Option<Once>) -> Result<Grant> {
    let (scope, is_giver) = match caller.permit(Permission::GiveGrants, at.tenant) {
        Err(Error::Forbidden(_)) => (caller.permit(Permission::SeeData, at.tenant)?, false),
        outcome => (outcome?, true),
    };
    let by = caller.staff_id();
    let written = tools.ledger.write_once(scope.clone(), once, "grant", move |tx| {
        let grant = queries::held(tx, at.id)?;
        if !is_giver && by != Some(grant.staff) {
            return Err(Error::NotFound("grant"));
        }
        if !grant.is_live(tx.now()?) {
            return Err(Error::refused("EXPIRED", "this grant has ended already"));
        }
        queries::end(tx, &grant, by)?;
        Ok(Witnessed::new(at.id.uuid(), Event::new("grant.ended", "grant", at.id.uuid())))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Another person looked into broken glass, and says so.
pub async fn review_break_glass(tools: &Tools, caller: &Caller, at: Ref<GrantId>, once: Option<Once>) -> Result<Grant> {
    let scope = caller.permit(Permission::GiveGrants, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::GiveGrants.code()))?;
    let written = tools.ledger.write_once(scope.clone(), once, "grant", move |tx| {
        let grant = queries::held(tx, at.id)?;
        grant.reviewable_by(by)?;
        queries::review(tx, &grant, by)?;
        Ok(Witnessed::new(at.id.uuid(), Event::new("grant.reviewed", "grant", at.id.uuid())))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Refuses leave that would open nothing: the seat must be open, may see data, and reach the tenant.
async fn may_use(tools: &Tools, staff: StaffId, tenant: TenantId) -> Result<()> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let seat = tools.ledger.read(&house, move |tx| Ok((staff::seats::queries::find(tx, staff)?, tx.now()?)));
    let (seat, now) = seat.await?;
    let member = seat.ok_or(Error::NotFound("staff member"))?;
    let seat = member.seat();
    if member.is_open(now) && seat.permissions().contains(&Permission::SeeData) && seat.bounds().holds(tenant) {
        Ok(())
    } else {
        Err(Error::refused("REFUSED", "this seat is not open, may not see data, or does not reach the tenant"))
    }
}

/// The moment, where the tenant's account is not over.
fn open_now(tx: &mut WriteTx, tenant: TenantId) -> Result<Instant> {
    tenants::tenant(tx, tenant)?.ok_or(Error::NotFound("tenant"))?.require_open()?;
    tx.now()
}

async fn found(tools: &Tools, scope: &Scope<One>, id: GrantId) -> Result<Grant> {
    tools.ledger.read(scope, move |tx| queries::one(tx, id)).await?.ok_or(Error::NotFound("grant"))
}
