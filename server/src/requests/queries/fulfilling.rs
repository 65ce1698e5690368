//! Rows of what is carried out: whom it is about, its steps, what the person goes by for as long as it takes, and what was
//! certified. What somebody goes by goes in sealed under the request's own key.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{
    CertificateId, Error, Instant, Personal, PlanId, Ref, RequestId, RequestMatchId, Result, Sealed, StoreId,
    SubjectId, TenantId,
};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};
use crate::floor::vault::{Clear, Header, Index, Key, KeyId, Place, RequestKey, SubjectKey, Vault};
use crate::requests::model::{Certificate, Look, Step, StepName, StepState};
use crate::subjects::{self, IdentifierKind, Trace};

/// Holds the tenant's row against whoever closes it or holds all of it.
pub fn pass_gate(tx: &mut WriteTx) -> Result<()> {
    statement("select tenant_id from tenants where tenant_id = ? for share")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: SubjectId,
}

/// Whom a request that is carried out is about: those it was about when it began, and whoever they proved to be since.
pub fn persons(tx: &mut Tx, request: RequestId) -> Result<Vec<SubjectId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Person> = statement(
        "with known as (
           select subject_id as id from request_persons where tenant_id = ? and request_id = ? and part = 'person'
         ), roots as (
           select coalesce(s.same_as, s.id) as id
             from known, lateral (select s.id, s.same_as from subjects s
                                   where s.tenant_id is not distinct from ? and s.id = known.id limit 1) as s
         )
         select id from known
          union select id from roots
          union select s.id from roots, lateral (select id from subjects
                                                  where tenant_id is not distinct from ? and same_as = roots.id offset 0) as s
          order by id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The same, once the gate is passed, each held until the transaction ends, in their order.
pub fn take_persons(tx: &mut WriteTx, request: RequestId) -> Result<Vec<SubjectId>> {
    let rows: Vec<Person> = statement(
        "select n.id
           from (select tenant_id from tenants where tenant_id = ? for share) as gate,
                lateral (
                  with known as (
                    select subject_id as id from request_persons
                     where tenant_id is not distinct from gate.tenant_id and request_id = ? and part = 'person'
                  ), roots as (
                    select coalesce(s.same_as, s.id) as id
                      from known, lateral (select s.id, s.same_as from subjects s
                                            where s.tenant_id is not distinct from gate.tenant_id and s.id = known.id limit 1) as s
                  )
                  select id from known
                   union select id from roots
                   union select s.id from roots, lateral (select id from subjects
                                                           where tenant_id is not distinct from gate.tenant_id
                                                             and same_as = roots.id offset 0) as s
                   order by id) as n
                left join lateral (select id from subjects
                                    where tenant_id is not distinct from gate.tenant_id and id = n.id limit 1 for update) as held
                       on true",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// From now on it is about these, whatever becomes of what they are found by.
pub fn remember_persons(tx: &mut WriteTx, request: RequestId, persons: &[SubjectId]) -> Result<()> {
    put_persons(tx, request, persons, "person")
}

fn put_persons(tx: &mut WriteTx, request: RequestId, persons: &[SubjectId], part: &'static str) -> Result<()> {
    statement(
        "insert into request_persons (tenant_id, request_id, subject_id, part)
         select ?, ?, n, ? from unnest(?) as n order by n on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .bind::<Text, _>(part)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .execute(tx.conn())?;
    Ok(())
}

/// The subject of nobody's name that keeps what must stay.
pub fn find_keeper(tx: &mut Tx, request: RequestId) -> Result<Option<SubjectId>> {
    let row: Option<Person> = statement(
        "select subject_id as id from request_persons where tenant_id = ? and request_id = ? and part = 'keeper'",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .get_result(tx.conn())
    .optional()?;
    Ok(row.map(|row| row.id))
}

/// The same, made at first need.
pub fn keeper(tx: &mut WriteTx, request: RequestId) -> Result<SubjectId> {
    if let Some(keeper) = find_keeper(tx, request)? {
        return Ok(keeper);
    }
    let keeper = subjects::make_keeper(tx)?;
    put_persons(tx, request, &[keeper], "keeper")?;
    Ok(keeper)
}

#[derive(QueryableByName)]
struct StepRow {
    #[diesel(sql_type = SqlUuid)]
    plan_id: PlanId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = SmallInt)]
    position: i16,
    #[diesel(sql_type = Text)]
    name: StepName,
    #[diesel(sql_type = Nullable<SmallInt>)]
    line: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    place: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    store_id: Option<StoreId>,
    #[diesel(sql_type = Text)]
    state: StepState,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    begun_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Integer>)]
    looked_through: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    left_over: Option<i64>,
}

impl From<StepRow> for Step {
    fn from(row: StepRow) -> Self {
        Self {
            plan: row.plan_id,
            request: row.request_id,
            position: row.position,
            name: row.name,
            line: row.line.and_then(|line| usize::try_from(line).ok()),
            place: row.place,
            store: row.store_id,
            state: row.state,
            attempt: row.attempt,
            rows: row.rows,
            outcome: row.outcome,
            begun_at: row.begun_at.map(Instant::from_utc),
            finished_at: row.finished_at.map(Instant::from_utc),
            look: row.looked_through.zip(row.left_over).map(|(columns, rows_left)| Look { columns, rows_left }),
        }
    }
}

/// The steps of a plan, in their order.
pub fn steps(tx: &mut Tx, plan: PlanId) -> Result<Vec<Step>> {
    let rows: Vec<StepRow> = statement(
        "select plan_id, request_id, position, name, line, place, store_id, state, attempt, rows, outcome, begun_at, finished_at,
                looked_through, left_over
           from request_steps where tenant_id = ? and plan_id = ? order by position",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(plan)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Step::from).collect())
}

/// The steps of all plans of a request that were begun, the newest plan's last.
pub fn steps_of(tx: &mut Tx, request: RequestId) -> Result<Vec<Step>> {
    let rows: Vec<StepRow> = statement(
        "select plan_id, request_id, position, name, line, place, store_id, state, attempt, rows, outcome, begun_at, finished_at,
                looked_through, left_over
           from request_steps where tenant_id = ? and request_id = ? order by plan_id, position",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Step::from).collect())
}

/// Writes down which steps there are; those that stand already stay as they are.
pub fn add_steps(tx: &mut WriteTx, steps: &[Step]) -> Result<()> {
    let Some(first) = steps.first() else { return Ok(()) };
    let line = |step: &Step| step.line.and_then(|line| i16::try_from(line).ok());
    statement(
        "insert into request_steps (tenant_id, plan_id, request_id, position, name, line, place, store_id)
         select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?) as n on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(first.plan)
    .bind::<SqlUuid, _>(first.request)
    .bind::<Array<SmallInt>, _>(steps.iter().map(|step| step.position).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(steps.iter().map(|step| step.name).collect::<Vec<_>>())
    .bind::<Array<Nullable<SmallInt>>, _>(steps.iter().map(line).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(steps.iter().map(|step| step.place.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(steps.iter().map(|step| step.store).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}

/// A step was tried, and ended so.
pub fn note_step(tx: &mut WriteTx, step: &Step, state: StepState, (rows, outcome): (u64, Option<&str>)) -> Result<()> {
    let now = tx.now()?.utc();
    let changed = statement(
        "update request_steps set state = ?, attempt = attempt + 1, rows = rows + ?, outcome = ?, begun_at = coalesce(begun_at, ?),
                finished_at = ?
          where tenant_id = ? and plan_id = ? and position = ?",
    )
    .bind::<Text, _>(state)
    .bind::<BigInt, _>(i64::try_from(rows).unwrap_or(i64::MAX))
    .bind::<Nullable<Text>, _>(outcome.map(str::to_owned))
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Timestamptz>, _>((state != StepState::Waiting).then_some(now))
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(step.plan)
    .bind::<SmallInt, _>(step.position)
    .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::internal("a step that is not there was carried out")) }
}

/// What a look went through, and what it found: the last one counts.
pub fn note_look(tx: &mut WriteTx, step: &Step, look: Look) -> Result<()> {
    statement(
        "update request_steps set looked_through = ?, left_over = ? where tenant_id = ? and plan_id = ? and position = ?",
    )
    .bind::<Integer, _>(look.columns)
    .bind::<BigInt, _>(look.rows_left)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(step.plan)
    .bind::<SmallInt, _>(step.position)
    .execute(tx.conn())?;
    Ok(())
}

/// A plan is not carried out any further: a burial that was begun by it was sent back. Lines may stand outside that say so,
/// and whoever carries it out takes them back.
pub fn break_off(tx: &mut WriteTx, plan: PlanId) -> Result<()> {
    let now = tx.now()?.utc();
    statement(
        "update request_steps set state = 'sent_back', attempt = attempt + 1, outcome = null, finished_at = ?
          where tenant_id = ? and plan_id = ? and name = 'tombstone' and state = 'waiting' and attempt > 0",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(plan)
    .execute(tx.conn())?;
    Ok(())
}

/// What became of a step that has its end already.
pub fn note_outcome(tx: &mut WriteTx, step: &Step, outcome: &'static str) -> Result<()> {
    statement("update request_steps set outcome = ? where tenant_id = ? and plan_id = ? and position = ?")
        .bind::<Text, _>(outcome)
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(step.plan)
        .bind::<SmallInt, _>(step.position)
        .execute(tx.conn())?;
    Ok(())
}

/// Whether it is a step's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// It was done.
    Done,
    /// Something before it was not, or is to be done again.
    NotYet,
}

/// These are to be done again: more of the person was found.
pub fn do_again(tx: &mut WriteTx, plan: PlanId, names: &[StepName]) -> Result<()> {
    statement(
        "update request_steps set state = 'waiting', finished_at = null where tenant_id = ? and plan_id = ? and name = any(?)",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(plan)
    .bind::<Array<Text>, _>(names.to_vec())
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Is {
    #[diesel(sql_type = Bool)]
    is: bool,
}

/// Whether anything of a request was carried out that nothing brings back.
pub fn is_begun(tx: &mut Tx, request: RequestId) -> Result<bool> {
    let finals: Vec<StepName> = StepName::ALL.iter().copied().filter(|name| name.is_final()).collect();
    let found: Is = statement(
        "select exists (select from request_steps where tenant_id = ? and request_id = ?
                           and (state = 'done' and name = any(?) or state = 'waiting' and name = 'tombstone' and attempt > 0)) as is",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .bind::<Array<Text>, _>(finals)
    .get_result(tx.conn())?;
    Ok(found.is)
}

/// Whether these came to be known by something since it was put aside what they go by. `step` is one of the plan that does so;
/// what cannot be opened any more is looked for twice and no more.
pub fn is_known_by_more(tx: &mut Tx, step: &Step, persons: &[SubjectId]) -> Result<bool> {
    let tenant = tx.tenant()?;
    let found: Is = statement(
        "select exists (select from subject_identifiers i
                          join request_steps s on s.tenant_id = ? and s.plan_id = ? and s.name = 'match' and s.attempt < 3
                         where i.tenant_id is not distinct from ? and i.subject_id = any(?) and i.tells and i.kind <> 'order'
                           and i.made_at > s.finished_at - interval '10 minutes'
                           and not exists (select from request_matches m
                                            where m.tenant_id = ? and m.request_id = ? and m.kind = i.kind
                                              and m.bidx = i.bidx)) as is",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(step.plan)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(step.request)
    .get_result(tx.conn())?;
    Ok(found.is)
}

/// Whether another request is about to bury one of these: lines may stand outside that say so.
pub fn is_buried_elsewhere(tx: &mut Tx, request: RequestId, persons: &[SubjectId]) -> Result<bool> {
    let tenant = tx.tenant()?;
    let found: Is = statement(
        "select exists (select from request_persons p
                          join request_steps s on s.tenant_id = ? and s.request_id = p.request_id and s.name = 'tombstone'
                           and s.state = 'waiting' and s.attempt > 0
                         where p.tenant_id = ? and p.subject_id = any(?) and p.request_id <> ?) as is",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(request)
    .get_result(tx.conn())?;
    Ok(found.is)
}

/// Whether something of a plan is gone or about to go, and something that nothing brings back is still to go.
pub fn is_half_done(tx: &mut Tx, plan: PlanId) -> Result<bool> {
    let finals: Vec<StepName> = StepName::ALL.iter().copied().filter(|name| name.is_final()).collect();
    let found: Is = statement(
        "select exists (select from request_steps d
                          join request_steps w on w.tenant_id = d.tenant_id and w.plan_id = d.plan_id and w.state = 'waiting'
                         where d.tenant_id = ? and d.plan_id = ? and w.name = any(?)
                           and (d.state = 'done' and d.name = any(?)
                             or d.state = 'waiting' and d.name = 'tombstone' and d.attempt > 0)) as is",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(plan)
    .bind::<Array<Text>, _>(finals.clone())
    .bind::<Array<Text>, _>(finals)
    .get_result(tx.conn())?;
    Ok(found.is)
}

/// Something somebody goes by, in clear. It has no `Debug`.
#[derive(Clone)]
pub struct Match {
    pub kind: IdentifierKind,
    pub store: Option<StoreId>,
    pub value: Personal,
    /// Whether it says who somebody is.
    pub tells: bool,
}

fn place_of_match(tenant: TenantId, id: RequestMatchId) -> Place<'static> {
    Place { tenant, table: "request_match", column: "value", row: id.uuid(), generation: 0 }
}

/// Puts aside what the person goes by, each once, with what it is found by.
pub fn add_matches(tx: &mut WriteTx, vault: &Vault, request: RequestId, matches: &[Match]) -> Result<u64> {
    if matches.is_empty() {
        return Ok(0);
    }
    let tenant = tx.tenant()?;
    let key = vault.index_key(tx)?.map_err(|_| Error::internal("the tenant's index key is not at hand"))?;
    let sealer = vault.sealer::<RequestKey>(tx, request.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a request's key does not seal: {}", shut.code())))?;
    let (mut ids, mut kinds, mut stores, mut values, mut indexes, mut tells) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for one in matches {
        let Some(trace) = subjects::trace(&key, one.kind, one.store, &one.value)? else { continue };
        let id = RequestMatchId::fresh();
        let value = sealer.seal_blob(&place_of_match(tenant, id), one.value.disclose().trim().as_bytes())?;
        ids.push(id);
        kinds.push(one.kind);
        stores.push(one.store);
        values.push(value.into_bytes());
        indexes.push(trace.index().to_vec());
        tells.push(one.tells);
    }
    let added = statement(
        "insert into request_matches (tenant_id, request_id, bidx_v, id, kind, store_id, value, bidx, tells)
         select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?) as n (id, kind, store_id, value, bidx, tells)
          order by n.tells desc, n.id on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<SmallInt, _>(NORMALISER)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Nullable<SqlUuid>>, _>(stores)
    .bind::<Array<Binary>, _>(values)
    .bind::<Array<Binary>, _>(indexes)
    .bind::<Array<Bool>, _>(tells)
    .execute(tx.conn())?;
    Ok(added as u64)
}

/// What somebody else is known by tells nothing of these, whatever was put aside before.
pub fn disown(tx: &mut WriteTx, request: RequestId, persons: &[SubjectId]) -> Result<u64> {
    let tenant = tx.tenant()?;
    let disowned = statement(
        "update request_matches set tells = false where ctid = any(array(
           select m.place from
             (select ctid as place, kind, bidx, case when kind in ('customer', 'handle', 'order') then store_id::text else '' end as scope
                from request_matches where tenant_id = ? and request_id = ? and tells offset 0) as m,
             lateral (select from subject_identifiers
                       where tenant_id is not distinct from ? and kind = m.kind and scope = m.scope and bidx = m.bidx and tells
                         and subject_id <> all(?) limit 1) as others))",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .execute(tx.conn())?;
    Ok(disowned as u64)
}

#[derive(QueryableByName)]
struct MatchRow {
    #[diesel(sql_type = SqlUuid)]
    id: RequestMatchId,
    #[diesel(sql_type = Text)]
    kind: IdentifierKind,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    store_id: Option<StoreId>,
    #[diesel(sql_type = Binary)]
    value: Vec<u8>,
    #[diesel(sql_type = Bool)]
    tells: bool,
}

/// What was put aside, in clear; the look is noted under `view`. Nothing once the request's key is gone.
pub fn open_matches(tx: &mut RevealTx, vault: &Vault, request: RequestId, view: &'static str) -> Result<Vec<Match>> {
    let tenant = tx.tenant()?;
    let rows: Vec<MatchRow> = statement(
        "select id, kind, store_id, value, tells from request_matches where tenant_id = ? and request_id = ? order by kind, id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = vault.request_key(tx, request.uuid(), view)?;
    let key = key.map_err(|shut| Error::internal(format!("what a person goes by stays shut: {}", shut.code())))?;
    let open = |row: MatchRow| {
        let clear = key.open_blob(&place_of_match(tenant, row.id), &Sealed::from_bytes(row.value));
        let value = clear.and_then(Clear::into_personal);
        let value = value.map_err(|shut| Error::internal(format!("a match stays shut: {}", shut.code())))?;
        Ok(Match { kind: row.kind, store: row.store_id, value, tells: row.tells })
    };
    rows.into_iter().map(open).collect()
}

/// What says who somebody is stands for the person from here on, where it stood for nobody: whoever is just about to write it
/// down of somebody new waits for this transaction, and finds whom it belongs to. In the order in which the gate writes.
pub fn claim(tx: &mut WriteTx, request: RequestId, person: SubjectId) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    statement(
        "insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select m.tenant_id, m.id, ?, m.kind, m.scope, m.bidx, m.bidx_v, true, ?
           from (select tenant_id, id, kind, bidx, bidx_v,
                        case when kind in ('customer', 'handle') then store_id::text else '' end as scope
                   from request_matches
                  where tenant_id = ? and request_id = ? and tells and kind <> 'order') m
          where m.scope is not null
          order by array_position(array['mail', 'phone', 'customer', 'handle'], m.kind), m.scope, m.bidx
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(person)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .execute(tx.conn())?;
    Ok(())
}

/// Whether something was put aside for a request.
pub fn has_matches(tx: &mut Tx, request: RequestId) -> Result<bool> {
    let found: Is =
        statement("select exists (select from request_matches where tenant_id = ? and request_id = ?) as is")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(request)
            .get_result(tx.conn())?;
    Ok(found.is)
}

/// What was put aside goes.
pub fn remove_matches(tx: &mut WriteTx, request: RequestId) -> Result<u64> {
    let gone = statement("delete from request_matches where tenant_id = ? and request_id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(request)
        .execute(tx.conn())?;
    Ok(gone as u64)
}

#[derive(QueryableByName)]
struct Bought {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
    #[diesel(sql_type = Text)]
    platform_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    customer: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    handle: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    mail: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    phone: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    address: Option<Vec<u8>>,
    #[diesel(sql_type = Integer)]
    generation: i32,
}

#[derive(QueryableByName)]
struct Marked {
    #[diesel(sql_type = Text)]
    kind: IdentifierKind,
    #[diesel(sql_type = Binary)]
    bidx: Vec<u8>,
}

/// What the records of these persons call them: at which shop, by which addresses and numbers, in which orders. `kept` are
/// the orders that stay. What somebody else is known by may stand in their rows and tells nothing of them. The look is noted
/// under `view`.
pub fn matches_in_records(
    tx: &mut RevealTx,
    vault: &Vault,
    persons: &[SubjectId],
    (kept, view): (&BTreeSet<Uuid>, &'static str),
) -> Result<Vec<Match>> {
    let tenant = tx.tenant()?;
    let customers: Vec<Bought> = statement(
        "select id, store_id, platform_id, null::text as customer, null::bytea as handle, mail, phone, address, generation
           from customers where tenant_id is not distinct from ? and subject_id = any(?) order by id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    let orders: Vec<Bought> = statement(
        "select o.id, o.store_id, o.platform_id, o.customer, c.handle, c.mail, c.phone, c.address,
                coalesce(c.generation, 0) as generation
           from orders o
           left join lateral (select c.handle, c.mail, c.phone, c.address, c.generation from order_contacts c
                               where c.tenant_id is not distinct from ? and c.id = o.id limit 1) as c on true
          where o.tenant_id is not distinct from ? and o.subject_id = any(?) order by o.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    let telling: Vec<Marked> =
        statement("select kind, bidx from subject_identifiers where tenant_id is not distinct from ? and subject_id = any(?) and tells")
            .bind::<SqlUuid, _>(tenant)
            .bind::<Array<SqlUuid>, _>(persons.to_vec())
            .load(tx.conn())?;
    let numbers: BTreeSet<Vec<u8>> =
        telling.into_iter().filter(|mark| mark.kind == IdentifierKind::Phone).map(|mark| mark.bidx).collect();
    let index = vault.find_index_key(tx)?.ok();
    let keys = vault.subject_keys(tx, persons, view)?;
    let keys: Vec<Key<SubjectKey>> = keys.into_values().filter_map(std::result::Result::ok).collect();
    let mut all = Vec::new();
    let sources = customers.iter().map(|row| ("customer", row)).chain(orders.iter().map(|row| ("order_contact", row)));
    for (label, row) in sources {
        let is_order = label == "order_contact";
        let open = |column: &'static str, envelope: &Option<Vec<u8>>| {
            let bytes = envelope.as_ref().filter(|bytes| !bytes.is_empty())?;
            let header = Header::parse(bytes)?;
            let key = keys.iter().find(|key| key.id() == header.key_id)?;
            let generation = row.generation.unsigned_abs();
            let place = Place { tenant, table: label, column, row: row.id, generation };
            key.open_personal(&place, &Sealed::from_bytes(bytes.clone())).ok()
        };
        let store = Some(row.store_id);
        let mut put = |kind, store, value: Personal, tells| all.push(Match { kind, store, value, tells });
        if is_order {
            put(IdentifierKind::Order, store, Personal::new(row.platform_id.clone()), !kept.contains(&row.id));
        } else {
            put(IdentifierKind::Customer, store, Personal::new(row.platform_id.clone()), true);
        }
        if let Some(customer) = row.customer.as_ref().filter(|customer| !customer.trim().is_empty()) {
            put(IdentifierKind::Customer, store, Personal::new(customer.clone()), true);
        }
        if let Some(handle) = open("handle", &row.handle) {
            put(IdentifierKind::Handle, store, handle, true);
        }
        if let Some(mail) = open("mail", &row.mail) {
            put(IdentifierKind::Mail, None, mail, true);
        }
        let phones = [open("phone", &row.phone), open("address", &row.address).as_ref().and_then(phone_in)];
        for phone in phones.into_iter().flatten() {
            let trace =
                index.as_ref().map(|key| subjects::trace(key, IdentifierKind::Phone, None, &phone)).transpose()?;
            let tells = trace.flatten().is_some_and(|trace| numbers.contains(trace.index().as_slice()));
            put(IdentifierKind::Phone, None, phone, tells);
        }
    }
    if let Some(key) = &index {
        leave_to_others(tx, key, persons, &mut all)?;
    }
    Ok(all)
}

/// Takes from what tells of these persons whatever tells of somebody else.
fn leave_to_others(tx: &mut Tx, key: &Key<Index>, persons: &[SubjectId], all: &mut [Match]) -> Result<()> {
    let trace = |one: &Match| {
        if one.tells { subjects::trace(key, one.kind, one.store, &one.value) } else { Ok(None) }
    };
    let traces: Vec<Option<Trace>> = all.iter().map(trace).collect::<Result<_>>()?;
    let known: Vec<Trace> = traces.iter().flatten().cloned().collect();
    let others = subjects::of_others(tx, &known, persons)?;
    for (one, trace) in all.iter_mut().zip(traces) {
        one.tells = one.tells && trace.is_none_or(|trace| !others.contains(&trace));
    }
    Ok(())
}

/// The telephone in an address as it is kept.
fn phone_in(address: &Personal) -> Option<Personal> {
    let parts: Value = serde_json::from_str(address.disclose()).ok()?;
    parts.get("phone").and_then(Value::as_str).map(Personal::new)
}

/// What is left of somebody in what persons are found by, or in what platforms call them: ids of subjects that go by it and
/// are neither these nor the keeper, and how many rows of records have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    pub subjects: Vec<SubjectId>,
    pub rows: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Looks for the person by everything that was put aside. What a telephone beside another name tells is nobody.
pub fn traces(tx: &mut RevealTx, request: RequestId, keeper: Option<SubjectId>, matches: &[Match]) -> Result<Traces> {
    let tenant = tx.tenant()?;
    let found: Vec<Person> = statement(
        "select distinct i.id from request_matches m,
                lateral (select i.subject_id as id from subject_identifiers i
                          where i.tenant_id is not distinct from ? and i.kind = m.kind and i.bidx = m.bidx and i.tells
                            and i.scope = case when m.kind in ('customer', 'handle', 'order') then m.store_id::text else '' end
                          limit 1) as i
          where m.tenant_id = ? and m.request_id = ? and m.tells order by 1",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    let of = |kind: IdentifierKind| {
        let of_kind = matches.iter().filter(move |one| one.kind == kind && one.tells);
        of_kind.filter_map(|one| Some((one.store?, one.value.disclose().to_owned()))).unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let ((customer_stores, customers), (order_stores, orders)) =
        (of(IdentifierKind::Customer), of(IdentifierKind::Order));
    let counted: Counted = statement(
        "select (select count(*) from unnest(?, ?) as w (store_id, id),
                        lateral (select subject_id from customers
                                  where tenant_id is not distinct from ? and store_id = w.store_id and platform_id = w.id
                                  limit 1) as c
                  where c.subject_id is distinct from ?)
              + (select count(*) from unnest(?, ?) as w (store_id, id),
                        lateral (select subject_id from orders
                                  where tenant_id is not distinct from ? and store_id = w.store_id and platform_id = w.id
                                  limit 1) as o
                  where o.subject_id is distinct from ?)
              + (select count(*) from unnest(?, ?) as w (store_id, id),
                        lateral (select subject_id from orders
                                  where tenant_id is not distinct from ? and store_id = w.store_id and customer = w.id
                                 offset 0) as o
                  where o.subject_id is distinct from ?
                    and not exists (select from request_persons p
                                     where p.tenant_id = ? and p.subject_id = o.subject_id and p.part = 'keeper')) as rows",
    )
    .planned_for(matches.len())
    .bind::<Array<SqlUuid>, _>(customer_stores.clone())
    .bind::<Array<Text>, _>(customers.clone())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(keeper)
    .bind::<Array<SqlUuid>, _>(order_stores)
    .bind::<Array<Text>, _>(orders)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(keeper)
    .bind::<Array<SqlUuid>, _>(customer_stores)
    .bind::<Array<Text>, _>(customers)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(keeper)
    .bind::<SqlUuid, _>(tenant)
    .get_result(tx.conn())?;
    Ok(Traces { subjects: found.into_iter().map(|row| row.id).collect(), rows: counted.rows })
}

/// Those of these who came to be after it was put aside what the person goes by, each by itself: whoever stood there before
/// is somebody else.
pub fn made_since(tx: &mut Tx, request: RequestId, found: &[SubjectId]) -> Result<Vec<SubjectId>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant()?;
    let rows: Vec<Person> = statement(
        "select s.id from unnest(?) as n (id),
                lateral (select id, same_as, made_at from subjects
                          where tenant_id is not distinct from ? and id = n.id limit 1) as s
          where s.same_as is null
            and s.made_at >= (select min(begun_at) from request_steps
                               where tenant_id = ? and request_id = ? and name = 'match')
          order by s.id",
    )
    .bind::<Array<SqlUuid>, _>(found.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Lying {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
}

/// Requests that could have been gone on with since then, and wait for nobody but us. For the desk.
pub fn left_lying(tx: &mut Tx, since: Instant, most: i64) -> Result<Vec<Ref<RequestId>>> {
    let rows: Vec<Lying> = statement(
        "select r.tenant_id, r.id from requests r
           join request_plans p on p.tenant_id = r.tenant_id and p.id = r.plan_id
          where r.stage = 'in_progress' and p.starts_at <= ? and p.state in ('approved', 'submitted')
            and r.right_code not in ('complaint', 'appeal')
            and coalesce(
              (select s.name not in ('package', 'certificate', 'settle') or s.attempt = 0
                   or s.name <> 'package' and not exists (select from recipient_tasks t
                        where t.tenant_id = r.tenant_id and t.request_id = r.id and t.ended_at is null)
                 from request_steps s
                where s.tenant_id = r.tenant_id and s.plan_id = p.id and s.state = 'waiting' order by s.position limit 1),
              not exists (select from request_steps s where s.tenant_id = r.tenant_id and s.plan_id = p.id))
          order by p.starts_at, r.id limit ?",
    )
    .bind::<Timestamptz, _>(since.utc())
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| Ref::new(row.tenant_id, row.id)).collect())
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = SqlUuid)]
    id: KeyId,
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// The ids of these persons' keys, and how many of them open something still.
pub fn keys_of(tx: &mut Tx, persons: &[SubjectId]) -> Result<(Vec<KeyId>, usize)> {
    let rows: Vec<KeyRow> = statement(
        "select k.id, k.is_there from unnest(?) as n (id),
                lateral (select id, wrapped is not null as is_there from subject_keys
                          where tenant_id is not distinct from ? and subject_id = n.id limit 1) as k
          order by k.id",
    )
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    let there = rows.iter().filter(|row| row.is_there).count();
    Ok((rows.into_iter().map(|row| row.id).collect(), there))
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// Where the tenant's chain stands.
pub fn head(tx: &mut Tx) -> Result<(u64, [u8; 32])> {
    let row: Head = statement("select seq, hash from audit_heads where tenant_id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .get_result(tx.conn())?;
    let hash = row.hash.try_into().map_err(|_| Error::internal("a chain's hash of another length"))?;
    Ok((row.seq.unsigned_abs(), hash))
}

#[derive(QueryableByName)]
struct CertificateRow {
    #[diesel(sql_type = SqlUuid)]
    id: CertificateId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = SmallInt)]
    number: i16,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    supplements: Option<CertificateId>,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    key_version: i32,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Text)]
    document: String,
}

/// The certificates of a request, the first one first.
pub fn certificates(tx: &mut Tx, request: RequestId) -> Result<Vec<Certificate>> {
    let rows: Vec<CertificateRow> = statement(
        "select id, request_id, number, supplements, made_at, key_version, digest, document from certificates
          where tenant_id = ? and request_id = ? order by number",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    let certificate = |row: CertificateRow| {
        let digest = row.digest.try_into().map_err(|_| Error::corrupt("certificates", "digest", row.id))?;
        Ok(Certificate {
            id: row.id,
            request: row.request_id,
            number: row.number,
            supplements: row.supplements,
            made_at: Instant::from_utc(row.made_at),
            key_version: row.key_version.unsigned_abs(),
            digest,
            document: row.document,
        })
    };
    rows.into_iter().map(certificate).collect()
}

/// Writes a certificate down, for ever.
pub fn add_certificate(tx: &mut WriteTx, certificate: &Certificate) -> Result<()> {
    statement(
        "insert into certificates (tenant_id, id, request_id, number, supplements, made_at, key_version, digest, document)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(certificate.id)
    .bind::<SqlUuid, _>(certificate.request)
    .bind::<SmallInt, _>(certificate.number)
    .bind::<Nullable<SqlUuid>, _>(certificate.supplements)
    .bind::<Timestamptz, _>(certificate.made_at.utc())
    .bind::<Integer, _>(i32::try_from(certificate.key_version).unwrap_or(i32::MAX))
    .bind::<Binary, _>(certificate.digest.to_vec())
    .bind::<Text, _>(certificate.document.clone())
    .execute(tx.conn())?;
    Ok(())
}
