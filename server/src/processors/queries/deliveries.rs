//! Rows of letters: one per notice and subscriber.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::model::{DeliveryState, Reach};
use super::super::tables::notice_deliveries;
use crate::floor::kernel::{NoticeId, Result, Sealed, SubjectId, SubscriberId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// How often a letter that is refused is tried.
pub const TRIES: i16 = 3;

/// A letter for everyone who is told by letter now.
pub fn to_all(tx: &mut WriteTx, notice: NoticeId) -> Result<()> {
    statement(
        "insert into notice_deliveries (tenant_id, notice_id, subscriber_id)
         select tenant_id, ?, id from subscribers where tenant_id = ? and state = 'live' and mail is not null
         on conflict on constraint notice_deliveries_pk do nothing",
    )
    .bind::<SqlUuid, _>(notice)
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .execute(tx.conn())?;
    Ok(())
}

/// A letter that waits, and what it takes to address it.
#[derive(QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    pub id: SubscriberId,
    #[diesel(sql_type = SqlUuid)]
    pub subject_id: SubjectId,
    #[diesel(sql_type = Binary)]
    mail: Vec<u8>,
    #[diesel(sql_type = Binary)]
    leave_token: Vec<u8>,
    #[diesel(sql_type = Text)]
    pub locale: String,
}

impl Waiting {
    /// The address and the token of the way out, shut.
    pub fn sealed(&self) -> (Sealed, Sealed) {
        (Sealed::from_bytes(self.mail.clone()), Sealed::from_bytes(self.leave_token.clone()))
    }
}

/// The next letters of a notice that wait, beyond this subscriber.
pub fn waiting(tx: &mut Tx, notice: NoticeId, beyond: SubscriberId, most: i64) -> Result<Vec<Waiting>> {
    let rows = statement(
        "select s.id, s.subject_id, s.mail, s.leave_token, s.locale
           from notice_deliveries d join subscribers s on s.tenant_id = d.tenant_id and s.id = d.subscriber_id
          where d.tenant_id = ? and d.notice_id = ? and d.state = 'waiting' and s.state = 'live' and s.mail is not null
            and d.subscriber_id > ?
          order by d.subscriber_id limit ?",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<SqlUuid, _>(notice)
    .bind::<SqlUuid, _>(beyond)
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows)
}

/// Notes how a try ended. The state it came to; none where the letter does not wait any more.
pub fn settle(tx: &mut WriteTx, at: (NoticeId, SubscriberId), outcome: Tried) -> Result<Option<DeliveryState>> {
    let now = tx.now()?.utc();
    let row = notice_deliveries::table.find((TenantId::HOUSE, at.0, at.1));
    let found: Option<i16> = row
        .filter(notice_deliveries::state.eq(DeliveryState::Waiting))
        .select(notice_deliveries::attempts)
        .for_update()
        .first(tx.conn())
        .optional()?;
    let Some(attempts) = found.map(|attempts| attempts + 1) else { return Ok(None) };
    let (state, sent_at): (_, Option<DateTime<Utc>>) = match outcome {
        Tried::Sent => (DeliveryState::Sent, Some(now)),
        Tried::Refused if attempts < TRIES => (DeliveryState::Waiting, None),
        Tried::Refused | Tried::Unaddressed => (DeliveryState::Failed, None),
    };
    diesel::update(row)
        .set((
            notice_deliveries::state.eq(state),
            notice_deliveries::attempts.eq(attempts),
            notice_deliveries::sent_at.eq(sent_at),
        ))
        .execute(tx.conn())?;
    Ok(Some(state))
}

/// How a try to send a letter ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    Sent,
    /// The mail server does not take it.
    Refused,
    /// Its address does not open any more.
    Unaddressed,
}

/// What would still be written to one who wants no more letters.
pub fn drop_waiting(tx: &mut WriteTx, subscriber: SubscriberId) -> Result<()> {
    diesel::delete(notice_deliveries::table)
        .filter(notice_deliveries::tenant_id.eq(TenantId::HOUSE).and(notice_deliveries::subscriber_id.eq(subscriber)))
        .filter(notice_deliveries::state.eq(DeliveryState::Waiting))
        .execute(tx.conn())?;
    Ok(())
}

/// How far the letters of these notices have come.
pub fn reach(tx: &mut Tx, notices: &[NoticeId]) -> Result<HashMap<NoticeId, Reach>> {
    let rows: Vec<(NoticeId, DeliveryState, i64)> = notice_deliveries::table
        .filter(notice_deliveries::tenant_id.eq(TenantId::HOUSE).and(notice_deliveries::notice_id.eq_any(notices)))
        .group_by((notice_deliveries::notice_id, notice_deliveries::state))
        .select((notice_deliveries::notice_id, notice_deliveries::state, count_star()))
        .load(tx.conn())?;
    let mut reached: HashMap<NoticeId, Reach> = HashMap::new();
    for (notice, state, count) in rows {
        let reach = reached.entry(notice).or_default();
        match state {
            DeliveryState::Sent => reach.sent = count,
            DeliveryState::Waiting => reach.waiting = count,
            DeliveryState::Failed => reach.failed = count,
        }
    }
    Ok(reached)
}
