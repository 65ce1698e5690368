//! Claiming: one lane's turn, then that lane's earliest jobs, each with its attempt counted and a fresh fence before
//! anything of it runs. A job that kills its worker has been counted by then.

use diesel::sql_types::{BigInt, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use tokio::time::Instant as Moment;
use uuid::Uuid;

use super::lane;
use super::model::Setbacks;
use super::queue::Queue;
use crate::floor::access::Lease;
use crate::floor::kernel::{Instant, JobId, Ref, Result, TenantId};
use crate::floor::ledger::{WriteTx, statement};

/// A job in a worker's hand.
#[derive(Debug, Clone)]
pub struct Claim {
    pub job: Ref<JobId>,
    pub name: String,
    /// One more than ever before; the first is 1.
    pub attempt: i32,
    pub due_at: Instant,
    /// Leases on it that ran out before.
    pub crashes: i32,
    pub(super) payload: String,
    pub(super) setbacks: Setbacks,
    pub(super) fence: Uuid,
    /// When this process must take the lease for lost, should it hear nothing more.
    pub(super) until: Moment,
}

impl Claim {
    /// What its writes are made under.
    pub fn lease(&self) -> Lease {
        Lease { job: self.job, fence: self.fence }
    }

    /// A job that crashed before. A worker runs one of these at a time, so that none takes the next down with it.
    pub fn is_suspect(&self) -> bool {
        self.crashes > 0
    }
}

impl Queue {
    /// Up to `wanted` jobs of the lane whose turn it is; none where nothing is due. Where several lanes wait, each turn
    /// is given its share only. At most one of them has crashed before, and none where `suspects` is [`Suspects::None`].
    pub async fn claim(&self, wanted: usize, suspects: Suspects) -> Result<Vec<Claim>> {
        let (lease, before) = (self.pace.lease, Moment::now());
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        self.ledger
            .bookkeep(None, move |tx| {
                let Some(turn) = lane::take_turn(tx, suspects == Suspects::One)? else {
                    return Ok(Vec::new());
                };
                let share = (wanted / turn.contenders.max(1)).clamp(1, i64::from(turn.room.max(1)));
                tx.pin(turn.tenant_id)?;
                let fence = fresh_fence();
                let rows = pick(tx, turn.tenant_id, share, suspects, fence, lease.as_secs_f64())?;
                lane::recount(tx)?;
                Ok(rows.into_iter().map(|row| row.claim(turn.tenant_id, fence, before + lease)).collect())
            })
            .await
    }
}

impl Queue {
    /// The earliest job of a lane that is due and names this id in its payload, whosever turn it is; none that crashed.
    pub(super) async fn claim_naming(&self, tenant: TenantId, of: Uuid) -> Result<Option<Claim>> {
        let (lease, before) = (self.pace.lease, Moment::now());
        let claimed = self.ledger.bookkeep(Some(tenant), move |tx| {
            let held = tx.held_now().map(Instant::micros);
            statement("select tenant_id from lanes where tenant_id = ? for update")
                .bind::<SqlUuid, _>(tenant)
                .execute(tx.conn())?;
            let fence = fresh_fence();
            let row: Option<Picked> = statement(PICK_NAMING)
                .bind::<SqlUuid, _>(tenant)
                .bind::<Text, _>(of.to_string())
                .bind::<Nullable<BigInt>, _>(held)
                .bind::<SqlUuid, _>(fence)
                .bind::<Double, _>(lease.as_secs_f64())
                .bind::<SqlUuid, _>(tenant)
                .get_result(tx.conn())
                .optional()?;
            lane::recount(tx)?;
            Ok(row.map(|row| row.claim(tenant, fence, before + lease)))
        });
        claimed.await
    }
}

/// Whether a claim may hold a job that crashed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspects {
    None,
    One,
}

fn fresh_fence() -> Uuid {
    Uuid::new_v4()
}

fn pick(
    tx: &mut WriteTx,
    tenant: TenantId,
    share: i64,
    suspects: Suspects,
    fence: Uuid,
    lease: f64,
) -> Result<Vec<Picked>> {
    let held = tx.held_now().map(Instant::micros);
    let mut rows: Vec<Picked> = statement(PICK)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<BigInt>, _>(held)
        .bind::<BigInt, _>(share)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(share)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(i64::from(suspects == Suspects::One))
        .bind::<BigInt, _>(share)
        .bind::<SqlUuid, _>(fence)
        .bind::<Double, _>(lease)
        .bind::<SqlUuid, _>(tenant)
        .load(tx.conn())?;
    rows.sort_by_key(|row| (row.due_at, row.id));
    Ok(rows)
}

// The rows are locked, so their places hold still: by place they are found at once, by id only if Postgres plans well,
// and for a table that fills and empties all day it often knows too little to.
const PICK: &str = "
with due as (
  select ctid as place, id, due_at from jobs
   where tenant_id = ? and state = 'ready' and retry_at is null
     and due_at <= coalesce(timestamptz 'epoch' + ? * interval '1 microsecond', transaction_timestamp())
   order by due_at, id limit ? for update skip locked
), again as (
  select ctid as place, id, due_at from jobs
   where tenant_id = ? and state = 'ready' and retry_at is not null and crashes = 0
     and retry_at <= statement_timestamp()
   order by retry_at, id limit ? for update skip locked
), suspect as (
  select ctid as place, id, due_at from jobs
   where tenant_id = ? and state = 'ready' and retry_at is not null and crashes > 0
     and retry_at <= statement_timestamp()
   order by retry_at, id limit ? for update skip locked
), picked as (
  select place from (select * from due union all select * from again union all select * from suspect) as ripe
   order by due_at, id limit ?
)
update jobs j
   set state = 'running', attempt = j.attempt + 1, fence = ?, retry_at = null,
       started_at = statement_timestamp(), leased_until = statement_timestamp() + ? * interval '1 second'
 where j.tenant_id = ? and j.ctid = any (array(select place from picked))
returning j.id, j.name, j.payload, j.attempt, j.due_at, j.crashes, j.faults, j.waits";

const PICK_NAMING: &str = "
with due as (
  select ctid as place from jobs
   where tenant_id = ? and state = 'ready' and crashes = 0 and position(? in payload) > 0
     and case when retry_at is null
              then due_at <= coalesce(timestamptz 'epoch' + ? * interval '1 microsecond', transaction_timestamp())
              else retry_at <= statement_timestamp() end
   order by due_at, id limit 1 for update skip locked
)
update jobs j
   set state = 'running', attempt = j.attempt + 1, fence = ?, retry_at = null,
       started_at = statement_timestamp(), leased_until = statement_timestamp() + ? * interval '1 second'
 where j.tenant_id = ? and j.ctid = any (array(select place from due))
returning j.id, j.name, j.payload, j.attempt, j.due_at, j.crashes, j.faults, j.waits";

#[derive(QueryableByName)]
struct Picked {
    #[diesel(sql_type = SqlUuid)]
    id: JobId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    payload: String,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Timestamptz)]
    due_at: chrono::DateTime<chrono::Utc>,
    #[diesel(sql_type = Integer)]
    crashes: i32,
    #[diesel(sql_type = Integer)]
    faults: i32,
    #[diesel(sql_type = Integer)]
    waits: i32,
}

impl Picked {
    fn claim(self, tenant: TenantId, fence: Uuid, until: Moment) -> Claim {
        Claim {
            job: Ref { tenant, id: self.id },
            name: self.name,
            attempt: self.attempt,
            due_at: Instant::from_utc(self.due_at),
            crashes: self.crashes,
            payload: self.payload,
            setbacks: Setbacks { faults: self.faults, waits: self.waits },
            fence,
            until,
        }
    }
}
