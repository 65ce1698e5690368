//! Rows of subscribers. Address and tokens go in sealed under a key of the person's own and come out as envelopes that
//! only a job's reveal opens; when a subscription ends, that key ends with it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::super::model::{LETTER_EVERY, Subscriber, SubscriberState};
use super::super::tables::subscribers;
use crate::floor::graphql::Page;
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Instant, Personal, Result, Sealed, Secret, SubjectId, SubscriberId, TenantId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, walk};
use crate::floor::vault::{Opening, Place, Shut, SubjectKey, Vault};

/// A token and its digest.
#[derive(Clone)]
pub struct Link {
    pub token: Secret,
    pub digest: [u8; 32],
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = subscribers)]
struct Row {
    id: SubscriberId,
    merchant_id: Option<TenantId>,
    subject_id: SubjectId,
    mail_bidx_v: Option<i16>,
    locale: String,
    state: SubscriberState,
    asked_at: DateTime<Utc>,
    live_at: Option<DateTime<Utc>>,
}

impl From<Row> for Subscriber {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            merchant: row.merchant_id,
            subject: row.subject_id,
            has_mail: row.mail_bidx_v.is_some(),
            language: row.locale,
            state: row.state,
            asked_at: Instant::from_utc(row.asked_at),
            live_at: row.live_at.map(Instant::from_utc),
        }
    }
}

pub fn one(tx: &mut Tx, id: SubscriberId) -> Result<Option<Subscriber>> {
    let row = subscribers::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Subscriber::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: SubscriberId) -> Result<Option<Subscriber>> {
    let query = subscribers::table.find((TenantId::HOUSE, id)).select(Row::as_select()).for_update();
    Ok(query.first(tx.conn()).optional()?.map(Subscriber::from))
}

/// A page of subscribers, newest first, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, page: &Page) -> Result<(Vec<Subscriber>, i64)> {
    let of_house = || subscribers::table.filter(subscribers::tenant_id.eq(TenantId::HOUSE)).into_boxed();
    let total = of_house().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = of_house().select(Row::as_select());
    let rows = walk!(query, (subscribers::asked_at, subscribers::id), beyond, page.is_backward, page.limit())
        .load(tx.conn())?;
    Ok((rows.into_iter().map(Subscriber::from).collect(), total))
}

/// A merchant's own subscription that is told of changes by API, where it has one.
pub fn of_merchant(tx: &mut Tx, merchant: TenantId) -> Result<Option<SubscriberId>> {
    let id = subscribers::table
        .filter(subscribers::tenant_id.eq(TenantId::HOUSE).and(subscribers::merchant_id.eq(merchant)))
        .filter(subscribers::state.eq(SubscriberState::Live).and(subscribers::mail_bidx.is_null()))
        .select(subscribers::id)
        .first(tx.conn())
        .optional()?;
    Ok(id)
}

/// Adds one who reads notices by API, from now on. `false` where the merchant was a step behind itself.
pub fn add_reader(tx: &mut WriteTx, id: SubscriberId, merchant: TenantId, language: &str) -> Result<bool> {
    let now = tx.now()?.utc();
    let added = diesel::insert_into(subscribers::table)
        .values((
            subscribers::tenant_id.eq(TenantId::HOUSE),
            subscribers::id.eq(id),
            subscribers::merchant_id.eq(merchant),
            subscribers::subject_id.eq(SubjectId::fresh()),
            subscribers::locale.eq(language),
            subscribers::state.eq(SubscriberState::Live),
            subscribers::asked_at.eq(now),
            subscribers::live_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Adds an address that has yet to say yes, sealed under a key of that person's own.
pub fn add_address(
    tx: &mut WriteTx,
    vault: &Vault,
    (id, merchant): (SubscriberId, Option<TenantId>),
    (mail, language): (&Personal, &str),
    (confirm, leave): (&Link, &Link),
) -> Result<()> {
    let shut = |shut: Shut| Error::internal(format!("the house's key stays shut: {}", shut.code()));
    let subject = SubjectId::fresh();
    let index = vault.index_key(tx)?.map_err(shut)?.field(MAIL_INDEX)?.of(mail);
    let sealer = vault.sealer::<SubjectKey>(tx, subject)?.map_err(shut)?;
    let seal = |column, value: &Personal| sealer.seal_personal(&place(id, column), value).map(Sealed::into_bytes);
    let token = |link: &Link| Personal::new(link.token.expose());
    let now = tx.now()?.utc();
    diesel::insert_into(subscribers::table)
        .values((
            subscribers::tenant_id.eq(TenantId::HOUSE),
            subscribers::id.eq(id),
            subscribers::merchant_id.eq(merchant),
            subscribers::subject_id.eq(subject),
            subscribers::mail.eq(seal(Column::Mail, mail)?),
            subscribers::mail_bidx.eq(index.to_vec()),
            subscribers::mail_bidx_v.eq(NORMALISER),
            subscribers::confirm_token.eq(seal(Column::Confirm, &token(confirm))?),
            subscribers::leave_token.eq(seal(Column::Leave, &token(leave))?),
            subscribers::locale.eq(language),
            subscribers::state.eq(SubscriberState::Unconfirmed),
            subscribers::asked_at.eq(now),
        ))
        .execute(tx.conn())?;
    for (kind, link) in [(KeyholeKind::SubscriberConfirm, confirm), (KeyholeKind::SubscriberLeave, leave)] {
        if !keyhole::cut(tx, kind, &link.digest, id.uuid())? {
            return Err(Error::Conflict);
        }
    }
    Ok(())
}

/// The kind of the blind index of mail addresses.
const MAIL_INDEX: &str = "email";

/// A sealed column.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    Mail,
    Confirm,
    Leave,
}

/// Where it stands. The labels are those of the first day.
fn place(id: SubscriberId, column: Column) -> Place<'static> {
    let column = match column {
        Column::Mail => "mail",
        Column::Confirm => "confirm_token",
        Column::Leave => "leave_token",
    };
    Place { tenant: TenantId::HOUSE, table: "subscriber", column, row: id.uuid(), generation: 0 }
}

/// The address of a subscriber and one of the tokens, in clear; who looks is noted with it.
pub fn open(
    tx: &mut RevealTx,
    vault: &Vault,
    (id, subject): (SubscriberId, SubjectId),
    (mail, token): (&Sealed, (Column, &Sealed)),
) -> Result<Opening<(Personal, Personal)>> {
    let key = match vault.subject_key(tx, subject, "subscribers.mail")? {
        Ok(key) => key,
        Err(shut) => return Ok(Err(shut)),
    };
    let opened = key.open_personal(&place(id, Column::Mail), mail);
    Ok(opened.and_then(|mail| Ok((mail, key.open_personal(&place(id, token.0), token.1)?))))
}

/// What a first letter takes: address and token, shut, and the language.
pub fn sealed_question(tx: &mut Tx, id: SubscriberId) -> Result<Option<(SubjectId, Sealed, Sealed, String)>> {
    let found = subscribers::table
        .find((TenantId::HOUSE, id))
        .filter(subscribers::mail.is_not_null().and(subscribers::confirm_token.is_not_null()))
        .select((
            subscribers::subject_id,
            subscribers::mail.assume_not_null(),
            subscribers::confirm_token.assume_not_null(),
            subscribers::locale,
        ))
        .first::<(SubjectId, Vec<u8>, Vec<u8>, String)>(tx.conn())
        .optional()?;
    Ok(found.map(|(subject, mail, token, language)| {
        (subject, Sealed::from_bytes(mail), Sealed::from_bytes(token), language)
    }))
}

/// Takes the turn to write to an address that has yet to say yes. `false` where it said yes before, in whatever row,
/// where a letter to it was begun within the hour, or where this letter has gone out.
pub fn begin_letter(tx: &mut WriteTx, id: SubscriberId) -> Result<bool> {
    let now = tx.now()?;
    let own: Option<Option<Vec<u8>>> = subscribers::table
        .find((TenantId::HOUSE, id))
        .filter(subscribers::state.eq(SubscriberState::Unconfirmed).and(subscribers::letter_is_sent.eq(false)))
        .select(subscribers::mail_bidx)
        .first(tx.conn())
        .optional()?;
    let Some(index) = own.flatten() else { return Ok(false) };
    // Every row of the address is held in one order, so that of two letters at once one sees the other.
    let of_address: Vec<(SubscriberId, SubscriberState, Option<DateTime<Utc>>)> = subscribers::table
        .filter(subscribers::tenant_id.eq(TenantId::HOUSE).and(subscribers::mail_bidx.eq(index)))
        .order(subscribers::id)
        .select((subscribers::id, subscribers::state, subscribers::letter_at))
        .for_update()
        .load(tx.conn())?;
    let recently = now.plus(-LETTER_EVERY).utc();
    let is_spoken_to = of_address.iter().any(|(other, state, letter_at)| {
        *other != id && (*state == SubscriberState::Live || letter_at.is_some_and(|at| at > recently))
    });
    let is_own_turn = of_address.iter().any(|(other, _, letter_at)| *other == id && letter_at.is_some());
    if is_spoken_to && !is_own_turn {
        return Ok(false);
    }
    diesel::update(subscribers::table.find((TenantId::HOUSE, id)))
        .filter(subscribers::letter_at.is_null())
        .set(subscribers::letter_at.eq(now.utc()))
        .execute(tx.conn())?;
    Ok(true)
}

/// The first letter has gone out. `false` where another run saw to it.
pub fn end_letter(tx: &mut WriteTx, id: SubscriberId) -> Result<bool> {
    let ended = diesel::update(subscribers::table.find((TenantId::HOUSE, id)))
        .filter(subscribers::letter_is_sent.eq(false))
        .set(subscribers::letter_is_sent.eq(true))
        .execute(tx.conn())?;
    Ok(ended == 1)
}

/// The address said yes. `false` where another row of it is told already.
pub fn go_live(tx: &mut WriteTx, id: SubscriberId) -> Result<bool> {
    let now = tx.now()?.utc();
    keyhole::close(tx, KeyholeKind::SubscriberConfirm, id.uuid())?;
    let row = subscribers::table.find((TenantId::HOUSE, id));
    let index: Option<Vec<u8>> = row.select(subscribers::mail_bidx).first(tx.conn())?;
    let of_address: Vec<SubscriberState> = subscribers::table
        .filter(subscribers::tenant_id.eq(TenantId::HOUSE).and(subscribers::mail_bidx.eq(index)))
        .order(subscribers::id)
        .select(subscribers::state)
        .for_update()
        .load(tx.conn())?;
    if of_address.contains(&SubscriberState::Live) {
        return Ok(false);
    }
    diesel::update(row)
        .set((
            subscribers::state.eq(SubscriberState::Live),
            subscribers::confirm_token.eq(None::<Vec<u8>>),
            subscribers::live_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(true)
}

/// Ends a subscription: the key of its address is destroyed, and what it sealed goes with it.
pub fn end(tx: &mut WriteTx, vault: &Vault, subscriber: &Subscriber) -> Result<()> {
    forget(tx, vault, (subscriber.id.uuid(), subscriber.subject))?;
    let (now, nothing) = (tx.now()?.utc(), None::<Vec<u8>>);
    diesel::update(subscribers::table.find((TenantId::HOUSE, subscriber.id)))
        .set((
            subscribers::state.eq(SubscriberState::Ended),
            subscribers::ended_at.eq(now),
            subscribers::mail.eq(&nothing),
            subscribers::mail_bidx.eq(&nothing),
            subscribers::mail_bidx_v.eq(None::<i16>),
            subscribers::confirm_token.eq(&nothing),
            subscribers::leave_token.eq(&nothing),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn forget(tx: &mut WriteTx, vault: &Vault, (id, subject): (Uuid, SubjectId)) -> Result<()> {
    for kind in [KeyholeKind::SubscriberConfirm, KeyholeKind::SubscriberLeave] {
        keyhole::close(tx, kind, id)?;
    }
    vault.forget::<SubjectKey>(tx, subject)?;
    Ok(())
}

/// Forgets addresses that had not said yes by `before`, some at a time, and says how many.
pub fn sweep(tx: &mut WriteTx, vault: &Vault, before: Instant) -> Result<u64> {
    let silent: Vec<(SubscriberId, SubjectId)> = subscribers::table
        .filter(subscribers::tenant_id.eq(TenantId::HOUSE).and(subscribers::state.eq(SubscriberState::Unconfirmed)))
        .filter(subscribers::asked_at.le(before.utc()))
        .order(subscribers::id)
        .limit(200)
        .select((subscribers::id, subscribers::subject_id))
        .for_update()
        .skip_locked()
        .load(tx.conn())?;
    for (id, subject) in &silent {
        forget(tx, vault, (id.uuid(), *subject))?;
    }
    let ids: Vec<_> = silent.into_iter().map(|(id, _)| id).collect();
    let gone = diesel::delete(subscribers::table)
        .filter(subscribers::tenant_id.eq(TenantId::HOUSE).and(subscribers::id.eq_any(ids)))
        .execute(tx.conn())?;
    Ok(gone.try_into().unwrap_or(u64::MAX))
}
