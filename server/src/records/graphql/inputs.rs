//! Which records a list holds, and how that is read.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use super::super::model;
use super::super::queries::reading::OrderFilter as Orders;
use super::telling::LedgerKind;
use crate::floor::graphql::{place, tenant_place};
use crate::floor::kernel::ids::Addressed;
use crate::floor::kernel::{Instant, MemberId, OrderId, Result, StoreId, TenantId};

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
            stores: named(tenant, self.store.as_ref(), "store"),
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
        let orders = named(tenant, self.order.as_ref(), "order");
        Ok((tenant, (orders, self.kind.map(model::LedgerKind::from))))
    }
}

/// Which links to suppliers a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct SupplierFilter {
    /// Of this tenant.
    tenant: ID,
    /// For this stock-keeping unit.
    sku: Option<String>,
}

impl SupplierFilter {
    pub fn read(self) -> Result<(TenantId, Option<String>)> {
        Ok((tenant_place(&self.tenant)?, self.sku))
    }
}

/// Of which supplier's prices a list is.
#[derive(InputObject)]
pub struct SnapshotFilter {
    /// Of this tenant.
    tenant: ID,
    /// The merchant's stock-keeping unit, as it was linked.
    sku: String,
    /// The supplier's page, as it was linked.
    url: String,
}

impl SnapshotFilter {
    pub fn read(self) -> Result<(TenantId, (String, String))> {
        Ok((tenant_place(&self.tenant)?, (self.sku, self.url)))
    }
}

/// What of members' use a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct UsageFilter {
    /// Of this tenant.
    tenant: ID,
    /// By this member.
    member: Option<ID>,
    /// Of this code.
    kind: Option<String>,
}

/// Which use: by a member, or by none that there is; of a code.
type Uses = (Option<Vec<MemberId>>, Option<String>);

impl UsageFilter {
    pub fn read(self) -> Result<(TenantId, Uses)> {
        let tenant = tenant_place(&self.tenant)?;
        Ok((tenant, (named(tenant, self.member.as_ref(), "member"), self.kind)))
    }
}

/// What of a billing provider's word a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct BillingFilter {
    /// Of this tenant.
    tenant: ID,
    /// Of this code.
    kind: Option<String>,
}

impl BillingFilter {
    pub fn read(self) -> Result<(TenantId, Option<String>)> {
        Ok((tenant_place(&self.tenant)?, self.kind))
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
        Ok((tenant, named(tenant, self.store.as_ref(), "store")))
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
        Ok((tenant, (named(tenant, self.store.as_ref(), "store"), self.sku_begins)))
    }
}

/// An id that cannot be read, or is another tenant's, leads to nothing.
fn named<I: Addressed>(tenant: TenantId, id: Option<&ID>, noun: &'static str) -> Option<Vec<I>> {
    let at = place::<I>(id?, noun).ok().filter(|at| at.tenant == tenant);
    Some(at.into_iter().map(|at| at.id).collect())
}
