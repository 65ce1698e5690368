//! By what somebody who was erased is known again: digests under the suppression keys, with nothing of the person beside
//! them. The gate looks here under its lock, and whoever is met here is not written of.
//!
//! It never keeps a value, never buries anybody by itself, and never lifts a stone on one person's word.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::super::model::{Identifier, IdentifierKind, dialled, is_somebodys};
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{
    Error, Instant, Personal, RequestId, Result, StaffId, StoreId, SubjectId, TenantId, TombstoneId,
};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::vault::{Place, RequestKey, Shut, Vault};

/// A keyed digest of something somebody goes by.
pub type Digest = [u8; 32];

vocabulary! {
    /// Why nothing is written of somebody any more.
    pub enum TombstoneReason {
        /// They asked to be forgotten, and were.
        Erased = "erased",
    }
}

/// A stone that is to be set, or stands: the journal outside says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stone {
    pub kind: IdentifierKind,
    /// The store it counts in; empty where it counts everywhere.
    pub scope: String,
    pub digest: Digest,
    /// The version of the suppression key.
    pub key: u32,
}

impl Stone {
    /// What the journal calls the kind: the word that the digest is over.
    pub const fn label(&self) -> &'static str {
        self.kind.label()
    }
}

/// The stones for something that somebody goes by, one for each version of the key. None for what is nobody's.
pub fn stones(
    vault: &Vault,
    tenant: TenantId,
    kind: IdentifierKind,
    store: Option<StoreId>,
    value: &Personal,
) -> Vec<Stone> {
    let value = match kind {
        IdentifierKind::Phone => dialled(value),
        IdentifierKind::Mail => Some(value.clone()).filter(|mail| is_somebodys(mail.disclose())),
        _ => Some(value.clone()).filter(|value| !value.disclose().trim().is_empty()),
    };
    let scope = match (kind.is_of_a_store(), store) {
        (true, Some(store)) => Some(store.uuid().to_string()),
        (true, None) => None,
        (false, _) => Some(String::new()),
    };
    let (Some(value), Some(scope)) = (value, scope) else { return Vec::new() };
    let identifier = Identifier { kind, scope, value, tells: true };
    let digests = identifier.digests(&vault.suppress_keys(), tenant).into_iter();
    digests.map(|(key, digest)| Stone { kind, scope: identifier.scope.clone(), digest, key }).collect()
}

#[derive(QueryableByName)]
struct Met {
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

/// Which of these stand.
pub fn met(tx: &mut Tx, digests: &[Digest]) -> Result<BTreeSet<Digest>> {
    if digests.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Met> = statement(
        "select t.digest from unnest(?) as w (digest), (select ?::uuid as tenant_id, ?::timestamptz as now) as at,
                lateral (select digest from tombstones
                          where tenant_id is not distinct from at.tenant_id and digest = w.digest and lifted_at is null
                            and (expires_at is null or expires_at > at.now) limit 1) as t",
    )
    .planned_anew()
    .bind::<Array<Binary>, _>(digests.iter().map(|digest| digest.to_vec()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Timestamptz, _>(tx.now()?.utc())
    .load(tx.conn())?;
    rows.into_iter()
        .map(|row| row.digest.try_into().map_err(|_| Error::internal("a tombstone of another length")))
        .collect()
}

/// Which of these were set here, at that time or since, lifted or not; or stand in any way.
pub fn known_stones(tx: &mut Tx, stones: &[(Digest, Instant)]) -> Result<BTreeSet<Digest>> {
    if stones.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Met> = statement(
        "select w.digest from unnest(?, ?) as w (digest, at)
          where exists (select from tombstones t where t.tenant_id = ? and t.digest = w.digest
                           and (t.lifted_at is null or t.made_at >= w.at - interval '1 minute'))",
    )
    .bind::<Array<Binary>, _>(stones.iter().map(|(digest, _)| digest.to_vec()).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(stones.iter().map(|(_, at)| at.utc()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    rows.into_iter()
        .map(|row| row.digest.try_into().map_err(|_| Error::internal("a tombstone of another length")))
        .collect()
}

/// Somebody came and was turned away by these. In one order, or two gates might wait for each other.
pub fn count(tx: &mut WriteTx, met: &BTreeSet<Digest>) -> Result<()> {
    if met.is_empty() {
        return Ok(());
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    statement(
        "with held as (
           select id from tombstones where tenant_id = ? and digest = any(?) and lifted_at is null order by id for update
         )
         update tombstones t set hits = t.hits + 1, hit_at = ? from held where t.tenant_id = ? and t.id = held.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<Binary>, _>(met.iter().map(|digest| digest.to_vec()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .execute(tx.conn())?;
    Ok(())
}

/// From now on nothing is written of these persons, who are one and are held, nor of whoever goes by one of the stones.
/// What stands already stays as it is; says how many stones stand for them.
pub fn bury(
    tx: &mut WriteTx,
    persons: &[SubjectId],
    request: Option<RequestId>,
    (reason, stones): (TombstoneReason, &[Stone]),
) -> Result<u64> {
    let Some(person) = persons.first().copied() else { return Ok(0) };
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    statement(
        "update subjects s set erased_at = ?, version = s.version + 1
           from unnest(?) as n (id),
                lateral (select ctid as place from subjects where tenant_id is not distinct from ? and id = n.id limit 1) as held
          where s.ctid = held.place and s.erased_at is null",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .execute(tx.conn())?;
    let version = |stone: &Stone| i32::try_from(stone.key).unwrap_or(i32::MAX);
    let all = || stones.iter();
    statement(
        "insert into tombstones (tenant_id, id, subject_id, request_id, kind, scope, digest, nv, kv, reason, made_at)
         select ?, n.id, ?, ?, n.kind, n.scope, n.digest, ?, n.kv, ?, ?
           from unnest(?, ?, ?, ?, ?) as n (id, kind, scope, digest, kv) order by n.digest
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(person)
    .bind::<Nullable<SqlUuid>, _>(request)
    .bind::<SmallInt, _>(NORMALISER)
    .bind::<Text, _>(reason)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(all().map(|_| TombstoneId::fresh()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all().map(|stone| stone.kind).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all().map(|stone| stone.scope.clone()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(all().map(|stone| stone.digest.to_vec()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(all().map(version).collect::<Vec<_>>())
    .execute(tx.conn())?;
    standing(tx, persons)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    stones: i64,
}

/// How many stones stand for these persons.
pub fn standing(tx: &mut Tx, persons: &[SubjectId]) -> Result<u64> {
    let row: Count = statement(
        "select count(*) as stones from (select distinct id from unnest(?) as n (id)) as n,
                lateral (select id from tombstones
                          where tenant_id is not distinct from ? and subject_id = n.id and lifted_at is null offset 0) as t",
    )
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .get_result(tx.conn())?;
    Ok(row.stones.unsigned_abs())
}

#[derive(QueryableByName)]
struct Erased {
    #[diesel(sql_type = SqlUuid)]
    id: SubjectId,
}

/// Which of these were erased.
pub fn erased(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<SubjectId>> {
    let rows: Vec<Erased> =
        statement(
            "select s.id from unnest(?) as n (id),
                    lateral (select id, erased_at from subjects where tenant_id is not distinct from ? and id = n.id limit 1) as s
              where s.erased_at is not null order by s.id",
        )
        .bind::<Array<SqlUuid>, _>(persons.to_vec())
        .bind::<SqlUuid, _>(tx.tenant()?)
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A subject of nobody's name, for rows that a ground keeps: found by nothing, and sealed under a key of its own.
pub fn make_keeper(tx: &mut WriteTx) -> Result<SubjectId> {
    let (id, now) = (SubjectId::fresh(), tx.now()?.utc());
    statement("insert into subjects (tenant_id, id, made_at) values (?, ?, ?)")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(id)
}

/// A stone as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    pub id: TombstoneId,
    pub subject: SubjectId,
    pub stone: Stone,
    pub hits: i64,
    /// When somebody wanted it lifted, and who.
    pub asked: Option<(Instant, StaffId)>,
    pub lifted: Option<(Instant, StaffId)>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: TombstoneId,
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
    #[diesel(sql_type = Text)]
    kind: IdentifierKind,
    #[diesel(sql_type = Text)]
    scope: String,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Integer)]
    kv: i32,
    #[diesel(sql_type = BigInt)]
    hits: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    asked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    asked_by: Option<StaffId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    lifted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    lifted_by: Option<StaffId>,
}

impl Row {
    fn tombstone(self) -> Result<Tombstone> {
        let digest = self.digest.try_into().map_err(|_| Error::corrupt("tombstones", "digest", self.id))?;
        Ok(Tombstone {
            id: self.id,
            subject: self.subject_id,
            stone: Stone { kind: self.kind, scope: self.scope, digest, key: self.kv.unsigned_abs() },
            hits: self.hits,
            asked: self.asked_at.map(Instant::from_utc).zip(self.asked_by),
            lifted: self.lifted_at.map(Instant::from_utc).zip(self.lifted_by),
        })
    }
}

/// One of them, held until the transaction ends.
pub fn lock(tx: &mut WriteTx, id: TombstoneId) -> Result<Tombstone> {
    let row: Option<Row> = statement(
        "select id, subject_id, kind, scope, digest, kv, hits, asked_at, asked_by, lifted_at, lifted_by
           from tombstones where tenant_id = ? and id = ? for update",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional()?;
    row.ok_or(Error::NotFound("tombstone"))?.tombstone()
}

/// All that a person's request set, the first one first.
pub fn of_request(tx: &mut Tx, request: RequestId) -> Result<Vec<Tombstone>> {
    let rows: Vec<Row> = statement(
        "select id, subject_id, kind, scope, digest, kv, hits, asked_at, asked_by, lifted_at, lifted_by
           from tombstones where tenant_id = ? and request_id = ? order by id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    rows.into_iter().map(Row::tombstone).collect()
}

/// Somebody wants it lifted, and says why: another has to agree.
pub fn ask_to_lift(tx: &mut WriteTx, vault: &Vault, id: TombstoneId, by: StaffId, why: &Personal) -> Result<()> {
    if lock(tx, id)?.lifted.is_some() {
        return Err(Error::refused("LIFTED", "it was lifted already"));
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let sealer = vault.sealer::<RequestKey>(tx, id.uuid())?;
    let sealer = sealer.map_err(|shut| match shut {
        Shut::Forgotten => {
            Error::refused("ASKED", "somebody wanted it long ago, and why is forgotten: a colleague may lift it")
        }
        other => Error::internal(format!("a tombstone's key does not seal: {}", other.code())),
    })?;
    let place = Place { tenant, table: "tombstone", column: "words", row: id.uuid(), generation: 0 };
    let words = sealer.seal_blob(&place, why.disclose().as_bytes())?;
    statement("update tombstones set asked_at = ?, asked_by = ?, words = ? where tenant_id = ? and id = ? and lifted_at is null")
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(by)
        .bind::<Binary, _>(words.into_bytes())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

/// It is lifted, by somebody else than wanted it. The line of the journal stands before this commits.
pub fn lift(tx: &mut WriteTx, id: TombstoneId, by: StaffId) -> Result<Tombstone> {
    let stands = lock(tx, id)?;
    let now = tx.now()?;
    match (stands.lifted, stands.asked) {
        (Some(_), _) => return Err(Error::refused("LIFTED", "it was lifted already")),
        (None, None) => return Err(Error::refused("NOT_ASKED", "nobody wants it lifted: say why first")),
        (None, Some((_, asked_by))) if asked_by == by => {
            return Err(Error::refused("SECOND_PERSON", "who wants it lifted does not lift it: ask a colleague"));
        }
        (None, Some(_)) => {}
    }
    statement("update tombstones set lifted_at = ?, lifted_by = ? where tenant_id = ? and id = ?")
        .bind::<Timestamptz, _>(now.utc())
        .bind::<SqlUuid, _>(by)
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(Tombstone { lifted: Some((now, by)), ..stands })
}
