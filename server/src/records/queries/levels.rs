//! Rows of stock.

use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::model::{Again, TakenIn, clean};
use crate::floor::kernel::{Result, StoreId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::platforms::Level;

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Integer)]
    version: i32,
}

pub fn take_in(tx: &mut WriteTx, store: StoreId, stock: &[&Level], again: Again, taken: &mut TakenIn) -> Result<()> {
    if stock.is_empty() {
        return Ok(());
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let written: Vec<Written> = statement(
        "insert into inventory as i (tenant_id, store_id, taken_at, item, place, sku, available, updated_at)
         select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?) as n
         on conflict (tenant_id, store_id, item, place) do update set
           sku = excluded.sku, available = excluded.available, updated_at = excluded.updated_at, version = i.version + 1
         where i.updated_at < excluded.updated_at
            or (i.updated_at = excluded.updated_at and i.updated_at >= ? and i.available <> excluded.available)
         returning version",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(store)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(stock.iter().map(|level| level.item.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(stock.iter().map(|level| level.place.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(stock.iter().map(|level| level.sku.as_deref().map(clean)).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(stock.iter().map(|level| level.available).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(stock.iter().map(|level| level.updated_at.utc()).collect::<Vec<_>>())
    .bind::<Nullable<Timestamptz>, _>(again.utc())
    .load(tx.conn())?;
    let new = written.iter().filter(|written| written.version == 1).count();
    taken.new += new;
    taken.changed += written.len() - new;
    taken.older += stock.len() - written.len();
    Ok(())
}

/// What is counted under these items, at every place.
pub fn take_out(tx: &mut WriteTx, store: StoreId, ids: &[String]) -> Result<usize> {
    let gone = statement("delete from inventory where tenant_id = ? and store_id = ? and item = any(?)")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<Text>, _>(ids.to_vec())
        .execute(tx.conn())?;
    Ok(gone)
}
