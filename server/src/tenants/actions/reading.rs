//! What a caller may see of tenants. One who is of the desk sees all of them as the desk does; everyone else sees those
//! within his bounds. Personal values stay shut.

use super::super::model::{ApiKey, Member, MemberState, Tenant};
use super::super::queries::tenants::{Filter, Order};
use super::super::queries::{api_keys, members, tenants};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{ApiKeyId, MemberId, Ref, Result, TenantId};
use crate::floor::tools::Tools;

/// A page of rows and how many there are in all.
pub type Paged<T> = (Vec<T>, i64);

/// One tenant.
pub async fn find_tenant(tools: &Tools, caller: &Caller, id: TenantId) -> Result<Option<Tenant>> {
    let scope = caller.permit(Permission::SeeTenants, id)?;
    tools.ledger.read(&scope, move |tx| tenants::one(tx, id)).await
}

/// The tenants that exist for the caller.
pub async fn list_tenants(
    tools: &Tools,
    caller: &Caller,
    filter: Filter,
    (order, is_rising): (Order, bool),
    page: Page,
) -> Result<Paged<Tenant>> {
    let Some(named) = caller.named() else {
        let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "tenants").await?;
        return tools.ledger.desk(&desk, move |tx| tenants::list(tx, &filter, order, is_rising, &page)).await;
    };
    let filter = Filter { reach: Some(named.to_vec()), ..filter };
    let list = move |tx: &mut _| tenants::list(tx, &filter, order, is_rising, &page);
    if let [own] = named {
        return tools.ledger.read(&caller.permit(Permission::SeeTenants, *own)?, list).await;
    }
    let span = tools.ledger.span(caller.permit_span(Permission::SeeTenants, named)?, "tenants").await?;
    tools.ledger.read(&span, list).await
}

/// One member, and the tenant it belongs to.
pub async fn find_member(tools: &Tools, caller: &Caller, at: Ref<MemberId>) -> Result<Option<(Member, Tenant)>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| Ok(members::one(tx, at.id)?.zip(tenants::one(tx, at.tenant)?)));
    found.await
}

/// The members of a tenant.
pub async fn list_members(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    states: Option<Vec<MemberState>>,
    page: Page,
) -> Result<Paged<Member>> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| members::list(tx, states.as_deref(), &page)).await
}

/// One key, and the tenant it belongs to.
pub async fn find_api_key(tools: &Tools, caller: &Caller, at: Ref<ApiKeyId>) -> Result<Option<(ApiKey, Tenant)>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| Ok(api_keys::one(tx, at.id)?.zip(tenants::one(tx, at.tenant)?)));
    found.await
}

/// The keys of a tenant.
pub async fn list_api_keys(tools: &Tools, caller: &Caller, tenant: TenantId, page: Page) -> Result<Paged<ApiKey>> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| api_keys::list(tx, &page)).await
}
