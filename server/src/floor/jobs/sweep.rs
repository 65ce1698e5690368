//! Upkeep of the queue itself: jobs that were done or cancelled long enough ago go, and their attempts with them. What was given up
//! or quarantined stays until a person has decided.

use std::time::Duration;

use diesel::sql_types::{BigInt, Double, Nullable, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use serde::{Deserialize, Serialize};

use super::{Halt, Job, Run};
use crate::floor::kernel::{Result, TenantId};
use crate::floor::ledger::{Ledger, Role, statement};

/// How long a job that was done can still be looked up.
const KEEP: Duration = Duration::from_hours(14 * 24);
const PAGE: i64 = 1_000;

/// Deletes done and cancelled jobs past their keep, in every lane.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepJobs {}

impl Job for SweepJobs {
    const NAME: &'static str = "sweep_jobs";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let ledger = run.ledger.as_role(Role::Dispatcher);
        let mut swept = None;
        loop {
            let lanes = lanes_after(&ledger, swept).await?;
            if lanes.is_empty() {
                return Ok(());
            }
            for lane in lanes {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                while sweep_page(&ledger, lane).await? {}
                swept = Some(lane);
            }
        }
    }
}

async fn lanes_after(ledger: &Ledger, swept: Option<TenantId>) -> Result<Vec<TenantId>> {
    let lanes = ledger.bookkeep(None, move |tx| {
        let lanes =
            statement(LANES).bind::<Nullable<SqlUuid>, _>(swept).bind::<BigInt, _>(PAGE).load::<Lane>(tx.conn())?;
        Ok(lanes.into_iter().map(|lane| lane.tenant_id).collect())
    });
    lanes.await
}

const LANES: &str = "
select l.tenant_id from lanes l, (select ?::uuid as tenant_id) as swept
 where swept.tenant_id is null or l.tenant_id > swept.tenant_id
 order by l.tenant_id limit ?";

/// Whether there may be more.
async fn sweep_page(ledger: &Ledger, lane: TenantId) -> Result<bool> {
    ledger
        .bookkeep(Some(lane), move |tx| {
            let swept = statement(SWEEP)
                .bind::<SqlUuid, _>(lane)
                .bind::<Double, _>(KEEP.as_secs_f64())
                .bind::<BigInt, _>(PAGE)
                .bind::<SqlUuid, _>(lane)
                .execute(tx.conn())?;
            Ok(i64::try_from(swept).is_ok_and(|swept| swept == PAGE))
        })
        .await
}

const SWEEP: &str = "
with old as (
  select ctid as place from jobs
   where tenant_id = ? and state in ('done', 'cancelled') and ended_at < statement_timestamp() - ? * interval '1 second'
   order by ended_at limit ? for update
)
delete from jobs where tenant_id = ? and ctid = any (array(select place from old)) and state in ('done', 'cancelled')";

#[derive(QueryableByName)]
struct Lane {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}
