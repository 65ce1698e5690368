//! What ends as a whole: what is connected still of a tenant or at a shop, what persons are found by there, and accounts
//! that are over.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{AppId, Instant, IntakeId, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    is_store: bool,
    #[diesel(sql_type = SqlUuid)]
    id: uuid::Uuid,
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// Stores with their versions, and apps with theirs.
pub type Connected = (Vec<(StoreId, i32)>, Vec<(AppId, i32)>);

/// What is connected of the pinned tenant; where one shop is meant, that shop alone.
pub fn connected(tx: &mut Tx, only: Option<StoreId>) -> Result<Connected> {
    let tenant = tx.tenant()?;
    let rows: Vec<Held> = statement(
        "select true as is_store, id, version from stores
          where tenant_id = ? and state <> 'disconnected' and (?::uuid is null or id = ?)
         union all
         select false as is_store, id, version from apps where tenant_id = ? and state = 'connected' and ?::uuid is null
          order by id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only)
    .bind::<Nullable<SqlUuid>, _>(only)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only)
    .load(tx.conn())?;
    let (stores, apps): (Vec<Held>, Vec<Held>) = rows.into_iter().partition(|row| row.is_store);
    let stores = stores.into_iter().map(|row| (StoreId::from_uuid(row.id), row.version)).collect();
    Ok((stores, apps.into_iter().map(|row| (AppId::from_uuid(row.id), row.version)).collect()))
}

/// Nobody is found any more by what a shop called them; whoever goes is found by nothing.
pub fn unname(tx: &mut WriteTx, (all, going): (&[SubjectId], &[SubjectId]), store: Option<StoreId>) -> Result<u64> {
    let scope = store.map(|store| store.uuid().to_string());
    let gone = statement(
        "delete from subject_identifiers
          where tenant_id = ? and (subject_id = any(?) or (subject_id = any(?) and scope = ?))",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(going.to_vec())
    .bind::<Array<SqlUuid>, _>(all.to_vec())
    .bind::<Nullable<Text>, _>(scope)
    .execute(tx.conn())?;
    Ok(gone as u64)
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: SubjectId,
}

/// Whoever is found still of those who are gone, and by what a shop called them.
pub fn named(tx: &mut Tx, gone: &[SubjectId], store: Option<StoreId>) -> Result<Vec<SubjectId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Person> = statement(
        "select subject_id as id from subject_identifiers where tenant_id = ? and subject_id = any(?)
          union
         select subject_id from subject_identifiers
          where tenant_id = ? and kind in ('customer', 'handle', 'order') and scope = ?
          order by id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(gone.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<Text>, _>(store.map(|store| store.uuid().to_string()))
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Is {
    #[diesel(sql_type = Bool)]
    is: bool,
}

/// Whether one of the merchant's owners is who asks: proved by an address that an owner has.
pub fn is_asked_by_owner(tx: &mut Tx, intake: IntakeId) -> Result<bool> {
    let tenant = tx.tenant()?;
    let found: Is = statement(
        "select exists (select from intake_identifiers i
                          join members m on m.tenant_id = ? and m.mail_bidx = i.bidx
                         where i.tenant_id = ? and i.intake_id = ? and i.kind = 'mail' and i.proof <> 'none'
                           and m.role = 'owner' and m.state = 'active') as is",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(intake)
    .get_result(tx.conn())?;
    Ok(found.is)
}

#[derive(QueryableByName)]
struct Over {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = Timestamptz)]
    closed_at: DateTime<Utc>,
}

/// An account by when it was closed: the order in which they are looked at.
pub type Unended = (Instant, TenantId);

/// Accounts that are over and whose end nobody carries out yet, behind the one that is named; what somebody decided about one
/// stays so. For the desk.
pub fn unended(tx: &mut Tx, beyond: Option<Unended>, most: i64) -> Result<Vec<Unended>> {
    let (at, tenant) = beyond.map_or((None, None), |(at, tenant)| (Some(at.utc()), Some(tenant.uuid())));
    let rows: Vec<Over> = statement(
        "select t.tenant_id, t.closed_at from tenants t
          where t.state = 'closed' and (?::timestamptz is null or (t.closed_at, t.tenant_id) > (?, ?)) and not exists
                (select from requests r where r.tenant_id = t.tenant_id and r.right_code = 'deletion'
                                          and not r.is_test
                                          and (r.special_case = 'closure' or r.special_case = 'account'
                                               and (r.outcome is null or r.outcome in ('fulfilled', 'partly_fulfilled'))))
          order by t.closed_at, t.tenant_id limit ?",
    )
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (Instant::from_utc(row.closed_at), row.tenant_id)).collect())
}
