//! Rows of what persons forbid. Whoever writes or sends asks here in one statement, however many persons there are; the gate
//! itself sees a restriction on the row it holds.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use crate::floor::kernel::{FenceId, Instant, MessageId, RequestId, Result, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::subjects::fencing::{Fence, FenceKind, Fences};

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = SqlUuid)]
    asked: SubjectId,
    #[diesel(sql_type = Text)]
    kind: FenceKind,
    #[diesel(sql_type = Text)]
    code: String,
}

/// What these persons forbid, under whatever id of theirs it was said.
pub fn fences(tx: &mut Tx, subjects: &[SubjectId]) -> Result<Fences> {
    let mut fences = Fences::default();
    if subjects.is_empty() {
        return Ok(fences);
    }
    let rows: Vec<Standing> = statement(
        "select w.id as asked, f.kind, f.code
           from (select ?::uuid as tenant_id) as at, (select distinct n.id from unnest(?) as n (id)) as w,
                lateral (select coalesce(same_as, id) as root from subjects
                          where tenant_id is not distinct from at.tenant_id and id = w.id limit 1) as s,
                lateral (select s.root as id
                          union all
                         select id from subjects where tenant_id is not distinct from at.tenant_id and same_as = s.root) as t,
                lateral (select kind, code from subject_fences
                          where tenant_id is not distinct from at.tenant_id and subject_id = t.id and until is null offset 0) as f",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(subjects.to_vec())
    .load(tx.conn())?;
    for row in rows {
        fences.add(row.asked, row.kind, row.code);
    }
    Ok(fences)
}

/// Writes down what a request forbids of these persons, who are held from then on; how much of it was new. What stands
/// already stays as it is.
pub fn fence(
    tx: &mut WriteTx,
    request: RequestId,
    subjects: &[SubjectId],
    kind: FenceKind,
    codes: &[String],
) -> Result<usize> {
    if subjects.is_empty() || codes.is_empty() {
        return Ok(0);
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    // A merchant's own user stands in no shop's records, and may forbid the same.
    statement("insert into subjects (tenant_id, id, made_at) select ?, n, ? from unnest(?) as n order by n on conflict do nothing")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<SqlUuid>, _>(subjects.to_vec())
        .execute(tx.conn())?;
    super::hold(tx, subjects.to_vec())?;
    let each: Vec<(SubjectId, &String)> =
        subjects.iter().flat_map(|subject| codes.iter().map(move |code| (*subject, code))).collect();
    let made = statement(
        "insert into subject_fences (tenant_id, id, subject_id, kind, code, request_id, since)
         select ?, n.id, n.subject, ?, n.code, ?, ? from unnest(?, ?, ?) as n (id, subject, code)
         on conflict on constraint subject_fences_once do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(kind)
    .bind::<SqlUuid, _>(request)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(each.iter().map(|_| FenceId::fresh()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(each.iter().map(|(subject, _)| *subject).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each.iter().map(|(_, code)| (*code).clone()).collect::<Vec<_>>())
    .execute(tx.conn())?;
    if kind == FenceKind::Restriction {
        reckon(tx, subjects)?;
    }
    Ok(made)
}

/// Writes on the rows of these persons whether anything of theirs is restricted: that is where the gate looks.
fn reckon(tx: &mut WriteTx, subjects: &[SubjectId]) -> Result<()> {
    statement(
        "update subjects p set restricted_at = f.since, version = p.version + 1
           from (select r.id, (select min(f.since) from subjects t
                                 join subject_fences f on f.tenant_id = t.tenant_id and f.subject_id = t.id
                                where t.tenant_id = r.tenant_id and (t.id = r.id or t.same_as = r.id)
                                  and f.kind = 'restriction' and f.until is null) as since
                   from subjects r
                  where r.tenant_id = ? and r.id in (select coalesce(s.same_as, s.id) from subjects s
                                                      where s.tenant_id = ? and s.id = any(?))) as f
          where p.tenant_id = ? and p.id = f.id and p.restricted_at is distinct from f.since",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(subjects.to_vec())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: FenceId,
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
    #[diesel(sql_type = Text)]
    kind: FenceKind,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = Timestamptz)]
    since: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    warned_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    until: Option<DateTime<Utc>>,
}

/// All that a request forbade, whether it still stands or not.
pub fn fences_of(tx: &mut Tx, request: RequestId) -> Result<Vec<Fence>> {
    let rows: Vec<Row> = statement(
        "select id, subject_id, kind, code, request_id, since, warned_at, ends_at, until from subject_fences
          where tenant_id = ? and request_id = ? order by kind, code, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    let fence = |row: Row| Fence {
        id: row.id,
        subject: row.subject_id,
        kind: row.kind,
        code: row.code,
        request: row.request_id,
        since: Instant::from_utc(row.since),
        ending: row.warned_at.map(Instant::from_utc).zip(row.ends_at.map(Instant::from_utc)),
        until: row.until.map(Instant::from_utc),
    };
    Ok(rows.into_iter().map(fence).collect())
}

/// The person is told that what this request restricted will be used again from then on; how many fences that is about.
pub fn warn_of_lifting(
    tx: &mut WriteTx,
    request: RequestId,
    letter: Option<MessageId>,
    ends_at: Instant,
) -> Result<usize> {
    let now = tx.now()?.utc();
    let warned = statement(
        "update subject_fences set warned_at = ?, warning_id = ?, ends_at = ?
          where tenant_id = ? and request_id = ? and kind = 'restriction' and until is null",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(letter.map(MessageId::uuid))
    .bind::<Timestamptz, _>(ends_at.utc())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .execute(tx.conn())?;
    Ok(warned)
}

#[derive(QueryableByName)]
struct Ending {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
}

/// Requests whose restriction ends by now, over all tenants. Asked at the desk.
pub fn ending(tx: &mut Tx, now: Instant) -> Result<Vec<(TenantId, RequestId)>> {
    let rows: Vec<Ending> = statement(
        "select distinct tenant_id, request_id from subject_fences where until is null and ends_at <= ? order by 1, 2",
    )
    .bind::<Timestamptz, _>(now.utc())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.request_id)).collect())
}

#[derive(QueryableByName)]
struct Warned {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    warning_id: Option<MessageId>,
}

/// The letter in which the person was told that this restriction ends; none where another tells them.
pub fn warning_of(tx: &mut Tx, request: RequestId) -> Result<Option<MessageId>> {
    let row: Option<Warned> = statement(
        "select warning_id from subject_fences
          where tenant_id = ? and request_id = ? and kind = 'restriction' and until is null limit 1",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .get_result(tx.conn())
    .optional()?;
    Ok(row.and_then(|row| row.warning_id))
}

#[derive(QueryableByName)]
struct Lifted {
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
}

/// Lifts what a request restricted and whose end has come; the persons whom that was about, who are held from then on.
pub fn lift_fence(tx: &mut WriteTx, request: RequestId) -> Result<Vec<SubjectId>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let standing: Vec<Lifted> = statement(
        "select distinct subject_id from subject_fences
          where tenant_id = ? and request_id = ? and kind = 'restriction' and until is null and ends_at <= ? order by 1",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())?;
    let persons: Vec<SubjectId> = standing.into_iter().map(|row| row.subject_id).collect();
    if persons.is_empty() {
        return Ok(persons);
    }
    super::hold(tx, persons.clone())?;
    statement(
        "update subject_fences set until = ?
          where tenant_id = ? and request_id = ? and kind = 'restriction' and until is null and ends_at <= ?",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    reckon(tx, &persons)?;
    Ok(persons)
}
