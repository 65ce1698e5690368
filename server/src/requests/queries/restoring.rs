//! What a database that came back from a backup knows of those who were erased since: what is under way in it, who stands in
//! it, and that they are erased.

use std::collections::BTreeSet;

use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::kernel::{Result, SubjectId};
use crate::floor::ledger::{Tx, WriteTx, statement};

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Persons, shops and accounts whose burial is known here: begun, and gone on with by itself, or done. Of persons those alone
/// that are under way: whoever is buried is known by the stones.
pub fn under_way(tx: &mut Tx) -> Result<BTreeSet<Uuid>> {
    let tenant = tx.tenant()?;
    let rows: Vec<One> = statement(
        "with begun as (
           select distinct s.request_id, s.state = 'done' as is_done from request_steps s
            where s.tenant_id = ? and s.name = 'tombstone'
              and (s.state = 'done' or s.state = 'waiting' and s.attempt > 0
                   or s.state = 'sent_back' and s.attempt > 1 and s.outcome is null)
         )
         select p.subject_id as id from begun b
           join request_persons p on p.tenant_id = ? and p.request_id = b.request_id where not b.is_done
         union
         select coalesce(r.store_id, r.tenant_id) as id from begun b
           join requests r on r.tenant_id = ? and r.id = b.request_id
          where r.special_case in ('shop', 'account', 'closure')",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Those of these persons who stand here and are not erased: by a row of theirs, or by a key that still opens, since a
/// merchant's own user has no row among those who are found by what they go by. Whoever is buried is not among them.
pub fn unerased(tx: &mut Tx, persons: &[SubjectId]) -> Result<BTreeSet<SubjectId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<One> = statement(
        "select n.id from unnest(?) as n (id)
          where not exists (select from subjects s where s.tenant_id = ? and s.id = n.id and s.erased_at is not null)
            and not exists (select from request_persons p
                              join request_steps b on b.tenant_id = p.tenant_id and b.request_id = p.request_id
                             where p.tenant_id = ? and p.subject_id = n.id and p.part = 'person'
                               and b.name = 'tombstone' and b.state = 'done')
            and (exists (select from subjects s where s.tenant_id = ? and s.id = n.id)
                 or exists (select from subject_keys k where k.tenant_id = ? and k.subject_id = n.id
                                                         and k.wrapped is not null))",
    )
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| SubjectId::from_uuid(row.id)).collect())
}

/// Whoever was erased stands here, and so do shops and accounts that are gone on their own: as a row of nobody's name.
pub fn stand(tx: &mut WriteTx, person: SubjectId) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    statement("insert into subjects (tenant_id, id, made_at, erased_at) values (?, ?, ?, ?) on conflict do nothing")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(person)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}

/// The pinned tenant's persons behind this one, in order of their ids: those of whom something may stand.
pub fn persons_behind(tx: &mut Tx, last: SubjectId, most: i64) -> Result<Vec<SubjectId>> {
    let rows: Vec<One> =
        statement("select id from subjects where tenant_id = ? and id > ? and erased_at is null order by id limit ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(last)
            .bind::<BigInt, _>(most)
            .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| SubjectId::from_uuid(row.id)).collect())
}

/// Subjects of nobody's name, for whom a ground keeps rows.
pub fn keepers(tx: &mut Tx) -> Result<BTreeSet<SubjectId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<One> = statement(
        "select subject_id as id from request_persons where tenant_id = ? and part = ?
          union select keeper_id from keeps where tenant_id = ?",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>("keeper")
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| SubjectId::from_uuid(row.id)).collect())
}
