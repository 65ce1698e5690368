//! Rows of what is to be put right, and of what was. What is right goes in sealed under the contact's own key; of what was
//! put right only digests with a salt of their own are kept.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::intakes::sealer;
use crate::floor::kernel::{
    CorrectionId, Instant, IntakeId, Personal, RequestId, Result, Sealed, StaffId, StoreId, TenantId,
};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};
use crate::floor::vault::{Place, Vault};
use crate::requests::model::{Correction, CorrectionState, Named};
use crate::subjects::{self, Corrected};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: CorrectionId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = Text)]
    about: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    store_id: Option<StoreId>,
    #[diesel(sql_type = Timestamptz)]
    named_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    named_by: Option<StaffId>,
    #[diesel(sql_type = Text)]
    state: CorrectionState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    settled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    rows: i32,
}

impl From<Row> for Correction {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            request: row.request_id,
            about: row.about,
            field: row.field,
            store: row.store_id,
            named_at: Instant::from_utc(row.named_at),
            named_by: row.named_by,
            state: row.state,
            settled_at: row.settled_at.map(Instant::from_utc),
            rows: row.rows,
        }
    }
}

fn place(tenant: TenantId, id: CorrectionId) -> Place<'static> {
    Place { tenant, table: "request_correction", column: "value", row: id.uuid(), generation: 0 }
}

/// Writes down what is to be put right, in the place of what was named of the same before.
pub fn name(
    tx: &mut WriteTx,
    vault: &Vault,
    (request, intake): (RequestId, IntakeId),
    named: &Named,
    by: Option<StaffId>,
) -> Result<CorrectionId> {
    let (tenant, now, id) = (tx.tenant()?, tx.now()?.utc(), CorrectionId::fresh());
    let sealer = sealer(tx, vault, intake)?;
    let value = sealer.seal_blob(&place(tenant, id), named.value.disclose().as_bytes())?;
    statement(
        "update request_corrections set state = 'dropped', settled_at = ?, value = null
          where tenant_id = ? and request_id = ? and about = ? and field = ? and store_id is not distinct from ?
            and state = 'named'",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<Text, _>(named.about.clone())
    .bind::<Text, _>(named.field.clone())
    .bind::<Nullable<SqlUuid>, _>(named.store)
    .execute(tx.conn())?;
    statement(
        "insert into request_corrections (tenant_id, id, request_id, about, field, store_id, value, named_at, named_by)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(request)
    .bind::<Text, _>(named.about.clone())
    .bind::<Text, _>(named.field.clone())
    .bind::<Nullable<SqlUuid>, _>(named.store)
    .bind::<Binary, _>(value.into_bytes())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(by)
    .execute(tx.conn())?;
    Ok(id)
}

/// Takes back something that was named and is not put right yet. `false` where there is no such thing.
pub fn drop_named(tx: &mut WriteTx, request: RequestId, at: &At) -> Result<bool> {
    let dropped = statement(
        "update request_corrections set state = 'dropped', settled_at = ?, value = null
          where tenant_id = ? and request_id = ? and about = ? and field = ? and store_id is not distinct from ?
            and state = 'named'",
    )
    .bind::<Timestamptz, _>(tx.now()?.utc())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .bind::<Text, _>(at.about.clone())
    .bind::<Text, _>(at.field.clone())
    .bind::<Nullable<SqlUuid>, _>(at.store)
    .execute(tx.conn())?;
    Ok(dropped == 1)
}

/// Which value is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    pub about: String,
    pub field: String,
    pub store: Option<StoreId>,
}

/// All that was named of a request, in order.
pub fn of(tx: &mut Tx, request: RequestId) -> Result<Vec<Correction>> {
    let rows: Vec<Row> = statement(
        "select id, request_id, about, field, store_id, named_at, named_by, state, settled_at, rows from request_corrections
          where tenant_id = ? and request_id = ? order by named_at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Correction::from).collect())
}

#[derive(QueryableByName)]
struct Is {
    #[diesel(sql_type = Bool)]
    is: bool,
}

/// Whether another of the merchant's own users has the address of this index.
pub fn is_taken(tx: &mut Tx, index: &[u8], row: Uuid) -> Result<bool> {
    let found: Is = statement(
        "select exists (select from members where tenant_id = ? and mail_bidx = ? and state = 'active' and id <> ?) as is",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Binary, _>(index.to_vec())
    .bind::<SqlUuid, _>(row)
    .get_result(tx.conn())?;
    Ok(found.is)
}

#[derive(QueryableByName)]
struct AtStore {
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
}

/// The shop that an order came from.
pub fn store_of(tx: &mut Tx, order: Uuid) -> Result<Option<StoreId>> {
    let row: Option<AtStore> = statement("select store_id from orders where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(order)
        .get_result(tx.conn())
        .optional()?;
    Ok(row.map(|row| row.store_id))
}

#[derive(QueryableByName)]
struct About {
    #[diesel(sql_type = Text)]
    about: String,
}

/// The tables in which something is to be put right, or was.
pub fn named_tables(tx: &mut Tx, request: RequestId) -> Result<Vec<String>> {
    let rows: Vec<About> = statement(
        "select distinct about from request_corrections
          where tenant_id = ? and request_id = ? and state <> 'dropped' order by about",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.about).collect())
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = SqlUuid)]
    id: CorrectionId,
    #[diesel(sql_type = Nullable<Binary>)]
    value: Option<Vec<u8>>,
}

/// What is right, in clear, of all that stands: the look is noted under `view`. What went with the contact's key is left out.
pub fn open(
    tx: &mut RevealTx,
    vault: &Vault,
    (request, intake): (RequestId, IntakeId),
    view: &'static str,
) -> Result<Vec<(Correction, Personal)>> {
    let all = of(tx, request)?;
    let rows: Vec<Stored> = statement(
        "select id, value from request_corrections where tenant_id = ? and request_id = ? and state <> 'dropped'",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant()?;
    let Ok(key) = super::intakes::key(tx, vault, intake, view)? else { return Ok(Vec::new()) };
    let mut opened = Vec::new();
    for correction in all {
        let stored = rows.iter().find(|row| row.id == correction.id).and_then(|row| row.value.clone());
        let clear = stored.and_then(|value| {
            let clear = key.open_blob(&place(tenant, correction.id), &Sealed::from_bytes(value)).ok()?;
            clear.into_personal().ok()
        });
        opened.extend(clear.map(|value| (correction, value)));
    }
    Ok(opened)
}

/// Writes down what was put right of one thing that was named, and that it is done; or that there was nothing to be done.
pub fn settle(tx: &mut WriteTx, correction: &Correction, values: &[Corrected]) -> Result<()> {
    subjects::put_right(tx, correction.id, (&correction.about, &correction.field), values)?;
    let state = if values.is_empty() { CorrectionState::Nothing } else { CorrectionState::Done };
    statement(
        "update request_corrections set state = ?, settled_at = ?, rows = ?
          where tenant_id = ? and id = ? and state = 'named'",
    )
    .bind::<Text, _>(state)
    .bind::<Timestamptz, _>(tx.now()?.utc())
    .bind::<Integer, _>(i32::try_from(values.len()).unwrap_or(i32::MAX))
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(correction.id)
    .execute(tx.conn())?;
    Ok(())
}

/// A value that was put right, as the evidence has it.
#[derive(QueryableByName)]
pub struct Proof {
    #[diesel(sql_type = SqlUuid)]
    pub correction_id: CorrectionId,
    #[diesel(sql_type = SqlUuid)]
    pub row_id: Uuid,
    #[diesel(sql_type = Nullable<Binary>)]
    pub was_digest: Option<Vec<u8>>,
    #[diesel(sql_type = Binary)]
    pub is_digest: Vec<u8>,
}

/// What was put right of a request, in order.
pub fn proofs(tx: &mut Tx, request: RequestId) -> Result<Vec<Proof>> {
    let rows = statement(
        "select v.correction_id, v.row_id, v.was_digest, v.is_digest from request_corrections c
           join corrected_values v on v.tenant_id = c.tenant_id and v.correction_id = c.id
          where c.tenant_id = ? and c.request_id = ? order by v.correction_id, v.row_id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows)
}

/// What is right goes with all else that a contact was made of.
pub fn forget(tx: &mut WriteTx, intake: IntakeId) -> Result<usize> {
    let tenant = tx.tenant()?;
    let gone = statement(
        "update request_corrections set value = null
          where tenant_id = ? and value is not null
            and request_id in (select id from requests where tenant_id = ? and intake_id = ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(intake)
    .execute(tx.conn())?;
    Ok(gone)
}
