//! Rows of calls that are under way. They go by the database's own clock, which all processes share.

use std::time::Duration;

use diesel::sql_types::{BigInt, Bool, Double, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Instant, Result, StoreCallId, StoreId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// Notes a call that is about to leave. `false` where the store's connection has ended: whoever ends it now is waited for.
pub fn begin(tx: &mut WriteTx, store: StoreId, id: StoreCallId, lease: Duration) -> Result<bool> {
    let tenant = tx.tenant()?;
    let begun = statement(
        "with open as (
           select tenant_id, id from stores where tenant_id = ? and id = ? and state <> 'disconnected' for share
         ), dead as (
           delete from store_calls where tenant_id = ? and store_id = ? and until < clock_timestamp()
         )
         insert into store_calls (tenant_id, id, store_id, until)
         select tenant_id, ?, id, clock_timestamp() + ? * interval '1 second' from open",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(store)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(store)
    .bind::<SqlUuid, _>(id)
    .bind::<Double, _>(lease.as_secs_f64())
    .execute(tx.conn())?;
    Ok(begun == 1)
}

/// A sign of life. `false` where the store's connection has ended.
pub fn keep(tx: &mut WriteTx, id: StoreCallId, lease: Duration) -> Result<bool> {
    let kept = statement(
        "update store_calls c set until = clock_timestamp() + ? * interval '1 second'
          where c.tenant_id = ? and c.id = ? and exists (
                select from stores s where s.tenant_id = c.tenant_id and s.id = c.store_id and s.state <> 'disconnected')",
    )
    .bind::<Double, _>(lease.as_secs_f64())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    Ok(kept == 1)
}

pub fn end(tx: &mut WriteTx, id: StoreCallId) -> Result<()> {
    statement("delete from store_calls where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whether any call is under way for a store.
pub fn any(tx: &mut Tx, store: StoreId) -> Result<bool> {
    let found = statement(
        "select exists (select from store_calls where tenant_id = ? and store_id = ? and until >= clock_timestamp()) as found",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .get_result::<Found>(tx.conn())?;
    Ok(found.found)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many are under way for stores of the pinned tenant whose connection ended before this moment.
pub fn afterwards(tx: &mut Tx, ended_before: Instant) -> Result<i64> {
    let found = statement(
        "select count(*) as count from store_calls c join stores s on s.tenant_id = c.tenant_id and s.id = c.store_id
          where c.tenant_id = ? and s.disconnected_at < ? and c.until >= clock_timestamp()",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Timestamptz, _>(ended_before.utc())
    .get_result::<Count>(tx.conn())?;
    Ok(found.count)
}
