//! The face of records: what is kept of a store and of a person, without a value of anybody's.

mod inputs;
mod nodes;
mod telling;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use nodes::{Amount, CustomerNode, OrderNode, ProductNode};
pub use telling::{AmountInput, RecordMutation};

use self::inputs::{
    BillingFilter, CustomerFilter, LedgerFilter, OrderFilter, ProductFilter, SnapshotFilter, SupplierFilter,
    UsageFilter,
};
use self::nodes::{RecordCounts, Subject};
use self::telling::{BillingEvent, LedgerEntry, SupplierLink, SupplierSnapshot, UsageEvent};
use super::actions;
use super::model::{Customer, Order, Product};
use super::queries::telling as rows;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Listed, Needs, PageArgs, Rule, asking, connection, instant_key, place, rule, tenant_place,
};
use crate::floor::kernel::{Error, Instant, Personal, Result};

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.recordCounts", Needs::Permission(Permission::SeeTenants)),
    rule("Query.orders", Needs::Permission(Permission::SeeTenants)),
    rule("Query.customers", Needs::Permission(Permission::SeeTenants)),
    rule("Query.products", Needs::Permission(Permission::SeeTenants)),
    rule("Query.subject", Needs::Permission(Permission::SeeTenants)),
    rule("Query.ledgerEntries", Needs::Permission(Permission::SeeTenants)),
    rule("Query.supplierLinks", Needs::Permission(Permission::SeeTenants)),
    rule("Query.supplierSnapshots", Needs::Permission(Permission::SeeTenants)),
    rule("Query.usageEvents", Needs::Permission(Permission::SeeTenants)),
    rule("Query.billingEvents", Needs::Permission(Permission::SeeTenants)),
    rule("SupplierLinkConnection.*", Needs::Parent),
    rule("SupplierLinkEdge.*", Needs::Parent),
    rule("SupplierSnapshotConnection.*", Needs::Parent),
    rule("SupplierSnapshotEdge.*", Needs::Parent),
    rule("UsageEventConnection.*", Needs::Parent),
    rule("UsageEventEdge.*", Needs::Parent),
    rule("BillingEventConnection.*", Needs::Parent),
    rule("BillingEventEdge.*", Needs::Parent),
    rule("Mutation.recordShipment", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.recordLedgerEntry", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.linkSupplier", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.recordSupplierSnapshot", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.recordUsage", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.recordBilling", Needs::Permission(Permission::KeepStores)),
    rule("RecordShipmentPayload.*", Needs::Parent),
    rule("RecordLedgerEntryPayload.*", Needs::Parent),
    rule("LinkSupplierPayload.*", Needs::Parent),
    rule("RecordSupplierSnapshotPayload.*", Needs::Parent),
    rule("RecordUsagePayload.*", Needs::Parent),
    rule("RecordBillingPayload.*", Needs::Parent),
    rule("Shipment.*", Needs::Parent),
    rule("LedgerEntry.*", Needs::Parent),
    rule("LedgerEntryConnection.*", Needs::Parent),
    rule("LedgerEntryEdge.*", Needs::Parent),
    rule("SupplierLink.*", Needs::Parent),
    rule("SupplierSnapshot.*", Needs::Parent),
    rule("UsageEvent.*", Needs::Parent),
    rule("BillingEvent.*", Needs::Parent),
    rule("RecordCounts.*", Needs::Parent),
    rule("Amount.*", Needs::Parent),
    rule("Order.*", Needs::Parent),
    rule("OrderConnection.*", Needs::Parent),
    rule("OrderEdge.*", Needs::Parent),
    rule("OrderLine.*", Needs::Parent),
    rule("OrderContact.*", Needs::Parent),
    rule("Customer.*", Needs::Parent),
    rule("CustomerConnection.*", Needs::Parent),
    rule("CustomerEdge.*", Needs::Parent),
    rule("Product.*", Needs::Parent),
    rule("ProductConnection.*", Needs::Parent),
    rule("ProductEdge.*", Needs::Parent),
    rule("ProductVariant.*", Needs::Parent),
    rule("Subject.*", Needs::Parent),
    rule("SubjectRows.*", Needs::Parent),
];

/// A list as it is answered.
type List<N> = Connection<String, N, Listed, EmptyFields>;

/// What can be asked about records.
#[derive(Default)]
pub struct RecordQuery;

#[Object]
impl RecordQuery {
    /// How much is kept of a store.
    async fn record_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The store.")] store: ID,
    ) -> Result<Option<RecordCounts>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let counted = match place(&store, "store") {
            Ok(at) => actions::count_records(&asking.tools, caller, at).await,
            Err(error) => Err(error),
        };
        match counted {
            Err(Error::NotFound(_)) => Ok(None),
            counted => Ok(counted?.map(RecordCounts::from)),
        }
    }

    /// A tenant's orders, newest first.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: OrderFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<OrderNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "orders.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, filter) = filter.read()?;
        let (rows, total) = actions::list_orders(&asking.tools, caller, tenant, filter, page.clone()).await?;
        let key = |order: &Order| (instant_key(order.placed_at), order.id.uuid());
        Ok(connection(sort, &page, rows, total, key, OrderNode))
    }

    /// A tenant's buyers with an account, the last that came first.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: CustomerFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<CustomerNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "customers.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, stores) = filter.read()?;
        let (rows, total) = actions::list_customers(&asking.tools, caller, tenant, stores, page.clone()).await?;
        let key = |customer: &Customer| (instant_key(customer.taken_at), customer.id.uuid());
        Ok(connection(sort, &page, rows, total, key, CustomerNode))
    }

    /// What a tenant sells, the last that came first.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: ProductFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<ProductNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "products.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, filter) = filter.read()?;
        let (rows, total) = actions::list_products(&asking.tools, caller, tenant, filter, page.clone()).await?;
        let key = |product: &Product| (instant_key(product.taken_at), product.id.uuid());
        Ok(connection(sort, &page, rows, total, key, ProductNode))
    }

    /// A tenant's books of money, newest first.
    async fn ledger_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: LedgerFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<LedgerEntry>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "ledger_entries.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, which) = filter.read()?;
        let (rows, total) = actions::list_entries(&asking.tools, caller, tenant, which, page.clone()).await?;
        let key = |row: &rows::LedgerEntry| (instant_key(Instant::from_utc(row.at)), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, LedgerEntry::from))
    }

    /// Where a tenant buys what it sells, the newest link first.
    async fn supplier_links(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: SupplierFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<SupplierLink>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "supplier_links.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, which) = filter.read()?;
        let (rows, total) = actions::list_links(&asking.tools, caller, tenant, which, page.clone()).await?;
        let key = |row: &rows::SupplierLink| (instant_key(Instant::from_utc(row.linked_at)), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, SupplierLink::from))
    }

    /// What a supplier asked for a thing that is linked, newest first.
    async fn supplier_snapshots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: SnapshotFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<SupplierSnapshot>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "supplier_snapshots.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, which) = filter.read()?;
        let (rows, total) = actions::list_snapshots(&asking.tools, caller, tenant, which, page.clone()).await?;
        let key = |row: &rows::SupplierSnapshot| (instant_key(Instant::from_utc(row.at)), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, SupplierSnapshot::from))
    }

    /// What a tenant's members used, newest first. Who it was stays sealed.
    async fn usage_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: UsageFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<UsageEvent>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "usage_events.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, which) = filter.read()?;
        let (rows, total) = actions::list_usage(&asking.tools, caller, tenant, which, page.clone()).await?;
        let key = |row: &rows::UsageEvent| (instant_key(Instant::from_utc(row.at)), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, UsageEvent::from))
    }

    /// What the billing provider told of a tenant, newest first.
    async fn billing_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: BillingFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<BillingEvent>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "billing_events.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, which) = filter.read()?;
        let (rows, total) = actions::list_billing(&asking.tools, caller, tenant, which, page.clone()).await?;
        let key = |row: &rows::BillingEvent| (instant_key(Instant::from_utc(row.at)), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, BillingEvent::from))
    }

    /// The person who goes by a mail address, in exactly these letters; null where a tenant's records name nobody so.
    /// The look is noted in the book of accesses.
    async fn subject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In whose records.")] tenant: ID,
        #[graphql(desc = "The whole mail address.")] mail: String,
    ) -> Result<Option<Subject>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&tenant)?;
        let found = actions::find_subject(&asking.tools, caller, tenant, Personal::new(mail)).await?;
        Ok(found.map(Subject::from))
    }
}

/// The order behind an id, for `node`.
pub async fn find_order(ctx: &Context<'_>, id: &ID) -> Result<Option<OrderNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_order(&asking.tools, asking.caller()?, place(id, "order")?).await?;
    Ok(found.map(OrderNode))
}

/// The buyer behind an id, for `node`.
pub async fn find_customer(ctx: &Context<'_>, id: &ID) -> Result<Option<CustomerNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_customer(&asking.tools, asking.caller()?, place(id, "customer")?).await?;
    Ok(found.map(CustomerNode))
}

/// The product behind an id, for `node`.
pub async fn find_product(ctx: &Context<'_>, id: &ID) -> Result<Option<ProductNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_product(&asking.tools, asking.caller()?, place(id, "product")?).await?;
    Ok(found.map(ProductNode))
}
