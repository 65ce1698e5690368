//! Rows of syncs.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Timestamptz, Uuid as SqlUuid};

use super::super::model::{RHYTHMS, Sync, SyncState};
use super::super::tables::syncs;
use crate::floor::kernel::{Error, Instant, Result, StoreId, SyncRunId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::platforms::Shelf;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = syncs, treat_none_as_null = true, primary_key(tenant_id, store_id, shelf))]
struct Row {
    tenant_id: TenantId,
    store_id: StoreId,
    shelf: Shelf,
    state: SyncState,
    every_s: i32,
    watermark: Option<DateTime<Utc>>,
    run_id: Option<SyncRunId>,
    cursor: Option<String>,
    step: i32,
    done: i64,
    estimated: Option<i64>,
    started_at: Option<DateTime<Utc>>,
    page_at: Option<DateTime<Utc>>,
    due_at: DateTime<Utc>,
    paused_at: Option<DateTime<Utc>>,
    failures: i32,
    failure: Option<String>,
    told_at: Option<DateTime<Utc>>,
    letter_at: Option<DateTime<Utc>>,
}

impl From<Row> for Sync {
    fn from(row: Row) -> Self {
        let at = |time: Option<DateTime<Utc>>| time.map(Instant::from_utc);
        Self {
            tenant: row.tenant_id,
            store: row.store_id,
            shelf: row.shelf,
            state: row.state,
            every_s: row.every_s,
            watermark: at(row.watermark),
            run: row.run_id,
            cursor: row.cursor,
            step: row.step,
            done: row.done,
            estimated: row.estimated,
            started_at: at(row.started_at),
            page_at: at(row.page_at),
            due_at: Instant::from_utc(row.due_at),
            paused_at: at(row.paused_at),
            failures: row.failures,
            failure: row.failure,
            told_at: at(row.told_at),
            letter_at: at(row.letter_at),
        }
    }
}

impl From<&Sync> for Row {
    fn from(sync: &Sync) -> Self {
        Self {
            tenant_id: sync.tenant,
            store_id: sync.store,
            shelf: sync.shelf,
            state: sync.state,
            every_s: sync.every_s,
            watermark: sync.watermark.map(Instant::utc),
            run_id: sync.run,
            cursor: sync.cursor.clone(),
            step: sync.step,
            done: sync.done,
            estimated: sync.estimated,
            started_at: sync.started_at.map(Instant::utc),
            page_at: sync.page_at.map(Instant::utc),
            due_at: sync.due_at.utc(),
            paused_at: sync.paused_at.map(Instant::utc),
            failures: sync.failures,
            failure: sync.failure.clone(),
            told_at: sync.told_at.map(Instant::utc),
            letter_at: sync.letter_at.map(Instant::utc),
        }
    }
}

/// Adds those that are not there yet, and says how many were not.
pub fn add(tx: &mut WriteTx, new: &[Sync]) -> Result<usize> {
    let rows: Vec<Row> = new.iter().map(Row::from).collect();
    Ok(diesel::insert_into(syncs::table).values(rows).on_conflict_do_nothing().execute(tx.conn())?)
}

/// One of the pinned tenant's.
pub fn one(tx: &mut Tx, store: StoreId, shelf: Shelf) -> Result<Option<Sync>> {
    let row = syncs::table.find((tx.tenant()?, store, shelf)).select(Row::as_select());
    Ok(row.first(tx.conn()).optional()?.map(Sync::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, store: StoreId, shelf: Shelf) -> Result<Sync> {
    let row = syncs::table.find((tx.tenant()?, store, shelf)).select(Row::as_select()).for_no_key_update();
    row.first(tx.conn()).optional()?.map(Sync::from).ok_or(Error::NotFound("sync"))
}

/// Those of one store, by shelf.
pub fn of_store(tx: &mut Tx, store: StoreId) -> Result<Vec<Sync>> {
    let own = syncs::table.filter(syncs::tenant_id.eq(tx.tenant()?).and(syncs::store_id.eq(store)));
    let rows: Vec<Row> = own.order(syncs::shelf).select(Row::as_select()).load(tx.conn())?;
    Ok(rows.into_iter().map(Sync::from).collect())
}

/// A number that is another once anything of a store's syncs is.
pub fn stamp(tx: &mut Tx, store: StoreId) -> Result<Option<i64>> {
    let stamps = statement(
        "select hashtextextended(coalesce(string_agg(y::text, ';' order by y.shelf), ''), 0) as stamp
           from syncs y where y.tenant_id = ? and y.store_id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .get_results::<Stamp>(tx.conn())?;
    Ok(stamps.first().map(|stamp| stamp.stamp))
}

#[derive(QueryableByName)]
struct Stamp {
    #[diesel(sql_type = BigInt)]
    stamp: i64,
}

/// The same, held until the transaction ends.
pub fn all_held(tx: &mut WriteTx, store: StoreId) -> Result<Vec<Sync>> {
    let own = syncs::table.filter(syncs::tenant_id.eq(tx.tenant()?).and(syncs::store_id.eq(store)));
    let rows: Vec<Row> = own.order(syncs::shelf).select(Row::as_select()).for_no_key_update().load(tx.conn())?;
    Ok(rows.into_iter().map(Sync::from).collect())
}

pub fn save(tx: &mut WriteTx, sync: &Sync) -> Result<()> {
    let row = syncs::table.find((sync.tenant, sync.store, sync.shelf));
    diesel::update(row).set(Row::from(sync)).execute(tx.conn())?;
    Ok(())
}

/// How the syncs of all stores in reach stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Figures {
    #[diesel(sql_type = BigInt)]
    pub idle: i64,
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    #[diesel(sql_type = BigInt)]
    pub paused: i64,
    #[diesel(sql_type = BigInt)]
    pub off: i64,
    /// Stores of which nothing good came for longer than it should.
    #[diesel(sql_type = BigInt)]
    pub stores_behind: i64,
}

pub fn figures(tx: &mut Tx) -> Result<Figures> {
    let now = tx.now()?.utc();
    let figures = statement(
        "select count(*) filter (where y.state = 'idle') as idle, count(*) filter (where y.state = 'running') as running,
                count(*) filter (where y.state = 'paused') as paused, count(*) filter (where y.state = 'off') as off,
                count(distinct (y.tenant_id, y.store_id)) filter (
                  where y.state in ('idle', 'running')
                    and coalesce(y.page_at, y.started_at, y.due_at) + y.every_s * ? * interval '1 second' < ?
                ) as stores_behind
           from syncs y join stores s on s.tenant_id = y.tenant_id and s.id = y.store_id and s.state <> 'disconnected'",
    )
    .bind::<Integer, _>(RHYTHMS)
    .bind::<Timestamptz, _>(now)
    .get_result::<Figures>(tx.conn())?;
    Ok(figures)
}
