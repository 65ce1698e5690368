//! What a caller may see of a tenant's records. No look opens an envelope; who is looked for by an address is noted.

use super::super::model::{Counts, Customer, Found, Order, Product};
use super::super::queries::reading::{self, OrderFilter};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::ids::{CustomerId, OrderId, ProductId};
use crate::floor::kernel::{Personal, Ref, Result, StoreId, TenantId};
use crate::floor::tools::Tools;
use crate::subjects;

/// Why somebody is looked for, in the access book.
const PURPOSE: &str = "search";

/// How much is kept of a store.
pub async fn count_records(tools: &Tools, caller: &Caller, at: Ref<StoreId>) -> Result<Option<Counts>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| reading::counts(tx, at.id)).await
}

/// A tenant's orders, newest first, and how many there are in all.
pub async fn list_orders(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    filter: OrderFilter,
    page: Page,
) -> Result<(Vec<Order>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| reading::orders(tx, &filter, &page)).await
}

/// A tenant's buyers, the last that came first, and how many there are in all.
pub async fn list_customers(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    stores: Option<Vec<StoreId>>,
    page: Page,
) -> Result<(Vec<Customer>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| reading::customers(tx, stores.as_deref(), &page)).await
}

/// A tenant's products, the last that came first, and how many there are in all.
pub async fn list_products(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    (stores, sku_begins): (Option<Vec<StoreId>>, Option<String>),
    page: Page,
) -> Result<(Vec<Product>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| reading::products(tx, stores.as_deref(), sku_begins.as_deref(), &page)).await
}

pub async fn find_order(tools: &Tools, caller: &Caller, at: Ref<OrderId>) -> Result<Option<Order>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| reading::order(tx, at.id)).await
}

pub async fn find_customer(tools: &Tools, caller: &Caller, at: Ref<CustomerId>) -> Result<Option<Customer>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| reading::customer(tx, at.id)).await
}

pub async fn find_product(tools: &Tools, caller: &Caller, at: Ref<ProductId>) -> Result<Option<Product>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| reading::product(tx, at.id)).await
}

/// The person who goes by this mail address, in exactly these letters. That somebody is found says something of them, so
/// the look is noted.
pub async fn find_subject(tools: &Tools, caller: &Caller, tenant: TenantId, mail: Personal) -> Result<Option<Found>> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    let vault = tools.vault.clone();
    let found = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let Some(subject) = subjects::find(tx, &vault, &mail)? else { return Ok(None) };
        tx.note(Some(subject), "subjects.mail");
        let persons = subjects::persons(tx, subject)?;
        reading::about(tx, subject, &persons).map(Some)
    });
    found.await
}
