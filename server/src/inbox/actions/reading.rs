//! What a caller may see: that something came and what came of it, never what it brought.

use super::super::model::{Delivered, PrivacyNotice};
use super::super::queries::notices::Filter;
use super::super::queries::{deliveries, notices};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Ref, Result, StoreId};
use crate::floor::tools::Tools;

/// What came from a store, newest first, and how much that is in all.
pub async fn list_deliveries(
    tools: &Tools,
    caller: &Caller,
    at: Ref<StoreId>,
    page: Page,
) -> Result<(Vec<Delivered>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| deliveries::list(tx, at.id, &page)).await
}

/// The notices that exist for the caller, what is due first, and how many there are in all.
pub async fn list_notices(
    tools: &Tools,
    caller: &Caller,
    filter: Filter,
    page: Page,
) -> Result<(Vec<PrivacyNotice>, i64)> {
    let Some(named) = caller.named() else {
        let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "privacy notices").await?;
        return tools.ledger.desk(&desk, move |tx| notices::list(tx, &filter, &page)).await;
    };
    let filter = Filter { reach: Some(named.to_vec()), ..filter };
    if let [own] = named {
        let scope = caller.permit(Permission::SeeTenants, *own)?;
        return tools.ledger.read(&scope, move |tx| notices::list(tx, &filter, &page)).await;
    }
    let span = tools.ledger.span(caller.permit_span(Permission::SeeTenants, named)?, "privacy notices").await?;
    tools.ledger.read(&span, move |tx| notices::list(tx, &filter, &page)).await
}
