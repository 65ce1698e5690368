//! Rows of evidence, and what of a request only evidence asks for: digests of what is sealed, and what the books tell of it
//! with the hash before each. Nothing here opens anything.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::kernel::{Error, EvidenceId, Instant, IntakeId, RequestId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// What proves how a request was answered, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub id: EvidenceId,
    pub request: RequestId,
    /// The first of a request is 1; a later one continues it.
    pub number: i16,
    pub made_at: Instant,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    /// A line in canonical form, with its signature.
    pub document: Vec<u8>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: EvidenceId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = SmallInt)]
    number: i16,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Binary)]
    document: Vec<u8>,
}

impl Row {
    fn evidence(self) -> Result<Evidence> {
        Ok(Evidence {
            id: self.id,
            request: self.request_id,
            number: self.number,
            made_at: Instant::from_utc(self.made_at),
            digest: self.digest.try_into().map_err(|_| Error::corrupt("request_evidence", "digest", self.id))?,
            document: self.document,
        })
    }
}

/// The evidence of a request, the first one first.
pub fn of(tx: &mut Tx, request: RequestId) -> Result<Vec<Evidence>> {
    let rows: Vec<Row> = statement(
        "select id, request_id, number, made_at, digest, document from request_evidence
          where tenant_id = ? and request_id = ? order by number",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    rows.into_iter().map(Row::evidence).collect()
}

/// The newest evidence of a request.
pub fn last(tx: &mut Tx, request: RequestId) -> Result<Option<Evidence>> {
    let row: Option<Row> = statement(
        "select id, request_id, number, made_at, digest, document from request_evidence
          where tenant_id = ? and request_id = ? order by number desc limit 1",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .get_result(tx.conn())
    .optional()?;
    row.map(Row::evidence).transpose()
}

/// Adds one.
pub fn add(tx: &mut WriteTx, evidence: &Evidence) -> Result<()> {
    statement(
        "insert into request_evidence (tenant_id, id, request_id, number, made_at, digest, document)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(evidence.id)
    .bind::<SqlUuid, _>(evidence.request)
    .bind::<SmallInt, _>(evidence.number)
    .bind::<Timestamptz, _>(evidence.made_at.utc())
    .bind::<Binary, _>(evidence.digest.to_vec())
    .bind::<Binary, _>(evidence.document.clone())
    .execute(tx.conn())?;
    Ok(())
}

/// Something that is sealed, as its digest.
#[derive(QueryableByName)]
pub struct Digest {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<Binary>)]
    pub digest: Option<Vec<u8>>,
}

/// Of a contact as it came; none where nothing is kept of that.
pub fn original(tx: &mut Tx, intake: IntakeId) -> Result<Option<Vec<u8>>> {
    let row: Digest = statement("select id, sha256(original) as digest from intakes where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(intake)
        .get_result(tx.conn())?;
    Ok(row.digest)
}

/// Of each thing that somebody goes by.
pub fn identifiers(tx: &mut Tx, intake: IntakeId) -> Result<Vec<Digest>> {
    let rows = statement(
        "select id, sha256(value) as digest from intake_identifiers where tenant_id = ? and intake_id = ? order by id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(intake)
    .load(tx.conn())?;
    Ok(rows)
}

/// Of a letter, message or note: title and body.
#[derive(QueryableByName)]
pub struct Letter {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<Binary>)]
    pub title: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub body: Option<Vec<u8>>,
}

/// Of each letter, message and note of a request.
pub fn letters(tx: &mut Tx, request: RequestId) -> Result<Vec<Letter>> {
    let rows = statement(
        "select id, sha256(title) as title, sha256(body) as body from request_messages
          where tenant_id = ? and request_id = ? order by made_at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    Ok(rows)
}

/// A row of the books about a request or its contact, and the hash of the row before it.
#[derive(QueryableByName)]
pub struct Told {
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub actor: String,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Text)]
    pub object: String,
    #[diesel(sql_type = Nullable<Binary>)]
    pub payload_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub payload: Option<Vec<u8>>,
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub prev: Option<Vec<u8>>,
}

/// What the books tell of a request and of its contact, in order. The row before each is looked for by itself: behind the
/// fence no join goes by a number that is reckoned from another row, and all of the tenant's books would be read for each.
pub fn events(tx: &mut Tx, (request, intake): (RequestId, IntakeId)) -> Result<Vec<Told>> {
    let objects = vec![format!("request:{}", request.uuid()), format!("intake:{}", intake.uuid())];
    let rows = statement(
        "select e.seq, e.at, e.actor, e.action, e.object, e.payload_hash, e.payload, e.hash,
                (select p.hash from audit_events p where p.tenant_id = e.tenant_id and p.seq = e.seq - 1) as prev
           from unnest(?) as o (name),
                lateral (select * from audit_events
                          where tenant_id is not distinct from ? and object = o.name
                            and (object like 'request:%' or object like 'intake:%') offset 0) as e
          order by e.seq",
    )
    .bind::<Array<Text>, _>(objects)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    Ok(rows)
}

#[derive(QueryableByName)]
struct Waits {
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// How many letters of a request have not left yet.
pub fn waiting(tx: &mut Tx, request: RequestId) -> Result<i64> {
    let row: Waits = statement(
        "select count(*) as counted from request_messages where tenant_id = ? and request_id = ? and state = 'queued'",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .get_result(tx.conn())?;
    Ok(row.counted)
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: IntakeId,
    #[diesel(sql_type = Timestamptz)]
    received_at: DateTime<Utc>,
}

/// A contact by when it was received: the order in which they are looked at.
pub type Overdue = (Instant, TenantId, IntakeId);

/// Contacts all of whose requests were closed before then and of which something is still held, over all tenants, behind the
/// one that is named; no hold stands for whom they are about. Asked at the desk.
pub fn overdue(tx: &mut Tx, before: Instant, beyond: Option<Overdue>, most: i64) -> Result<Vec<Overdue>> {
    let (at, tenant, id) =
        beyond.map_or((None, None, None), |(at, tenant, id)| (Some(at.utc()), Some(tenant.uuid()), Some(id.uuid())));
    let rows: Vec<Kept> = statement(
        "select i.tenant_id, i.id, i.received_at from intakes i
          where i.forgotten_at is null and i.received_at < ?
            and (?::timestamptz is null or (i.received_at, i.tenant_id, i.id) > (?, ?, ?))
            and not exists (select from requests r where r.tenant_id = i.tenant_id and r.intake_id = i.id
                              and (r.closed_at is null or r.closed_at >= ?))
            and not exists (select from requests r
                              join subjects s on s.tenant_id = r.tenant_id and s.id = r.subject_id
                              join subjects t on t.tenant_id = s.tenant_id
                               and (t.id = coalesce(s.same_as, s.id) or t.same_as = coalesce(s.same_as, s.id))
                              join holds h on h.tenant_id = t.tenant_id and h.subject_id = t.id and h.released_at is null
                             where r.tenant_id = i.tenant_id and r.intake_id = i.id)
          order by i.received_at, i.tenant_id, i.id limit ?",
    )
    .bind::<Timestamptz, _>(before.utc())
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<Timestamptz, _>(before.utc())
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (Instant::from_utc(row.received_at), row.tenant_id, row.id)).collect())
}

#[derive(QueryableByName)]
struct Worded {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
}

/// Whose keys stand over words of staff that were over with before then: why somebody had leave to look, what a provider
/// answered, why somebody who was erased should be welcome again. Asked at the desk.
pub fn words_overdue(tx: &mut Tx, before: Instant) -> Result<Vec<(TenantId, Uuid)>> {
    let rows: Vec<Worded> = statement(
        "select k.tenant_id, k.owner_id
           from (select tenant_id, id from grants where coalesce(ended_at, ends_at) < ?
                 union all select tenant_id, id from provider_tasks where settled_at < ?
                 union all select tenant_id, id from tombstones where asked_at < ?) w
           join request_keys k on k.tenant_id = w.tenant_id and k.owner_id = w.id and k.destroyed_at is null
          order by k.tenant_id, k.owner_id",
    )
    .bind::<Timestamptz, _>(before.utc())
    .bind::<Timestamptz, _>(before.utc())
    .bind::<Timestamptz, _>(before.utc())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.owner_id)).collect())
}
