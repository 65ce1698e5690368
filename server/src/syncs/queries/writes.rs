//! Rows of writes, and what changed in a store that they follow. Sets, however much there is.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use std::collections::BTreeMap;

use super::super::leave::Leave;
use super::super::stock::{LeaveKind, StockWrite, Wish};
use super::kept::{StandingRow, kept};
use crate::floor::kernel::{Instant, Result, StockWriteId, StoreId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::platforms::Level;
use crate::records::Again;

/// A level that is not what it was.
pub struct Changed {
    pub item: String,
    pub place: String,
    pub available: i32,
    pub updated_at: Instant,
}

#[derive(QueryableByName)]
struct ChangedRow {
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Integer)]
    available: i32,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

/// Of these levels the ones that differ from what is held of them, and replace it. One that is told of for the first time
/// is no change.
pub fn changed(tx: &mut WriteTx, store: StoreId, told: &[&Level], again: Again) -> Result<Vec<Changed>> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ChangedRow> = statement(
        "select n.item, n.place, n.available, n.updated_at
           from unnest(?, ?, ?, ?) as n (item, place, available, updated_at)
           join inventory i on i.tenant_id = ? and i.store_id = ? and i.item = n.item and i.place = n.place
          where i.available <> n.available
            and (i.updated_at < n.updated_at or (i.updated_at = n.updated_at and i.updated_at >= ?))",
    )
    .planned_anew()
    .bind::<Array<Text>, _>(told.iter().map(|level| level.item.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(told.iter().map(|level| level.place.clone()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(told.iter().map(|level| level.available).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(told.iter().map(|level| level.updated_at.utc()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .bind::<Nullable<Timestamptz>, _>(again.utc())
    .load(tx.conn())?;
    let changed = rows.into_iter().map(|row| Changed {
        item: row.item,
        place: row.place,
        available: row.available,
        updated_at: Instant::from_utc(row.updated_at),
    });
    Ok(changed.collect())
}

/// A write that the store has not told of yet.
#[derive(QueryableByName)]
pub struct Open {
    #[diesel(sql_type = SqlUuid)]
    pub id: StockWriteId,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    #[diesel(sql_type = Bool)]
    pub is_sent: bool,
}

impl Open {
    pub fn is_of(&self, change: &Changed) -> bool {
        self.item == change.item && self.place == change.place
    }
}

/// What was written where these changed and was not told of yet, newest first.
pub fn open(tx: &mut WriteTx, store: StoreId, changed: &[Changed]) -> Result<Vec<Open>> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let open = statement(
        "select w.id, w.item, w.place, w.quantity, w.state = 'sent' as is_sent
           from stock_writes w join unnest(?, ?) as n (item, place) on n.item = w.item and n.place = w.place
          where w.tenant_id = ? and w.store_id = ? and w.seen_at is null and w.state in ('waiting', 'sent')
          order by w.at desc, w.id desc",
    )
    .planned_anew()
    .bind::<Array<Text>, _>(changed.iter().map(|one| one.item.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(changed.iter().map(|one| one.place.clone()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .load(tx.conn())?;
    Ok(open)
}

pub fn mark_seen(tx: &mut WriteTx, ids: &[StockWriteId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let now = tx.now()?.utc();
    statement("update stock_writes set seen_at = ? where tenant_id = ? and id = any(?)")
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Target {
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    sku: String,
    #[diesel(sql_type = Integer)]
    quantity: i32,
    #[diesel(sql_type = Text)]
    cause_item: String,
    #[diesel(sql_type = Timestamptz)]
    cause_at: DateTime<Utc>,
}

/// Where the same is sold that changed here, and there is not believed to be as much. What lies at several places of a shop
/// counts as one where it changed; where it is to be written nobody could tell at which of them, and it is not.
pub fn targets(
    tx: &mut WriteTx,
    source: StoreId,
    stores: &[StoreId],
    changed: &BTreeMap<String, Instant>,
) -> Result<Vec<Wish>> {
    let tenant = tx.tenant()?;
    let targets: Vec<Target> = statement(
        "select t.store_id, t.item, t.place, t.sku, c.quantity, c.item as cause_item, c.at as cause_at
           from (select n.item, n.at, min(i.sku) as sku, least(greatest(sum(i.available), 0), 2147483647)::integer as quantity
                   from unnest(?, ?) as n (item, at)
                   join inventory i on i.tenant_id = ? and i.store_id = ? and i.item = n.item
                  group by n.item, n.at) c
           join inventory t on t.tenant_id = ? and t.store_id = any(?) and t.sku = c.sku and t.sku <> ''
          where not exists (select from inventory o where o.tenant_id = t.tenant_id and o.store_id = t.store_id
                              and o.item = t.item and o.place <> t.place)
            and c.quantity <> coalesce(
                  (select w.quantity from stock_writes w
                    where w.tenant_id = t.tenant_id and w.store_id = t.store_id and w.item = t.item and w.place = t.place
                      and w.seen_at is null and w.state in ('waiting', 'sent')
                    order by w.at desc, w.id desc limit 1), t.available)",
    )
    .planned_anew()
    .bind::<Array<Text>, _>(changed.keys().cloned().collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(changed.values().map(|at| at.utc()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(source)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(stores.iter().map(|store| store.uuid()).collect::<Vec<_>>())
    .load(tx.conn())?;
    let wishes = targets.into_iter().map(|target| Wish {
        store: target.store_id,
        item: target.item,
        place: target.place,
        sku: Some(target.sku),
        quantity: target.quantity,
        change: Some((target.cause_item, Instant::from_utc(target.cause_at))),
    });
    Ok(wishes.collect())
}

/// An item of which a store told.
#[derive(QueryableByName)]
pub struct Known {
    #[diesel(sql_type = Nullable<Text>)]
    pub sku: Option<String>,
}

/// An item of a store's at one place, if the store told of it.
pub fn known(tx: &mut Tx, store: StoreId, item: &str, place: &str) -> Result<Option<Known>> {
    let known = statement("select sku from inventory where tenant_id = ? and store_id = ? and item = ? and place = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Text, _>(item.to_owned())
        .bind::<Text, _>(place.to_owned())
        .get_result::<Known>(tx.conn())
        .optional()?;
    Ok(known)
}

#[derive(QueryableByName)]
struct Added {
    #[diesel(sql_type = SqlUuid)]
    id: StockWriteId,
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
}

/// Puts wishes on record that are not there yet, and says which were not.
pub fn add(tx: &mut WriteTx, leave: &Leave, wishes: &[&Wish]) -> Result<Vec<(StockWriteId, StoreId)>> {
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    let (now, actor, cause) = (tx.now()?.utc(), tx.actor().to_string(), leave.cause());
    let change = |wish: &&Wish| wish.change.clone();
    let added: Vec<Added> = statement(
        "insert into stock_writes (tenant_id, leave, cause_id, actor, at, id, store_id, item, place, sku, quantity, key,
                                   cause_item, cause_at)
         select ?, ?, ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) as n
         on conflict on constraint stock_writes_once do nothing
         returning id, store_id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Text, _>(leave.kind().code())
    .bind::<SqlUuid, _>(cause)
    .bind::<Text, _>(actor)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(wishes.iter().map(|_| StockWriteId::fresh().uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(wishes.iter().map(|wish| wish.store.uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(wishes.iter().map(|wish| wish.item.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(wishes.iter().map(|wish| wish.place.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(wishes.iter().map(|wish| wish.sku.clone()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(wishes.iter().map(|wish| wish.quantity).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(wishes.iter().map(|wish| wish.key(cause).to_vec()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(wishes.iter().map(|wish| change(wish).map(|(item, _)| item)).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(
        wishes.iter().map(|wish| change(wish).map(|(_, at)| at.utc())).collect::<Vec<_>>(),
    )
    .load(tx.conn())?;
    Ok(added.into_iter().map(|added| (added.id, added.store_id)).collect())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: StockWriteId,
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Nullable<Text>)]
    sku: Option<String>,
    #[diesel(sql_type = Integer)]
    quantity: i32,
    #[diesel(sql_type = Nullable<Integer>)]
    was: Option<i32>,
    #[diesel(sql_type = Text)]
    leave: LeaveKind,
    #[diesel(sql_type = Nullable<Text>)]
    cause_item: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    cause_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    tried_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    seen_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    standing: StandingRow,
}

impl Row {
    fn read(self) -> Result<StockWrite> {
        let wish = Wish {
            store: self.store_id,
            item: self.item,
            place: self.place,
            sku: self.sku,
            quantity: self.quantity,
            change: self.cause_item.zip(self.cause_at.map(Instant::from_utc)),
        };
        Ok(StockWrite {
            id: self.id,
            wish,
            was: self.was,
            leave: self.leave,
            standing: self.standing.read()?,
            is_told: self.tried_at.and(self.seen_at).is_some(),
        })
    }
}

kept!("stock_writes", StockWriteId, Row, StockWrite);

/// Earlier writes of the same that were not answered.
pub fn forerunners(tx: &mut WriteTx, write: &StockWrite) -> Result<Vec<StockWrite>> {
    let earlier: Vec<Row> = statement(
        "select * from stock_writes
          where tenant_id = ? and store_id = ? and item = ? and place = ? and seen_at is null and state = 'waiting'
            and (at, id) < (?, ?) order by at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(write.wish.store)
    .bind::<Text, _>(write.wish.item.clone())
    .bind::<Text, _>(write.wish.place.clone())
    .bind::<Timestamptz, _>(write.standing.at.utc())
    .bind::<SqlUuid, _>(write.id)
    .load(tx.conn())?;
    earlier.into_iter().map(Row::read).collect()
}

/// It goes out now. What there is believed to be is settled by its first try: the same key never says two things.
pub fn tried(tx: &mut WriteTx, id: StockWriteId) -> Result<StockWrite> {
    let now = tx.now()?.utc();
    let row = statement(
        "update stock_writes w set tried_at = coalesce(w.tried_at, ?), was = case when w.tried_at is null then coalesce(
                (select o.quantity from stock_writes o
                  where o.tenant_id = w.tenant_id and o.store_id = w.store_id and o.item = w.item and o.place = w.place
                    and o.seen_at is null and o.state = 'sent' order by o.at desc, o.id desc limit 1),
                (select i.available from inventory i where i.tenant_id = w.tenant_id and i.store_id = w.store_id
                    and i.item = w.item and i.place = w.place)) else w.was end
          where w.tenant_id = ? and w.id = ? returning w.*",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result::<Row>(tx.conn())?;
    row.read()
}
