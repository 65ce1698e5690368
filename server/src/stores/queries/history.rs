//! Rows of what was granted when, and of what disconnections left behind. None is ever changed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{Grant, GrantSource, Receipt, RevocationReason, Store, StoreState};
use super::super::tables::{store_grants, store_receipts};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Instant, ReceiptId, Result, StoreGrantId, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = store_grants)]
struct GrantRow {
    tenant_id: TenantId,
    id: StoreGrantId,
    store_id: StoreId,
    at: DateTime<Utc>,
    how: GrantSource,
    scopes: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    by_actor: String,
    reason: Option<RevocationReason>,
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            at: Instant::from_utc(row.at),
            how: row.how,
            scopes: row.scopes,
            added: row.added,
            removed: row.removed,
            by: row.by_actor,
            reason: row.reason,
        }
    }
}

/// Appends to a store's history.
pub fn add(tx: &mut WriteTx, grant: Grant) -> Result<()> {
    let row = GrantRow {
        tenant_id: grant.tenant,
        id: grant.id,
        store_id: grant.store,
        at: grant.at.utc(),
        how: grant.how,
        scopes: grant.scopes,
        added: grant.added,
        removed: grant.removed,
        by_actor: grant.by,
        reason: grant.reason,
    };
    diesel::insert_into(store_grants::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// One entry of the pinned tenant's.
pub fn one(tx: &mut Tx, id: StoreGrantId) -> Result<Option<Grant>> {
    let row = store_grants::table.find((tx.tenant()?, id)).select(GrantRow::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Grant::from))
}

/// A page of a store's history, newest first, and how long it is in all.
pub fn list(tx: &mut Tx, store: StoreId, page: &Page) -> Result<(Vec<Grant>, i64)> {
    let own =
        store_grants::table.filter(store_grants::tenant_id.eq(tx.tenant()?).and(store_grants::store_id.eq(store)));
    let total = own.count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = own.select(GrantRow::as_select()).into_boxed();
    let rows = walk!(query, (store_grants::at, store_grants::id), beyond, page.is_backward, page.limit());
    Ok((rows.load(tx.conn())?.into_iter().map(Grant::from).collect(), total))
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = store_receipts)]
struct ReceiptRow {
    tenant_id: TenantId,
    id: ReceiptId,
    store_id: StoreId,
    at: DateTime<Utc>,
    by_actor: String,
    token_deleted: bool,
    jobs_cancelled: i32,
    scopes: Vec<String>,
    what_stays: String,
    destinations_ended: i32,
    sendings_dropped: i32,
}

/// Adds the receipt of a store of the pinned tenant.
pub fn add_receipt(tx: &mut WriteTx, receipt: Receipt) -> Result<()> {
    let row = ReceiptRow {
        tenant_id: tx.tenant()?,
        id: receipt.id,
        store_id: receipt.store,
        at: receipt.at.utc(),
        by_actor: receipt.by,
        token_deleted: receipt.token_deleted,
        jobs_cancelled: receipt.jobs_cancelled,
        scopes: receipt.scopes,
        what_stays: receipt.what_stays,
        destinations_ended: receipt.destinations_ended,
        sendings_dropped: receipt.sendings_dropped,
    };
    diesel::insert_into(store_receipts::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// The receipts of those of these stores that are over.
pub fn receipts(tx: &mut Tx, stores: &[Store]) -> Result<HashMap<(TenantId, StoreId), Receipt>> {
    let over: Vec<_> = stores.iter().filter(|store| store.state == StoreState::Disconnected).collect();
    if over.is_empty() {
        return Ok(HashMap::new());
    }
    let tenants: Vec<_> = over.iter().map(|store| store.tenant).collect();
    let ids: Vec<_> = over.iter().map(|store| store.id).collect();
    let rows: Vec<ReceiptRow> = store_receipts::table
        .filter(store_receipts::tenant_id.eq_any(tenants).and(store_receipts::store_id.eq_any(ids)))
        .select(ReceiptRow::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| ((row.tenant_id, row.store_id), receipt(row))).collect())
}

fn receipt(row: ReceiptRow) -> Receipt {
    Receipt {
        id: row.id,
        store: row.store_id,
        at: Instant::from_utc(row.at),
        by: row.by_actor,
        token_deleted: row.token_deleted,
        jobs_cancelled: row.jobs_cancelled,
        scopes: row.scopes,
        what_stays: row.what_stays,
        destinations_ended: row.destinations_ended,
        sendings_dropped: row.sendings_dropped,
    }
}
