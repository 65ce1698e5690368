//! Checkpoints, and the ageing of the access book and of answers. All make something true and may be killed anywhere and run again.

use serde::{Deserialize, Serialize};

use super::model::{due, too_old};
use super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::journal::Mark;
use crate::floor::kernel::{Error, Instant, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Role, Witnessed, sweep_answers};

/// Writes down, outside Postgres and signed, where the chains end: a minute after the last time, or sooner when many
/// links came. A look that finds nothing due writes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checkpoint {}

impl Job for Checkpoint {
    const NAME: &'static str = "checkpoint";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        // The heads are read while nobody else may append, so no line can say an older thing than the one before.
        let turn = tools.journal.checkpoints.turn().await?;
        let (now, heads) = ends(&run.ledger).await?;
        let Some((checkpoint, astray)) = due(turn.standing(), &heads, now) else { return Ok(()) };
        if astray.chains > 0 {
            metrics::counter!("rightsdesk_chains_astray_total").increment(astray.chains.try_into().unwrap_or(u64::MAX));
            tracing::error!(chains = astray.chains, "chains end otherwise than a checkpoint says: run verify-audit");
        }
        turn.append(checkpoint, &tools.vault.sign_key()?).await?;
        metrics::counter!("rightsdesk_checkpoints_total").increment(1);
        Ok(())
    }
}

/// Where all chains end, and when that was.
pub(super) async fn ends(ledger: &Ledger) -> Result<(Instant, Vec<Mark>)> {
    ledger.as_role(Role::Desk).bookkeep(None, |tx| Ok((tx.now()?, queries::heads(tx)?))).await
}

/// Deletes what the access book keeps no longer, tenant by tenant, and says so in each one's chain.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepAccesses {}

impl Job for SweepAccesses {
    const NAME: &'static str = "sweep_accesses";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let months = run.tools()?.keeping.access_months;
        let heads = run.ledger.as_role(Role::Desk).bookkeep(None, |tx| queries::heads(tx)).await?;
        for Mark { tenant, .. } in heads {
            while sweep(&run.ledger, tenant, months).await? {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
            }
        }
        Ok(())
    }
}

/// Deletes what repeated calls are answered with after a day, tenant by tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepAnswers {}

impl Job for SweepAnswers {
    const NAME: &'static str = "sweep_answers";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let heads = run.ledger.as_role(Role::Desk).bookkeep(None, |tx| queries::heads(tx)).await?;
        for Mark { tenant, .. } in heads {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            run.ledger.bookkeep(Some(tenant), sweep_answers).await?;
        }
        Ok(())
    }
}

/// A batch and the event that tells of it. `false` where nothing was old enough.
async fn sweep(ledger: &Ledger, tenant: TenantId, months: u32) -> Result<bool> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let swept = ledger.write(scope, move |tx| {
        let now = tx.now()?;
        match queries::sweep_accesses(tx, too_old(now, months))? {
            0 => Err(Error::NotFound(NOTHING)),
            rows => {
                let told = Event::new("accesses.swept", "tenant", tenant.uuid());
                Ok(Witnessed::new((), told.count("rows", rows.try_into().unwrap_or(u64::MAX))))
            }
        }
    });
    match swept.await {
        Ok(()) => Ok(true),
        Err(Error::NotFound(NOTHING)) => Ok(false),
        Err(error) => Err(error),
    }
}

const NOTHING: &str = "old access";
