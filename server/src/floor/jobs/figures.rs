//! The queue in figures: jobs by state and age, lanes that wait. Read as the desk's role, which sees facts of every
//! tenant and no payload.

use diesel::sql_types::{BigInt, Double, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl};

use super::Queue;
use super::model::State;
use crate::floor::kernel::{Instant, Result};
use crate::floor::ledger::{Role, statement};

/// How many jobs stand in a state, and for how long the longest.
#[derive(Debug, Clone, Copy, PartialEq, QueryableByName)]
pub struct Standing {
    #[diesel(sql_type = Text)]
    pub state: State,
    #[diesel(sql_type = BigInt)]
    pub jobs: i64,
    /// Seconds past due for ready jobs, since the claim for running ones, since the end for those given up.
    #[diesel(sql_type = Double)]
    pub age: f64,
}

impl Queue {
    /// Every state but those of work that is over and well, whose number only says how much is kept.
    pub async fn figures(&self) -> Result<Vec<Standing>> {
        let desk = self.ledger.as_role(Role::Desk);
        desk.bookkeep(None, |tx| {
            let held = tx.held_now().map(Instant::micros);
            Ok(statement(STANDINGS).bind::<Nullable<BigInt>, _>(held).load::<Standing>(tx.conn())?)
        })
        .await
    }

    /// Lanes with work that is due and nothing of theirs in flight.
    pub async fn lanes_waiting(&self) -> Result<i64> {
        let desk = self.ledger.as_role(Role::Desk);
        desk.bookkeep(None, |tx| {
            let held = tx.held_now().map(Instant::micros);
            let lanes = statement(LANES).bind::<Nullable<BigInt>, _>(held).get_result::<Lanes>(tx.conn())?;
            Ok(lanes.waiting)
        })
        .await
    }

    /// Publishes both as gauges.
    pub async fn publish(&self) -> Result<()> {
        let standings = self.figures().await?;
        for state in State::ALL.iter().filter(|state| !matches!(state, State::Done | State::Cancelled)) {
            let standing = standings.iter().find(|standing| standing.state == *state);
            let (jobs, age) = standing.map_or((0, 0.0), |standing| (standing.jobs, standing.age));
            metrics::gauge!("rightsdesk_jobs", "state" => state.code()).set(count(jobs));
            metrics::gauge!("rightsdesk_jobs_oldest_seconds", "state" => state.code()).set(age.max(0.0));
        }
        metrics::gauge!("rightsdesk_jobs_lanes_waiting").set(count(self.lanes_waiting().await?));
        Ok(())
    }
}

fn count(rows: i64) -> f64 {
    f64::from(i32::try_from(rows).unwrap_or(i32::MAX))
}

const STANDINGS: &str = "
with asked as (
  select coalesce(timestamptz 'epoch' + ? * interval '1 microsecond', transaction_timestamp()) as now
), standing as (
  select 'ready' as state, count(*) as jobs, asked.now - min(due_at) as age
    from jobs, asked where state = 'ready' and retry_at is null group by asked.now
  union all
  select 'ready', count(*), asked.now - min(due_at)
    from jobs, asked where state = 'ready' and retry_at is not null group by asked.now
  union all
  select 'running', count(*), statement_timestamp() - min(started_at) from jobs where state = 'running'
  union all
  select state, count(*), statement_timestamp() - min(ended_at)
    from jobs where state in ('dead', 'quarantined') group by state
)
select state, sum(jobs)::bigint as jobs, coalesce(extract(epoch from max(age)), 0)::float8 as age
  from standing group by state having sum(jobs) > 0";

const LANES: &str = "
select count(*) as waiting from lanes
 where in_flight = 0
   and (due_at <= coalesce(timestamptz 'epoch' + ? * interval '1 microsecond', transaction_timestamp())
        or retry_at <= statement_timestamp() or suspect_at <= statement_timestamp())";

#[derive(QueryableByName)]
struct Lanes {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}
