//! What stands between a store and its syncs: which stores have none yet, which are over, which are due. Keys and facts of
//! all tenants, for the desk.

use diesel::sql_types::{Array, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::super::model::RHYTHMS;
use crate::floor::kernel::{Instant, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// Stores looked after at a time.
const MOST: i32 = 500;

/// A store as far as its syncs ask.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Shop {
    #[diesel(sql_type = Text)]
    pub platform: String,
    #[diesel(sql_type = Bool)]
    pub is_connected: bool,
    #[diesel(sql_type = Bool)]
    pub is_over: bool,
}

/// One store of the pinned tenant.
pub fn one(tx: &mut Tx, store: StoreId) -> Result<Option<Shop>> {
    let shop = statement(
        "select platform, state = 'connected' as is_connected, state = 'disconnected' as is_over from stores
          where tenant_id = ? and id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .get_result::<Shop>(tx.conn())
    .optional()?;
    Ok(shop)
}

/// A store as far as writes to it ask.
#[derive(QueryableByName)]
pub struct Held {
    #[diesel(sql_type = SqlUuid)]
    pub id: StoreId,
    #[diesel(sql_type = Text)]
    pub platform: String,
    #[diesel(sql_type = Bool)]
    pub is_connected: bool,
    #[diesel(sql_type = Bool)]
    pub sync_is_on: bool,
}

/// These stores of the pinned tenant. Until the transaction ends nobody turns their sync on or off, or ends them.
pub fn held(tx: &mut WriteTx, stores: &[StoreId]) -> Result<Vec<Held>> {
    let held = statement(
        "select id, platform, state = 'connected' as is_connected, sync_is_on from stores
          where tenant_id = ? and id = any(?) order by id for share",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(stores.iter().map(|store| store.uuid()).collect::<Vec<_>>())
    .load(tx.conn())?;
    Ok(held)
}

/// The connected stores of the pinned tenant whose sync is on, and their platforms; held as above.
pub fn syncing_held(tx: &mut WriteTx) -> Result<Vec<(StoreId, String)>> {
    let held: Vec<Held> = statement(
        "select id, platform, state = 'connected' as is_connected, sync_is_on from stores
          where tenant_id = ? and state = 'connected' and sync_is_on order by id for share",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    Ok(held.into_iter().map(|shop| (shop.id, shop.platform)).collect())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: StoreId,
}

type Names = Vec<(TenantId, StoreId)>;

/// What the desk finds to do.
pub struct Found {
    /// Connected, and nothing is read of them yet.
    pub new: Names,
    /// Over, and something is still to be read of them.
    pub over: Names,
    /// Connected, and a shelf is due.
    pub due: Names,
    /// Behind, and nobody was told.
    pub behind: Names,
}

pub fn found(tx: &mut Tx, now: Instant) -> Result<Found> {
    let names = |rows: Vec<Named>| rows.into_iter().map(|row| (row.tenant_id, row.id)).collect();
    let new = statement(
        "select s.tenant_id, s.id from stores s
          where s.state = 'connected' and not exists (select from syncs y where y.tenant_id = s.tenant_id and y.store_id = s.id)
          limit ?",
    )
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    let over = statement(
        "select distinct s.tenant_id, s.id from syncs y join stores s on s.tenant_id = y.tenant_id and s.id = y.store_id
          where s.state = 'disconnected' and (y.state <> 'off' or y.run_id is not null) limit ?",
    )
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    let due = statement(
        "select distinct s.tenant_id, s.id from syncs y join stores s on s.tenant_id = y.tenant_id and s.id = y.store_id
          where s.state = 'connected' and y.state <> 'paused' and y.due_at <= ? limit ?",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    let behind = statement(
        "select distinct s.tenant_id, s.id from syncs y join stores s on s.tenant_id = y.tenant_id and s.id = y.store_id
          where s.state = 'connected' and y.state in ('idle', 'running') and y.told_at is null
            and coalesce(y.page_at, y.started_at, y.due_at) + y.every_s * ? * interval '1 second' < ? limit ?",
    )
    .bind::<Integer, _>(RHYTHMS)
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    Ok(Found { new: names(new), over: names(over), due: names(due), behind: names(behind) })
}
