//! Rescue: jobs whose lease ran out go back into their lane, and out of everybody's way when that happened too often.
//! It looks only into lanes whose earliest lease may have ended, a page at a time.

use diesel::sql_types::{Array, BigInt, Double, Integer, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::lane;
use super::model::Fate;
use super::queue::Queue;
use crate::floor::kernel::{Error, JobId, Ref, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

const PAGE: i64 = 500;

impl Queue {
    /// Rescues what can be rescued now. Returns how many were given another attempt, and how many were not.
    pub async fn rescue(&self) -> Result<Rescued> {
        let mut total = Rescued::default();
        while let Some(page) = self.rescue_page().await? {
            total.returned += page.returned;
            total.quarantined += page.quarantined;
        }
        Ok(total)
    }

    async fn rescue_page(&self) -> Result<Option<Rescued>> {
        let crashes = self.pace.crashes;
        let delay = self.pace.backoff(0, rand::random()).as_secs_f64();
        self.ledger
            .bookkeep(None, move |tx| {
                let lane = statement(LANE).get_result::<Lane>(tx.conn()).optional()?;
                let Some(Lane { tenant_id: tenant }) = lane else { return Ok(None) };
                tx.pin(tenant)?;
                let fates = statement(RESCUE)
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<BigInt, _>(PAGE)
                    .bind::<Integer, _>(crashes)
                    .bind::<Double, _>(delay)
                    .bind::<SqlUuid, _>(tenant)
                    .load::<Attempt>(tx.conn())?;
                lane::recount(tx)?;
                let quarantined = fates.iter().filter(|attempt| attempt.fate == Fate::Quarantined).count();
                Ok(Some(Rescued { returned: fates.len() - quarantined, quarantined }))
            })
            .await
    }
}

/// What a rescue came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rescued {
    pub returned: usize,
    pub quarantined: usize,
}

const LANE: &str = "
select tenant_id from lanes
 where leased_until <= statement_timestamp()
 order by leased_until limit 1 for update skip locked";

const RESCUE: &str = "
with lost as (
  select ctid as place from jobs
   where tenant_id = ? and state = 'running' and leased_until <= statement_timestamp()
   order by leased_until limit ? for update
), spent as (
  select ?::int as crashes
), rescued as (
  update jobs j
     set state = case when j.crashes + 1 >= spent.crashes then 'quarantined' else 'ready' end,
         crashes = j.crashes + 1, fence = null, leased_until = null, code = 'CRASHED',
         retry_at = case when j.crashes + 1 < spent.crashes then statement_timestamp() + ? * interval '1 second' end,
         ended_at = case when j.crashes + 1 >= spent.crashes then statement_timestamp() end
    from spent
   where j.tenant_id = ? and j.ctid = any (array(select place from lost))
  returning j.tenant_id, j.id, j.attempt, j.started_at, j.state, j.code
)
insert into job_attempts (tenant_id, job_id, attempt, started_at, ended_at, fate, code)
select tenant_id, id, attempt, started_at, statement_timestamp(),
       case when state = 'quarantined' then 'quarantined' else 'crashed' end, code
  from rescued
returning fate";

#[derive(QueryableByName)]
struct Lane {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}

#[derive(QueryableByName)]
struct Attempt {
    #[diesel(sql_type = Text)]
    fate: Fate,
}

#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: JobId,
}

/// Jobs of these kinds that were given up or quarantined and have lain for a while: the longer, the oftener that happened to
/// them, and not the oftener they were tried, since whoever only waited for an answer harmed nobody. What may not lie until
/// a person comes is put back from here; one that kills its workers does so ever more seldom. For the desk.
pub fn given_up(tx: &mut Tx, names: &[&'static str], most: i64) -> Result<Vec<Ref<JobId>>> {
    let rows =
        statement(GIVEN_UP).bind::<Array<Text>, _>(names.to_vec()).bind::<BigInt, _>(most).load::<Given>(tx.conn())?;
    Ok(rows.into_iter().map(|row| Ref::new(row.tenant_id, row.id)).collect())
}

// Five seconds the first time, twice as long each time after it, six hours at most.
const GIVEN_UP: &str = "
select j.tenant_id, j.id from jobs j
 where j.state in ('dead', 'quarantined') and j.name = any(?)
   and j.ended_at <= statement_timestamp() - interval '1 second' * least(21600, 2.5 * power(2, (
         select least(20, count(*)) from job_attempts a
          where a.tenant_id = j.tenant_id and a.job_id = j.id and a.fate in ('dead', 'quarantined'))))
 order by j.ended_at, j.id limit ?";

/// Puts a job that was given up back, unless another that is the same waits or runs: then nobody wants this one any more.
/// Whether it was put back.
pub fn reopen_alone(tx: &mut WriteTx, id: JobId) -> Result<bool> {
    let tenant = tx.tenant()?;
    let dropped = statement(DROP_TWIN)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
    if dropped == 0 {
        reopen(tx, id)?;
    }
    Ok(dropped == 0)
}

const DROP_TWIN: &str = "
update jobs g set state = 'cancelled', code = 'CANCELLED'
 where g.tenant_id = ? and g.id = ? and g.state in ('dead', 'quarantined')
   and exists (select from jobs t
                where t.tenant_id = ? and t.name = g.name and t.payload = g.payload and t.id <> g.id
                  and (t.state = 'running' or t.state = 'ready' and t.retry_at is null
                       or t.state = 'ready' and t.retry_at is not null))";

/// Puts a job that was given up or quarantined back into the pinned tenant's lane, with a clean slate. Its attempts stay
/// on record.
pub fn reopen(tx: &mut WriteTx, id: JobId) -> Result<()> {
    let tenant = tx.tenant()?;
    let reopened = statement(REOPEN)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
    if reopened == 1 { Ok(()) } else { Err(Error::NotFound("job that was given up")) }
}

const REOPEN: &str = "
with reopened as (
  update jobs
     set state = 'ready', crashes = 0, faults = 0, waits = 0, ended_at = null, code = null
   where tenant_id = ? and id = ? and state in ('dead', 'quarantined')
  returning due_at
)
insert into lanes (tenant_id, due_at)
select ?, due_at from reopened
on conflict on constraint lanes_pk do update set due_at = least(lanes.due_at, excluded.due_at)";
