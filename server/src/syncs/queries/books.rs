//! What the books say of reading and writing, against the rows: each write leaves its word in the book of the tenant before
//! it leaves for the platform, and the book alone knows what came before what.

use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::Result;
use crate::floor::ledger::{Tx, statement};

/// Changes of what the pinned tenant's stores sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Relistings {
    #[diesel(sql_type = BigInt)]
    pub changes: i64,
    /// That name nobody who signs in.
    #[diesel(sql_type = BigInt)]
    pub nobodys: i64,
    /// Of which the book does not say that the one they name asked for them, there and then.
    #[diesel(sql_type = BigInt)]
    pub unasked: i64,
    /// That went to a store, and are on no record.
    #[diesel(sql_type = BigInt)]
    pub unknown: i64,
}

pub fn relistings(tx: &mut Tx) -> Result<Relistings> {
    let tenant = tx.tenant()?;
    let found = statement(
        "with told as (
           select action, actor, object, at, substring(encode(payload, 'escape') from 'write=([0-9a-f]{64})') as key
             from audit_events where tenant_id = ? and action in ('catalogue.asked', 'catalogue.sending')
         ), held as (
           select actor, 'store:' || store_id as object, at, encode(key, 'hex') as key from catalogue_writes where tenant_id = ?
         )
         select (select count(*) from held) as changes,
                (select count(*) from held where actor !~ '^(staff|member):') as nobodys,
                (select count(*) from held h where not exists (
                   select from told t where t.action = 'catalogue.asked' and t.key = h.key and t.actor = h.actor
                                        and t.object = h.object and t.at = h.at)) as unasked,
                (select count(*) from told t where t.action = 'catalogue.sending' and not exists (
                   select from held h where h.key = t.key and h.object = t.object)) as unknown",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .get_result(tx.conn())?;
    Ok(found)
}

/// Writes of stock by leave of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Flows {
    /// How often one left, however often it was tried.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
    /// While the sync of the store it went to, or of the one it followed, was off.
    #[diesel(sql_type = BigInt)]
    pub while_off: i64,
    /// That are in the book and on no record, or the other way about.
    #[diesel(sql_type = BigInt)]
    pub unknown: i64,
}

/// Whoever sends holds both stores until it stands in the book, and so does whoever turns a sync: the order of the book is
/// the order in which it happened.
pub fn flows(tx: &mut Tx) -> Result<Flows> {
    let tenant = tx.tenant()?;
    let found = statement(
        "with book as (
           select seq, action, object, encode(payload, 'escape') as facts from audit_events
            where tenant_id = ?
              and action in ('store.sync_turned_on', 'store.sync_turned_off', 'store.disconnected', 'stock.sending')
         ), turned as (
           select object, seq, action = 'store.sync_turned_on' as is_on,
                  lead(seq) over (partition by object order by seq) as until
             from book where action <> 'stock.sending'
         ), sent as (
           select seq, object, substring(facts from 'write=([0-9a-f]{64})') as key from book
            where action = 'stock.sending' and facts like 'leave=sync %'
         ), held as (
           select encode(key, 'hex') as key, 'store:' || store_id as object, 'store:' || cause_id as source,
                  tried_at is not null as is_tried
             from stock_writes where tenant_id = ? and leave = 'sync'
         )
         select (select count(*) from sent) as sent,
                (select count(*) from sent s left join held h on h.key = s.key and h.object = s.object
                  where exists (select from (values (s.object), (h.source)) as shop (object)
                                 where shop.object is not null and not exists (
                                   select from turned t where t.object = shop.object and t.is_on and t.seq < s.seq
                                                          and coalesce(s.seq < t.until, true)))) as while_off,
                (select count(*) from sent s where not exists (
                   select from held h where h.key = s.key and h.object = s.object))
                  + (select count(*) from held h where h.is_tried and not exists (
                       select from sent s where s.key = h.key and s.object = h.object)) as unknown",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .get_result(tx.conn())?;
    Ok(found)
}

/// The history of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct History {
    #[diesel(sql_type = BigInt)]
    pub runs: i64,
    /// That began, by the book, and are not in it.
    #[diesel(sql_type = BigInt)]
    pub missing: i64,
    /// That go on, and that nobody reads on.
    #[diesel(sql_type = BigInt)]
    pub endless: i64,
    /// That are over without what they came to.
    #[diesel(sql_type = BigInt)]
    pub partial: i64,
}

pub fn history(tx: &mut Tx) -> Result<History> {
    let tenant = tx.tenant()?;
    let found = statement(
        "with began as (
           select object, at, substring(encode(payload, 'escape') from 'shelf=([a-z]+)') as shelf
             from audit_events where tenant_id = ? and action = 'sync.began'
         ), held as (
           select id, store_id, 'store:' || store_id as object, shelf, started_at, ended_at, outcome, pages
             from sync_runs where tenant_id = ?
         )
         select (select count(*) from held) as runs,
                (select count(*) from began b where not exists (
                   select from held h where h.object = b.object and h.shelf = b.shelf and h.started_at = b.at)) as missing,
                (select count(*) from held h where h.outcome = 'running' and not exists (
                   select from syncs y where y.tenant_id = ? and y.store_id = h.store_id and y.shelf = h.shelf
                                         and y.run_id = h.id)) as endless,
                (select count(*) from held where (outcome = 'running') <> (ended_at is null) or ended_at < started_at
                    or (outcome = 'done' and pages = 0)) as partial",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .get_result(tx.conn())?;
    Ok(found)
}

/// What was done at stores after the end of their connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Afterwards {
    /// Pages that were taken in.
    #[diesel(sql_type = BigInt)]
    pub reads: i64,
    #[diesel(sql_type = BigInt)]
    pub writes: i64,
}

pub fn afterwards(tx: &mut Tx) -> Result<Afterwards> {
    let tenant = tx.tenant()?;
    let found = statement(
        "with ends as (
           select object, min(seq) as seq from audit_events
            where tenant_id = ? and action = 'store.disconnected' group by object
         )
         select count(*) filter (where e.action in ('sync.page', 'sync.ended')) as reads,
                count(*) filter (where e.action in ('stock.sending', 'catalogue.sending')) as writes
           from audit_events e join ends on ends.object = e.object and ends.seq < e.seq
          where e.tenant_id = ?",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .get_result(tx.conn())?;
    Ok(found)
}
