//! Opening, changing and closing an account.

use super::super::model::{OurRole, Tenant, TenantState, reference_digest};
use super::super::queries::tenants;
use super::same_version;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Instant, Result, TenantId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;

/// What is said of a tenant when its account is opened.
#[derive(Debug, Clone)]
pub struct NewTenant {
    pub legal_name: String,
    pub reference: Option<String>,
    pub locale: String,
    pub region: String,
    pub plan: String,
    pub app_slots: i32,
    pub our_role: OurRole,
    pub role_note: Option<String>,
}

/// What is to be otherwise; what is not said stays.
#[derive(Debug, Clone, Default)]
pub struct TenantChange {
    pub legal_name: Option<String>,
    pub reference: Option<Option<String>>,
    pub locale: Option<String>,
    pub region: Option<String>,
    pub plan: Option<String>,
    pub app_slots: Option<i32>,
    pub our_role: Option<OurRole>,
    pub role_note: Option<Option<String>>,
}

impl NewTenant {
    fn opened(self, id: TenantId, now: Instant) -> Tenant {
        Tenant {
            id,
            legal_name: self.legal_name,
            reference: self.reference,
            locale: self.locale,
            region: self.region,
            plan: self.plan,
            app_slots: self.app_slots,
            our_role: self.our_role,
            role_note: self.role_note,
            state: TenantState::Active,
            opened_at: now,
            closing_at: None,
            closes_on: None,
            closed_at: None,
            version: 1,
        }
    }
}

impl TenantChange {
    fn applied(self, to: Tenant) -> Tenant {
        Tenant {
            legal_name: self.legal_name.unwrap_or(to.legal_name),
            reference: self.reference.unwrap_or(to.reference),
            locale: self.locale.unwrap_or(to.locale),
            region: self.region.unwrap_or(to.region),
            plan: self.plan.unwrap_or(to.plan),
            app_slots: self.app_slots.unwrap_or(to.app_slots),
            our_role: self.our_role.unwrap_or(to.our_role),
            role_note: self.role_note.unwrap_or(to.role_note),
            ..to
        }
    }
}

/// Opens an account: its books first, then its row. Broken off in between and repeated with its key, it goes on with
/// the tenant it began.
pub async fn open_tenant(tools: &Tools, caller: &Caller, new: NewTenant, once: Option<Once>) -> Result<Tenant> {
    let house = caller.permit_house(Permission::KeepTenants)?;
    new.clone().opened(TenantId::HOUSE, tools.watch.now()).checked()?;
    let fresh = TenantId::fresh();
    let id = if once.is_some() {
        let wished = tools.ledger.write_once(house, once, "tenant", move |_| {
            Ok(Witnessed::new(fresh.uuid(), Event::new("tenant.wished", "tenant", fresh.uuid())))
        });
        TenantId::from_uuid(wished.await?.id)
    } else {
        fresh
    };
    let scope = caller.permit(Permission::KeepTenants, id)?;
    if let Some(tenant) = tools.ledger.read(&scope, move |tx| tenants::one(tx, id)).await? {
        return Ok(tenant);
    }
    if let Some(reference) = &new.reference
        && tools.ledger.knock(reference_digest(reference)).await?.is_some()
    {
        return Err(taken());
    }
    tools.ledger.begin_books(&Caller::house(), id).await?;
    let opened = tools.ledger.write(scope.clone(), move |tx| {
        let tenant = new.opened(id, tx.now()?);
        let reference = tenant.reference.clone();
        if !tenants::add(tx, tenant)? {
            return Err(Error::Conflict);
        }
        refer(tx, id, reference.as_deref())?;
        Ok(Witnessed::new((), Event::new("tenant.opened", "tenant", id.uuid())))
    });
    match opened.await {
        // Somebody repeated the call while it was under way, and was first.
        Ok(()) | Err(Error::Conflict) => found(tools, caller, id).await,
        Err(other) => Err(other),
    }
}

/// Changes what is said of a tenant.
pub async fn change_tenant(
    tools: &Tools,
    caller: &Caller,
    (id, version): (TenantId, i32),
    change: TenantChange,
    once: Option<Once>,
) -> Result<Tenant> {
    step(tools, caller, (id, version), "tenant.changed", once, move |tx, tenant| {
        tenant.require_open()?;
        let former = tenant.reference.clone();
        let tenant = change.applied(tenant).checked()?;
        if tenant.reference != former {
            refer(tx, id, tenant.reference.as_deref())?;
        }
        Ok(tenant)
    })
    .await
}

/// The wish to close: 30 days from now the account is over.
pub async fn close_tenant(tools: &Tools, caller: &Caller, at: (TenantId, i32), once: Option<Once>) -> Result<Tenant> {
    step(tools, caller, at, "tenant.closing", once, |tx, tenant| tenant.closing(tx.now()?)).await
}

/// The wish is taken back in time.
pub async fn reopen_tenant(tools: &Tools, caller: &Caller, at: (TenantId, i32), once: Option<Once>) -> Result<Tenant> {
    step(tools, caller, at, "tenant.reopened", once, |_, tenant| tenant.reopened()).await
}

/// The account is over there and then: everything under it is about to go. Says whether it was not over before.
pub fn end_now(tx: &mut WriteTx) -> Result<bool> {
    let (tenant, now) = (tenants::held(tx)?, tx.now()?);
    if tenant.state == TenantState::Closed {
        return Ok(false);
    }
    let closing_at = tenant.closing_at.or(Some(now));
    let (closes_on, closed_at) = (Some(now.day()), Some(now));
    tenants::save(tx, Tenant { state: TenantState::Closed, closing_at, closes_on, closed_at, ..tenant })?;
    Ok(true)
}

/// What a tenant was called goes; that there was one stays. Says whether anything went.
pub fn unname(tx: &mut WriteTx) -> Result<bool> {
    let tenant = tenants::held(tx)?;
    let is_unnamed = tenant.legal_name == UNNAMED && tenant.reference.is_none() && tenant.role_note.is_none();
    if is_unnamed {
        return Ok(false);
    }
    keyhole::close(tx, KeyholeKind::TenantReference, tenant.id.uuid())?;
    tenants::save(tx, Tenant { legal_name: UNNAMED.to_owned(), reference: None, role_note: None, ..tenant })?;
    Ok(true)
}

/// What a tenant is called whose account ended.
const UNNAMED: &str = "closed account";

/// One change of a tenant that is held while it is made.
async fn step(
    tools: &Tools,
    caller: &Caller,
    (id, version): (TenantId, i32),
    event: &'static str,
    once: Option<Once>,
    change: impl FnOnce(&mut WriteTx, Tenant) -> Result<Tenant> + Clone + Send + 'static,
) -> Result<Tenant> {
    let scope = caller.permit(Permission::KeepTenants, id)?;
    let written = tools.ledger.write_once(scope, once, "tenant", move |tx| {
        let tenant = tenants::held(tx)?;
        same_version(tenant.version, version)?;
        let tenant = change(tx, tenant)?;
        tenants::save(tx, tenant)?;
        Ok(Witnessed::new(id.uuid(), Event::new(event, "tenant", id.uuid())))
    });
    written.await?;
    found(tools, caller, id).await
}

async fn found(tools: &Tools, caller: &Caller, id: TenantId) -> Result<Tenant> {
    let scope = caller.permit(Permission::KeepTenants, id)?;
    let tenant = tools.ledger.read(&scope, move |tx| tenants::one(tx, id)).await?;
    tenant.ok_or(Error::NotFound("tenant"))
}

/// Lets the identity provider's word lead to this tenant, and to no other.
fn refer(tx: &mut WriteTx, id: TenantId, reference: Option<&str>) -> Result<()> {
    keyhole::close(tx, KeyholeKind::TenantReference, id.uuid())?;
    let Some(reference) = reference else { return Ok(()) };
    let digest = reference_digest(reference);
    if keyhole::cut(tx, KeyholeKind::TenantReference, &digest, id.uuid())? { Ok(()) } else { Err(taken()) }
}

fn taken() -> Error {
    Error::refused("TAKEN", "another tenant goes by this reference")
}
