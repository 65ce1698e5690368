//! Rows of what providers are asked for. What came back goes in sealed under the task's own key, and no list brings it
//! out.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{App, ProviderTask, ProviderTaskKind, ProviderTaskState};
use super::super::tables::provider_tasks;
use super::apps::keys;
use crate::floor::kernel::{AppId, Error, Instant, Personal, ProviderTaskId, Result, Sealed, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::{Place, RequestKey, Vault};

#[derive(Queryable, Selectable)]
#[diesel(table_name = provider_tasks)]
struct Row {
    tenant_id: TenantId,
    id: ProviderTaskId,
    app_id: AppId,
    kind: ProviderTaskKind,
    state: ProviderTaskState,
    opened_at: DateTime<Utc>,
    opened_by: String,
    asked_at: Option<DateTime<Utc>>,
    asked_by: Option<String>,
    settled_at: Option<DateTime<Utc>>,
    settled_by: Option<String>,
    until: DateTime<Utc>,
    reminded_at: Option<DateTime<Utc>>,
}

impl From<Row> for ProviderTask {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            app: row.app_id,
            kind: row.kind,
            state: row.state,
            opened_at: Instant::from_utc(row.opened_at),
            opened_by: row.opened_by,
            until: Instant::from_utc(row.until),
            reminded_at: row.reminded_at.map(Instant::from_utc),
            asked: row.asked_at.map(Instant::from_utc).zip(row.asked_by),
            settled: row.settled_at.map(Instant::from_utc).zip(row.settled_by),
        }
    }
}

/// One task of the pinned tenant.
pub fn one(tx: &mut Tx, id: ProviderTaskId) -> Result<Option<ProviderTask>> {
    let row = provider_tasks::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(ProviderTask::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: ProviderTaskId) -> Result<ProviderTask> {
    let query = provider_tasks::table.find((tx.tenant()?, id)).select(Row::as_select()).for_no_key_update();
    query.first(tx.conn()).optional()?.map(ProviderTask::from).ok_or(Error::NotFound("provider task"))
}

/// The tasks of these apps, oldest first.
pub fn of(tx: &mut Tx, apps: &[App]) -> Result<Vec<ProviderTask>> {
    let (tenants, ids) = keys(apps);
    let rows = provider_tasks::table
        .filter(provider_tasks::tenant_id.eq_any(tenants).and(provider_tasks::app_id.eq_any(ids)))
        .order((provider_tasks::opened_at, provider_tasks::id))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(ProviderTask::from).collect())
}

/// Tasks of all tenants that nothing has ended and of whose end nobody was told yet. For the desk.
pub fn untold(tx: &mut Tx) -> Result<Vec<ProviderTask>> {
    let rows = provider_tasks::table
        .filter(provider_tasks::settled_at.is_null())
        .filter(
            provider_tasks::reminded_at
                .is_null()
                .or(provider_tasks::reminded_at.assume_not_null().lt(provider_tasks::until)),
        )
        .order((provider_tasks::until, provider_tasks::id))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(ProviderTask::from).collect())
}

pub fn add(tx: &mut WriteTx, task: &ProviderTask) -> Result<()> {
    diesel::insert_into(provider_tasks::table)
        .values((
            provider_tasks::tenant_id.eq(task.tenant),
            provider_tasks::id.eq(task.id),
            provider_tasks::app_id.eq(task.app),
            provider_tasks::kind.eq(task.kind),
            provider_tasks::state.eq(task.state),
            provider_tasks::opened_at.eq(task.opened_at.utc()),
            provider_tasks::opened_by.eq(&task.opened_by),
            provider_tasks::until.eq(task.until.utc()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes how far a task that is held has come, and what came back where it is settled.
pub fn save(tx: &mut WriteTx, vault: &Vault, task: &ProviderTask, note: Option<&Personal>) -> Result<()> {
    let note = note.map(|note| sealed(tx, vault, task, note)).transpose()?;
    let (asked, settled) = (task.asked.clone(), task.settled.clone());
    diesel::update(provider_tasks::table.find((task.tenant, task.id)))
        .set((
            provider_tasks::state.eq(task.state),
            provider_tasks::asked_at.eq(asked.as_ref().map(|(at, _)| at.utc())),
            provider_tasks::asked_by.eq(asked.map(|(_, by)| by)),
            provider_tasks::settled_at.eq(settled.as_ref().map(|(at, _)| at.utc())),
            provider_tasks::settled_by.eq(settled.map(|(_, by)| by)),
            provider_tasks::note.eq(note),
            provider_tasks::reminded_at.eq(task.reminded_at.map(Instant::utc)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The sealed words of a task, where there are any.
pub fn note(tx: &mut Tx, id: ProviderTaskId) -> Result<Option<Sealed>> {
    let found: Option<Option<Vec<u8>>> =
        provider_tasks::table.find((tx.tenant()?, id)).select(provider_tasks::note).first(tx.conn()).optional()?;
    Ok(found.flatten().map(Sealed::from_bytes))
}

/// Where they stand.
pub fn place_of_note(tenant: TenantId, id: ProviderTaskId) -> Place<'static> {
    Place { tenant, table: "provider_task", column: "note", row: id.uuid(), generation: 0 }
}

fn sealed(tx: &mut WriteTx, vault: &Vault, task: &ProviderTask, note: &Personal) -> Result<Vec<u8>> {
    let sealer = vault.sealer::<RequestKey>(tx, task.id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a task's key does not seal: {}", shut.code())))?;
    Ok(sealer.seal_blob(&place_of_note(task.tenant, task.id), note.disclose().as_bytes())?.into_bytes())
}
