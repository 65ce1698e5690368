//! What a caller may see of apps. One who is of the desk sees all of them as the desk does; everyone else sees those
//! within his bounds. A credential is seen by nobody.

use std::collections::HashMap;

use super::super::model::{App, ProviderTask, Receipt};
use super::super::queries::{Filter, Order, apps, tasks};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{AppId, Error, ProviderTaskId, ReceiptId, Ref, Result, TenantId};
use crate::floor::ledger::Tx;
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant};

/// An app with all that hangs on it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub app: App,
    pub tenant: Tenant,
    pub receipt: Option<Receipt>,
    pub tasks: Vec<ProviderTask>,
}

/// How many apps a tenant may connect, and how many it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    pub limit: i32,
    pub taken: i32,
}

/// One app.
pub async fn find_app(tools: &Tools, caller: &Caller, at: Ref<AppId>) -> Result<Option<Shown>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| with_app(tx, Some(at.id))).await
}

/// The app that left this receipt.
pub async fn find_receipt(tools: &Tools, caller: &Caller, at: Ref<ReceiptId>) -> Result<Option<Shown>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = move |tx: &mut Tx| {
        let app = apps::of_receipt(tx, at.id)?;
        with_app(tx, app)
    };
    tools.ledger.read(&scope, found).await
}

/// The app whose provider has this task.
pub async fn find_task(tools: &Tools, caller: &Caller, at: Ref<ProviderTaskId>) -> Result<Option<Shown>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = move |tx: &mut Tx| {
        let task = tasks::one(tx, at.id)?;
        with_app(tx, task.map(|task| task.app))
    };
    tools.ledger.read(&scope, found).await
}

/// A changed app with all that hangs on it, for whoever changed it.
pub async fn shown(tools: &Tools, caller: &Caller, at: Ref<AppId>) -> Result<Shown> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| with_app(tx, Some(at.id))).await?;
    found.ok_or(Error::NotFound("app"))
}

/// The apps that exist for the caller, and how many there are in all.
pub async fn list_apps(
    tools: &Tools,
    caller: &Caller,
    filter: Filter,
    order: (Order, bool),
    page: Page,
) -> Result<(Vec<Shown>, i64)> {
    let (reach, adopted) = (caller.named(), tools.policy.in_force()?);
    let filter = Filter { reach: reach.map(<[_]>::to_vec), ..filter };
    let list = move |tx: &mut Tx| {
        let (rows, total) = apps::list(tx, (&filter, &adopted.policy), order, &page)?;
        Ok((whole(tx, rows)?, total))
    };
    match reach {
        None => {
            let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "apps").await?;
            tools.ledger.desk(&desk, list).await
        }
        Some([own]) => tools.ledger.read(&caller.permit(Permission::SeeTenants, *own)?, list).await,
        Some(named) => {
            let span = tools.ledger.span(caller.permit_span(Permission::SeeTenants, named)?, "apps").await?;
            tools.ledger.read(&span, list).await
        }
    }
}

/// The slots of a tenant.
pub async fn slots(tools: &Tools, caller: &Caller, tenant: TenantId) -> Result<Slots> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    let found =
        tools.ledger.read(&scope, move |tx| Ok(tenants::tenant(tx, tenant)?.zip(Some(apps::taken(tx)?)))).await?;
    let (tenant, taken) = found.ok_or(Error::NotFound("tenant"))?;
    Ok(Slots { limit: tenant.app_slots, taken: i32::try_from(taken).unwrap_or(i32::MAX) })
}

fn with_app(tx: &mut Tx, id: Option<AppId>) -> Result<Option<Shown>> {
    let Some(id) = id else { return Ok(None) };
    let app = apps::one(tx, id)?;
    Ok(whole(tx, app.into_iter().collect())?.pop())
}

/// Apps with what hangs on them: three questions for a whole page.
fn whole(tx: &mut Tx, apps: Vec<App>) -> Result<Vec<Shown>> {
    let mut ids: Vec<_> = apps.iter().map(|app| app.tenant).collect();
    ids.sort_unstable();
    ids.dedup();
    let tenants: HashMap<_, _> = tenants::tenants(tx, &ids)?.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    let receipts = super::super::queries::apps::receipts(tx, &apps)?;
    let mut receipts: HashMap<_, _> = receipts.into_iter().map(|receipt| (receipt.app, receipt)).collect();
    let mut of: HashMap<AppId, Vec<ProviderTask>> = HashMap::new();
    for task in tasks::of(tx, &apps)? {
        of.entry(task.app).or_default().push(task);
    }
    let shown = apps.into_iter().map(|app| {
        let tenant = tenants.get(&app.tenant).cloned().ok_or(Error::NotFound("tenant"))?;
        Ok(Shown { tenant, receipt: receipts.remove(&app.id), tasks: of.remove(&app.id).unwrap_or_default(), app })
    });
    shown.collect()
}
