//! What a caller may see of stores. One who is of the desk sees all of them as the desk does; everyone else sees those
//! of the tenants within his bounds. No look reaches a token.

use std::collections::HashMap;

use super::super::model::{Grant, Handshake, Judged, Receipt, Store, judge};
use super::super::queries::hooks::Hook;
use super::super::queries::{Figures, Filter, Order, Promised, figures, handshakes, history, hooks, scopes, stores};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Ref, Result, StoreGrantId, StoreId, TenantId};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant};

/// A store with all that is told of it.
#[derive(Clone)]
pub struct Shown {
    pub store: Store,
    pub tenant: Tenant,
    pub scopes: Vec<Judged>,
    pub receipt: Option<Receipt>,
}

/// One store.
pub async fn find_store(tools: &Tools, caller: &Caller, at: Ref<StoreId>) -> Result<Option<Shown>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let policy = tools.policy.in_force()?;
    let found = tools.ledger.read(&scope, move |tx| match stores::one(tx, at.id)? {
        Some(store) => together(tx, &policy.policy, vec![store]),
        None => Ok(Vec::new()),
    });
    Ok(found.await?.pop())
}

/// A store with all that is told of it, for whoever may see the store.
pub async fn shown(tools: &Tools, store: Store) -> Result<Shown> {
    let scope = Caller::house().permit(Permission::KeepHouse, store.tenant)?;
    let policy = tools.policy.in_force()?;
    let shown = tools.ledger.read(&scope, move |tx| together(tx, &policy.policy, vec![store]));
    shown.await?.pop().ok_or_else(|| Error::internal("a store without its tenant"))
}

/// These stores with all that is told of them, as far as they are in reach.
pub fn some(tx: &mut Tx, policy: &Policy, places: &[(TenantId, StoreId)]) -> Result<Vec<Shown>> {
    let stores = stores::some(tx, places)?;
    together(tx, policy, stores)
}

/// The last try to connect a store, for whoever may see the store.
pub async fn last_handshake(tools: &Tools, at: Ref<StoreId>) -> Result<Option<Handshake>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    tools.ledger.read(&scope, move |tx| handshakes::last(tx, at.id)).await
}

/// What a store was asked to tell, for whoever may see the store.
pub async fn list_hooks(tools: &Tools, at: Ref<StoreId>) -> Result<Vec<Hook>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    tools.ledger.read(&scope, move |tx| hooks::of(tx, at.id)).await
}

/// The stores that exist for the caller, and how many there are in all.
pub async fn list_stores(
    tools: &Tools,
    caller: &Caller,
    filter: Filter,
    (order, is_rising): (Order, bool),
    page: Page,
) -> Result<(Vec<Shown>, i64)> {
    let policy = tools.policy.in_force()?;
    let list = move |filter: Filter| {
        move |tx: &mut Tx| {
            let promised = Promised::of(&policy.policy);
            let (stores, total) = stores::list(tx, (&filter, &promised), order, is_rising, &page)?;
            Ok((together(tx, &policy.policy, stores)?, total))
        }
    };
    let Some(named) = caller.named() else {
        let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "stores").await?;
        return tools.ledger.desk(&desk, list(filter)).await;
    };
    let filter = Filter { reach: Some(named.to_vec()), ..filter };
    if let [own] = named {
        return tools.ledger.read(&caller.permit(Permission::SeeTenants, *own)?, list(filter)).await;
    }
    let span = tools.ledger.span(caller.permit_span(Permission::SeeTenants, named)?, "stores").await?;
    tools.ledger.read(&span, list(filter)).await
}

/// How many stores differ from the policy, and in which way.
pub async fn drift(tools: &Tools, caller: &Caller) -> Result<Figures> {
    let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "drift").await?;
    let policy = tools.policy.in_force()?;
    tools.ledger.desk(&desk, move |tx| figures(tx, &Promised::of(&policy.policy))).await
}

/// The history of a store, newest first, and how long it is in all.
pub async fn list_grants(tools: &Tools, caller: &Caller, at: Ref<StoreId>, page: Page) -> Result<(Vec<Grant>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| history::list(tx, at.id, &page)).await
}

/// One entry of a store's history, and the store.
pub async fn find_grant(tools: &Tools, caller: &Caller, at: Ref<StoreGrantId>) -> Result<Option<(Grant, Shown)>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let policy = tools.policy.in_force()?;
    let found = tools.ledger.read(&scope, move |tx| {
        let Some(grant) = history::one(tx, at.id)? else { return Ok(None) };
        let store = stores::one(tx, grant.store)?.into_iter().collect();
        Ok(together(tx, &policy.policy, store)?.pop().map(|shown| (grant, shown)))
    });
    found.await
}

/// Stores with all that is told of them: one look at each table, however many they are.
fn together(tx: &mut Tx, policy: &Policy, stores: Vec<Store>) -> Result<Vec<Shown>> {
    let now = tx.now()?;
    let mut ids: Vec<TenantId> = stores.iter().map(|store| store.tenant).collect();
    ids.sort_unstable();
    ids.dedup();
    let tenants = tenants::tenants(tx, &ids)?;
    let tenants: HashMap<TenantId, Tenant> = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    let mut scopes = scopes::of_all(tx, &stores)?;
    let mut receipts = history::receipts(tx, &stores)?;
    stores
        .into_iter()
        .map(|store| {
            let place = (store.tenant, store.id);
            Ok(Shown {
                tenant: tenants.get(&store.tenant).cloned().ok_or(Error::NotFound("tenant"))?,
                scopes: judge(policy, &store, &scopes.remove(&place).unwrap_or_default(), now),
                receipt: receipts.remove(&place),
                store,
            })
        })
        .collect()
}
