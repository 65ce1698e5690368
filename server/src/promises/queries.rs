//! Rows of promises and looks, all of them the house's, and what Postgres says of its own locks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::model::{Look, Looked, Promise, PromiseState, Standing};
use super::tables::{promise_looks, promises};
use crate::floor::graphql::Page;
use crate::floor::kernel::ids::{AccessId, LookId};
use crate::floor::kernel::{Error, Instant, PolicyId, PromiseId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement, walk};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = promises, primary_key(tenant_id, id), treat_none_as_null = true)]
struct Row {
    tenant_id: TenantId,
    id: PromiseId,
    policy_id: PolicyId,
    code: String,
    place: i32,
    section: String,
    text: String,
    check_name: Option<String>,
    state: PromiseState,
    standing: Standing,
    figure: Option<String>,
    why: Option<String>,
    since: DateTime<Utc>,
    checked_at: Option<DateTime<Utc>>,
    look_at: Option<DateTime<Utc>>,
}

impl From<Row> for Promise {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            policy: row.policy_id,
            code: row.code,
            place: row.place,
            section: row.section,
            text: row.text,
            check: row.check_name,
            state: row.state,
            standing: row.standing,
            figure: row.figure,
            why: row.why,
            since: Instant::from_utc(row.since),
            checked_at: row.checked_at.map(Instant::from_utc),
            look_at: row.look_at.map(Instant::from_utc),
        }
    }
}

impl From<Promise> for Row {
    fn from(promise: Promise) -> Self {
        Self {
            tenant_id: TenantId::HOUSE,
            id: promise.id,
            policy_id: promise.policy,
            code: promise.code,
            place: promise.place,
            section: promise.section,
            text: promise.text,
            check_name: promise.check,
            state: promise.state,
            standing: promise.standing,
            figure: promise.figure,
            why: promise.why,
            since: promise.since.utc(),
            checked_at: promise.checked_at.map(Instant::utc),
            look_at: promise.look_at.map(Instant::utc),
        }
    }
}

/// Every promise there ever was, as the policy orders them.
pub fn all(tx: &mut Tx) -> Result<Vec<Promise>> {
    let rows = promises::table
        .filter(promises::tenant_id.eq(TenantId::HOUSE))
        .order((promises::place, promises::id))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Promise::from).collect())
}

/// Those of the policy in force. A policy has as many as its page has sentences, so they are few.
pub fn active(tx: &mut Tx) -> Result<Vec<Promise>> {
    Ok(all(tx)?.into_iter().filter(|promise| promise.state == PromiseState::Active).collect())
}

pub fn one(tx: &mut Tx, id: PromiseId) -> Result<Option<Promise>> {
    let row = promises::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Promise::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: PromiseId) -> Result<Promise> {
    let query = promises::table.find((TenantId::HOUSE, id)).select(Row::as_select()).for_no_key_update();
    query.first(tx.conn()).optional()?.map(Promise::from).ok_or(Error::NotFound("promise"))
}

pub fn add(tx: &mut WriteTx, promise: Promise) -> Result<()> {
    diesel::insert_into(promises::table).values(Row::from(promise)).execute(tx.conn())?;
    Ok(())
}

/// Writes a promise as the policy now has it, and where it now stands.
pub fn save(tx: &mut WriteTx, promise: Promise) -> Result<()> {
    let row = Row::from(promise);
    diesel::update(promises::table.find((TenantId::HOUSE, row.id))).set(&row).execute(tx.conn())?;
    Ok(())
}

/// Writes down what a look at a promise that is held found; each turn stands in its history, and else one figure a day.
pub fn saw(tx: &mut WriteTx, promise: &Promise, look: &Look, look_at: Option<Instant>, is_news: bool) -> Result<()> {
    let now = tx.now()?;
    let turned = look.standing != promise.standing;
    let since = if turned { now } else { promise.since };
    let seen = Promise {
        standing: look.standing,
        figure: Some(look.figure.clone()).filter(|figure| !figure.is_empty()),
        why: look.why.clone(),
        since,
        checked_at: Some(now),
        look_at,
        ..promise.clone()
    };
    let is_first_today = promise.checked_at.is_none_or(|at| at.day() < now.day());
    if turned || is_first_today {
        note(tx, &seen, now)?;
    }
    save(tx, seen)?;
    if is_news {
        diesel::update(promises::table.find((TenantId::HOUSE, promise.id)))
            .set(promises::untold.eq(true))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Adds a line to a promise's history.
pub fn note(tx: &mut WriteTx, promise: &Promise, at: Instant) -> Result<()> {
    diesel::insert_into(promise_looks::table)
        .values((
            promise_looks::tenant_id.eq(TenantId::HOUSE),
            promise_looks::id.eq(LookId::fresh().uuid()),
            promise_looks::promise_id.eq(promise.id.uuid()),
            promise_looks::at.eq(at.utc()),
            promise_looks::standing.eq(promise.standing),
            promise_looks::figure.eq(&promise.figure),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A page of a promise's history, newest first, one row more than it holds, and how many there are in all.
pub fn history(tx: &mut Tx, id: PromiseId, page: &Page) -> Result<(Vec<Looked>, i64)> {
    let of = || {
        promise_looks::table
            .filter(promise_looks::tenant_id.eq(TenantId::HOUSE).and(promise_looks::promise_id.eq(id.uuid())))
            .into_boxed()
    };
    let total = of().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = of().select((promise_looks::id, promise_looks::at, promise_looks::standing, promise_looks::figure));
    let rows: Vec<(Uuid, DateTime<Utc>, Standing, Option<String>)> =
        walk!(query, (promise_looks::at, promise_looks::id), beyond, page.is_backward, page.limit()).load(tx.conn())?;
    let looked =
        rows.into_iter().map(|(id, at, standing, figure)| Looked { id, at: Instant::from_utc(at), standing, figure });
    Ok((looked.collect(), total))
}

/// The promises that turned and about which no letter has left yet.
pub fn untold(tx: &mut Tx) -> Result<Vec<Promise>> {
    let rows = promises::table
        .filter(promises::tenant_id.eq(TenantId::HOUSE).and(promises::untold))
        .order((promises::place, promises::id))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Promise::from).collect())
}

/// Notes that the letter about a promise as it stood since then has left. One that turned again meanwhile stays untold.
pub fn set_told(tx: &mut WriteTx, promise: &Promise) -> Result<bool> {
    let told = diesel::update(promises::table.find((TenantId::HOUSE, promise.id)))
        .filter(promises::untold.and(promises::since.eq(promise.since.utc())))
        .set(promises::untold.eq(false))
        .execute(tx.conn())?;
    Ok(told == 1)
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether this row stands in the pinned tenant's access book.
pub fn is_noted(tx: &mut Tx, id: AccessId) -> Result<bool> {
    let found = statement("select exists (select from access_log where tenant_id = ? and id = ?) as holds")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .get_result::<Held>(tx.conn())?;
    Ok(found.holds)
}

/// The looks in the pinned tenant's book of the last thirty days.
pub fn looks_of_late(tx: &mut Tx) -> Result<i64> {
    let since = tx.now()?.plus(chrono::Duration::days(-30)).utc();
    let counted = statement("select count(*) as count from access_log where tenant_id = ? and at > ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<diesel::sql_types::Timestamptz, _>(since)
        .get_result::<Counted>(tx.conn())?;
    Ok(counted.count)
}

/// What somebody online may do to the access book that nobody may: change it, or remove what is young.
pub fn powers_over_the_book(tx: &mut Tx) -> Result<Vec<String>> {
    let named = statement(
        "select r.rolname || ' may ' || p.verb || ' access_log' as name
           from pg_roles r cross join (values ('update'), ('truncate'), ('delete')) as p (verb)
          where r.rolname in ('rd_api', 'rd_worker', 'rd_dispatcher', 'rd_desk', 'rd_auditor')
            and (has_table_privilege(r.oid, 'access_log', p.verb)
                 or (p.verb = 'update' and has_any_column_privilege(r.oid, 'access_log', 'update')))
            and (p.verb <> 'delete' or not exists (
                   select from pg_policies y where y.tablename = 'access_log' and y.cmd = 'DELETE'
                   having count(*) = 1 and bool_and(y.qual like '%90 days%')))
         union all
         select 'row security on access_log is off'
           from pg_class where oid = 'access_log'::regclass and not (relrowsecurity and relforcerowsecurity)
          order by name",
    )
    .load::<Named>(tx.conn())?;
    Ok(named.into_iter().map(|found| found.name).collect())
}

/// The columns that the desk's role may read, as `table.column`.
pub fn granted_to_the_desk(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    #[derive(QueryableByName)]
    struct Granted {
        #[diesel(sql_type = Text)]
        table: String,
        #[diesel(sql_type = Text)]
        column: String,
    }
    let granted = statement(
        "select c.relname::text as table, a.attname::text as column
           from pg_attribute a join pg_class c on c.oid = a.attrelid
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
            and not a.attisdropped and has_column_privilege('rd_desk', c.oid, a.attnum, 'select')
          order by 1, 2",
    )
    .load::<Granted>(tx.conn())?;
    Ok(granted.into_iter().map(|found| (found.table, found.column)).collect())
}
