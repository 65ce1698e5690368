//! Settling: what became of attempts, in one transaction per lane: the lane lets go of them, their rows say where they
//! stand, and each attempt is on record. An attempt whose fence is no longer its own settles nothing.

use std::collections::BTreeMap;

use diesel::RunQueryDsl;
use diesel::sql_types::{Array, Double, Integer, Nullable, Text, Uuid as SqlUuid};
use futures_util::future::join_all;

use super::claim::Claim;
use super::lane;
use super::model::{Ended, Fate, State, Verdict, judge};
use super::queue::Queue;
use crate::floor::kernel::{Result, TenantId};
use crate::floor::ledger::statement;

/// An attempt that ended, judged once: trying to settle it again throws no new dice.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub(super) claim: Claim,
    pub(super) verdict: Verdict,
}

impl Outcome {
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    pub fn fate(&self) -> Fate {
        self.verdict.fate
    }

    /// The code that stays with the job.
    pub fn code(&self) -> Option<&str> {
        self.verdict.code.as_deref()
    }
}

impl Queue {
    /// What follows from how a run ended.
    pub fn judge(&self, claim: Claim, ended: &Ended) -> Outcome {
        let verdict = judge(ended, claim.setbacks, &self.pace, rand::random());
        Outcome { claim, verdict }
    }

    /// Writes outcomes down. Returns how many were still the caller's to settle. Whatever one lane meets, the others are
    /// settled.
    pub async fn settle(&self, outcomes: &[Outcome]) -> Result<usize> {
        self.settle_lanes(outcomes).await.into_iter().map(|(_, settled)| settled).sum()
    }

    /// The same, and what each lane met. All at once, so that one that waits keeps no other waiting.
    pub(super) async fn settle_lanes(&self, outcomes: &[Outcome]) -> Vec<(TenantId, Result<usize>)> {
        let mut lanes: BTreeMap<TenantId, Vec<&Outcome>> = BTreeMap::new();
        for outcome in outcomes {
            lanes.entry(outcome.claim.job.tenant).or_default().push(outcome);
        }
        join_all(
            lanes
                .into_iter()
                .map(async |(tenant, outcomes)| (tenant, self.settle_lane(tenant, Columns::of(&outcomes)).await)),
        )
        .await
    }

    async fn settle_lane(&self, tenant: TenantId, columns: Columns) -> Result<usize> {
        self.ledger
            .bookkeep(Some(tenant), move |tx| {
                let (count, returns, ids) = (columns.ids.len(), columns.returns, columns.ids.clone());
                let settled = statement(SETTLE)
                    .bind::<Integer, _>(i32::try_from(count).unwrap_or(i32::MAX))
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<Array<SqlUuid>, _>(columns.ids)
                    .bind::<Array<SqlUuid>, _>(columns.fences)
                    .bind::<Array<Text>, _>(columns.fates)
                    .bind::<Array<Text>, _>(columns.states)
                    .bind::<Array<Double>, _>(columns.delays)
                    .bind::<Array<Integer>, _>(columns.faults)
                    .bind::<Array<Integer>, _>(columns.waits)
                    .bind::<Array<Nullable<Text>>, _>(columns.codes)
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<Array<SqlUuid>, _>(ids)
                    .execute(tx.conn())?;
                if returns || settled != count {
                    lane::recount(tx)?;
                }
                Ok(settled)
            })
            .await
    }
}

/// Outcomes of one lane, as arrays that one statement takes.
#[derive(Default)]
struct Columns {
    ids: Vec<uuid::Uuid>,
    fences: Vec<uuid::Uuid>,
    fates: Vec<&'static str>,
    states: Vec<&'static str>,
    delays: Vec<f64>,
    faults: Vec<i32>,
    waits: Vec<i32>,
    codes: Vec<Option<String>>,
    /// Whether one of them goes back into the lane.
    returns: bool,
}

impl Columns {
    fn of(outcomes: &[&Outcome]) -> Self {
        let mut columns = Self::default();
        for Outcome { claim, verdict } in outcomes {
            columns.ids.push(claim.job.id.uuid());
            columns.fences.push(claim.fence);
            columns.fates.push(verdict.fate.code());
            columns.states.push(verdict.state.code());
            columns.delays.push(verdict.delay.as_secs_f64());
            columns.faults.push(verdict.fault);
            columns.waits.push(verdict.wait);
            columns.codes.push(verdict.code.clone());
            columns.returns |= verdict.state == State::Ready;
        }
        columns
    }
}

// The ids a second time, because by them alone Postgres finds the rows without walking through the lane. It runs `lane`
// to the end before `settled` gets its first row, so the lane's row is locked before any job's.
const SETTLE: &str = "
with lane as (
  update lanes set in_flight = greatest(in_flight - ?, 0) where tenant_id = ? returning tenant_id
), settled as (
  update jobs j
     set state = told.state, fence = null, leased_until = null,
         retry_at = case when told.state = 'ready' then statement_timestamp() + told.delay * interval '1 second' end,
         ended_at = case when told.state <> 'ready' then statement_timestamp() end,
         faults = j.faults + told.fault, waits = j.waits + told.wait, code = told.code
    from lane, unnest(?, ?, ?, ?, ?, ?, ?, ?) as told (id, fence, fate, state, delay, fault, wait, code)
   where j.tenant_id = ? and j.id = any (?) and j.tenant_id = lane.tenant_id
     and j.id = told.id and j.fence = told.fence and j.state = 'running'
  returning j.tenant_id, j.id, j.attempt, j.started_at, told.fate, j.code
)
insert into job_attempts (tenant_id, job_id, attempt, started_at, ended_at, fate, code)
select tenant_id, id, attempt, started_at, statement_timestamp(), fate, code from settled";
