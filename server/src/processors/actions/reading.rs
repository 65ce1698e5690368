//! What a caller may see: the list and its notices are everybody's, objections the desk's and their merchant's,
//! subscribers the desk's. Addresses and words stay shut.

use std::collections::HashMap;

use super::super::model::{Notice, Objection, Processor, ProcessorState, Reach, Subscriber};
use super::super::queries::objections::Filter;
use super::super::queries::{deliveries, notices, objections, processors, subscribers};
use super::house;
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{NoticeId, ObjectionId, ProcessorId, Result, SubscriberId, TenantId};
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant};

/// A page of rows and how many there are in all.
pub type Paged<T> = (Vec<T>, i64);

/// Every sub-processor that is or was on the list, by code, each with all that was said of it: for the public page.
pub async fn list(tools: &Tools) -> Result<Vec<Processor>> {
    tools.ledger.read(&house()?, processors::all).await
}

/// The newest notices, newest first: for the public page and the feed.
pub async fn history(tools: &Tools) -> Result<Vec<Notice>> {
    tools.ledger.read(&house()?, |tx| notices::newest(tx, MOST)).await
}

/// As many notices as a reader looks back at.
const MOST: i64 = 100;

/// A page of the list of sub-processors.
pub async fn list_processors(
    tools: &Tools,
    states: Option<Vec<ProcessorState>>,
    page: Page,
) -> Result<Paged<Processor>> {
    tools.ledger.read(&house()?, move |tx| processors::list(tx, states.as_deref(), &page)).await
}

pub async fn find_processor(tools: &Tools, id: ProcessorId) -> Result<Option<Processor>> {
    Ok(processors_by_id(tools, vec![id]).await?.remove(&id))
}

/// These sub-processors, by id.
pub async fn processors_by_id(tools: &Tools, ids: Vec<ProcessorId>) -> Result<HashMap<ProcessorId, Processor>> {
    let found = tools.ledger.read(&house()?, move |tx| processors::some(tx, &ids)).await?;
    Ok(found.into_iter().map(|one| (one.id, one)).collect())
}

/// Notices, newest first: all of them, or those about one sub-processor.
pub async fn list_notices(tools: &Tools, of: Option<ProcessorId>, page: Page) -> Result<Paged<Notice>> {
    tools.ledger.read(&house()?, move |tx| notices::list(tx, of, &page)).await
}

pub async fn find_notice(tools: &Tools, id: NoticeId) -> Result<Option<Notice>> {
    tools.ledger.read(&house()?, move |tx| notices::one(tx, id)).await
}

/// These notices, by id.
pub async fn notices_by_id(tools: &Tools, ids: Vec<NoticeId>) -> Result<HashMap<NoticeId, Notice>> {
    let found = tools.ledger.read(&house()?, move |tx| notices::some(tx, &ids)).await?;
    Ok(found.into_iter().map(|one| (one.id, one)).collect())
}

/// How far the letters of a notice have come: for the desk.
pub async fn reach(tools: &Tools, caller: &Caller, id: NoticeId) -> Result<Reach> {
    let scope = caller.permit_house(Permission::SeeQueue)?;
    let mut reached = tools.ledger.read(&scope, move |tx| deliveries::reach(tx, &[id])).await?;
    Ok(reached.remove(&id).unwrap_or_default())
}

/// One objection: the desk sees each, a merchant its own.
pub async fn find_objection(tools: &Tools, caller: &Caller, id: ObjectionId) -> Result<Option<Objection>> {
    let found = tools.ledger.read(&house()?, move |tx| objections::one(tx, id)).await?;
    Ok(found.filter(|objection| sees(caller, Some(objection.merchant))))
}

/// Objections, newest first: all for the desk, else those of the merchants in reach; of one sub-processor, where it is
/// named.
pub async fn list_objections(
    tools: &Tools,
    caller: &Caller,
    filter: Filter,
    of: Option<ProcessorId>,
    page: Page,
) -> Result<Paged<Objection>> {
    let reach = if let Some(named) = caller.named() {
        caller.permit_span(Permission::SeeTenants, named)?;
        Some(named.to_vec())
    } else {
        caller.permit_house(Permission::SeeQueue)?;
        filter.reach.clone()
    };
    let filter = Filter { reach: narrowed(reach, filter.reach), ..filter };
    let house = house()?;
    let list = tools.ledger.read(&house, move |tx| {
        let notices = of.map(|of| notices::of_processor(tx, of)).transpose()?;
        objections::list(tx, &Filter { notices, ..filter }, &page)
    });
    list.await
}

/// What is asked for within what is in reach.
fn narrowed(reach: Option<Vec<TenantId>>, asked: Option<Vec<TenantId>>) -> Option<Vec<TenantId>> {
    match (reach, asked) {
        (Some(reach), Some(asked)) => Some(reach.into_iter().filter(|one| asked.contains(one)).collect()),
        (reach, asked) => reach.or(asked),
    }
}

/// Who is told of changes, newest first: for the desk.
pub async fn list_subscribers(tools: &Tools, caller: &Caller, page: Page) -> Result<Paged<Subscriber>> {
    let scope = caller.permit_house(Permission::SeeQueue)?;
    tools.ledger.read(&scope, move |tx| subscribers::list(tx, &page)).await
}

/// One subscriber: the desk sees each, a merchant its own.
pub async fn find_subscriber(tools: &Tools, caller: &Caller, id: SubscriberId) -> Result<Option<Subscriber>> {
    let found = tools.ledger.read(&house()?, move |tx| subscribers::one(tx, id)).await?;
    Ok(found.filter(|subscriber| sees(caller, subscriber.merchant)))
}

/// Whether what a merchant did is there for a caller.
fn sees(caller: &Caller, merchant: Option<TenantId>) -> bool {
    let is_desk = caller.permit_house(Permission::SeeQueue).is_ok();
    is_desk || merchant.is_some_and(|merchant| caller.permit(Permission::SeeTenants, merchant).is_ok())
}

/// The merchants of rows that a caller was shown.
pub async fn tenants_of(tools: &Tools, ids: Vec<TenantId>) -> Result<HashMap<TenantId, Tenant>> {
    let desk = tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "tenants").await?;
    let found = tools.ledger.desk(&desk, move |tx| tenants::tenants(tx, &ids)).await?;
    Ok(found.into_iter().map(|tenant| (tenant.id, tenant)).collect())
}
