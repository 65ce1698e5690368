//! Rows of files, and the sums that stand in them. No sum is taken of anybody's.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::model::{Made, Report, ReportKind, span};
use crate::floor::blobs::{Blob, Kind};
use crate::floor::graphql::Page;
use crate::floor::kernel::{BlobId, Error, Instant, ReportId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// Tenants, or files, looked after at a time.
const MOST: i32 = 500;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: ReportId,
    #[diesel(sql_type = Text)]
    kind: ReportKind,
    #[diesel(sql_type = Date)]
    month: NaiveDate,
    #[diesel(sql_type = SqlUuid)]
    blob_id: BlobId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    made_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Integer>)]
    rows: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    bytes: Option<i64>,
    #[diesel(sql_type = Nullable<Binary>)]
    digest: Option<Vec<u8>>,
}

impl Row {
    fn read(self) -> Result<Report> {
        let made = match (self.made_at, self.rows, self.bytes, self.digest) {
            (Some(at), Some(rows), Some(bytes), Some(digest)) => {
                let digest = digest.try_into().map_err(|_| Error::internal("the digest of a report is none"))?;
                Some(Made { at: Instant::from_utc(at), rows, bytes, digest })
            }
            _ => None,
        };
        let Self { tenant_id: tenant, id, kind, month, blob_id: file, .. } = self;
        Ok(Report { tenant, id, kind, month, file, made })
    }
}

/// One of the pinned tenant's.
pub fn one(tx: &mut Tx, id: ReportId) -> Result<Option<Report>> {
    let row = statement("select * from reports where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.map(Row::read).transpose()
}

/// Those of a month that are still to be made.
pub fn unmade(tx: &mut Tx, month: NaiveDate) -> Result<Vec<Report>> {
    let rows: Vec<Row> =
        statement("select * from reports where tenant_id = ? and month = ? and made_at is null order by kind")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Date, _>(month)
            .load(tx.conn())?;
    rows.into_iter().map(Row::read).collect()
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// A page of the files that were made, newest first, and how many there are in all.
pub fn list(tx: &mut Tx, kind: Option<ReportKind>, page: &Page) -> Result<(Vec<Report>, i64)> {
    let (tenant, kind) = (tx.tenant()?, kind.map(|kind| kind.code().to_owned()));
    let total = statement(
        "select count(*) as total from reports where tenant_id = ? and made_at is not null and coalesce(kind = ?, true)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<Text>, _>(kind.clone())
    .get_result::<Total>(tx.conn())?;
    let (at, id) = page.beyond_instant()?.unzip();
    let sql = if page.is_backward {
        "select * from reports where tenant_id = ? and made_at is not null and coalesce(kind = ?, true)
            and coalesce((made_at, id) > (?, ?), true) order by made_at, id limit ?"
    } else {
        "select * from reports where tenant_id = ? and made_at is not null and coalesce(kind = ?, true)
            and coalesce((made_at, id) < (?, ?), true) order by made_at desc, id desc limit ?"
    };
    let rows: Vec<Row> = statement(sql)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<Text>, _>(kind)
        .bind::<Nullable<Timestamptz>, _>(at.map(Instant::utc))
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<BigInt, _>(page.limit())
        .load(tx.conn())?;
    Ok((rows.into_iter().map(Row::read).collect::<Result<_>>()?, total.total))
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: ReportId,
}

/// Tenants of which no file was ordered for a month in which they had a store with us. For the desk.
pub fn without(tx: &mut Tx, month: NaiveDate) -> Result<Vec<TenantId>> {
    let (from, until) = span(month);
    let rows: Vec<Named> = statement(
        "select t.tenant_id, t.tenant_id as id from tenants t
          where t.state <> 'closed'
            and exists (select from stores s where s.tenant_id = t.tenant_id and s.connected_at < ?
                           and coalesce(s.disconnected_at >= ?, true))
            and not exists (select from reports r where r.tenant_id = t.tenant_id and r.month = ?)
          order by t.tenant_id limit ?",
    )
    .bind::<Timestamptz, _>(until)
    .bind::<Timestamptz, _>(from)
    .bind::<Date, _>(month)
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// Files that were made before this moment, and such as were to be made before it and never were. For the desk.
pub fn of_before(tx: &mut Tx, before: Instant) -> Result<Vec<(TenantId, ReportId)>> {
    let rows: Vec<Named> = statement(
        "select tenant_id, id from reports where coalesce(made_at, due_at) < ?
          order by coalesce(made_at, due_at), tenant_id, id limit ?",
    )
    .bind::<Timestamptz, _>(before.utc())
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}

#[derive(QueryableByName)]
struct Late {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = Date)]
    month: NaiveDate,
}

/// Months of which files were to be made before this moment and were not. For the desk.
pub fn late(tx: &mut Tx, before: Instant) -> Result<Vec<(TenantId, NaiveDate)>> {
    let rows: Vec<Late> = statement(
        "select distinct r.tenant_id, r.month from reports r join tenants t on t.tenant_id = r.tenant_id and t.state <> 'closed'
          where r.made_at is null and r.due_at < ? order by r.tenant_id, r.month limit ?",
    )
    .bind::<Timestamptz, _>(before.utc())
    .bind::<Integer, _>(MOST)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.month)).collect())
}

/// Files that were to be made before this moment are due now, under another name: what lies under the former, whole or not,
/// is nobody's from now on. How many.
pub fn renew(tx: &mut WriteTx, month: NaiveDate, before: Instant) -> Result<u64> {
    let (late, now) = (unmade(tx, month)?, tx.now()?.utc());
    let renewed = statement(
        "update reports r set blob_id = n.blob_id, due_at = ? from unnest(?, ?) as n (id, blob_id)
          where r.tenant_id = ? and r.id = n.id and r.made_at is null and r.due_at < ?",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(late.iter().map(|report| report.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(late.iter().map(|_| BlobId::fresh().uuid()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Timestamptz, _>(before.utc())
    .execute(tx.conn())?;
    Ok(renewed as u64)
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    blob_id: BlobId,
}

/// Those of these files that no row names. For the desk.
pub fn unnamed(tx: &mut Tx, files: &[Blob]) -> Result<Vec<Blob>> {
    let rows: Vec<Place> = statement(
        "select n.tenant_id, n.blob_id from unnest(?, ?) as n (tenant_id, blob_id)
          where not exists (select from reports r where r.tenant_id = n.tenant_id and r.blob_id = n.blob_id)",
    )
    .planned_anew()
    .bind::<Array<SqlUuid>, _>(files.iter().map(|file| file.tenant.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(files.iter().map(|file| file.id.uuid()).collect::<Vec<_>>())
    .load(tx.conn())?;
    let blob = |row: Place| Blob { tenant: row.tenant_id, id: row.blob_id, kind: Kind::Report };
    Ok(rows.into_iter().map(blob).collect())
}

#[derive(QueryableByName)]
struct MadeRow {
    #[diesel(embed)]
    place: Place,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
}

/// Every file that was made, and when. For the desk.
pub fn made(tx: &mut Tx) -> Result<Vec<(Blob, Instant)>> {
    let rows: Vec<MadeRow> =
        statement("select tenant_id, blob_id, made_at from reports where made_at is not null").load(tx.conn())?;
    let made = |MadeRow { place, made_at }: MadeRow| {
        let blob = Blob { tenant: place.tenant_id, id: place.blob_id, kind: Kind::Report };
        (blob, Instant::from_utc(made_at))
    };
    Ok(rows.into_iter().map(made).collect())
}

/// Orders the files of a month, if they were not: how many.
pub fn order(tx: &mut WriteTx, month: NaiveDate) -> Result<u64> {
    let (tenant, now, all) = (tx.tenant()?, tx.now()?.utc(), ReportKind::ALL);
    let ordered = statement(
        "insert into reports (tenant_id, month, due_at, id, blob_id, kind)
         select ?, ?, ?, n.* from unnest(?, ?, ?) as n on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Date, _>(month)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(all.iter().map(|_| ReportId::fresh().uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(all.iter().map(|_| BlobId::fresh().uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|kind| kind.code().to_owned()).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(ordered as u64)
}

/// The file is there. One that somebody else finished stays, and so does one that is to lie elsewhere by now.
pub fn finish(tx: &mut WriteTx, report: &Report, made: &Made) -> Result<bool> {
    let done = statement(
        "update reports set made_at = ?, rows = ?, bytes = ?, digest = ?
          where tenant_id = ? and id = ? and blob_id = ? and made_at is null",
    )
    .bind::<Timestamptz, _>(made.at.utc())
    .bind::<Integer, _>(made.rows)
    .bind::<BigInt, _>(made.bytes)
    .bind::<Binary, _>(made.digest.to_vec())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(report.id)
    .bind::<SqlUuid, _>(report.file)
    .execute(tx.conn())?;
    Ok(done > 0)
}

pub fn remove(tx: &mut WriteTx, id: ReportId) -> Result<bool> {
    let gone = statement("delete from reports where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(gone > 0)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Array<Text>)]
    cells: Vec<String>,
}

/// What stands in a file, line by line.
pub fn lines(tx: &mut Tx, kind: ReportKind, month: NaiveDate) -> Result<Vec<Vec<String>>> {
    let (tenant, (from, until)) = (tx.tenant()?, span(month));
    let lines: Vec<Line> = match kind {
        ReportKind::Sales => statement(
            "select array[s.domain, coalesce(l.sku, ''), coalesce(min(l.title), ''), sum(l.quantity)::text,
                          coalesce(l.currency, ''),
                          coalesce(to_char(sum(l.price * l.quantity) / 1000000.0, 'FM99999999999999990.009999'), '')] as cells
               from orders o
               join order_lines l on l.tenant_id = o.tenant_id and l.order_id = o.id
               join stores s on s.tenant_id = o.tenant_id and s.id = o.store_id
              where o.tenant_id = ? and o.placed_at >= ? and o.placed_at < ? and o.cancelled_at is null
              group by s.domain, s.id, l.sku, l.currency order by s.domain, s.id, l.sku, l.currency",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(until)
        .load(tx.conn())?,
        ReportKind::Orders => statement(
            "select array[s.domain, coalesce(o.currency, ''), count(*)::text, count(o.cancelled_at)::text,
                          coalesce(to_char(sum(o.total) filter (where o.cancelled_at is null) / 1000000.0,
                                           'FM99999999999999990.009999'), '')] as cells
               from orders o join stores s on s.tenant_id = o.tenant_id and s.id = o.store_id
              where o.tenant_id = ? and o.placed_at >= ? and o.placed_at < ?
              group by s.domain, s.id, o.currency order by s.domain, s.id, o.currency",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(until)
        .load(tx.conn())?,
        ReportKind::Stock => statement(
            "select array[s.domain, i.item, i.place, coalesce(i.sku, ''), i.available::text] as cells
               from inventory i join stores s on s.tenant_id = i.tenant_id and s.id = i.store_id
              where i.tenant_id = ? order by s.domain, s.id, i.sku, i.item, i.place",
        )
        .bind::<SqlUuid, _>(tenant)
        .load(tx.conn())?,
    };
    Ok(lines.into_iter().map(|line| line.cells).collect())
}
