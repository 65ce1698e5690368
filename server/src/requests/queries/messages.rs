//! Rows of letters, messages and notes. Title and body go in sealed under the contact's own key; no list brings them out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{
    Error, Instant, IntakeId, MessageId, Personal, RequestId, Result, Sealed, StaffId, TenantId,
};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};
use crate::floor::vault::{Place, RequestKey, Sealer, Shut, Vault};
use crate::requests::letters::Parts;
use crate::requests::model::{Message, MessageKind, MessageState, Way};
use crate::requests::tables::request_messages;

#[derive(Queryable, Selectable)]
#[diesel(table_name = request_messages)]
pub(in crate::requests) struct Row {
    id: MessageId,
    request_id: RequestId,
    way: Way,
    kind: MessageKind,
    locale: String,
    made_at: DateTime<Utc>,
    made_by: Option<StaffId>,
    state: MessageState,
    sent_at: Option<DateTime<Utc>>,
}

impl From<Row> for Message {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            request: row.request_id,
            way: row.way,
            kind: row.kind,
            locale: row.locale,
            made_at: Instant::from_utc(row.made_at),
            made_by: row.made_by,
            state: row.state,
            sent_at: row.sent_at.map(Instant::from_utc),
        }
    }
}

/// What is to be sealed into a row.
#[derive(Clone)]
pub struct Content {
    pub title: Option<Personal>,
    pub body: Parts,
}

/// A row that is to be.
pub struct New<'a> {
    pub request: RequestId,
    pub way: Way,
    pub kind: MessageKind,
    pub locale: &'a str,
    pub made_by: Option<StaffId>,
    pub state: MessageState,
}

/// Where a title or body stands.
fn place(tenant: TenantId, id: MessageId, column: &'static str, generation: i32) -> Place<'static> {
    Place { tenant, table: "request_message", column, row: id.uuid(), generation: generation.unsigned_abs() }
}

fn sealer(tx: &mut WriteTx, vault: &Vault, intake: IntakeId) -> Result<Sealer<RequestKey>> {
    vault.sealer::<RequestKey>(tx, intake.uuid())?.map_err(|shut| match shut {
        Shut::Forgotten => Error::refused("FORGOTTEN", "what this request was about is forgotten: take in a new one"),
        other => Error::internal(format!("a contact's key does not seal: {}", other.code())),
    })
}

/// Title and body as they are stored.
type Stored = (Option<Vec<u8>>, Vec<u8>);

fn sealed(
    sealer: &Sealer<RequestKey>,
    (tenant, id, generation): (TenantId, MessageId, i32),
    content: &Content,
) -> Result<Stored> {
    let title = content.title.as_ref().map(|title| {
        let place = place(tenant, id, "title", generation);
        Ok::<_, Error>(sealer.seal_blob(&place, title.disclose().as_bytes())?.into_bytes())
    });
    let body = sealer.seal_blob(&place(tenant, id, "body", generation), &content.body.bytes())?;
    Ok((title.transpose()?, body.into_bytes()))
}

/// Adds one, sealed under its contact's own key.
pub fn add(tx: &mut WriteTx, vault: &Vault, intake: IntakeId, new: &New<'_>, content: &Content) -> Result<MessageId> {
    let (tenant, id, now) = (tx.tenant()?, MessageId::fresh(), tx.now()?.utc());
    let sealer = sealer(tx, vault, intake)?;
    let (title, body) = sealed(&sealer, (tenant, id, 0), content)?;
    diesel::insert_into(request_messages::table)
        .values((
            request_messages::tenant_id.eq(tenant),
            request_messages::id.eq(id),
            request_messages::request_id.eq(new.request),
            request_messages::way.eq(new.way),
            request_messages::kind.eq(new.kind),
            request_messages::locale.eq(new.locale),
            request_messages::title.eq(title),
            request_messages::body.eq(body),
            request_messages::generation.eq(0),
            request_messages::made_at.eq(now),
            request_messages::made_by.eq(new.made_by),
            request_messages::state.eq(new.state),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Writes over what a row held, and moves it on.
pub fn write_over(
    tx: &mut WriteTx,
    vault: &Vault,
    intake: IntakeId,
    (id, state): (MessageId, MessageState),
    content: &Content,
) -> Result<()> {
    let tenant = tx.tenant()?;
    let row = request_messages::table.find((tenant, id));
    let generation: i32 = row.select(request_messages::generation).first(tx.conn())?;
    let sealer = sealer(tx, vault, intake)?;
    let (title, body) = sealed(&sealer, (tenant, id, generation + 1), content)?;
    diesel::update(row)
        .set((
            request_messages::title.eq(title),
            request_messages::body.eq(body),
            request_messages::generation.eq(generation + 1),
            request_messages::state.eq(state),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub fn one(tx: &mut Tx, id: MessageId) -> Result<Option<Message>> {
    let tenant = tx.tenant()?;
    let row = request_messages::table.find((tenant, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Message::from))
}

/// The same, held until the transaction ends.
pub fn lock(tx: &mut WriteTx, id: MessageId) -> Result<Option<Message>> {
    let tenant = tx.tenant()?;
    let query = request_messages::table.find((tenant, id)).select(Row::as_select()).for_update();
    Ok(query.first(tx.conn()).optional()?.map(Message::from))
}

/// What a letter that somebody answers was about.
pub fn of_letter(tx: &mut Tx, id: MessageId) -> Result<Option<RequestId>> {
    Ok(one(tx, id)?.map(|message| message.request))
}

/// All of a request, in order.
pub fn list(tx: &mut Tx, request: RequestId) -> Result<Vec<Message>> {
    let tenant = tx.tenant()?;
    let rows = request_messages::table
        .filter(request_messages::tenant_id.eq(tenant).and(request_messages::request_id.eq(request)))
        .order((request_messages::made_at.asc(), request_messages::id.asc()))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Where a letter stands that is held: it has left, or nobody takes it.
pub fn settle(tx: &mut WriteTx, id: MessageId, state: MessageState) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let sent_at = (state == MessageState::Sent).then_some(now);
    diesel::update(request_messages::table.find((tenant, id)))
        .set((request_messages::state.eq(state), request_messages::sent_at.eq(sent_at)))
        .execute(tx.conn())?;
    Ok(())
}

/// A row's title and body as they are stored, and how often they were overwritten.
type Envelopes = (MessageId, Option<Vec<u8>>, Option<Vec<u8>>, i32);

/// What these rows of one contact hold, in their order; those whose key is gone are left out. The look is noted under
/// `view`.
pub fn open(
    tx: &mut RevealTx,
    vault: &Vault,
    intake: IntakeId,
    messages: Vec<Message>,
    view: &'static str,
) -> Result<Vec<(Message, Content)>> {
    let tenant = tx.tenant()?;
    let Ok(key) = vault.request_key(tx, intake.uuid(), view)? else { return Ok(Vec::new()) };
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    let rows = request_messages::table
        .filter(request_messages::tenant_id.eq(tenant).and(request_messages::id.eq_any(ids)))
        .select((request_messages::id, request_messages::title, request_messages::body, request_messages::generation))
        .load::<Envelopes>(tx.conn())?;
    let mut stored: HashMap<_, _> = rows.into_iter().map(|(id, title, body, at)| (id, (title, body, at))).collect();
    let mut opened = Vec::with_capacity(messages.len());
    for message in messages {
        let Some((title, Some(body), at)) = stored.remove(&message.id) else { continue };
        let id = message.id;
        let shut = |_: Shut| Error::corrupt("request_messages", "body", id);
        let title = title.map(|title| {
            let clear = key.open_blob(&place(tenant, id, "title", at), &Sealed::from_bytes(title)).map_err(shut)?;
            clear.into_personal().map_err(shut)
        });
        let body = key.open_blob(&place(tenant, id, "body", at), &Sealed::from_bytes(body)).map_err(shut)?;
        opened.push((message, Content { title: title.transpose()?, body: Parts::read(body.bytes())? }));
    }
    Ok(opened)
}

/// The regimes whose clocks a request has, the one that is due first in front.
pub fn regimes(tx: &mut Tx, request: RequestId) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Regime {
        #[diesel(sql_type = Text)]
        regime: String,
    }
    let rows = statement(
        "select regime from request_clocks where tenant_id = ? and request_id = ? group by regime order by min(due_at), regime",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load::<Regime>(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.regime).collect())
}
