//! Rows of contacts. What somebody wrote goes in sealed under the contact's own key; what is read here is facts alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Uuid as SqlUuid};
use uuid::Uuid;

use crate::floor::kernel::{Error, Instant, IntakeId, RequestId, Result, StaffId, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{KeyholeKind, RevealTx, Tx, WriteTx, keyhole, statement};
use crate::floor::vault::{Key, Opening, Place, RequestKey, Sealer, Vault};
use crate::requests::model::{DataRole, Intake, Mandate, Proof, Source, SubjectKind};
use crate::requests::tables::intakes;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = intakes)]
pub struct Row {
    tenant_id: TenantId,
    id: IntakeId,
    source: Source,
    role: DataRole,
    subject_kind: SubjectKind,
    store_id: Option<StoreId>,
    locale: String,
    place: Option<String>,
    zone: String,
    received_at: DateTime<Utc>,
    made_at: DateTime<Utc>,
    made_by: Option<StaffId>,
    subject_id: Option<SubjectId>,
    proof: Proof,
    proved_at: Option<DateTime<Utc>>,
    prove_until: Option<DateTime<Utc>>,
    mandate: Mandate,
    is_test: bool,
    forgotten_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for Intake {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            source: row.source,
            role: row.role,
            subject_kind: row.subject_kind,
            store: row.store_id,
            locale: row.locale,
            place: row.place,
            zone: row.zone,
            received_at: Instant::from_utc(row.received_at),
            made_at: Instant::from_utc(row.made_at),
            made_by: row.made_by,
            subject: row.subject_id,
            proof: row.proof,
            proved_at: row.proved_at.map(Instant::from_utc),
            prove_until: row.prove_until.map(Instant::from_utc),
            mandate: row.mandate,
            is_test: row.is_test,
            forgotten_at: row.forgotten_at.map(Instant::from_utc),
            version: row.version,
        }
    }
}

impl From<&Intake> for Row {
    fn from(intake: &Intake) -> Self {
        Self {
            tenant_id: intake.tenant,
            id: intake.id,
            source: intake.source,
            role: intake.role,
            subject_kind: intake.subject_kind,
            store_id: intake.store,
            locale: intake.locale.clone(),
            place: intake.place.clone(),
            zone: intake.zone.clone(),
            received_at: intake.received_at.utc(),
            made_at: intake.made_at.utc(),
            made_by: intake.made_by,
            subject_id: intake.subject,
            proof: intake.proof,
            proved_at: intake.proved_at.map(Instant::utc),
            prove_until: intake.prove_until.map(Instant::utc),
            mandate: intake.mandate,
            is_test: intake.is_test,
            forgotten_at: intake.forgotten_at.map(Instant::utc),
            version: intake.version,
        }
    }
}

/// Where what came stands.
pub fn place_of_original(tenant: TenantId, id: IntakeId) -> Place<'static> {
    Place { tenant, table: "intake", column: "original", row: id.uuid(), generation: 0 }
}

/// What seals whatever belongs to a contact: what was written, what staff gave as a reason, letters.
pub fn sealer(tx: &mut WriteTx, vault: &Vault, id: IntakeId) -> Result<Sealer<RequestKey>> {
    let sealer = vault.sealer::<RequestKey>(tx, id.uuid())?;
    sealer.map_err(|shut| Error::internal(format!("a contact's key does not seal: {}", shut.code())))
}

/// What opens it; the look is noted under `view`.
pub fn key(tx: &mut RevealTx, vault: &Vault, id: IntakeId, view: &'static str) -> Result<Opening<Key<RequestKey>>> {
    vault.request_key(tx, id.uuid(), view)
}

/// Takes a contact down. `false` where its sender had sent it before.
pub fn add(
    tx: &mut WriteTx,
    vault: &Vault,
    intake: &Intake,
    (delivery, original): (Option<&str>, Option<&[u8]>),
) -> Result<bool> {
    let sealer = sealer(tx, vault, intake.id)?;
    let place = place_of_original(intake.tenant, intake.id);
    let original = original.map(|bytes| sealer.seal_blob(&place, bytes)).transpose()?;
    let added = diesel::insert_into(intakes::table)
        .values((
            Row::from(intake),
            intakes::delivery.eq(delivery),
            intakes::original.eq(original.map(crate::floor::kernel::Sealed::into_bytes)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// A contact that came before under this name.
pub fn by_delivery(tx: &mut Tx, source: Source, delivery: &str) -> Result<Option<IntakeId>> {
    let found = intakes::table
        .filter(intakes::tenant_id.eq(tx.tenant()?).and(intakes::source.eq(source)))
        .filter(intakes::delivery.eq(delivery))
        .select(intakes::id)
        .first(tx.conn())
        .optional()?;
    Ok(found)
}

pub fn get(tx: &mut Tx, id: IntakeId) -> Result<Intake> {
    let row: Option<Row> =
        intakes::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    row.map(Intake::from).ok_or(Error::NotFound("request"))
}

/// The same, held until the transaction ends.
pub fn lock(tx: &mut WriteTx, id: IntakeId) -> Result<Intake> {
    let query = intakes::table.find((tx.tenant()?, id)).select(Row::as_select()).for_update();
    let row: Option<Row> = query.first(tx.conn()).optional()?;
    row.map(Intake::from).ok_or(Error::NotFound("request"))
}

/// Writes down what may change of a contact, unless somebody else changed it first.
pub fn save(tx: &mut WriteTx, intake: &Intake) -> Result<Intake> {
    let saved = diesel::update(intakes::table.find((intake.tenant, intake.id)))
        .filter(intakes::version.eq(intake.version))
        .set((
            intakes::subject_id.eq(intake.subject),
            intakes::proof.eq(intake.proof),
            intakes::proved_at.eq(intake.proved_at.map(Instant::utc)),
            intakes::prove_until.eq(intake.prove_until.map(Instant::utc)),
            intakes::mandate.eq(intake.mandate),
            intakes::forgotten_at.eq(intake.forgotten_at.map(Instant::utc)),
            intakes::version.eq(intake.version + 1),
        ))
        .execute(tx.conn())?;
    if saved == 1 { Ok(Intake { version: intake.version + 1, ..intake.clone() }) } else { Err(Error::Conflict) }
}

/// Lets go of what a contact was made of: as it came, what the person goes by and how they are found by it, what was written.
/// Its key is destroyed beside it. Says how many values went.
pub fn forget(tx: &mut WriteTx, id: IntakeId) -> Result<usize> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    diesel::update(intakes::table.find((tenant, id)))
        .set((
            intakes::original.eq(None::<Vec<u8>>),
            intakes::forgotten_at.eq(now),
            intakes::version.eq(intakes::version + 1),
        ))
        .execute(tx.conn())?;
    let mut gone = 0;
    for sql in [
        "update intake_identifiers set value = null, bidx = null, code_digest = null, code_until = null
          where tenant_id = ? and intake_id = ? and (value is not null or bidx is not null)",
        "update request_messages m set title = null, body = null from requests r
          where m.tenant_id = ? and r.tenant_id = m.tenant_id and r.id = m.request_id and r.intake_id = ?
            and (m.title is not null or m.body is not null)",
    ] {
        gone += statement(sql).bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(id).execute(tx.conn())?;
    }
    keyhole::close(tx, KeyholeKind::IntakeFollow, id.uuid())?;
    Ok(gone)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Contacts of these persons that are over, but for the one of this request: by whom they were about, and by the addresses
/// that are put aside for the request, whoever wrote under one of them. What a merchant's user asked is no buyer's, and the
/// other way round.
pub fn over_of(tx: &mut Tx, persons: &[SubjectId], (request, but): (RequestId, IntakeId)) -> Result<Vec<IntakeId>> {
    let tenant = tx.tenant()?;
    let persons: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    let rows: Vec<Named> = statement(
        "with theirs as (
           select id from intakes where tenant_id is not distinct from ? and subject_id = any(?)
            union select intake_id from requests where tenant_id is not distinct from ? and subject_id = any(?)
            union select n.intake_id from request_matches m
                    join intake_identifiers n on n.tenant_id = m.tenant_id and n.kind = m.kind and n.bidx = m.bidx
                   where m.tenant_id = ? and m.request_id = ? and m.kind = 'mail' and m.tells
         )
         select i.id from theirs
           join intakes i on i.tenant_id = ? and i.id = theirs.id
           join intakes own on own.tenant_id = i.tenant_id and own.id = ?
          where i.forgotten_at is null and i.id <> own.id and i.role = own.role
            and not exists (select from requests r where r.tenant_id = i.tenant_id and r.intake_id = i.id and r.closed_at is null)
          order by i.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.clone())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(but)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| IntakeId::from_uuid(row.id)).collect())
}

/// The platform's own notice that a contact was opened for, as long as it says whom it means.
pub fn notice_of(tx: &mut Tx, id: IntakeId) -> Result<Option<Uuid>> {
    let tenant = tx.tenant()?;
    let row: Option<Named> = statement(
        "select n.id from intakes i
           join privacy_notices n on n.tenant_id = ? and n.delivery_id = substring(i.delivery from '^[a-z]+_([0-9a-f]{32})')::uuid
          where i.tenant_id = ? and i.id = ? and n.identifiers is not null",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional()?;
    Ok(row.map(|row| row.id))
}

/// From now on a notice says no more whom it means. Its key is destroyed beside it.
pub fn unname(tx: &mut WriteTx, notice: Uuid) -> Result<()> {
    statement("update privacy_notices set identifiers = null where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(notice)
        .execute(tx.conn())?;
    Ok(())
}

/// Notes who saw a mandate.
pub fn mandate_seen(tx: &mut WriteTx, id: IntakeId, by: Option<StaffId>) -> Result<()> {
    diesel::update(intakes::table.find((tx.tenant()?, id))).set(intakes::mandate_by.eq(by)).execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Is {
    #[diesel(sql_type = Bool)]
    is: bool,
}

/// Whether the pinned tenant has this store.
pub fn has_store(tx: &mut Tx, store: StoreId) -> Result<bool> {
    let found: Is = statement("select exists (select from stores where tenant_id = ? and id = ?) as is")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .get_result(tx.conn())?;
    Ok(found.is)
}
