//! What was set up, and what went to whom.

use super::super::model::{Destination, Disclosure};
use super::super::queries::{Figure, destinations, disclosures, figures, withheld};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Instant, Ref, Result, StoreId, TenantId};
use crate::floor::tools::Tools;

/// A tenant's destinations, by their recipients.
pub async fn list_destinations(tools: &Tools, caller: &Caller, tenant: TenantId) -> Result<Vec<Destination>> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, |tx| destinations::all(tx, None)).await
}

/// A page of a tenant's book of disclosures, newest first, and how many rows there are.
pub async fn list_disclosures(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    filter: disclosures::Filter,
    page: Page,
) -> Result<(Vec<Disclosure>, i64)> {
    let scope = caller.permit(Permission::ReadBooks, tenant)?;
    tools.ledger.read(&scope, move |tx| disclosures::list(tx, &filter, &page)).await
}

/// What of a store's went to whom, field by field.
pub struct Shared {
    pub given: Vec<disclosures::Given>,
    /// The recipients that get its events now.
    pub destinations: Vec<Destination>,
    /// What was not sent, because somebody had forbidden it.
    pub withheld: Vec<withheld::Kept>,
}

pub async fn list_shared(tools: &Tools, caller: &Caller, at: Ref<StoreId>) -> Result<Shared> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let read = tools.ledger.read(&scope, move |tx| {
        destinations::bounds(tx, Some(at.id))?.ok_or(Error::NotFound("store"))?;
        Ok(Shared {
            given: disclosures::of_store(tx, at.id)?,
            destinations: destinations::all(tx, Some(at.id))?,
            withheld: withheld::of_store(tx, at.id)?,
        })
    });
    read.await
}

/// What went to whom over all tenants, since the first of them.
pub async fn list_figures(tools: &Tools, caller: &Caller) -> Result<Vec<Figure>> {
    let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "disclosures").await?;
    tools.ledger.desk(&desk, |tx| figures(tx, Instant::EPOCH)).await
}
