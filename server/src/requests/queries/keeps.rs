//! What a ground keeps, of nobody's name, and until when. It tells of rows by table and shop alone, and opens nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::{estate, fulfilling, holds};
use crate::floor::datamap::Apart;
use crate::floor::kernel::{Day, KeepId, OrderId, RequestId, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::requests::model::PlanLine;
use crate::requests::plan::HeldBy;

/// Rows of one table, from one shop, that one ground keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: KeepId,
    pub request: Option<RequestId>,
    pub place: String,
    pub store: Option<StoreId>,
    pub ground: String,
    pub until: Option<Day>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: KeepId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<RequestId>,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    store_id: Option<StoreId>,
    #[diesel(sql_type = Text)]
    ground: String,
    #[diesel(sql_type = Nullable<Date>)]
    until_on: Option<NaiveDate>,
}

/// What a line says stays, and went over to the keeper. Where more of the same goes over later, the later day holds.
pub fn add(tx: &mut WriteTx, keeper: SubjectId, request: Option<RequestId>, line: &PlanLine) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let until_on = match line.ground.as_deref().and_then(HeldBy::of) {
        // It was let go since the plan was read: today is its last day.
        Some(HeldBy::Order(reference)) if !holds::stands(tx, reference)? => Some(tx.now()?.day()),
        _ => line.until_on,
    };
    statement(
        "insert into keeps (tenant_id, id, keeper_id, request_id, place, store_id, ground, until_on, made_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant_id, keeper_id, place, store_id, ground) do update
            set ended_at = null,
                until_on = case when keeps.until_on is null or excluded.until_on is null then null
                                else greatest(keeps.until_on, excluded.until_on) end",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(KeepId::fresh())
    .bind::<SqlUuid, _>(keeper)
    .bind::<Nullable<SqlUuid>, _>(request)
    .bind::<Text, _>(line.place.clone())
    .bind::<Nullable<SqlUuid>, _>(line.store)
    .bind::<Text, _>(line.ground.clone().unwrap_or_default())
    .bind::<Nullable<Date>, _>(until_on.map(|day| day.0))
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(())
}

/// What holds on this order keep of nobody's name has its last day today, unless one of them stands. Says how much that is.
pub fn let_go(tx: &mut WriteTx, order: OrderId) -> Result<u64> {
    let references = holds::all_let_go(tx, order)?;
    if references.is_empty() {
        return Ok(0);
    }
    let today = tx.now()?.day();
    let ended = statement(
        "update keeps set until_on = ?
          where tenant_id = ? and ground = any(?) and ended_at is null and until_on is null",
    )
    .bind::<Date, _>(today.0)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<Text>, _>(references.iter().map(|held| HeldBy::Order(held).ground()).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(ended as u64)
}

#[derive(QueryableByName)]
struct Over {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    keeper_id: SubjectId,
}

/// Keepers of whose rows some have had their last day, behind this one in the order of the list. For the desk.
pub fn over(
    tx: &mut Tx,
    today: Day,
    behind: Option<(TenantId, SubjectId)>,
    most: i64,
) -> Result<Vec<(TenantId, SubjectId)>> {
    let (tenant, keeper) = behind.unzip();
    let rows: Vec<Over> = statement(
        "select distinct tenant_id, keeper_id from keeps
          where ended_at is null and until_on < ? and (?::uuid is null or (tenant_id, keeper_id) > (?, ?))
          order by tenant_id, keeper_id limit ?",
    )
    .bind::<Date, _>(today.0)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(keeper)
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.keeper_id)).collect())
}

/// What a keeper keeps still; nobody else ends it until the transaction does.
pub fn standing(tx: &mut WriteTx, keeper: SubjectId) -> Result<Vec<Kept>> {
    let rows: Vec<Row> = statement(
        "select id, request_id, place, store_id, ground, until_on from keeps
          where tenant_id = ? and keeper_id = ? and ended_at is null order by id for update",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(keeper)
    .load(tx.conn())?;
    let kept = |row: Row| Kept {
        id: row.id,
        request: row.request_id,
        place: row.place,
        store: row.store_id,
        ground: row.ground,
        until: row.until_on.map(Day),
    };
    Ok(rows.into_iter().map(kept).collect())
}

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
}

/// The keeper, and whose rows it has as far as that is known: in the order of their ids.
pub fn persons(tx: &mut Tx, keeper: SubjectId) -> Result<Vec<SubjectId>> {
    let asked: Vec<Asked> = statement(
        "select distinct request_id as id from keeps where tenant_id = ? and keeper_id = ? and request_id is not null",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(keeper)
    .load(tx.conn())?;
    let mut all = BTreeSet::from([keeper]);
    for request in asked {
        all.extend(fulfilling::persons(tx, request.id)?);
    }
    Ok(all.into_iter().collect())
}

/// An order's rows that nothing binds any more.
pub const FREE: i32 = 1;
/// An order's rows that are bound still.
pub const BOUND: i32 = 2;
/// Those of an order that is held still.
pub const HELD: i32 = 3;
/// Those of one that nobody holds any more.
pub const LET_GO: i32 = 4;

#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    is_free: bool,
}

/// A keeper's orders, told apart by whether their time is over; those that are kept by a hold, by what is said of them.
pub fn told_apart(tx: &mut Tx, keeper: SubjectId, today: Day, held: &BTreeMap<Uuid, i32>) -> Result<Apart> {
    let rows: Vec<Placed> = statement(
        "select id, placed_at < ? as is_free from orders where tenant_id is not distinct from ? and subject_id = ? order by id",
    )
    .bind::<Timestamptz, _>(estate::bound_since(today))
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(keeper)
    .load(tx.conn())?;
    let by_time = |row: &Placed| if row.is_free { FREE } else { BOUND };
    let rows = rows.iter().map(|row| (row.id, held.get(&row.id).copied().unwrap_or_else(|| by_time(row)))).collect();
    Ok(Apart { rows, ..nothing_apart() })
}

/// Nothing told apart, where all of a keeper's rows are meant.
pub fn nothing_apart() -> Apart {
    Apart { table: "orders", key: "order_id", rows: Vec::new() }
}

/// These are over.
pub fn end(tx: &mut WriteTx, keeps: &[KeepId]) -> Result<()> {
    let now = tx.now()?.utc();
    statement("update keeps set ended_at = ? where tenant_id = ? and id = any(?)")
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Array<SqlUuid>, _>(keeps.to_vec())
        .execute(tx.conn())?;
    Ok(())
}
