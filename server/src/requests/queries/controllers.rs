//! Rows of what controllers asked for by machine: how each was answered first, and what its sender was told since.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::kernel::{Error, Instant, IntakeId, RequestId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::vault::Vault;
use crate::requests::ways::opendsr::Status;

/// A call of a controller's, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What the controller calls it.
    pub id: Uuid,
    pub intake: IntakeId,
    pub request: RequestId,
    pub digest: [u8; 16],
    pub received_at: Instant,
    /// As the first answer said it.
    pub expected_at: Instant,
    pub callbacks: Vec<String>,
    /// The version of the request that was looked at last.
    pub seen: i32,
    /// What the controller was told last.
    pub status: Status,
    pub due_at: Instant,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    intake_id: IntakeId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    received_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expected_at: DateTime<Utc>,
    #[diesel(sql_type = Array<Text>)]
    callbacks: Vec<String>,
    #[diesel(sql_type = Integer)]
    seen: i32,
    #[diesel(sql_type = Text)]
    status: Status,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
}

impl TryFrom<Row> for Call {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let id = row.id;
        let digest = row.digest.try_into().map_err(|_| Error::corrupt("controller_calls", "digest", id))?;
        Ok(Self {
            id,
            intake: row.intake_id,
            request: row.request_id,
            digest,
            received_at: Instant::from_utc(row.received_at),
            expected_at: Instant::from_utc(row.expected_at),
            callbacks: row.callbacks,
            seen: row.seen,
            status: row.status,
            due_at: Instant::from_utc(row.due_at),
        })
    }
}

/// What a call is known again by: nobody without this tenant's key tells what stood in it.
pub fn digest(tx: &mut WriteTx, vault: &Vault, body: &[u8]) -> Result<[u8; 16]> {
    let key = vault.pseudonym_key(tx)?.map_err(|_| Error::internal("the tenant's pseudonym key is not at hand"))?;
    Ok(key.handle("controller_call", body))
}

pub fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Call>> {
    let row = statement(
        "select id, intake_id, request_id, digest, received_at, expected_at, callbacks, seen, status, due_at
           from controller_calls where tenant_id = ? and id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result::<Row>(tx.conn())
    .optional()?;
    row.map(Call::try_from).transpose()
}

/// Writes a call down. `Conflict` where another of this id was first.
pub fn add(tx: &mut WriteTx, call: &Call) -> Result<()> {
    let added = statement(
        "insert into controller_calls
           (tenant_id, id, intake_id, request_id, digest, received_at, expected_at, callbacks, seen, status, due_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict on constraint controller_calls_pk do nothing",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(call.id)
    .bind::<SqlUuid, _>(call.intake)
    .bind::<SqlUuid, _>(call.request)
    .bind::<Binary, _>(call.digest.to_vec())
    .bind::<Timestamptz, _>(call.received_at.utc())
    .bind::<Timestamptz, _>(call.expected_at.utc())
    .bind::<Array<Text>, _>(call.callbacks.clone())
    .bind::<Integer, _>(call.seen)
    .bind::<Text, _>(call.status)
    .bind::<Timestamptz, _>(call.due_at.utc())
    .execute(tx.conn())?;
    if added == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Notes how far its sender is told, over what was known before. `false` where somebody else was first.
pub fn note(tx: &mut WriteTx, before: &Call, (seen, status, due_at): (i32, Status, Instant)) -> Result<bool> {
    let noted = statement(
        "update controller_calls set seen = ?, status = ?, due_at = ? where tenant_id = ? and id = ? and seen = ?",
    )
    .bind::<Integer, _>(seen)
    .bind::<Text, _>(status)
    .bind::<Timestamptz, _>(due_at.utc())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(before.id)
    .bind::<Integer, _>(before.seen)
    .execute(tx.conn())?;
    Ok(noted == 1)
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Calls whose requests have moved since they were looked at, wherever they are. For the desk.
pub fn moved(tx: &mut Tx, most: i64) -> Result<Vec<(TenantId, Uuid)>> {
    let moved: Vec<Moved> = statement(
        "select c.tenant_id, c.id from controller_calls c
           join requests r on r.tenant_id = c.tenant_id and r.id = c.request_id
          where c.status in ('pending', 'in_progress') and r.version <> c.seen
          order by c.tenant_id, c.id limit ?",
    )
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(moved.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}
