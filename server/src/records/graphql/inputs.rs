//! Which records a list holds, and how that is read.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use super::super::model;
use super::super::queries::reading::OrderFilter as Orders;
use super::telling::LedgerKind;
use crate::floor::graphql::{place, tenant_place};
use crate::floor::kernel::{Instant, OrderId, Result, StoreId, TenantId};

/// Which orders a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct OrderFilter {
    /// Of this tenant.
    tenant: ID,
    /// Of this store.
    store: Option<ID>,
    /// Placed after this moment.
    placed_after: Option<DateTime<Utc>>,
    /// Placed before this moment.
    placed_before: Option<DateTime<Utc>>,
}

impl OrderFilter {
    pub fn read(self) -> Result<(TenantId, Orders)> {
        let tenant = tenant_place(&self.tenant)?;
        let filter = Orders {
            stores: stores_of(tenant, self.store.as_ref()),
            placed_after: self.placed_after.map(Instant::from_utc),
            placed_before: self.placed_before.map(Instant::from_utc),
        };
        Ok((tenant, filter))
    }
}

/// Which lines of a merchant's books of money a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct LedgerFilter {
    /// Of this tenant.
    tenant: ID,
    /// For this order.
    order: Option<ID>,
    /// Of this kind.
    kind: Option<LedgerKind>,
}

/// Which of a tenant's lines: for an order, or for none that there is; of a kind.
type Lines = (Option<Vec<OrderId>>, Option<model::LedgerKind>);

impl LedgerFilter {
    pub fn read(self) -> Result<(TenantId, Lines)> {
        let tenant = tenant_place(&self.tenant)?;
        let named = self.order.map(|id| place::<OrderId>(&id, "order").ok().filter(|at| at.tenant == tenant));
        let orders = named.map(|at| at.into_iter().map(|at| at.id).collect());
        Ok((tenant, (orders, self.kind.map(model::LedgerKind::from))))
    }
}

/// Which buyers a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct CustomerFilter {
    /// Of this tenant.
    tenant: ID,
    /// Of this store.
    store: Option<ID>,
}

impl CustomerFilter {
    pub fn read(self) -> Result<(TenantId, Option<Vec<StoreId>>)> {
        let tenant = tenant_place(&self.tenant)?;
        Ok((tenant, stores_of(tenant, self.store.as_ref())))
    }
}

/// The stores a list is narrowed to, and a beginning.
type Narrowed = (Option<Vec<StoreId>>, Option<String>);

/// Which products a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct ProductFilter {
    /// Of this tenant.
    tenant: ID,
    /// Of this store.
    store: Option<ID>,
    /// Sold in a kind whose stock-keeping unit begins so.
    sku_begins: Option<String>,
}

impl ProductFilter {
    pub fn read(self) -> Result<(TenantId, Narrowed)> {
        let tenant = tenant_place(&self.tenant)?;
        Ok((tenant, (stores_of(tenant, self.store.as_ref()), self.sku_begins)))
    }
}

/// An id that cannot be read, or is another tenant's, leads to no store.
fn stores_of(tenant: TenantId, id: Option<&ID>) -> Option<Vec<StoreId>> {
    let id = id?;
    let at = place::<StoreId>(id, "store").ok().filter(|at| at.tenant == tenant);
    Some(at.into_iter().map(|at| at.id).collect())
}
