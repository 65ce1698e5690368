//! Cancelling: the jobs of what is gone. Those that wait never begin; those that run lose their fence, so that they
//! commit nothing more. It asks nobody's leave and stops no effect outside that is under way.

use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::Job;
use crate::floor::kernel::Result;
use crate::floor::ledger::{Tx, WriteTx, statement};

/// Cancels the pinned tenant's jobs whose payload names this id, and says how many.
///
/// A worker's write holds the lane, then the chain's head, then its job: whoever takes jobs away from workers takes the
/// same way, or the two wait for each other.
pub fn cancel(tx: &mut WriteTx, of: Uuid) -> Result<u64> {
    take_away(tx, of, None)
}

/// Cancels the pinned tenant's jobs of one kind whose payload names this id, in the same way.
pub fn stop<J: Job>(tx: &mut WriteTx, of: Uuid) -> Result<u64> {
    take_away(tx, of, Some(J::NAME))
}

fn take_away(tx: &mut WriteTx, of: Uuid, name: Option<&'static str>) -> Result<u64> {
    let tenant = tx.tenant()?;
    for held in [
        "select tenant_id from lanes where tenant_id = ? for update",
        "select tenant_id from audit_heads where tenant_id = ? for update",
    ] {
        statement(held).bind::<SqlUuid, _>(tenant).execute(tx.conn())?;
    }
    let cancelled = statement(CANCEL)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(of.to_string())
        .bind::<Nullable<Text>, _>(name)
        .bind::<Nullable<Text>, _>(name)
        .bind::<SqlUuid, _>(tenant)
        .get_result::<Cancelled>(tx.conn())?;
    Ok(cancelled.jobs.unsigned_abs())
}

// Each arm is what one index has, so that the jobs that ended, of which there are ever more, are not read.
const CANCEL: &str = "
with named as (
  select id, state = 'running' as ran from jobs
   where tenant_id = ? and (state = 'ready' and retry_at is null or state = 'ready' and retry_at is not null or state = 'running')
     and position(? in payload) > 0 and (?::text is null or name = ?)
   for update
), cancelled as (
  update jobs j
     set state = 'cancelled', fence = null, leased_until = null, retry_at = null, ended_at = statement_timestamp(),
         code = 'CANCELLED'
    from named
   where j.tenant_id = ? and j.id = named.id
  returning j.tenant_id, j.id, j.attempt, j.started_at, named.ran
), told as (
  insert into job_attempts (tenant_id, job_id, attempt, started_at, ended_at, fate, code)
  select tenant_id, id, attempt, started_at, statement_timestamp(), 'cancelled', 'CANCELLED' from cancelled where ran
)
select count(*) as jobs from cancelled";

/// How many of the pinned tenant's jobs that wait or run name one of these ids in their payload.
pub fn naming(tx: &mut Tx, of: &[Uuid]) -> Result<i64> {
    let named = statement(
        "select count(*) as jobs from jobs j
          where j.tenant_id = ?
            and (j.state = 'ready' and j.retry_at is null or j.state = 'ready' and j.retry_at is not null or j.state = 'running')
            and exists (select from unnest(?) as named (id) where position(named.id::text in j.payload) > 0)",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(of.to_vec())
    .get_result::<Cancelled>(tx.conn())?;
    Ok(named.jobs)
}

/// Whether a job of one kind waits that names this id in its payload. One that runs does not wait.
pub fn waits<J: Job>(tx: &mut Tx, of: Uuid) -> Result<bool> {
    let named = statement(
        "select count(*) as jobs from jobs
          where tenant_id = ? and (state = 'ready' and retry_at is null or state = 'ready' and retry_at is not null)
            and name = ? and position(? in payload) > 0",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Text, _>(J::NAME)
    .bind::<Text, _>(of.to_string())
    .get_result::<Cancelled>(tx.conn())?;
    Ok(named.jobs > 0)
}

/// Whether somebody is at a job of one kind that names this id in its payload, or takes it up by themselves: it runs, or is
/// due. One that waits for its day is nobody's work yet.
pub fn is_at_work<J: Job>(tx: &mut Tx, of: Uuid) -> Result<bool> {
    let now = tx.now()?.utc();
    let named = statement(
        "select count(*) as jobs from jobs
          where tenant_id = ? and (state = 'running' or state = 'ready' and due_at <= ?)
            and name = ? and position(? in payload) > 0",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(J::NAME)
    .bind::<Text, _>(of.to_string())
    .get_result::<Cancelled>(tx.conn())?;
    Ok(named.jobs > 0)
}

/// Whether a worker is at a job of one kind right now that names this id in its payload.
pub fn is_running<J: Job>(tx: &mut Tx, of: Uuid) -> Result<bool> {
    let named = statement(
        "select count(*) as jobs from jobs
          where tenant_id = ? and state = 'running' and name = ? and position(? in payload) > 0",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Text, _>(J::NAME)
    .bind::<Text, _>(of.to_string())
    .get_result::<Cancelled>(tx.conn())?;
    Ok(named.jobs > 0)
}

#[derive(QueryableByName)]
struct Cancelled {
    #[diesel(sql_type = BigInt)]
    jobs: i64,
}
