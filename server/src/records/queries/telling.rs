//! Rows of what merchants' own programs tell.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{LedgerKind, ShipmentState};
use super::super::tables::{
    billing_events, ledger_entries, orders, shipments, supplier_links, supplier_snapshots, usage_events,
};
use crate::floor::graphql::Page;
use crate::floor::kernel::ids::{
    BillingEventId, LedgerEntryId, OrderId, ShipmentId, SupplierLinkId, SupplierSnapshotId, UsageEventId,
};
use crate::floor::kernel::{Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};

/// A page of these rows by time, newest first, and how many they are in all.
macro_rules! paged {
    ($tx:ident, $page:ident, $own:ident, $row:ty, ($at:expr, $id:expr)) => {{
        let total = $own().count().get_result($tx.conn())?;
        let beyond = $page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
        let query = $own().select(<$row>::as_select());
        let rows = walk!(query, ($at, $id), beyond, $page.is_backward, $page.limit());
        Ok((rows.load($tx.conn())?, total))
    }};
}

/// A parcel, as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = shipments, primary_key(tenant_id, order_id, number), treat_none_as_null = true)]
pub struct Shipment {
    pub tenant_id: TenantId,
    pub id: ShipmentId,
    pub order_id: OrderId,
    pub number: i32,
    pub subject_id: Option<SubjectId>,
    pub courier: String,
    pub tracking: Option<Vec<u8>>,
    pub generation: i32,
    pub state: ShipmentState,
    pub shipped_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub recorded_at: DateTime<Utc>,
}

/// A line of the books of money.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_entries)]
pub struct LedgerEntry {
    pub tenant_id: TenantId,
    pub id: LedgerEntryId,
    pub order_id: Option<OrderId>,
    pub subject_id: Option<SubjectId>,
    pub kind: LedgerKind,
    pub amount: i64,
    pub currency: String,
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

/// Where something is bought.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = supplier_links)]
pub struct SupplierLink {
    pub tenant_id: TenantId,
    pub id: SupplierLinkId,
    pub sku: String,
    pub url: String,
    pub supplier_sku: Option<String>,
    pub linked_at: DateTime<Utc>,
}

/// What a supplier asked.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = supplier_snapshots)]
pub struct SupplierSnapshot {
    pub tenant_id: TenantId,
    pub id: SupplierSnapshotId,
    pub link_id: SupplierLinkId,
    pub at: DateTime<Utc>,
    pub price: Option<i64>,
    pub currency: Option<String>,
    pub stock: Option<i32>,
}

/// What a member used.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = usage_events)]
pub struct UsageEvent {
    pub tenant_id: TenantId,
    pub id: UsageEventId,
    pub subject_id: SubjectId,
    pub kind: String,
    pub at: DateTime<Utc>,
}

/// What a billing provider told.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = billing_events)]
pub struct BillingEvent {
    pub tenant_id: TenantId,
    pub id: BillingEventId,
    pub kind: String,
    pub amount: i64,
    pub currency: String,
    pub at: DateTime<Utc>,
    pub reference: String,
}

/// An order by what its platform calls it, held until the transaction ends, and its buyer.
pub fn order(tx: &mut WriteTx, store: StoreId, platform_id: &str) -> Result<Option<(OrderId, Option<SubjectId>)>> {
    let query = orders::table
        .filter(orders::tenant_id.eq(tx.tenant()?).and(orders::store_id.eq(store)))
        .filter(orders::platform_id.eq(platform_id))
        .select((orders::id, orders::subject_id))
        .for_no_key_update();
    Ok(query.first(tx.conn()).optional()?)
}

/// The row of a parcel of an order that is held, and how often it was overwritten.
pub fn shipment(tx: &mut Tx, order: OrderId, number: i32) -> Result<Option<(ShipmentId, i32)>> {
    let query = shipments::table
        .filter(shipments::tenant_id.eq(tx.tenant()?).and(shipments::order_id.eq(order)))
        .filter(shipments::number.eq(number))
        .select((shipments::id, shipments::generation));
    Ok(query.first(tx.conn()).optional()?)
}

/// Writes a parcel, over what was told of it before.
pub fn put_shipment(tx: &mut WriteTx, row: &Shipment) -> Result<()> {
    diesel::insert_into(shipments::table)
        .values(row)
        .on_conflict((shipments::tenant_id, shipments::order_id, shipments::number))
        .do_update()
        .set(row)
        .execute(tx.conn())?;
    Ok(())
}

pub fn add_entry(tx: &mut WriteTx, row: &LedgerEntry) -> Result<()> {
    diesel::insert_into(ledger_entries::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// One line of the pinned tenant's books of money.
pub fn entry(tx: &mut Tx, id: LedgerEntryId) -> Result<Option<LedgerEntry>> {
    let query = ledger_entries::table.find((tx.tenant()?, id)).select(LedgerEntry::as_select());
    Ok(query.first(tx.conn()).optional()?)
}

/// A page of the pinned tenant's books of money, newest first, and how many lines there are in all.
pub fn entries(
    tx: &mut Tx,
    (orders, kind): (Option<Vec<OrderId>>, Option<LedgerKind>),
    page: &Page,
) -> Result<(Vec<LedgerEntry>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let mut own = ledger_entries::table.filter(ledger_entries::tenant_id.eq(tenant)).into_boxed::<Pg>();
        if let Some(orders) = &orders {
            own = own.filter(ledger_entries::order_id.eq_any(orders.clone()));
        }
        match kind {
            Some(kind) => own.filter(ledger_entries::kind.eq(kind)),
            None => own,
        }
    };
    paged!(tx, page, own, LedgerEntry, (ledger_entries::at, ledger_entries::id))
}

/// A page of where the pinned tenant buys, the newest link first, and how many there are in all.
pub fn links(tx: &mut Tx, sku: Option<&str>, page: &Page) -> Result<(Vec<SupplierLink>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let own = supplier_links::table.filter(supplier_links::tenant_id.eq(tenant)).into_boxed::<Pg>();
        match sku {
            Some(sku) => own.filter(supplier_links::sku.eq(sku.to_owned())),
            None => own,
        }
    };
    paged!(tx, page, own, SupplierLink, (supplier_links::linked_at, supplier_links::id))
}

/// A page of what a supplier asked, newest first, and how often that was told of in all.
pub fn snapshots(tx: &mut Tx, link: SupplierLinkId, page: &Page) -> Result<(Vec<SupplierSnapshot>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let own = supplier_snapshots::table.filter(supplier_snapshots::tenant_id.eq(tenant));
        own.filter(supplier_snapshots::link_id.eq(link)).into_boxed::<Pg>()
    };
    paged!(tx, page, own, SupplierSnapshot, (supplier_snapshots::at, supplier_snapshots::id))
}

/// A page of what members of the pinned tenant used, newest first, and how often in all.
pub fn usages(
    tx: &mut Tx,
    (subjects, kind): (Option<&[SubjectId]>, Option<&str>),
    page: &Page,
) -> Result<(Vec<UsageEvent>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let mut own = usage_events::table.filter(usage_events::tenant_id.eq(tenant)).into_boxed::<Pg>();
        if let Some(subjects) = subjects {
            own = own.filter(usage_events::subject_id.eq_any(subjects.to_vec()));
        }
        match kind {
            Some(kind) => own.filter(usage_events::kind.eq(kind.to_owned())),
            None => own,
        }
    };
    paged!(tx, page, own, UsageEvent, (usage_events::at, usage_events::id))
}

/// A page of what the billing provider told of the pinned tenant, newest first, and how often in all.
pub fn billings(tx: &mut Tx, kind: Option<&str>, page: &Page) -> Result<(Vec<BillingEvent>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let own = billing_events::table.filter(billing_events::tenant_id.eq(tenant)).into_boxed::<Pg>();
        match kind {
            Some(kind) => own.filter(billing_events::kind.eq(kind.to_owned())),
            None => own,
        }
    };
    paged!(tx, page, own, BillingEvent, (billing_events::at, billing_events::id))
}

/// Where a thing is bought, by its address.
pub fn link_at(tx: &mut Tx, sku: &str, url: &str) -> Result<Option<SupplierLinkId>> {
    let query = supplier_links::table
        .filter(supplier_links::tenant_id.eq(tx.tenant()?).and(supplier_links::sku.eq(sku)))
        .filter(supplier_links::url.eq(url))
        .select(supplier_links::id);
    Ok(query.first(tx.conn()).optional()?)
}

/// Writes where a thing is bought. What is linked already keeps its id.
pub fn put_link(tx: &mut WriteTx, row: &SupplierLink) -> Result<SupplierLinkId> {
    let id = diesel::insert_into(supplier_links::table)
        .values(row)
        .on_conflict((supplier_links::tenant_id, supplier_links::sku, supplier_links::url))
        .do_update()
        .set(supplier_links::supplier_sku.eq(&row.supplier_sku))
        .returning(supplier_links::id)
        .get_result(tx.conn())?;
    Ok(id)
}

pub fn link(tx: &mut Tx, id: SupplierLinkId) -> Result<Option<SupplierLink>> {
    let query = supplier_links::table.find((tx.tenant()?, id)).select(SupplierLink::as_select());
    Ok(query.first(tx.conn()).optional()?)
}

pub fn add_snapshot(tx: &mut WriteTx, row: &SupplierSnapshot) -> Result<()> {
    diesel::insert_into(supplier_snapshots::table).values(row).execute(tx.conn())?;
    Ok(())
}

pub fn snapshot(tx: &mut Tx, id: SupplierSnapshotId) -> Result<Option<SupplierSnapshot>> {
    let query = supplier_snapshots::table.find((tx.tenant()?, id)).select(SupplierSnapshot::as_select());
    Ok(query.first(tx.conn()).optional()?)
}

pub fn add_usage(tx: &mut WriteTx, row: &UsageEvent) -> Result<()> {
    diesel::insert_into(usage_events::table).values(row).execute(tx.conn())?;
    Ok(())
}

pub fn usage(tx: &mut Tx, id: UsageEventId) -> Result<Option<UsageEvent>> {
    let query = usage_events::table.find((tx.tenant()?, id)).select(UsageEvent::as_select());
    Ok(query.first(tx.conn()).optional()?)
}

/// Adds what a billing provider told. What it told before under the same reference stays, and its id is answered.
pub fn add_billing(tx: &mut WriteTx, row: &BillingEvent) -> Result<BillingEventId> {
    let added = diesel::insert_into(billing_events::table).values(row).on_conflict_do_nothing().execute(tx.conn())?;
    if added == 1 {
        return Ok(row.id);
    }
    let query = billing_events::table
        .filter(billing_events::tenant_id.eq(row.tenant_id).and(billing_events::reference.eq(&row.reference)))
        .filter(billing_events::kind.eq(&row.kind))
        .select(billing_events::id);
    Ok(query.first(tx.conn())?)
}

pub fn billing(tx: &mut Tx, id: BillingEventId) -> Result<Option<BillingEvent>> {
    let query = billing_events::table.find((tx.tenant()?, id)).select(BillingEvent::as_select());
    Ok(query.first(tx.conn()).optional()?)
}
