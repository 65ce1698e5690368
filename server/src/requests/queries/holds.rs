//! Rows of holds. Why somebody holds something goes in sealed under the hold's own key, and no list brings it out.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::graphql::Page;
use crate::floor::kernel::{
    Day, Error, HoldId, Instant, OrderId, Personal, RequestId, Result, Sealed, StaffId, StoreId, SubjectId, TenantId,
};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::vault::{Place, RequestKey, Vault};
use crate::requests::model::{Hold, HoldKind};
use crate::requests::plan::HeldOrders;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: HoldId,
    #[diesel(sql_type = Text)]
    reference: String,
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
    #[diesel(sql_type = Text)]
    kind: HoldKind,
    #[diesel(sql_type = Timestamptz)]
    placed_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    placed_by: StaffId,
    #[diesel(sql_type = Date)]
    review_on: NaiveDate,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    released_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    released_by: Option<StaffId>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    order_id: Option<OrderId>,
}

impl From<Row> for Hold {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            reference: row.reference,
            subject: row.subject_id,
            order: row.order_id,
            kind: row.kind,
            placed_at: Instant::from_utc(row.placed_at),
            placed_by: row.placed_by,
            review_on: Day(row.review_on),
            released: row.released_at.map(Instant::from_utc).zip(row.released_by),
            version: row.version,
        }
    }
}

/// Which holds a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldFilter {
    /// Of these tenants; of all that the caller reaches where none is named.
    pub reach: Option<Vec<TenantId>>,
    pub subject: Option<SubjectId>,
    /// Those that were let go too.
    pub with_released: bool,
}

/// Where the words of a hold stand.
pub fn place_of_reason(tenant: TenantId, id: HoldId) -> Place<'static> {
    Place { tenant, table: "hold", column: "reason", row: id.uuid(), generation: 0 }
}

/// Takes the person's row until the transaction ends, as everybody does who writes or erases something of theirs: nothing
/// that did not see the hold commits after it.
pub fn take_person(tx: &mut WriteTx, persons: &[SubjectId]) -> Result<()> {
    // One by one, so that each is found by its id however little Postgres knows of the table; in their order.
    statement(
        "select held.id from (select n.id from unnest(?) as n (id) order by n.id) as n,
                lateral (select s.id from subjects s
                          where s.tenant_id is not distinct from ? and s.id = n.id limit 1 for update) as held",
    )
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .execute(tx.conn())?;
    Ok(())
}

/// Refuses while all of these persons is held: an order that is held alone stays by itself. Nobody places a hold until the
/// transaction ends.
pub fn require_none(tx: &mut WriteTx, persons: &[SubjectId]) -> Result<()> {
    take_person(tx, persons)?;
    if keeps_all(tx, persons)? { Err(Error::Conflict) } else { Ok(()) }
}

/// Whether a hold stands that keeps all of these persons.
pub fn keeps_all(tx: &mut Tx, persons: &[SubjectId]) -> Result<bool> {
    Ok(standing(tx, persons)?.iter().any(|hold| hold.order.is_none()))
}

/// Whether anything of theirs is held: all of it, or an order that is theirs still and went over to nobody's name.
pub fn keeps_any(tx: &mut Tx, persons: &[SubjectId]) -> Result<bool> {
    Ok(keeps_all(tx, persons)? || on_orders(tx, persons)?.each().next().is_some())
}

/// Places a hold.
pub fn add(tx: &mut WriteTx, vault: &Vault, hold: &Hold, reason: &Personal) -> Result<()> {
    let sealer = vault.sealer::<RequestKey>(tx, hold.id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a hold's key does not seal: {}", shut.code())))?;
    let reason = sealer.seal_blob(&place_of_reason(hold.tenant, hold.id), reason.disclose().as_bytes())?;
    statement(
        "insert into holds (tenant_id, id, reference, subject_id, order_id, kind, reason, placed_at, placed_by, review_on)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(hold.tenant)
    .bind::<SqlUuid, _>(hold.id)
    .bind::<Text, _>(hold.reference.clone())
    .bind::<SqlUuid, _>(hold.subject)
    .bind::<Nullable<SqlUuid>, _>(hold.order)
    .bind::<Text, _>(hold.kind)
    .bind::<Binary, _>(reason.into_bytes())
    .bind::<Timestamptz, _>(hold.placed_at.utc())
    .bind::<SqlUuid, _>(hold.placed_by)
    .bind::<Date, _>(hold.review_on.0)
    .execute(tx.conn())?;
    Ok(())
}

/// Holds of these persons that were let go, and whose words open still.
pub fn let_go(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<HoldId>> {
    let rows: Vec<LetGo> = statement(
        "select h.id from holds h join request_keys k on k.tenant_id = h.tenant_id and k.owner_id = h.id
          where h.tenant_id is not distinct from ? and h.subject_id = any(?) and h.released_at is not null and k.wrapped is not null order by h.id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct LetGo {
    #[diesel(sql_type = SqlUuid)]
    id: HoldId,
}

/// Writes who let a hold go that is held until the transaction ends.
pub fn release(tx: &mut WriteTx, hold: &Hold) -> Result<()> {
    let changed = statement(
        "update holds set released_at = ?, released_by = ?, version = version + 1
          where tenant_id = ? and id = ? and version = ?",
    )
    .bind::<Nullable<Timestamptz>, _>(hold.released.map(|(at, _)| at.utc()))
    .bind::<Nullable<SqlUuid>, _>(hold.released.map(|(_, by)| by))
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(hold.id)
    .bind::<Integer, _>(hold.version)
    .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

pub fn get(tx: &mut Tx, id: HoldId) -> Result<Hold> {
    let row: Option<Row> = statement(
        "select tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version, order_id
           from holds where tenant_id = ? and id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional()?;
    row.map(Hold::from).ok_or(Error::NotFound("hold"))
}

/// A page of holds, what is to be looked at first before: one row more than it has, where there are more.
pub fn page(tx: &mut Tx, filter: &HoldFilter, page: &Page) -> Result<Vec<Hold>> {
    let ordered = if page.is_backward {
        "select tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version, order_id
           from holds where (?::uuid[] is null or tenant_id = any(?)) and (?::uuid is null or subject_id = ?)
            and (? or released_at is null) and (?::date is null or (review_on, id) < (?, ?))
          order by review_on desc, id desc limit ?"
    } else {
        "select tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version, order_id
           from holds where (?::uuid[] is null or tenant_id = any(?)) and (?::uuid is null or subject_id = ?)
            and (? or released_at is null) and (?::date is null or (review_on, id) > (?, ?))
          order by review_on, id limit ?"
    };
    let beyond = match &page.beyond {
        Some((key, id)) => {
            let day: Option<NaiveDate> = key.parse().ok();
            let day = day.ok_or_else(|| Error::invalid("after", "this cursor is not one of this list: begin anew"))?;
            Some((day, *id))
        }
        None => None,
    };
    let (day, id) = beyond.unzip();
    let rows: Vec<Row> = statement(ordered)
        .bind::<Nullable<Array<SqlUuid>>, _>(filter.reach.clone())
        .bind::<Nullable<Array<SqlUuid>>, _>(filter.reach.clone())
        .bind::<Nullable<SqlUuid>, _>(filter.subject)
        .bind::<Nullable<SqlUuid>, _>(filter.subject)
        .bind::<Bool, _>(filter.with_released)
        .bind::<Nullable<Date>, _>(day)
        .bind::<Nullable<Date>, _>(day)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<BigInt, _>(page.limit())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    holds: i64,
}

/// How many there are.
pub fn count(tx: &mut Tx, filter: &HoldFilter) -> Result<i64> {
    let row: Count = statement(
        "select count(*) as holds from holds
          where (?::uuid[] is null or tenant_id = any(?)) and (?::uuid is null or subject_id = ?) and (? or released_at is null)",
    )
    .bind::<Nullable<Array<SqlUuid>>, _>(filter.reach.clone())
    .bind::<Nullable<Array<SqlUuid>>, _>(filter.reach.clone())
    .bind::<Nullable<SqlUuid>, _>(filter.subject)
    .bind::<Nullable<SqlUuid>, _>(filter.subject)
    .bind::<Bool, _>(filter.with_released)
    .get_result(tx.conn())?;
    Ok(row.holds)
}

/// Those that stand for a person, by all ids the person was ever given.
pub fn standing(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<Hold>> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = statement(
        "select tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version, order_id
           from holds where tenant_id is not distinct from ? and subject_id = any(?) and released_at is null order by placed_at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

#[derive(QueryableByName)]
struct OnOrder {
    #[diesel(sql_type = SqlUuid)]
    order_id: Uuid,
    #[diesel(sql_type = Text)]
    reference: String,
}

/// The orders of these persons that somebody holds, each by the first hold that stands on it. One that went over to nobody's
/// name is kept already, and is theirs no more.
pub fn on_orders(tx: &mut Tx, persons: &[SubjectId]) -> Result<HeldOrders> {
    let tenant = tx.tenant()?;
    let rows: Vec<OnOrder> = statement(
        "select distinct on (o.id) o.id as order_id, h.reference
           from holds h join orders o on o.tenant_id = ? and o.id = h.order_id
          where h.tenant_id = ? and h.subject_id = any(?) and h.released_at is null and o.subject_id = any(?)
          order by o.id, h.placed_at, h.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.reference)).collect())
}

/// The orders that the holds of these references are on, whether those stand or not.
pub fn named(tx: &mut Tx, references: Vec<String>) -> Result<HeldOrders> {
    if references.is_empty() {
        return Ok(HeldOrders::default());
    }
    let rows: Vec<OnOrder> = statement(
        "select order_id, reference from holds where tenant_id = ? and reference = any(?) and order_id is not null",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<Text>, _>(references)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.reference)).collect())
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = Text)]
    reference: String,
    #[diesel(sql_type = Bool)]
    stands: bool,
}

/// The references of all holds that ever were on an order; none while one of them stands.
pub fn all_let_go(tx: &mut Tx, order: OrderId) -> Result<Vec<String>> {
    let rows: Vec<Standing> =
        statement("select reference, released_at is null as stands from holds where tenant_id = ? and order_id = ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(order)
            .load(tx.conn())?;
    let stands = rows.iter().any(|row| row.stands);
    Ok(if stands { Vec::new() } else { rows.into_iter().map(|row| row.reference).collect() })
}

/// Whether the hold of this reference stands.
pub fn stands(tx: &mut Tx, reference: &str) -> Result<bool> {
    let row: Option<Standing> =
        statement("select reference, released_at is null as stands from holds where tenant_id = ? and reference = ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Text, _>(reference.to_owned())
            .get_result(tx.conn())
            .optional()?;
    Ok(row.is_some_and(|row| row.stands))
}

#[derive(QueryableByName)]
struct Buyer {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    subject_id: Option<SubjectId>,
}

/// Whose an order is; none where it is nobody's, or there is none.
pub fn buyer(tx: &mut Tx, order: OrderId) -> Result<Option<SubjectId>> {
    let row: Option<Buyer> = statement("select subject_id from orders where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(order)
        .get_result(tx.conn())
        .optional()?;
    Ok(row.and_then(|row| row.subject_id))
}

/// Those that stand for anybody whom a shop knows, and on any of its orders, whosever that is by now.
pub fn standing_at(tx: &mut Tx, store: StoreId) -> Result<Vec<Hold>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Row> = statement(
        "select tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version, order_id
           from holds h where tenant_id = ? and released_at is null
            and (exists (select 1 from customers c
                          where c.tenant_id = ? and c.store_id = ? and c.subject_id = h.subject_id)
              or exists (select 1 from orders o
                          where o.tenant_id = ? and o.store_id = ? and (o.subject_id = h.subject_id or o.id = h.order_id)))
          order by placed_at, id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(store)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(store)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

/// Those that stand for anybody of the pinned tenant's.
pub fn standing_anywhere(tx: &mut Tx) -> Result<Vec<Hold>> {
    let rows: Vec<Row> = statement(
        "select tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version, order_id
           from holds where tenant_id = ? and released_at is null order by placed_at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Binary)]
    reason: Vec<u8>,
}

/// The sealed words of a hold.
pub fn reason(tx: &mut Tx, id: HoldId) -> Result<Sealed> {
    let row: Option<Words> = statement("select reason from holds where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
        .optional()?;
    row.map(|row| Sealed::from_bytes(row.reason)).ok_or(Error::NotFound("hold"))
}

#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
}

/// The deletions that are worked and that a hold of these may stop: the person's, the one it was placed at, and those of
/// whole shops.
pub fn stopped(tx: &mut Tx, (persons, at): (&[SubjectId], RequestId)) -> Result<Vec<RequestId>> {
    let rows: Vec<Open> = statement(
        "select id from requests where tenant_id = ? and right_code = 'deletion'
            and stage in ('open', 'awaiting_approval', 'in_progress')
            and (subject_id = any(?) or id = ? or special_case in ('shop', 'account', 'closure')) order by id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(at)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The deletions about these persons, however they stand by now, of which somebody else is still told: those that were about
/// them when they were carried out, and the one that a hold was placed at.
pub fn told_of(tx: &mut Tx, (persons, at): (&[SubjectId], RequestId)) -> Result<Vec<RequestId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Open> = statement(
        "with told as (
           select distinct request_id as id from recipient_tasks
            where tenant_id = ? and ended_at is null and right_code = 'deletion'
         )
         select told.id from told
          where told.id = ?
             or exists (select from requests r where r.tenant_id = ? and r.id = told.id and r.subject_id = any(?))
             or exists (select from request_persons p
                         where p.tenant_id = ? and p.request_id = told.id and p.subject_id = any(?) and p.part = 'person')
          order by told.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(at)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The deletions that are worked and that letting a hold of these go may set free.
pub fn set_free(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<RequestId>> {
    let rows: Vec<Open> = statement(
        "select id from requests where tenant_id = ? and right_code = 'deletion' and stage = 'open'
            and (subject_id = any(?) or special_case in ('shop', 'account', 'closure')) order by id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
