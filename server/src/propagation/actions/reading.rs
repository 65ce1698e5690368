//! How recipients stand: for whoever goes on with a request, and for people.

use super::super::model::{Attempt, RecipientWay, Task, Told};
use super::super::queries::{attempts, tasks, ways};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, RecipientTaskId, Ref, RequestId, Result, TenantId};
use crate::floor::ledger::Tx;
use crate::floor::tools::Tools;

/// The most that is told of what was done for one task.
const ATTEMPTS: i64 = 50;

/// How the recipients of a request stand.
pub fn tasks_of(tx: &mut Tx, request: RequestId) -> Result<Vec<Told>> {
    Ok(tasks::of_request(tx, request)?.into_iter().map(Task::told).collect())
}

/// Whether every recipient of a request has ended.
pub fn all_ended(tx: &mut Tx, request: RequestId) -> Result<bool> {
    Ok(tasks::open_of(tx, request)? == 0)
}

/// A task with what was done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub task: Task,
    /// The last of it, newest first.
    pub attempts: Vec<Attempt>,
}

/// One task.
pub async fn find_task(tools: &Tools, caller: &Caller, at: Ref<RecipientTaskId>) -> Result<Option<Shown>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let read = tools.ledger.read(&scope, move |tx| {
        let Some(task) = tasks::one(tx, at.id)? else { return Ok(None) };
        let attempts = attempts::of(tx, at.id, ATTEMPTS)?;
        Ok(Some(Shown { task, attempts }))
    });
    read.await
}

/// The tasks of a request, for whoever may see it.
pub async fn tasks_of_request(tools: &Tools, at: Ref<RequestId>) -> Result<Vec<Task>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    tools.ledger.read(&scope, move |tx| tasks::of_request(tx, at.id)).await
}

/// What was done for a task, for whoever may see it.
pub async fn attempts_of(tools: &Tools, at: Ref<RecipientTaskId>) -> Result<Vec<Attempt>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    tools.ledger.read(&scope, move |tx| attempts::of(tx, at.id, ATTEMPTS)).await
}

/// A page of a tenant's tasks, oldest first, and how many there are.
pub async fn list_tasks(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    filter: tasks::Filter,
    page: Page,
) -> Result<(Vec<Task>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| tasks::list(tx, &filter, &page)).await
}

/// How a tenant's recipients are reached.
pub async fn list_ways(tools: &Tools, caller: &Caller, tenant: TenantId) -> Result<Vec<RecipientWay>> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, ways::all).await
}

/// A task that must be there.
pub async fn found(tools: &Tools, caller: &Caller, at: Ref<RecipientTaskId>) -> Result<Task> {
    let found = find_task(tools, caller, at).await?;
    found.map(|shown| shown.task).ok_or(Error::NotFound("recipient task"))
}
