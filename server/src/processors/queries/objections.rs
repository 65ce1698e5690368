//! Rows of objections. Reason and answer go in sealed under the objection's own key, and no list brings them out.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{Objection, ObjectionState};
use super::super::tables::objections;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Day, Error, Instant, NoticeId, ObjectionId, Personal, Result, Sealed, TenantId};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, walk};
use crate::floor::vault::{Place, RequestKey, Shut, Vault};

#[derive(Queryable, Selectable)]
#[diesel(table_name = objections)]
struct Row {
    id: ObjectionId,
    notice_id: NoticeId,
    merchant_id: TenantId,
    objected_at: DateTime<Utc>,
    objected_by: String,
    state: ObjectionState,
    answer_by: NaiveDate,
    answered_at: Option<DateTime<Utc>>,
    answered_by: Option<String>,
    #[diesel(select_expression = objections::answer.is_not_null())]
    has_answer: bool,
}

impl From<Row> for Objection {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            notice: row.notice_id,
            merchant: row.merchant_id,
            objected_at: Instant::from_utc(row.objected_at),
            objected_by: row.objected_by,
            state: row.state,
            answer_by: Day(row.answer_by),
            answered_at: row.answered_at.map(Instant::from_utc),
            answered_by: row.answered_by,
            has_answer: row.has_answer,
        }
    }
}

/// Which objections a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The merchants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    pub merchant: Option<TenantId>,
    pub states: Option<Vec<ObjectionState>>,
    /// To any of these notices.
    pub notices: Option<Vec<NoticeId>>,
}

pub fn one(tx: &mut Tx, id: ObjectionId) -> Result<Option<Objection>> {
    let row = objections::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Objection::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: ObjectionId) -> Result<Option<Objection>> {
    let query = objections::table.find((TenantId::HOUSE, id)).select(Row::as_select()).for_update();
    Ok(query.first(tx.conn()).optional()?.map(Objection::from))
}

/// A page of objections, newest first, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<(Vec<Objection>, i64)> {
    let total = filtered(filter).count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = filtered(filter).select(Row::as_select());
    let rows = walk!(query, (objections::objected_at, objections::id), beyond, page.is_backward, page.limit())
        .load(tx.conn())?;
    Ok((rows.into_iter().map(Objection::from).collect(), total))
}

fn filtered(filter: &Filter) -> objections::BoxedQuery<'static, Pg> {
    let mut query = objections::table.filter(objections::tenant_id.eq(TenantId::HOUSE)).into_boxed();
    if let Some(reach) = &filter.reach {
        query = query.filter(objections::merchant_id.eq_any(reach.clone()));
    }
    if let Some(merchant) = filter.merchant {
        query = query.filter(objections::merchant_id.eq(merchant));
    }
    if let Some(states) = &filter.states {
        query = query.filter(objections::state.eq_any(states.clone()));
    }
    if let Some(notices) = &filter.notices {
        query = query.filter(objections::notice_id.eq_any(notices.clone()));
    }
    query
}

/// How many objections to these notices stand so.
pub fn count(tx: &mut Tx, notices: &[NoticeId], state: ObjectionState) -> Result<i64> {
    let filter = Filter { notices: Some(notices.to_vec()), states: Some(vec![state]), ..Filter::default() };
    Ok(filtered(&filter).count().get_result(tx.conn())?)
}

/// Adds one, with its reason. `false` where the merchant's no to this notice is open already.
pub fn add(tx: &mut WriteTx, vault: &Vault, objection: &Objection, reason: &Personal) -> Result<bool> {
    let reason = sealed(tx, vault, (objection.id, Said::Reason), reason)?;
    let added = diesel::insert_into(objections::table)
        .values((
            objections::tenant_id.eq(TenantId::HOUSE),
            objections::id.eq(objection.id),
            objections::notice_id.eq(objection.notice),
            objections::merchant_id.eq(objection.merchant),
            objections::objected_at.eq(objection.objected_at.utc()),
            objections::objected_by.eq(&objection.objected_by),
            objections::reason.eq(reason),
            objections::answer_by.eq(objection.answer_by.0),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Ends one that is held and open, with what is answered, where something is.
pub fn end(
    tx: &mut WriteTx,
    vault: &Vault,
    (id, state): (ObjectionId, ObjectionState),
    (by, answer): (&str, Option<&Personal>),
) -> Result<()> {
    let now = tx.now()?.utc();
    let answer = answer.map(|answer| sealed(tx, vault, (id, Said::Answer), answer)).transpose()?;
    diesel::update(objections::table.find((TenantId::HOUSE, id)))
        .set((
            objections::state.eq(state),
            objections::answered_at.eq(now),
            objections::answered_by.eq(by),
            objections::answer.eq(answer),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// What was objected to will not come: open objections have nothing left to object to.
pub fn settle_open(tx: &mut WriteTx, notices: &[NoticeId]) -> Result<()> {
    let (now, by) = (tx.now()?.utc(), tx.actor().to_string());
    diesel::update(objections::table)
        .filter(objections::tenant_id.eq(TenantId::HOUSE).and(objections::notice_id.eq_any(notices)))
        .filter(objections::state.eq(ObjectionState::Open))
        .set((
            objections::state.eq(ObjectionState::Settled),
            objections::answered_at.eq(now),
            objections::answered_by.eq(by),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Reason and answer in clear; the look is noted.
pub fn open(tx: &mut RevealTx, vault: &Vault, id: ObjectionId) -> Result<(Personal, Option<Personal>)> {
    let (reason, answer): (Vec<u8>, Option<Vec<u8>>) = objections::table
        .find((TenantId::HOUSE, id))
        .select((objections::reason, objections::answer))
        .first(tx.conn())
        .optional()?
        .ok_or(Error::NotFound("objection"))?;
    let key = vault.request_key(tx, id.uuid(), "objections.words")?.map_err(shut)?;
    let open = |said, sealed: Vec<u8>| {
        let clear = key.open_blob(&place(id, said), &Sealed::from_bytes(sealed)).map_err(shut)?;
        clear.into_personal().map_err(shut)
    };
    Ok((open(Said::Reason, reason)?, answer.map(|answer| open(Said::Answer, answer)).transpose()?))
}

#[derive(Debug, Clone, Copy)]
enum Said {
    Reason,
    Answer,
}

fn place(id: ObjectionId, said: Said) -> Place<'static> {
    let column = match said {
        Said::Reason => "reason",
        Said::Answer => "answer",
    };
    Place { tenant: TenantId::HOUSE, table: "objection", column, row: id.uuid(), generation: 0 }
}

fn sealed(tx: &mut WriteTx, vault: &Vault, (id, said): (ObjectionId, Said), words: &Personal) -> Result<Vec<u8>> {
    let sealer = vault.sealer::<RequestKey>(tx, id.uuid())?.map_err(shut)?;
    Ok(sealer.seal_blob(&place(id, said), words.disclose().as_bytes())?.into_bytes())
}

fn shut(shut: Shut) -> Error {
    Error::internal(format!("an objection's key does not open: {}", shut.code()))
}
