//! A month's files: ordered once the month is over, made tenant by tenant, and removed when their time is over.

use bytes::Bytes;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::actions::{place_of, shut};
use super::model::{self, Made, Report};
use super::queries;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::datamap::spreadsheet;
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, Ref, ReportId, Result, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::floor::vault::RequestKey;

/// Orders the files of the last month for every tenant that has none of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderReports {}

impl Job for OrderReports {
    const NAME: &'static str = "order_reports";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        if !model::are_promised(&tools.policy.in_force()?.policy) {
            return Ok(());
        }
        let month = model::last_month(tools.watch.now());
        let desk = tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "reports").await?;
        for tenant in tools.ledger.desk(&desk, move |tx| queries::without(tx, month)).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            match order(&tools, tenant, month).await {
                // Another run was first.
                Ok(()) | Err(Error::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }
}

async fn order(tools: &Tools, tenant: TenantId, month: NaiveDate) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let ordered = tools.ledger.write(scope, move |tx| {
        let reports = queries::order(tx, month)?;
        if reports == 0 {
            return Err(Error::Conflict);
        }
        jobs::enqueue(tx, &MakeReports { month })?;
        let event = Event::new("reports.ordered", "tenant", tenant.uuid());
        Ok(Witnessed::new((), event.count("reports", reports)))
    });
    ordered.await
}

/// Makes the files of a month that are not there yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeReports {
    pub month: NaiveDate,
}

impl Job for MakeReports {
    const NAME: &'static str = "make_reports";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, month) = (run.scope()?, run.tools()?, self.month);
        for report in tools.ledger.read(&lane, move |tx| queries::unmade(tx, month)).await? {
            run.hold().await?;
            make(&tools, &lane, report).await?;
        }
        Ok(())
    }
}

/// The file lies there before its row says so.
async fn make(tools: &Tools, lane: &Scope<One>, report: Report) -> Result<()> {
    let (vault, of, now) = (tools.vault.clone(), report.clone(), tools.watch.now());
    let written = tools.ledger.write(lane.clone(), move |tx| {
        let lines = queries::lines(tx, of.kind, of.month)?;
        let rows = i32::try_from(lines.len()).unwrap_or(i32::MAX);
        let head = of.kind.head().iter().map(|&cell| cell.to_owned()).collect();
        let text = spreadsheet(&std::iter::once(head).chain(lines).collect::<Vec<_>>())?;
        let sealer = vault.sealer::<RequestKey>(tx, of.id.uuid())?.map_err(shut)?;
        let envelope = sealer.seal_blob(&place_of(Ref::new(of.tenant, of.id)), text.as_bytes())?;
        let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
        let made = Made { at: now, rows, bytes, digest: Sha256::digest(text.as_bytes()).into() };
        let event = Event::new("report.begun", "report", of.id.uuid()).code("kind", of.kind.code());
        Ok(Witnessed::new((envelope.into_bytes(), made), event))
    });
    let (sealed, made) = written.await?;
    tools.blobs.put_bytes(report.blob(), Bytes::from(sealed)).await?;
    let done = tools.ledger.write(lane.clone(), move |tx| {
        if !queries::finish(tx, report.id, &made)? {
            return Err(Error::Conflict);
        }
        let event = Event::new("report.made", "report", report.id.uuid()).code("kind", report.kind.code());
        Ok(Witnessed::new((), event.count("rows", made.rows.unsigned_abs().into()).digest("file", &made.digest)))
    });
    done.await
}

/// Removes files whose time is over: the file before its row, and its key with the row.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepReports {}

impl Job for SweepReports {
    const NAME: &'static str = "sweep_reports";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let window = model::window(&tools.policy.in_force()?.policy);
        let Some(before) = model::beyond(tools.watch.now(), window, true) else { return Ok(()) };
        let desk = tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "reports").await?;
        for (tenant, id) in tools.ledger.desk(&desk, move |tx| queries::made_before(tx, before)).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            match remove(&tools, Ref::new(tenant, id)).await {
                Ok(()) | Err(Error::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }
}

async fn remove(tools: &Tools, at: Ref<ReportId>) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let report = tools.ledger.read(&scope, move |tx| queries::one(tx, at.id)).await?.ok_or(Error::Conflict)?;
    tools.blobs.delete(report.blob()).await?;
    let vault = tools.vault.clone();
    let gone = tools.ledger.write(scope, move |tx| {
        vault.forget::<RequestKey>(tx, at.id.uuid())?;
        if !queries::remove(tx, at.id)? {
            return Err(Error::Conflict);
        }
        let event = Event::new("report.removed", "report", at.id.uuid());
        Ok(Witnessed::new((), event.code("kind", report.kind.code())))
    });
    gone.await
}
