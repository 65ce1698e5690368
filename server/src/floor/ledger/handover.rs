//! What a write hands to the workers: its jobs, inserted together at its very end with one touch of the tenant's lane,
//! so that the lane's row is locked for as short as can be. It decides nothing about how jobs run.

use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::statement::statement;
use super::tx::WriteTx;
use crate::floor::kernel::{Instant, JobId, Result};

/// A job on its way into the pinned tenant's lane.
#[derive(Debug, Clone)]
pub struct Handover {
    pub id: JobId,
    pub name: String,
    pub payload: String,
    /// Not before; at once where nothing is said.
    pub due: Option<Instant>,
}

/// Inserts what was gathered. Whoever claims from the lane waits for the lane's row, and then sees the jobs.
pub(super) fn flush(tx: &mut WriteTx) -> Result<bool> {
    let handed = std::mem::take(&mut tx.handed);
    if handed.is_empty() {
        return Ok(false);
    }
    let tenant = tx.tenant()?;
    let held = tx.held_now().map(Instant::micros);
    let (mut ids, mut names, mut payloads, mut dues) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for job in handed {
        ids.push(job.id);
        names.push(job.name);
        payloads.push(job.payload);
        dues.push(job.due.map(Instant::utc));
    }
    statement(FLUSH)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<BigInt>, _>(held)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(names)
        .bind::<Array<Text>, _>(payloads)
        .bind::<Array<Nullable<Timestamptz>>, _>(dues)
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
    Ok(true)
}

const FLUSH: &str = "
with handed as (
  insert into jobs (tenant_id, id, name, payload, due_at)
  select ?, h.id, h.name, h.payload,
         coalesce(h.due_at, timestamptz 'epoch' + ? * interval '1 microsecond', transaction_timestamp())
    from unnest(?, ?, ?, ?) as h (id, name, payload, due_at)
  returning due_at
)
insert into lanes (tenant_id, due_at)
select ?, min(due_at) from handed
on conflict on constraint lanes_pk do update set due_at = least(lanes.due_at, excluded.due_at)";
