//! Rows of subjects and of what they are found by, by the set.

pub mod correcting;
pub mod fencing;
pub mod tombstones;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use diesel::sql_types::{Array, Binary, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{Connection, QueryableByName, RunQueryDsl};

use super::model::IdentifierKind;
use crate::floor::kernel::ids::IdentifierId;
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Result, SubjectId, TenantId};
use crate::floor::ledger::{Statement, Tx, WriteTx, statement};
use crate::floor::vault::BlindIndex;

/// One thing somebody goes by, unreadable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    pub kind: IdentifierKind,
    pub scope: String,
    pub index: BlindIndex,
}

/// A subject, held.
#[derive(QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: SubjectId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub same_as: Option<SubjectId>,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub erased_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub restricted_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    kind: IdentifierKind,
    #[diesel(sql_type = Text)]
    scope: String,
    #[diesel(sql_type = Binary)]
    bidx: Vec<u8>,
    #[diesel(sql_type = SqlUuid)]
    subject: SubjectId,
}

/// Whom these tell of, where it is known; of those who proved to be one, the one that stayed.
pub fn find(tx: &mut Tx, marks: &BTreeSet<&Mark>) -> Result<BTreeMap<Mark, SubjectId>> {
    let rows: Vec<Found> = statement(
        "select w.kind, w.scope, w.bidx, coalesce(s.same_as, s.id) as subject
           from unnest(?, ?, ?) as w (kind, scope, bidx), (select ?::uuid as tenant_id) as at,
                lateral (select subject_id from subject_identifiers
                          where tenant_id is not distinct from at.tenant_id and kind = w.kind and scope = w.scope and bidx = w.bidx and tells
                          limit 1) as i,
                lateral (select id, same_as from subjects
                          where tenant_id is not distinct from at.tenant_id and id = i.subject_id limit 1) as s",
    )
    .planned_for(marks.len())
    .bind::<Array<Text>, _>(marks.iter().map(|mark| mark.kind).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(marks.iter().map(|mark| mark.scope.clone()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(marks.iter().map(|mark| mark.index.to_vec()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let index = row.bidx.try_into().map_err(|_| Error::internal("an index of another length"))?;
            Ok((Mark { kind: row.kind, scope: row.scope, index }, row.subject))
        })
        .collect()
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: SubjectId,
}

/// A subject, and those that proved to be the same.
pub fn persons(tx: &mut Tx, subject: SubjectId) -> Result<Vec<SubjectId>> {
    let rows: Vec<Person> = statement("select id from subjects where tenant_id = ? and (id = ? or same_as = ?)")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(subject)
        .bind::<SqlUuid, _>(subject)
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Who these are now, who may have been taken for several.
pub fn roots(tx: &mut Tx, persons: &[SubjectId]) -> Result<BTreeSet<SubjectId>> {
    let rows: Vec<Person> = statement(
        "select s.id from unnest(?) as n (id),
                lateral (select coalesce(same_as, id) as id from subjects
                          where tenant_id is not distinct from ? and id = n.id limit 1) as s",
    )
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Holds these subjects until the transaction ends, in order of id as everybody does.
pub fn hold(tx: &mut WriteTx, subjects: Vec<SubjectId>) -> Result<Vec<Row>> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let rows = statement(
        "select s.* from (select ?::uuid as tenant_id) as at, (select n.id from unnest(?) as n (id) order by n.id) as n,
                lateral (select id, same_as, made_at, erased_at, restricted_at from subjects
                          where tenant_id is not distinct from at.tenant_id and id = n.id for update) as s",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(subjects)
    .load(tx.conn())?;
    Ok(rows)
}

/// Of these subjects those whom nobody holds, held.
pub fn hold_the_free(tx: &mut WriteTx, subjects: Vec<SubjectId>) -> Result<Vec<Row>> {
    let rows = statement(
        "select s.* from (select ?::uuid as tenant_id) as at, (select n.id from unnest(?) as n (id) order by n.id) as n,
                lateral (select id, same_as, made_at, erased_at, restricted_at from subjects
                          where tenant_id is not distinct from at.tenant_id and id = n.id for update skip locked) as s",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(subjects)
    .load(tx.conn())?;
    Ok(rows)
}

/// Something that is to be written down of a subject.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Whether it does *not* say who somebody is: what does comes first.
    is_beside: bool,
    mark: Mark,
    subject: SubjectId,
}

impl Entry {
    pub fn telling(mark: &Mark, subject: SubjectId) -> Self {
        Self { is_beside: false, mark: mark.clone(), subject }
    }

    pub fn beside(mark: &Mark, subject: SubjectId) -> Self {
        Self { is_beside: true, mark: mark.clone(), subject }
    }
}

/// Makes these subjects, who are new, and writes down what is not known yet. Nothing of it is written where somebody else
/// wrote one of the marks that tell down first: look who is known again.
pub fn make(tx: &mut WriteTx, made: &[SubjectId], entries: Vec<Entry>) -> Result<bool> {
    if entries.is_empty() {
        return Ok(true);
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let subjects = statement("insert into subjects (tenant_id, id, made_at) select ?, n, ? from unnest(?) as n")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<SqlUuid>, _>(made.to_vec());
    let identifiers = entered(
        "insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select ?, n.id, n.subject, n.kind, n.scope, n.bidx, ?, n.tells, ?
           from unnest(?, ?, ?, ?, ?, ?) as n (id, subject, kind, scope, bidx, tells)",
        tenant,
        now,
        entries,
    );
    // What was begun in vain is taken back by itself, and what the page did before it stays.
    let written = tx.conn().transaction(|conn| {
        if !made.is_empty() {
            subjects.execute(conn)?;
        }
        identifiers.execute(conn)
    });
    match written {
        Ok(_) => Ok(true),
        Err(Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info))
            if info.table_name() == Some("subject_identifiers") =>
        {
            Ok(false)
        }
        Err(other) => Err(other.into()),
    }
}

/// Writes down what else these subjects, who are known, go by: what is there already stays as it is.
pub fn stand_beside(tx: &mut WriteTx, entries: Vec<Entry>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    entered(
        "insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select ?, n.id, n.subject, n.kind, n.scope, n.bidx, ?, n.tells, ?
           from unnest(?, ?, ?, ?, ?, ?) as n (id, subject, kind, scope, bidx, tells)
         on conflict do nothing",
        tenant,
        now,
        entries,
    )
    .execute(tx.conn())?;
    Ok(())
}

/// With its rows in one order, or two gates might wait for each other.
fn entered(sql: &'static str, tenant: TenantId, now: DateTime<Utc>, mut entries: Vec<Entry>) -> Statement {
    entries.sort_unstable();
    entries.dedup();
    statement(sql)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SmallInt, _>(NORMALISER)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<SqlUuid>, _>(entries.iter().map(|_| IdentifierId::fresh().uuid()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(entries.iter().map(|entry| entry.subject).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.mark.kind).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.mark.scope.clone()).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(entries.iter().map(|entry| entry.mark.index.to_vec()).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(entries.iter().map(|entry| !entry.is_beside).collect::<Vec<_>>())
}

/// From now on each first one is the second.
pub fn merge(tx: &mut WriteTx, doubles: &[(SubjectId, SubjectId)]) -> Result<()> {
    if doubles.is_empty() {
        return Ok(());
    }
    statement(
        "update subjects s set same_as = n.stays, version = s.version + 1 from unnest(?, ?) as n (goes, stays)
          where s.tenant_id = ? and (s.id = n.goes or s.same_as = n.goes)",
    )
    .planned_anew()
    .bind::<Array<SqlUuid>, _>(doubles.iter().map(|(goes, _)| *goes).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(doubles.iter().map(|(_, stays)| *stays).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .execute(tx.conn())?;
    // What one of them had restricted is restricted of the one who stays.
    statement(
        "update subjects s set restricted_at = d.since
           from (select n.stays, min(g.restricted_at) as since from unnest(?, ?) as n (goes, stays)
                   join subjects g on g.tenant_id = ? and g.id = n.goes
                  where g.restricted_at is not null group by n.stays) as d
          where s.tenant_id = ? and s.id = d.stays and s.restricted_at is null",
    )
    .planned_anew()
    .bind::<Array<SqlUuid>, _>(doubles.iter().map(|(goes, _)| *goes).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(doubles.iter().map(|(_, stays)| *stays).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .execute(tx.conn())?;
    Ok(())
}

/// Writes down what else somebody who is held goes by and is found by from now on; nothing where that is another's already.
pub fn go_by(tx: &mut WriteTx, mark: &Mark, subject: SubjectId) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    entered(
        "insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select ?, n.id, n.subject, n.kind, n.scope, n.bidx, ?, n.tells, ?
           from unnest(?, ?, ?, ?, ?, ?) as n (id, subject, kind, scope, bidx, tells)
         on conflict do nothing",
        tenant,
        now,
        vec![Entry::telling(mark, subject)],
    )
    .execute(tx.conn())?;
    Ok(())
}
