//! A month's files: ordered once the month is over, made tenant by tenant, and removed when their time is over or nobody
//! answers for them.

use bytes::Bytes;
use chrono::{Duration, NaiveDate};
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::actions::{place_of, shut};
use super::model::{self, Made, Report};
use super::queries;
use crate::floor::access::{Caller, Desk, One, Permission, Scope};
use crate::floor::blobs::{Found, Kind};
use crate::floor::datamap::spreadsheet;
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, Instant, Ref, ReportId, Result, TenantId};
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
        if !queries::finish(tx, &report, &made)? {
            return Err(Error::Conflict);
        }
        let event = Event::new("report.made", "report", report.id.uuid()).code("kind", report.kind.code());
        Ok(Witnessed::new((), event.count("rows", made.rows.unsigned_abs().into()).digest("file", &made.digest)))
    });
    done.await
}

/// How long a file may lie, or wait to be made, without anybody who answers for it: longer than any job takes.
const NOBODYS: Duration = Duration::days(1);

/// Files held against the rows at a time.
const AT_ONCE: usize = 5_000;

/// Removes files whose time is over: the file before its row, and its key with the row. Orders anew what was to be made and
/// was not, and removes what lies there and no row names: what somebody wrote who died before it stood in the row.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepReports {}

impl Job for SweepReports {
    const NAME: &'static str = "sweep_reports";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let desk = tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "reports").await?;
        let sweep = Sweep { run, tools, desk };
        sweep.take_what_is_over().await?;
        sweep.order_anew().await?;
        sweep.take_what_is_nobodys().await
    }
}

/// A sweep under way.
struct Sweep {
    run: Run,
    tools: Tools,
    desk: Scope<Desk>,
}

impl Sweep {
    async fn take_what_is_over(&self) -> Result<(), Halt> {
        let Self { tools, desk, .. } = self;
        let window = model::window(&tools.policy.in_force()?.policy);
        let Some(before) = model::beyond(tools.watch.now(), window, true) else { return Ok(()) };
        loop {
            let over = tools.ledger.desk(desk, move |tx| queries::of_before(tx, before)).await?;
            let mut removed = 0;
            for (tenant, id) in over {
                self.goes_on()?;
                match remove(tools, Ref::new(tenant, id)).await {
                    Ok(()) => removed += 1,
                    // Another run was first.
                    Err(Error::Conflict) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            if removed == 0 {
                return Ok(());
            }
        }
    }

    async fn order_anew(&self) -> Result<(), Halt> {
        let Self { tools, desk, .. } = self;
        let before = tools.watch.now().plus(-NOBODYS);
        for (tenant, month) in tools.ledger.desk(desk, move |tx| queries::late(tx, before)).await? {
            self.goes_on()?;
            match renew(tools, tenant, (month, before)).await {
                // They were made meanwhile.
                Ok(()) | Err(Error::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    async fn take_what_is_nobodys(&self) -> Result<(), Halt> {
        let Self { tools, desk, run } = self;
        let before = tools.watch.now().plus(-NOBODYS);
        let is_old = move |found: &Found| std::future::ready(found.at < before);
        let files = tools.blobs.list(Kind::Report).try_filter(is_old).map_ok(|found| found.blob);
        let (mut files, mut removed) = (files.try_chunks(AT_ONCE), 0);
        while let Some(some) = files.next().await {
            let some = some.map_err(|broken_off| broken_off.1)?;
            for blob in tools.ledger.desk(desk, move |tx| queries::unnamed(tx, &some)).await? {
                self.goes_on()?;
                tools.blobs.delete(blob).await?;
                removed += 1;
            }
        }
        if removed > 0 {
            let told = Event::new("reports.cleared", "house", TenantId::HOUSE.uuid()).count("files", removed);
            tools.ledger.write(run.scope()?, move |_| Ok(Witnessed::new((), told))).await?;
        }
        Ok(())
    }

    fn goes_on(&self) -> Result<(), Halt> {
        if self.run.is_stopping() { Err(Halt::GiveBack) } else { Ok(()) }
    }
}

async fn renew(tools: &Tools, tenant: TenantId, (month, before): (NaiveDate, Instant)) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let renewed = tools.ledger.write(scope, move |tx| {
        let reports = queries::renew(tx, month, before)?;
        if reports == 0 {
            return Err(Error::Conflict);
        }
        jobs::enqueue(tx, &MakeReports { month })?;
        let event = Event::new("reports.ordered_anew", "tenant", tenant.uuid());
        Ok(Witnessed::new((), event.count("reports", reports)))
    });
    renewed.await
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
