//! Rows of runs. One that ended is never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{Run, RunKind, RunOutcome};
use super::super::tables::sync_runs;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Instant, Result, StoreId, SyncRunId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};
use crate::floor::platforms::Shelf;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sync_runs)]
struct Row {
    tenant_id: TenantId,
    id: SyncRunId,
    store_id: StoreId,
    shelf: Shelf,
    kind: RunKind,
    since: Option<DateTime<Utc>>,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    pages: i32,
    calls: i32,
    new: i64,
    changed: i64,
    older: i64,
    refused: i64,
    unread: i64,
    outcome: RunOutcome,
}

impl From<Row> for Run {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            shelf: row.shelf,
            kind: row.kind,
            since: row.since.map(Instant::from_utc),
            started_at: Instant::from_utc(row.started_at),
            ended_at: row.ended_at.map(Instant::from_utc),
            pages: row.pages,
            calls: row.calls,
            new: row.new,
            changed: row.changed,
            older: row.older,
            refused: row.refused,
            unread: row.unread,
            outcome: row.outcome,
        }
    }
}

/// Adds one that begins.
pub fn add(tx: &mut WriteTx, run: &Run) -> Result<()> {
    let row = Row {
        tenant_id: run.tenant,
        id: run.id,
        store_id: run.store,
        shelf: run.shelf,
        kind: run.kind,
        since: run.since.map(Instant::utc),
        started_at: run.started_at.utc(),
        ended_at: None,
        pages: 0,
        calls: 0,
        new: 0,
        changed: 0,
        older: 0,
        refused: 0,
        unread: 0,
        outcome: RunOutcome::Running,
    };
    diesel::insert_into(sync_runs::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// One of the pinned tenant's.
pub fn one(tx: &mut Tx, id: SyncRunId) -> Result<Run> {
    let row = sync_runs::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    row.map(Run::from).ok_or(Error::NotFound("run"))
}

/// Writes how far one has come, whose sync is held.
pub fn save(tx: &mut WriteTx, run: &Run) -> Result<()> {
    diesel::update(sync_runs::table.find((run.tenant, run.id)))
        .filter(sync_runs::outcome.eq(RunOutcome::Running))
        .set((
            sync_runs::ended_at.eq(run.ended_at.map(Instant::utc)),
            sync_runs::pages.eq(run.pages),
            sync_runs::calls.eq(run.calls),
            sync_runs::new.eq(run.new),
            sync_runs::changed.eq(run.changed),
            sync_runs::older.eq(run.older),
            sync_runs::refused.eq(run.refused),
            sync_runs::unread.eq(run.unread),
            sync_runs::outcome.eq(run.outcome),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The last run of each of these syncs that is over.
pub fn last(tx: &mut Tx, store: StoreId) -> Result<Vec<Run>> {
    let rows: Vec<Row> = sync_runs::table
        .filter(sync_runs::tenant_id.eq(tx.tenant()?).and(sync_runs::store_id.eq(store)))
        .filter(sync_runs::ended_at.is_not_null())
        .distinct_on(sync_runs::shelf)
        .order((sync_runs::shelf, sync_runs::started_at.desc()))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Run::from).collect())
}

/// A page of a store's runs, newest first, and how many there are in all.
pub fn list(tx: &mut Tx, store: StoreId, page: &Page) -> Result<(Vec<Run>, i64)> {
    let own = sync_runs::table.filter(sync_runs::tenant_id.eq(tx.tenant()?).and(sync_runs::store_id.eq(store)));
    let total = own.count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = own.select(Row::as_select()).into_boxed();
    let rows = walk!(query, (sync_runs::started_at, sync_runs::id), beyond, page.is_backward, page.limit());
    Ok((rows.load(tx.conn())?.into_iter().map(Run::from).collect(), total))
}
