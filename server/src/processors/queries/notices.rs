//! Rows of notices.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::max;
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{Notice, NoticeKind};
use super::super::tables::notices;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Day, Instant, NoticeId, ProcessorId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
struct Row {
    tenant_id: TenantId,
    id: NoticeId,
    kind: NoticeKind,
    processor_id: Option<ProcessorId>,
    processor_name: Option<String>,
    policy_version: i32,
    is_withdrawal: bool,
    announced_at: DateTime<Utc>,
    effective_on: NaiveDate,
    objection_until: Option<NaiveDate>,
    withdrawn_at: Option<DateTime<Utc>>,
    locales: Vec<String>,
    texts: Vec<String>,
}

impl From<Row> for Notice {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            processor: row.processor_id.zip(row.processor_name),
            policy_version: row.policy_version,
            is_withdrawal: row.is_withdrawal,
            announced_at: Instant::from_utc(row.announced_at),
            effective_on: Day(row.effective_on),
            objection_until: row.objection_until.map(Day),
            withdrawn_at: row.withdrawn_at.map(Instant::from_utc),
            texts: row.locales.into_iter().zip(row.texts).collect(),
        }
    }
}

impl From<Notice> for Row {
    fn from(notice: Notice) -> Self {
        let (processor_id, processor_name) = notice.processor.unzip();
        let (locales, texts) = notice.texts.into_iter().unzip();
        Self {
            tenant_id: TenantId::HOUSE,
            id: notice.id,
            kind: notice.kind,
            processor_id,
            processor_name,
            policy_version: notice.policy_version,
            is_withdrawal: notice.is_withdrawal,
            announced_at: notice.announced_at.utc(),
            effective_on: notice.effective_on.0,
            objection_until: notice.objection_until.map(|day| day.0),
            withdrawn_at: notice.withdrawn_at.map(Instant::utc),
            locales,
            texts,
        }
    }
}

pub fn add(tx: &mut WriteTx, notice: Notice) -> Result<()> {
    diesel::insert_into(notices::table).values(Row::from(notice)).execute(tx.conn())?;
    Ok(())
}

pub fn one(tx: &mut Tx, id: NoticeId) -> Result<Option<Notice>> {
    let row = notices::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Notice::from))
}

/// The same, held until the transaction ends: who objects to it and who turns its version come one by one.
pub fn held(tx: &mut WriteTx, id: NoticeId) -> Result<Option<Notice>> {
    let query = notices::table.find((TenantId::HOUSE, id)).select(Row::as_select()).for_update();
    Ok(query.first(tx.conn()).optional()?.map(Notice::from))
}

/// These notices, in no order.
pub fn some(tx: &mut Tx, ids: &[NoticeId]) -> Result<Vec<Notice>> {
    let rows = notices::table
        .filter(notices::tenant_id.eq(TenantId::HOUSE).and(notices::id.eq_any(ids)))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Notice::from).collect())
}

/// The notices that are about one sub-processor.
pub fn of_processor(tx: &mut Tx, processor: ProcessorId) -> Result<Vec<NoticeId>> {
    Ok(filtered(Some(processor)).select(notices::id).load(tx.conn())?)
}

/// What was announced under a version of the policy, held until the transaction ends.
pub fn hold_of_version(tx: &mut WriteTx, policy_version: i32) -> Result<Vec<NoticeId>> {
    let ids = notices::table
        .filter(notices::tenant_id.eq(TenantId::HOUSE).and(notices::policy_version.eq(policy_version)))
        .order(notices::id)
        .select(notices::id)
        .for_update()
        .load(tx.conn())?;
    Ok(ids)
}

/// The last day on which a merchant may object to anything announced under a version of the policy.
pub fn last_window(tx: &mut Tx, policy_version: i32) -> Result<Option<Day>> {
    let last: Option<NaiveDate> = notices::table
        .filter(notices::tenant_id.eq(TenantId::HOUSE).and(notices::policy_version.eq(policy_version)))
        .select(max(notices::objection_until))
        .first(tx.conn())?;
    Ok(last.map(Day))
}

/// A sub-processor, and what was announced of it.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Told {
    pub processor: ProcessorId,
    pub policy_version: i32,
    pub announced_at: DateTime<Utc>,
    /// The last day on which merchants may object to it.
    pub objection_until: Option<NaiveDate>,
}

/// What was announced to come or to change, of every sub-processor, and not taken back.
pub fn of_coming(tx: &mut Tx) -> Result<Vec<Told>> {
    let told = notices::table
        .filter(notices::tenant_id.eq(TenantId::HOUSE).and(notices::processor_id.is_not_null()))
        .filter(notices::kind.ne(NoticeKind::Removed).and(notices::withdrawn_at.is_null()))
        .select((
            notices::processor_id.assume_not_null(),
            notices::policy_version,
            notices::announced_at,
            notices::objection_until,
        ))
        .load(tx.conn())?;
    Ok(told)
}

/// What these announce was taken back.
pub fn withdraw(tx: &mut WriteTx, ids: &[NoticeId]) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(notices::table)
        .filter(notices::tenant_id.eq(TenantId::HOUSE).and(notices::id.eq_any(ids)))
        .set(notices::withdrawn_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// A page of notices, newest first, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, of: Option<ProcessorId>, page: &Page) -> Result<(Vec<Notice>, i64)> {
    let total = filtered(of).count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = filtered(of).select(Row::as_select());
    let rows =
        walk!(query, (notices::announced_at, notices::id), beyond, page.is_backward, page.limit()).load(tx.conn())?;
    Ok((rows.into_iter().map(Notice::from).collect(), total))
}

/// The newest notices, as the feed tells them.
pub fn newest(tx: &mut Tx, most: i64) -> Result<Vec<Notice>> {
    let rows = filtered(None)
        .order((notices::announced_at.desc(), notices::id.desc()))
        .limit(most)
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Notice::from).collect())
}

fn filtered(of: Option<ProcessorId>) -> notices::BoxedQuery<'static, Pg> {
    let query = notices::table.filter(notices::tenant_id.eq(TenantId::HOUSE)).into_boxed();
    match of {
        Some(processor) => query.filter(notices::processor_id.eq(processor)),
        None => query,
    }
}
