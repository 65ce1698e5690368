//! Rows of subjects and of what they are found by, by the set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::model::IdentifierKind;
use crate::floor::kernel::ids::IdentifierId;
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Result, SubjectId};
use crate::floor::ledger::{Tx, WriteTx, statement};
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
    .planned_anew()
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

/// Holds these subjects until the transaction ends, in order of id as everybody does.
pub fn hold(tx: &mut WriteTx, subjects: Vec<SubjectId>) -> Result<Vec<Row>> {
    let rows = statement(
        "select s.* from (select ?::uuid as tenant_id) as at, (select n.id from unnest(?) as n (id) order by n.id) as n,
                lateral (select id, same_as, made_at from subjects
                          where tenant_id is not distinct from at.tenant_id and id = n.id for update) as s",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(subjects)
    .load(tx.conn())?;
    Ok(rows)
}

/// Writes down what subjects go by, and those subjects that are not there yet. Says how many marks were new: one that
/// tells and that somebody else wrote down first is not.
pub fn enter(tx: &mut WriteTx, marks: &[(Mark, SubjectId)], tells: bool) -> Result<usize> {
    if marks.is_empty() {
        return Ok(0);
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    // In one order, or two gates might wait for each other. The subjects come after: who loses all marks is not made.
    let entered: Entered = statement(
        "with entered as (
           insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
           select ?, n.id, n.subject, n.kind, n.scope, n.bidx, ?, ?, ?
             from unnest(?, ?, ?, ?, ?) as n (id, subject, kind, scope, bidx) order by n.kind, n.scope, n.bidx
           on conflict do nothing
           returning tenant_id, subject_id, made_at
         ), made as (
           insert into subjects (tenant_id, id, made_at)
           select distinct tenant_id, subject_id, made_at from entered order by subject_id
           on conflict do nothing
         )
         select count(*) as entered from entered",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SmallInt, _>(NORMALISER)
    .bind::<Bool, _>(tells)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(marks.iter().map(|_| IdentifierId::fresh().uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(marks.iter().map(|(_, subject)| *subject).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(marks.iter().map(|(mark, _)| mark.kind).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(marks.iter().map(|(mark, _)| mark.scope.clone()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(marks.iter().map(|(mark, _)| mark.index.to_vec()).collect::<Vec<_>>())
    .get_result(tx.conn())?;
    Ok(usize::try_from(entered.entered).unwrap_or_default())
}

#[derive(QueryableByName)]
struct Entered {
    #[diesel(sql_type = BigInt)]
    entered: i64,
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
    Ok(())
}
