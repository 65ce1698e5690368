//! Rows of packages, of what they hold, of what was left out of them, and of the links by which they are fetched. The
//! passphrase goes in sealed under the contact's own key; no list brings it out.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::blobs::{Blob, Kind};
use crate::floor::kernel::{
    BlobId, Error, Instant, IntakeId, PackageId, PackageLinkId, Personal, RedactionId, RequestId, Result, Sealed,
    Secret, StaffId, SubjectId, TenantId,
};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};
use crate::floor::vault::{Place, RequestKey, Sealer, Vault};
use crate::requests::package::{LeftOut, Link, Made, Package, PackageState, Packed, Redaction, Release, Used};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: PackageId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = SmallInt)]
    number: i16,
    #[diesel(sql_type = Text)]
    state: PackageState,
    #[diesel(sql_type = Bool)]
    is_given: bool,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Timestamptz)]
    ordered_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    ordered_by: Option<StaffId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    blob_id: Option<BlobId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    made_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rows: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    left_out: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    bytes: Option<i64>,
    #[diesel(sql_type = Nullable<Binary>)]
    digest: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    manifest: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    released_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    released_by: Option<StaffId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl Row {
    fn read(self) -> Result<Package> {
        let id = self.id;
        let digest =
            |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).map_err(|_| Error::corrupt("request_packages", "digest", id));
        let made = match (self.made_at, self.rows, self.left_out, self.bytes, self.digest, self.manifest) {
            (Some(at), Some(rows), Some(left_out), Some(bytes), Some(own), Some(manifest)) => Some(Made {
                at: Instant::from_utc(at),
                rows,
                left_out,
                bytes,
                digest: digest(own)?,
                manifest: digest(manifest)?,
            }),
            _ => None,
        };
        let released = match (self.released_at, self.released_by, self.expires_at) {
            (Some(at), Some(by), Some(until)) => {
                Some(Release { at: Instant::from_utc(at), by, until: Instant::from_utc(until) })
            }
            _ => None,
        };
        Ok(Package {
            tenant: self.tenant_id,
            id,
            request: self.request_id,
            number: self.number,
            state: self.state,
            is_given: self.is_given,
            locale: self.locale,
            ordered_at: Instant::from_utc(self.ordered_at),
            ordered_by: self.ordered_by,
            file: self.blob_id,
            made,
            released,
            ended_at: self.ended_at.map(Instant::from_utc),
            version: self.version,
        })
    }
}

/// Where a passphrase stands.
fn place_of_passphrase(tenant: TenantId, id: PackageId) -> Place<'static> {
    Place { tenant, table: "request_package", column: "opener", row: id.uuid(), generation: 0 }
}

/// Where the words of whoever left something out stand.
fn place_of_reason(tenant: TenantId, id: RedactionId) -> Place<'static> {
    Place { tenant, table: "package_redaction", column: "reason", row: id.uuid(), generation: 0 }
}

pub fn one(tx: &mut Tx, id: PackageId) -> Result<Package> {
    let row = statement("select * from request_packages where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.ok_or(Error::NotFound("package"))?.read()
}

/// The same, held until the transaction ends.
pub fn lock(tx: &mut WriteTx, id: PackageId) -> Result<Package> {
    let row = statement("select * from request_packages where tenant_id = ? and id = ? for update")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.ok_or(Error::NotFound("package"))?.read()
}

/// Those of a request, the newest first.
pub fn of(tx: &mut Tx, request: RequestId) -> Result<Vec<Package>> {
    let rows: Vec<Row> =
        statement("select * from request_packages where tenant_id = ? and request_id = ? order by number desc")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(request)
            .load(tx.conn())?;
    rows.into_iter().map(Row::read).collect()
}

/// The one of a request that stands, held until the transaction ends.
pub fn standing(tx: &mut WriteTx, request: RequestId) -> Result<Option<Package>> {
    let row = statement(
        "select * from request_packages
          where tenant_id = ? and request_id = ? and state in ('ordered', 'made', 'released') for update",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .get_result::<Row>(tx.conn())
    .optional()?;
    row.map(Row::read).transpose()
}

/// Orders one, about these persons.
pub fn order(tx: &mut WriteTx, package: &Package, persons: &[SubjectId]) -> Result<()> {
    let tenant = tx.tenant()?;
    statement(
        "insert into request_packages (tenant_id, id, request_id, number, state, is_given, locale, ordered_at, ordered_by)
         values (?, ?, ?, ?, 'ordered', ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(package.id)
    .bind::<SqlUuid, _>(package.request)
    .bind::<SmallInt, _>(package.number)
    .bind::<Bool, _>(package.is_given)
    .bind::<Text, _>(package.locale.clone())
    .bind::<Timestamptz, _>(package.ordered_at.utc())
    .bind::<Nullable<SqlUuid>, _>(package.ordered_by)
    .execute(tx.conn())?;
    statement("insert into package_subjects (tenant_id, package_id, subject_id) select ?, ?, n from unnest(?) as n")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(package.id)
        .bind::<Array<SqlUuid>, _>(persons.to_vec())
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
}

/// Whom it is about.
pub fn persons(tx: &mut Tx, id: PackageId) -> Result<Vec<SubjectId>> {
    let rows: Vec<Person> =
        statement("select subject_id from package_subjects where tenant_id = ? and package_id = ? order by subject_id")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(id)
            .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.subject_id).collect())
}

/// What is written down once a file lies there whole.
pub struct Offer<'a> {
    pub file: BlobId,
    pub made: &'a Made,
    pub files: &'a [Packed],
    pub passphrase: &'a Secret,
}

/// Offers a package whose file lies there. `false` where nobody waits for it any more.
pub fn offer(tx: &mut WriteTx, sealer: &Sealer<RequestKey>, id: PackageId, offer: &Offer<'_>) -> Result<bool> {
    let (tenant, made) = (tx.tenant()?, offer.made);
    let place = place_of_passphrase(tenant, id);
    let passphrase = sealer.seal_blob(&place, offer.passphrase.expose().as_bytes())?.into_bytes();
    let offered = statement(
        "update request_packages set state = 'made', blob_id = ?, made_at = ?, rows = ?, left_out = ?, bytes = ?, digest = ?,
           manifest = ?, opener = ?, version = version + 1
          where tenant_id = ? and id = ? and state = 'ordered'",
    )
    .bind::<SqlUuid, _>(offer.file)
    .bind::<Timestamptz, _>(made.at.utc())
    .bind::<BigInt, _>(made.rows)
    .bind::<BigInt, _>(made.left_out)
    .bind::<BigInt, _>(made.bytes)
    .bind::<Binary, _>(made.digest.to_vec())
    .bind::<Binary, _>(made.manifest.to_vec())
    .bind::<Binary, _>(passphrase)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    if offered == 0 {
        return Ok(false);
    }
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let files = || offer.files.iter();
    let positions: Vec<i16> = (0..).zip(files()).map(|(position, _)| position).collect();
    statement(
        "insert into package_files (tenant_id, package_id, position, name, rows, bytes, digest)
         select ?, ?, n.* from unnest(?, ?, ?, ?, ?) as n",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SmallInt>, _>(positions)
    .bind::<Array<Text>, _>(files().map(|file| file.name.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(files().map(|file| file.rows.map(count)).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(files().map(|file| count(file.bytes)).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(files().map(|file| file.digest.to_vec()).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(true)
}

#[derive(QueryableByName)]
struct FileRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rows: Option<i64>,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

/// What it holds, in its own order.
pub fn files(tx: &mut Tx, id: PackageId) -> Result<Vec<Packed>> {
    let rows: Vec<FileRow> = statement(
        "select name, rows, bytes, digest from package_files where tenant_id = ? and package_id = ? order by position",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .load(tx.conn())?;
    let packed = |row: FileRow| {
        Ok(Packed {
            name: row.name,
            rows: row.rows.map(i64::unsigned_abs),
            bytes: row.bytes.unsigned_abs(),
            digest: row.digest.try_into().map_err(|_| Error::corrupt("package_files", "digest", id))?,
        })
    };
    rows.into_iter().map(packed).collect()
}

/// Lets one go. `false` where it is none that was made.
pub fn release(tx: &mut WriteTx, id: PackageId, release: &Release) -> Result<bool> {
    let released = statement(
        "update request_packages set state = 'released', released_at = ?, released_by = ?, expires_at = ?, version = version + 1
          where tenant_id = ? and id = ? and state = 'made'",
    )
    .bind::<Timestamptz, _>(release.at.utc())
    .bind::<SqlUuid, _>(release.by)
    .bind::<Timestamptz, _>(release.until.utc())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    Ok(released == 1)
}

/// Nobody gets it any more: its passphrase goes, and its links lead nowhere. The file goes after that. `false` where it had
/// ended before.
pub fn end(tx: &mut WriteTx, id: PackageId, state: PackageState) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let ended = statement(
        "update request_packages set state = ?, ended_at = ?, opener = null, version = version + 1
          where tenant_id = ? and id = ? and ended_at is null",
    )
    .bind::<Text, _>(state)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    end_links(tx, id)?;
    Ok(ended == 1)
}

/// The file of one that ended is no more, and nothing leads to whom it was about.
pub fn cleared(tx: &mut WriteTx, id: PackageId) -> Result<()> {
    let tenant = tx.tenant()?;
    statement("update request_packages set blob_id = null where tenant_id = ? and id = ? and ended_at is not null")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    statement("delete from package_subjects where tenant_id = ? and package_id = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: PackageId,
}

/// Packages about these persons, of whatever state, that something still leads to.
pub fn about(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<PackageId>> {
    let rows: Vec<Named> = statement(
        "select distinct tenant_id, package_id as id from package_subjects
          where tenant_id is not distinct from ? and subject_id = any(?) order by 2",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Tenants and packages looked after at a time.
const MOST: i32 = 500;

/// Those whose time is over or whose request ended without an answer or without them, and those that ended and whose file
/// lies there still. For the desk.
pub fn over(tx: &mut Tx, now: Instant) -> Result<Vec<(TenantId, PackageId)>> {
    let rows: Vec<Named> = statement(
        "select p.tenant_id, p.id from request_packages p join requests r on r.tenant_id = p.tenant_id and r.id = p.request_id
          where (p.state = 'released' and p.expires_at <= ?) or (p.ended_at is not null and p.blob_id is not null)
             or (p.ended_at is null and r.stage = 'closed'
                 and (p.state <> 'released' or r.outcome in ('refused', 'withdrawn', 'expired', 'spam', 'duplicate')))
          order by p.tenant_id, p.id limit ?",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}

#[derive(QueryableByName)]
struct Object {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    blob_id: BlobId,
}

/// Those of these files that no row names. For the desk.
pub fn unnamed(tx: &mut Tx, files: &[Blob]) -> Result<Vec<Blob>> {
    let rows: Vec<Object> = statement(
        "select n.tenant_id, n.blob_id from unnest(?, ?) as n (tenant_id, blob_id)
          where not exists (select from request_packages p where p.tenant_id = n.tenant_id and p.blob_id = n.blob_id)",
    )
    .planned_anew()
    .bind::<Array<SqlUuid>, _>(files.iter().map(|file| file.tenant.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(files.iter().map(|file| file.id.uuid()).collect::<Vec<_>>())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| Blob { tenant: row.tenant_id, id: row.blob_id, kind: Kind::Package }).collect())
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = SqlUuid)]
    id: PackageId,
    #[diesel(sql_type = Binary)]
    opener: Vec<u8>,
}

/// The passphrases of what a contact's person may fetch; the look is noted under `view`. None where the contact is
/// forgotten.
pub fn passphrases(
    tx: &mut RevealTx,
    vault: &Vault,
    intake: IntakeId,
    view: &'static str,
) -> Result<Vec<(PackageId, Personal)>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Locked> = statement(
        "select p.id, p.opener from request_packages p join requests r on r.tenant_id = p.tenant_id and r.id = p.request_id
          where p.tenant_id = ? and r.intake_id = ? and p.state = 'released' and p.expires_at > ? order by p.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(intake)
    .bind::<Timestamptz, _>(tx.now()?.utc())
    .load(tx.conn())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let Ok(key) = vault.request_key(tx, intake.uuid(), view)? else { return Ok(Vec::new()) };
    let open = |row: Locked| {
        let shut = |_| Error::corrupt("request_packages", "opener", row.id);
        let clear = key.open_blob(&place_of_passphrase(tenant, row.id), &Sealed::from_bytes(row.opener.clone()));
        Ok((row.id, clear.map_err(shut)?.into_personal().map_err(shut)?))
    };
    rows.into_iter().map(open).collect()
}

#[derive(QueryableByName)]
struct RedactionRow {
    #[diesel(sql_type = SqlUuid)]
    id: RedactionId,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = SqlUuid)]
    row_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    field: Option<String>,
    #[diesel(sql_type = Text)]
    code: LeftOut,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    made_by: StaffId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    lifted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    lifted_by: Option<StaffId>,
}

/// What was left out of a request's packages, in the order in which that was done; also what was put back.
pub fn redactions(tx: &mut Tx, request: RequestId) -> Result<Vec<Redaction>> {
    let rows: Vec<RedactionRow> = statement(
        "select id, place, row_id, field, code, made_at, made_by, lifted_at, lifted_by from package_redactions
          where tenant_id = ? and request_id = ? order by made_at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    let redaction = |row: RedactionRow| Redaction {
        id: row.id,
        place: row.place,
        row: row.row_id,
        field: row.field,
        code: row.code,
        made_at: Instant::from_utc(row.made_at),
        made_by: row.made_by,
        lifted: row.lifted_at.map(Instant::from_utc).zip(row.lifted_by),
    };
    Ok(rows.into_iter().map(redaction).collect())
}

/// Something that is to be left out.
pub struct Leaving<'a> {
    pub request: RequestId,
    pub place: &'a str,
    pub row: Uuid,
    pub field: Option<&'a str>,
    pub code: LeftOut,
    pub by: StaffId,
}

/// Leaves something out. None where it is left out already.
pub fn leave_out(
    tx: &mut WriteTx,
    sealer: &Sealer<RequestKey>,
    leaving: &Leaving<'_>,
    reason: &Personal,
) -> Result<Option<RedactionId>> {
    let (tenant, now, id) = (tx.tenant()?, tx.now()?.utc(), RedactionId::fresh());
    let reason = sealer.seal_blob(&place_of_reason(tenant, id), reason.disclose().as_bytes())?.into_bytes();
    let made = statement(
        "insert into package_redactions (tenant_id, id, request_id, place, row_id, field, code, reason, made_at, made_by)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(leaving.request)
    .bind::<Text, _>(leaving.place.to_owned())
    .bind::<SqlUuid, _>(leaving.row)
    .bind::<Nullable<Text>, _>(leaving.field.map(str::to_owned))
    .bind::<Text, _>(leaving.code)
    .bind::<Binary, _>(reason)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(leaving.by)
    .execute(tx.conn())?;
    Ok((made == 1).then_some(id))
}

/// Puts back what was left out. `false` where that was done, or is no such thing.
pub fn put_back(tx: &mut WriteTx, request: RequestId, id: RedactionId, by: StaffId) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let lifted = statement(
        "update package_redactions set lifted_at = ?, lifted_by = ?
          where tenant_id = ? and request_id = ? and id = ? and lifted_at is null",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(by)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    Ok(lifted == 1)
}

#[derive(QueryableByName)]
struct LinkRow {
    #[diesel(sql_type = SqlUuid)]
    id: PackageLinkId,
    #[diesel(sql_type = SqlUuid)]
    package_id: PackageId,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Binary>)]
    session: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<DateTime<Utc>>,
}

pub fn link(tx: &mut Tx, id: PackageLinkId) -> Result<Option<Link>> {
    let row = statement(
        "select id, package_id, expires_at, session, until, ended_at from package_links where tenant_id = ? and id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result::<LinkRow>(tx.conn())
    .optional()?;
    Ok(row.map(|row| Link {
        id: row.id,
        package: row.package_id,
        expires_at: Instant::from_utc(row.expires_at),
        used: row.session.zip(row.until).map(|(session, until)| Used { session, until: Instant::from_utc(until) }),
        is_ended: row.ended_at.is_some(),
    }))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many links of a package were made since then.
pub fn links_since(tx: &mut Tx, package: PackageId, since: Instant) -> Result<i64> {
    let row: Count =
        statement("select count(*) as count from package_links where tenant_id = ? and package_id = ? and made_at > ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(package)
            .bind::<Timestamptz, _>(since.utc())
            .get_result(tx.conn())?;
    Ok(row.count)
}

/// Writes down a link. What opens it stands in its keyhole.
pub fn add_link(tx: &mut WriteTx, package: PackageId, expires_at: Instant) -> Result<PackageLinkId> {
    let (tenant, now, id) = (tx.tenant()?, tx.now()?.utc(), PackageLinkId::fresh());
    statement("insert into package_links (tenant_id, id, package_id, made_at, expires_at) values (?, ?, ?, ?, ?)")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(package)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(expires_at.utc())
        .execute(tx.conn())?;
    Ok(id)
}

#[derive(QueryableByName)]
struct Live {
    #[diesel(sql_type = SqlUuid)]
    id: PackageLinkId,
}

/// The links of a package lead nowhere any more.
pub fn end_links(tx: &mut WriteTx, package: PackageId) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let live: Vec<Live> = statement(
        "update package_links set ended_at = ? where tenant_id = ? and package_id = ? and ended_at is null returning id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(package)
    .load(tx.conn())?;
    for link in live {
        keyhole::close(tx, KeyholeKind::PackageLink, link.id.uuid())?;
    }
    Ok(())
}

/// Uses a link, once: of many who try at the same moment one is told yes.
pub fn consume(tx: &mut WriteTx, id: PackageLinkId, session: &[u8; 32], until: Instant) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let used = statement(
        "update package_links set used_at = ?, session = ?, until = ?
          where tenant_id = ? and id = ? and used_at is null and ended_at is null and expires_at > ?",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Binary, _>(session.to_vec())
    .bind::<Timestamptz, _>(until.utc())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(used == 1)
}

#[derive(QueryableByName)]
struct Code {
    #[diesel(sql_type = Text)]
    code: String,
}

/// Who ever got something of these, as the book of disclosures has it.
pub fn reached(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<String>> {
    let rows: Vec<Code> = statement(
        "select distinct recipient as code from disclosures
          where tenant_id is not distinct from ? and subject_id = any(?) order by 1",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}
