//! Both books and where a chain stands, for whoever may read them: a tenant's within his reach, the house's for the
//! operator's own people. Nothing sealed is opened, so nothing is noted.

use crate::audit::model::{Access, Head, Told};
use crate::audit::queries::{self, AccessFilter, EventFilter};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::graphql::Page;
use crate::floor::journal::Last;
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, MemberId, Ref, Result, TenantId};
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant};

/// A page of a tenant's book, how many rows fit, and whose book it is; nobody's where it is the house's.
pub struct Books<T> {
    pub rows: Vec<T>,
    pub total: i64,
    pub tenant: Option<Tenant>,
}

/// Where a chain ends, and what the checkpoints say of it.
pub struct Standing {
    pub head: Head,
    pub tenant: Option<Tenant>,
    pub checkpoint: Option<(Last, usize)>,
    /// The last link that a checkpoint vouches for.
    pub covered: Option<u64>,
}

/// A page of events, newest first. Rows are counted only where `counts` asks for it.
pub async fn list_events(
    tools: &Tools,
    caller: &Caller,
    (tenant, filter): (TenantId, EventFilter),
    page: Page,
    counts: bool,
) -> Result<Books<Told>> {
    let scope = scope(caller, tenant)?;
    let read = tools.ledger.read(&scope, move |tx| {
        queries::head(tx)?.ok_or(Error::NotFound("tenant"))?;
        let (rows, total) = queries::events(tx, &filter, &page, counts)?;
        Ok(Books { rows, total, tenant: tenants::tenant(tx, tenant)? })
    });
    read.await
}

/// A page of accesses, newest first; those that opened a member's data, where one is named.
pub async fn list_accesses(
    tools: &Tools,
    caller: &Caller,
    (tenant, filter, member): (TenantId, AccessFilter, Option<Ref<MemberId>>),
    page: Page,
    counts: bool,
) -> Result<Books<Access>> {
    let scope = scope(caller, tenant)?;
    if member.is_some_and(|member| member.tenant != tenant) {
        return Err(Error::NotFound("member"));
    }
    let read = tools.ledger.read(&scope, move |tx| {
        queries::head(tx)?.ok_or(Error::NotFound("tenant"))?;
        let mut filter = filter;
        if let Some(member) = member {
            let member = tenants::member(tx, member.id)?.ok_or(Error::NotFound("member"))?;
            filter.subject = Some(member.subject);
        }
        let (rows, total) = queries::accesses(tx, &filter, &page, counts)?;
        Ok(Books { rows, total, tenant: tenants::tenant(tx, tenant)? })
    });
    read.await
}

/// One access, and whose data it was.
pub async fn find_access(
    tools: &Tools,
    caller: &Caller,
    at: Ref<AccessId>,
) -> Result<Option<(Access, Option<Tenant>)>> {
    let scope = scope(caller, at.tenant)?;
    let read = tools.ledger.read(&scope, move |tx| {
        let access = queries::access(tx, at.id)?;
        access.map(|access| Ok((access, tenants::tenant(tx, at.tenant)?))).transpose()
    });
    read.await
}

/// Where a chain ends, and what the checkpoints say of it.
pub async fn standing(tools: &Tools, caller: &Caller, tenant: TenantId) -> Result<Standing> {
    let (head, whose) = tools
        .ledger
        .read(&scope(caller, tenant)?, move |tx| {
            Ok((queries::head(tx)?.ok_or(Error::NotFound("tenant"))?, tenants::tenant(tx, tenant)?))
        })
        .await?;
    let said = tools.journal.checkpoints.standing().await?;
    Ok(Standing {
        head,
        tenant: whose,
        covered: said.heads.get(&tenant).map(|(seq, _)| *seq),
        checkpoint: said.last.map(|last| (last, said.heads.len())),
    })
}

fn scope(caller: &Caller, tenant: TenantId) -> Result<Scope<One>> {
    if tenant == TenantId::HOUSE {
        caller.permit_house(Permission::ReadBooks)
    } else {
        caller.permit(Permission::ReadBooks, tenant)
    }
}
