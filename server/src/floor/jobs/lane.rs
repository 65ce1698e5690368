//! Lanes: which tenant's turn it is, and the recount that keeps a lane's row true. Each query here holds the lane's row
//! before it touches a job, so all who take from a lane take turns; it never locks two lanes.

use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Instant, Result, TenantId};
use crate::floor::ledger::{WriteTx, statement};

/// The lane whose turn it is, its row locked.
pub(super) struct Turn {
    pub tenant_id: TenantId,
    /// How many more may be in flight.
    pub room: i32,
    /// How many lanes wanted this turn.
    pub contenders: i64,
}

/// Fewest in flight first, then those whose work was due before and is tried again, then the earliest due.
pub(super) fn take_turn(tx: &mut WriteTx, suspects: bool) -> Result<Option<Turn>> {
    let asked = ask_turn(tx, TURN_SKIPPING, suspects)?;
    if asked.contenders > 0 && asked.tenant_id.is_none() {
        // A lane that many write to is rarely unlocked at the very moment; rather than pass it by for ever, wait for it.
        return Ok(ask_turn(tx, TURN_WAITING, suspects)?.turn());
    }
    Ok(asked.turn())
}

fn ask_turn(tx: &mut WriteTx, sql: &'static str, suspects: bool) -> Result<Asked> {
    let held = tx.held_now().map(Instant::micros);
    Ok(statement(sql).bind::<Nullable<BigInt>, _>(held).bind::<Bool, _>(suspects).get_result(tx.conn())?)
}

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant_id: Option<TenantId>,
    #[diesel(sql_type = Nullable<Integer>)]
    room: Option<i32>,
    #[diesel(sql_type = BigInt)]
    contenders: i64,
}

impl Asked {
    fn turn(self) -> Option<Turn> {
        Some(Turn { tenant_id: self.tenant_id?, room: self.room?, contenders: self.contenders })
    }
}

macro_rules! turn {
    ($lock:literal) => {
        concat!(
            "
with asked as (
  select coalesce(timestamptz 'epoch' + ? * interval '1 microsecond', transaction_timestamp()) as now, ?::bool as suspects
), due as (
  select count(*) as contenders from lanes o, asked
   where o.in_flight < o.cap
     and (o.due_at <= asked.now or o.retry_at <= statement_timestamp()
          or (asked.suspects and o.suspect_at <= statement_timestamp()))
), taken as (
  select l.tenant_id, l.cap - l.in_flight as room from lanes l, asked
   where l.in_flight < l.cap
     and (l.due_at <= asked.now or l.retry_at <= statement_timestamp()
          or (asked.suspects and l.suspect_at <= statement_timestamp()))
   order by l.in_flight, case when l.due_at <= asked.now then l.due_at end nulls first, l.tenant_id
   limit 1 for update of l ",
            $lock,
            "
)
select taken.tenant_id, taken.room, due.contenders from due left join taken on true"
        )
    };
}

const TURN_SKIPPING: &str = turn!("skip locked");
const TURN_WAITING: &str = turn!("");

/// Counts the pinned lane anew, exactly, because whoever holds its row is the only one who changes what is counted.
pub(super) fn recount(tx: &mut WriteTx) -> Result<()> {
    let tenant = tx.tenant()?;
    let mut recount = statement(RECOUNT);
    for _ in 0..6 {
        recount = recount.bind::<SqlUuid, _>(tenant);
    }
    recount.execute(tx.conn())?;
    Ok(())
}

// `min()` would read the whole lane: row security keeps Postgres from answering it by the first entry of an index.
const RECOUNT: &str = "
update lanes
   set in_flight = (select count(*) from jobs where tenant_id = ? and state = 'running'),
       leased_until = (select leased_until from jobs where tenant_id = ? and state = 'running'
                        order by leased_until limit 1),
       due_at = (select due_at from jobs where tenant_id = ? and state = 'ready' and retry_at is null
                  order by due_at, id limit 1),
       retry_at = (select retry_at from jobs
                    where tenant_id = ? and state = 'ready' and retry_at is not null and crashes = 0
                    order by retry_at, id limit 1),
       suspect_at = (select retry_at from jobs
                      where tenant_id = ? and state = 'ready' and retry_at is not null and crashes > 0
                      order by retry_at, id limit 1)
 where tenant_id = ?";
