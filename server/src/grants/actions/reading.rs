//! What a caller may see of grants: all of them, where he may give them or see seats; else his own.

use std::collections::HashMap;

use super::super::model::Grant;
use super::super::queries::{self, Filter};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, GrantId, Ref, Result, StaffId, TenantId};
use crate::floor::ledger::Tx;
use crate::floor::tools::Tools;
use crate::staff::{self, StaffMember};
use crate::tenants::{self, Tenant};

/// A grant with everyone it names.
#[derive(Clone)]
pub struct Shown {
    pub grant: Grant,
    pub tenant: Tenant,
    pub staff: StaffMember,
    pub given_by: Option<StaffMember>,
    pub reviewed_by: Option<StaffMember>,
}

/// Those who see others' grants too.
const OVERSEERS: [Permission; 2] = [Permission::GiveGrants, Permission::SeeStaff];

/// One grant.
pub async fn find_grant(tools: &Tools, caller: &Caller, at: Ref<GrantId>) -> Result<Option<Shown>> {
    let permission = seeing(caller);
    let scope = caller.permit(permission, at.tenant)?;
    let own = own(caller, permission);
    let found = tools.ledger.read(&scope, move |tx| queries::one(tx, at.id)).await?;
    match found.filter(|grant| own.is_none_or(|own| own == grant.staff)) {
        Some(grant) => Ok(Some(shown(tools, grant).await?)),
        None => Ok(None),
    }
}

/// The grants that the caller may see, newest first, and how many there are in all.
pub async fn list_grants(tools: &Tools, caller: &Caller, filter: Filter, page: Page) -> Result<(Vec<Shown>, i64)> {
    let permission = seeing(caller);
    let filter = match own(caller, permission) {
        // Others' grants are not there: whoever asks for them by name finds none.
        Some(own) if filter.staff.is_some_and(|asked| asked != own) => Filter { reach: Some(Vec::new()), ..filter },
        Some(own) => Filter { staff: Some(own), ..filter },
        None => filter,
    };
    let list = move |filter: Filter| {
        move |tx: &mut Tx| {
            let (grants, total) = queries::list(tx, &filter, &page)?;
            let ids: Vec<_> = grants.iter().map(|grant| grant.tenant).collect();
            Ok((grants, total, tenants::tenants(tx, &ids)?))
        }
    };
    let (grants, total, tenants) = if let Some(named) = caller.named() {
        let reach = filter.reach.clone().unwrap_or_else(|| named.to_vec());
        let span = tools.ledger.span(caller.permit_span(permission, named)?, "grants").await?;
        tools.ledger.read(&span, list(Filter { reach: Some(reach), ..filter })).await?
    } else {
        let desk = tools.ledger.desk_scope(caller.permit_desk(permission)?, "grants").await?;
        tools.ledger.desk(&desk, list(filter)).await?
    };
    Ok((together(tools, grants, tenants).await?, total))
}

/// A grant with everyone it names, for whoever may see the grant.
pub async fn shown(tools: &Tools, grant: Grant) -> Result<Shown> {
    let id = grant.tenant;
    let scope = Caller::house().permit(Permission::KeepHouse, id)?;
    let tenant = tools.ledger.read(&scope, move |tx| tenants::tenants(tx, &[id])).await?;
    together(tools, vec![grant], tenant).await?.pop().ok_or_else(|| Error::internal("a grant without its tenant"))
}

async fn together(tools: &Tools, grants: Vec<Grant>, tenants: Vec<Tenant>) -> Result<Vec<Shown>> {
    let mut ids: Vec<StaffId> = Vec::new();
    for grant in &grants {
        ids.extend(
            [Some(grant.staff), grant.given_by, grant.reviewed.map(|reviewed| reviewed.1)].into_iter().flatten(),
        );
    }
    ids.sort_unstable();
    ids.dedup();
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let seats = tools.ledger.read(&house, move |tx| staff::seats::queries::find_many(tx, ids)).await?;
    let seats: HashMap<StaffId, StaffMember> = seats.into_iter().map(|seat| (seat.id, seat)).collect();
    let tenants: HashMap<TenantId, Tenant> = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    grants
        .into_iter()
        .map(|grant| {
            let seat = |id: Option<StaffId>| id.and_then(|id| seats.get(&id).cloned());
            Ok(Shown {
                tenant: tenants.get(&grant.tenant).cloned().ok_or(Error::NotFound("tenant"))?,
                staff: seat(Some(grant.staff)).ok_or(Error::NotFound("staff member"))?,
                given_by: seat(grant.given_by),
                reviewed_by: seat(grant.reviewed.map(|reviewed| reviewed.1)),
                grant,
            })
        })
        .collect()
}

/// By which permission he sees grants: the widest he has.
fn seeing(caller: &Caller) -> Permission {
    let held = |permission: &Permission| caller.permissions().contains(permission);
    OVERSEERS.into_iter().find(held).unwrap_or(Permission::SeeData)
}

/// Whose grants alone he sees; a caller without a seat has none.
fn own(caller: &Caller, permission: Permission) -> Option<StaffId> {
    let nobody = StaffId::from_uuid(uuid::Uuid::nil());
    (permission == Permission::SeeData).then(|| caller.staff_id().unwrap_or(nobody))
}
