//! Rows of what somebody who asks goes by. A value goes in sealed under the contact's own key with a blind index beside it,
//! and no list brings it out. Of a code only a keyed digest is kept.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::intakes::sealer;
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{
    Error, Instant, IntakeId, IntakeIdentifierId, Personal, RequestId, Result, Sealed, StaffId, StoreId, SubjectId,
    TenantId,
};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};
use crate::floor::vault::{BlindIndex, Place, RequestKey, Sealer, Vault};
use crate::requests::asking::Stated;
use crate::requests::model::{GoesBy, Identifier, MessageKind, Proof};
use crate::requests::tables::intake_identifiers;
use crate::subjects::{self, IdentifierKind, Trace};

#[derive(Queryable, Selectable)]
#[diesel(table_name = intake_identifiers)]
struct Row {
    id: IntakeIdentifierId,
    kind: GoesBy,
    store_id: Option<StoreId>,
    proof: Proof,
    proved_at: Option<DateTime<Utc>>,
    proved_by: Option<StaffId>,
    code_until: Option<DateTime<Utc>>,
    tries: i16,
}

impl From<Row> for Identifier {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            store: row.store_id,
            proof: row.proof,
            proved_at: row.proved_at.map(Instant::from_utc),
            proved_by: row.proved_by,
            code_until: row.code_until.map(Instant::from_utc),
            tries: row.tries,
        }
    }
}

/// What a word of a contact is to the gate of persons. None for what finds nobody.
const fn found_by(kind: GoesBy) -> Option<IdentifierKind> {
    match kind {
        GoesBy::Mail => Some(IdentifierKind::Mail),
        GoesBy::Phone => Some(IdentifierKind::Phone),
        GoesBy::Customer => Some(IdentifierKind::Customer),
        GoesBy::Handle => Some(IdentifierKind::Handle),
        GoesBy::Order => Some(IdentifierKind::Order),
        GoesBy::Name | GoesBy::Agent => None,
    }
}

fn place(tenant: TenantId, id: IntakeIdentifierId, column: &'static str) -> Place<'static> {
    Place { tenant, table: "intake_identifier", column, row: id.uuid(), generation: 0 }
}

/// What somebody goes by, on its way in, with what it is found by.
pub struct New<'a> {
    pub id: IntakeIdentifierId,
    pub stated: &'a Stated,
    pub store: Option<StoreId>,
    pub trace: Option<Trace>,
}

/// What these are found by in the pinned tenant; where they say no store, at this one.
pub fn traces<'a>(tx: &mut WriteTx, vault: &Vault, stated: &'a [Stated], at: Option<StoreId>) -> Result<Vec<New<'a>>> {
    if stated.is_empty() {
        return Ok(Vec::new());
    }
    let key = vault.index_key(tx)?.map_err(|_| Error::internal("the tenant's index key is not at hand"))?;
    let new = |stated: &'a Stated| {
        let store = stated.store.or(at);
        let trace = match found_by(stated.kind) {
            Some(kind) => subjects::trace(&key, kind, store, &stated.value)?,
            None => None,
        };
        Ok(New { id: IntakeIdentifierId::fresh(), stated, store, trace })
    };
    stated.iter().map(new).collect()
}

/// Writes them down, each sealed, as they are proved already.
pub fn add(tx: &mut WriteTx, vault: &Vault, intake: IntakeId, new: &[New<'_>]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let sealer: Sealer<RequestKey> = sealer(tx, vault, intake)?;
    let rows = new.iter().map(|new| {
        let value = new.stated.value.disclose().trim().as_bytes();
        let envelope = sealer.seal_blob(&place(tenant, new.id, "value"), value)?;
        Ok((
            intake_identifiers::tenant_id.eq(tenant),
            intake_identifiers::id.eq(new.id),
            intake_identifiers::intake_id.eq(intake),
            intake_identifiers::kind.eq(new.stated.kind),
            intake_identifiers::store_id.eq(new.store),
            intake_identifiers::value.eq(envelope.into_bytes()),
            intake_identifiers::bidx.eq(new.trace.as_ref().map(|trace| trace.index().to_vec())),
            intake_identifiers::bidx_v.eq(NORMALISER),
            intake_identifiers::proof.eq(new.stated.proof),
            intake_identifiers::proved_at.eq((new.stated.proof != Proof::None).then_some(now)),
        ))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    diesel::insert_into(intake_identifiers::table).values(rows).execute(tx.conn())?;
    Ok(())
}

/// What somebody goes by, as far as it may be listed.
pub fn of(tx: &mut Tx, intake: IntakeId) -> Result<Vec<Identifier>> {
    let rows: Vec<Row> = intake_identifiers::table
        .filter(intake_identifiers::tenant_id.eq(tx.tenant()?).and(intake_identifiers::intake_id.eq(intake)))
        .order(intake_identifiers::id)
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Identifier::from).collect())
}

/// One of them, held until the transaction ends.
pub fn lock(tx: &mut WriteTx, intake: IntakeId, id: IntakeIdentifierId) -> Result<Identifier> {
    let query = intake_identifiers::table
        .find((tx.tenant()?, id))
        .filter(intake_identifiers::intake_id.eq(intake))
        .select(Row::as_select())
        .for_update();
    let row: Option<Row> = query.first(tx.conn()).optional()?;
    row.map(Identifier::from).ok_or(Error::NotFound("identifier"))
}

/// The values in clear, each with its row. The look is noted under `view`. What went with the contact's key is not there.
pub fn open(
    tx: &mut RevealTx,
    vault: &Vault,
    intake: IntakeId,
    view: &'static str,
) -> Result<Vec<(Identifier, Personal)>> {
    let tenant = tx.tenant()?;
    let rows: Vec<(Row, Option<Vec<u8>>)> = intake_identifiers::table
        .filter(intake_identifiers::tenant_id.eq(tenant).and(intake_identifiers::intake_id.eq(intake)))
        .order(intake_identifiers::id)
        .select((Row::as_select(), intake_identifiers::value))
        .load(tx.conn())?;
    let Ok(key) = super::intakes::key(tx, vault, intake, view)? else { return Ok(Vec::new()) };
    let open = |(row, value): (Row, Option<Vec<u8>>)| {
        let clear = key.open_blob(&place(tenant, row.id, "value"), &Sealed::from_bytes(value?));
        Some((Identifier::from(row), clear.ok()?.into_personal().ok()?))
    };
    Ok(rows.into_iter().filter_map(open).collect())
}

#[derive(Queryable)]
struct Kept {
    kind: GoesBy,
    store: Option<StoreId>,
    index: Option<Vec<u8>>,
}

/// Whom what was proved of a contact tells of; nobody's, as long as nothing was proved.
pub fn subject(tx: &mut Tx, intake: IntakeId) -> Result<Option<SubjectId>> {
    Ok(subjects(tx, intake)?.into_iter().next())
}

/// All whom what was proved of a contact tells of: somebody may be known by each address apart.
pub fn subjects(tx: &mut Tx, intake: IntakeId) -> Result<Vec<SubjectId>> {
    told_of(tx, intake, true)
}

/// By what somebody goes who proved it: it is theirs, whoever else is known by it.
pub fn proved(tx: &mut Tx, intake: IntakeId) -> Result<Vec<BlindIndex>> {
    let kept: Vec<Option<Vec<u8>>> = intake_identifiers::table
        .filter(intake_identifiers::tenant_id.eq(tx.tenant()?).and(intake_identifiers::intake_id.eq(intake)))
        .filter(intake_identifiers::proof.ne(Proof::None))
        .select(intake_identifiers::bidx)
        .load(tx.conn())?;
    Ok(kept.into_iter().filter_map(|index| BlindIndex::try_from(index?).ok()).collect())
}

/// All whom what was stated of a contact tells of, whether it was proved or not: for what the law lets nobody prove.
pub fn stated_subjects(tx: &mut Tx, intake: IntakeId) -> Result<Vec<SubjectId>> {
    told_of(tx, intake, false)
}

fn told_of(tx: &mut Tx, intake: IntakeId, is_proved: bool) -> Result<Vec<SubjectId>> {
    let mut query = intake_identifiers::table
        .filter(intake_identifiers::tenant_id.eq(tx.tenant()?).and(intake_identifiers::intake_id.eq(intake)))
        .select((intake_identifiers::kind, intake_identifiers::store_id, intake_identifiers::bidx))
        .into_boxed();
    if is_proved {
        query = query.filter(intake_identifiers::proof.ne(Proof::None));
    }
    let kept: Vec<Kept> = query.load(tx.conn())?;
    let trace = |kept: Kept| {
        let index = BlindIndex::try_from(kept.index?).ok()?;
        Some(Trace::kept(found_by(kept.kind)?, kept.store, index))
    };
    let traces: Vec<Trace> = kept.into_iter().filter_map(trace).collect();
    subjects::traced(tx, &traces)
}

/// Each thing that was proved of a contact and tells of somebody, with whom it tells of.
pub fn with_subjects(tx: &mut Tx, intake: IntakeId) -> Result<Vec<(Identifier, SubjectId)>> {
    let rows: Vec<(Row, Option<Vec<u8>>)> = intake_identifiers::table
        .filter(intake_identifiers::tenant_id.eq(tx.tenant()?).and(intake_identifiers::intake_id.eq(intake)))
        .filter(intake_identifiers::proof.ne(Proof::None))
        .order(intake_identifiers::id)
        .select((Row::as_select(), intake_identifiers::bidx))
        .load(tx.conn())?;
    let mut known = Vec::new();
    for (row, index) in rows {
        let index = index.and_then(|index| BlindIndex::try_from(index).ok());
        let trace = found_by(row.kind).zip(index).map(|(kind, index)| Trace::kept(kind, row.store_id, index));
        let subject = subjects::traced(tx, trace.as_slice())?.into_iter().next();
        known.extend(subject.map(|subject| (Identifier::from(row), subject)));
    }
    Ok(known)
}

/// The digest of the code that was sent last.
pub fn code(tx: &mut Tx, id: IntakeIdentifierId) -> Result<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = intake_identifiers::table
        .find((tx.tenant()?, id))
        .select(intake_identifiers::code_digest)
        .first(tx.conn())
        .optional()?;
    Ok(found.flatten())
}

/// When a code was sent last to any address of a contact.
pub fn code_sent_at(tx: &mut Tx, id: IntakeIdentifierId) -> Result<Option<Instant>> {
    let found: Option<Option<DateTime<Utc>>> = intake_identifiers::table
        .find((tx.tenant()?, id))
        .select(intake_identifiers::code_sent_at)
        .first(tx.conn())
        .optional()?;
    Ok(found.flatten().map(Instant::from_utc))
}

/// A code is about to be sent.
pub fn note_asked(tx: &mut WriteTx, id: IntakeIdentifierId) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(intake_identifiers::table.find((tx.tenant()?, id)))
        .set(intake_identifiers::code_sent_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// A new code is good from now on, and the one before no more.
pub fn set_code(tx: &mut WriteTx, id: IntakeIdentifierId, digest: [u8; 32], until: Instant) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(intake_identifiers::table.find((tx.tenant()?, id)))
        .set((
            intake_identifiers::code_digest.eq(digest.to_vec()),
            intake_identifiers::code_sent_at.eq(now),
            intake_identifiers::code_until.eq(until.utc()),
            intake_identifiers::tries.eq(0_i16),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Somebody tried a code that was none.
pub fn count_try(tx: &mut WriteTx, id: IntakeIdentifierId) -> Result<()> {
    diesel::update(intake_identifiers::table.find((tx.tenant()?, id)))
        .set(intake_identifiers::tries.eq(intake_identifiers::tries + 1_i16))
        .execute(tx.conn())?;
    Ok(())
}

/// It is proved, by what and whom; the reason of a judgement goes in sealed.
pub fn prove(
    tx: &mut WriteTx,
    vault: &Vault,
    (intake, id): (IntakeId, IntakeIdentifierId),
    proof: Proof,
    judged: Option<(StaffId, &Personal)>,
) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let reason = match judged {
        Some((_, reason)) => {
            let sealer = sealer(tx, vault, intake)?;
            Some(sealer.seal_blob(&place(tenant, id, "reason"), reason.disclose().as_bytes())?.into_bytes())
        }
        None => None,
    };
    diesel::update(intake_identifiers::table.find((tenant, id)))
        .set((
            intake_identifiers::proof.eq(proof),
            intake_identifiers::proved_at.eq((proof != Proof::None).then_some(now)),
            intake_identifiers::proved_by.eq(judged.map(|(by, _)| by)),
            intake_identifiers::reason.eq(reason),
            intake_identifiers::code_digest.eq(None::<Vec<u8>>),
            intake_identifiers::code_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
}

/// The other requests of whoever asked by this contact, newest first: of the same subject, or from the same address.
pub fn related(tx: &mut Tx, (intake, subject): (IntakeId, Option<SubjectId>), most: i64) -> Result<Vec<RequestId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Found> = statement(
        "select w.id from (
           select r.id, r.received_at from requests r
            where r.tenant_id = ? and r.subject_id = ? and r.intake_id <> ? and not r.is_test
           union
           select r.id, r.received_at from intake_identifiers said,
                  lateral (select intake_id from intake_identifiers o
                            where o.tenant_id is not distinct from said.tenant_id and o.kind = said.kind
                              and o.bidx = said.bidx and o.intake_id <> said.intake_id offset 0) o,
                  lateral (select id, received_at from requests
                            where tenant_id is not distinct from said.tenant_id and intake_id = o.intake_id
                              and not is_test offset 0) r
            where said.tenant_id is not distinct from ? and said.intake_id = ?
              and said.kind in ('mail', 'phone')) as w
          order by w.received_at desc, w.id desc limit ?",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(subject)
    .bind::<SqlUuid, _>(intake)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(intake)
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Contact {
    #[diesel(sql_type = SqlUuid)]
    intake_id: IntakeId,
}

/// Contacts of the pinned tenant that came from this address, newest first: to look somebody up by what they wrote from.
pub fn by_value(tx: &mut Tx, vault: &Vault, kind: GoesBy, value: &Personal, most: i64) -> Result<Vec<IntakeId>> {
    let Some(known) = found_by(kind) else { return Ok(Vec::new()) };
    let Ok(key) = vault.find_index_key(tx)? else { return Ok(Vec::new()) };
    let Some(trace) = subjects::trace(&key, known, None, value)? else { return Ok(Vec::new()) };
    let rows: Vec<Contact> = statement(
        "select distinct intake_id from intake_identifiers where tenant_id = ? and kind = ? and bidx = ?
          order by intake_id desc limit ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Text, _>(kind)
    .bind::<Binary, _>(trace.index().to_vec())
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.intake_id).collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// How many letters with a code a contact was sent since then.
pub fn codes_since(tx: &mut Tx, intake: IntakeId, since: Instant) -> Result<i64> {
    let found: Count = statement(
        "select count(*) as counted from requests r
           join request_messages m on m.tenant_id = r.tenant_id and m.request_id = r.id
          where r.tenant_id = ? and r.intake_id = ? and m.kind = 'code' and m.made_at > ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(intake)
    .bind::<Timestamptz, _>(since.utc())
    .get_result(tx.conn())?;
    Ok(found.counted)
}

/// How many letters of a kind the addresses of this contact were sent since then for what nobody proved, in whichever
/// contact, as far as `most`. What anybody may have asked in another's name is counted; what somebody proved is not.
pub fn unproved_letters(
    tx: &mut Tx,
    intake: IntakeId,
    kind: MessageKind,
    (since, most): (Instant, i64),
) -> Result<i64> {
    let found: Count = statement(
        "select count(*) as counted from (
           select 1 from intake_identifiers said,
                  lateral (select intake_id from intake_identifiers o
                            where o.tenant_id is not distinct from said.tenant_id and o.kind = said.kind
                              and o.bidx = said.bidx offset 0) o,
                  lateral (select id from intakes
                            where tenant_id is not distinct from said.tenant_id and id = o.intake_id
                              and proof = 'none' offset 0) i,
                  lateral (select id from requests
                            where tenant_id is not distinct from said.tenant_id and intake_id = i.id offset 0) r,
                  lateral (select id from request_messages
                            where tenant_id is not distinct from said.tenant_id and request_id = r.id and kind = ?
                              and made_at > ? offset 0) m
            where said.tenant_id is not distinct from ? and said.intake_id = ? and said.kind = 'mail'
            limit ?) as w",
    )
    .planned_anew()
    .bind::<Text, _>(kind)
    .bind::<Timestamptz, _>(since.utc())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(intake)
    .bind::<BigInt, _>(most)
    .get_result(tx.conn())?;
    Ok(found.counted)
}

/// Holds the first that was ever written down of each address that this contact named: whoever else counts what goes to one
/// of them waits. It comes before any one of them is held by itself.
pub fn hold_addresses(tx: &mut WriteTx, intake: IntakeId) -> Result<()> {
    let tenant = tx.tenant()?;
    let held = statement(
        "select id from intake_identifiers
          where tenant_id = ? and id in
                (select (select o.id from intake_identifiers o
                          where o.tenant_id = said.tenant_id and o.kind = said.kind and o.bidx = said.bidx
                          order by o.id limit 1)
                   from intake_identifiers said
                  where said.tenant_id = ? and said.intake_id = ? and said.kind = 'mail')
          order by id for update",
    );
    let held = held.bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(intake);
    held.execute(tx.conn())?;
    Ok(())
}
