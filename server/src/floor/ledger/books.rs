//! The books: events, chained and for ever; accesses, who opened whose data. No personal value is ever written in
//! either: an event's parts are codes and ids by type.

use std::fmt;

use data_encoding::HEXLOWER;
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::chain::{self, Hash};
use super::statement::statement;
use super::tx::Tx;
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, GrantId, Instant, Result, Sealed, SubjectId};

/// What an event is about: a word of ours and an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    pub kind: &'static str,
    pub id: Uuid,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// A past-tense fact for the audit book.
#[derive(Clone)]
pub struct Event {
    pub action: &'static str,
    pub object: Object,
    /// Counts and codes beside the row, written by us: `rows=12 kind=order`.
    facts: Option<Vec<u8>>,
}

impl Event {
    pub const fn new(action: &'static str, kind: &'static str, id: Uuid) -> Self {
        Self { action, object: Object { kind, id }, facts: None }
    }

    /// A count that belongs to the fact.
    #[must_use]
    pub fn count(self, name: &'static str, count: u64) -> Self {
        self.fact(name, &count.to_string())
    }

    /// A code of ours that belongs to the fact.
    #[must_use]
    pub fn code(self, name: &'static str, code: &'static str) -> Self {
        self.fact(name, code)
    }

    /// A digest that belongs to the fact, in hexadecimal.
    #[must_use]
    pub fn digest(self, name: &'static str, digest: &[u8; 32]) -> Self {
        self.fact(name, &HEXLOWER.encode(digest))
    }

    /// Free text with a reason in it, sealed under the key of the person or request it is about.
    #[must_use]
    pub fn sealed(mut self, envelope: Sealed) -> Self {
        self.facts = Some(envelope.into_bytes());
        self
    }

    fn fact(mut self, name: &'static str, value: &str) -> Self {
        let facts = self.facts.get_or_insert_with(Vec::new);
        if !facts.is_empty() {
            facts.push(b' ');
        }
        facts.extend(format!("{name}={value}").into_bytes());
        self
    }
}

/// A value that may leave a write, because the event that tells of it goes with it.
#[must_use]
pub struct Witnessed<T> {
    pub(super) value: T,
    pub(super) events: Vec<Event>,
}

impl<T> Witnessed<T> {
    pub fn new(value: T, event: Event) -> Self {
        Self { value, events: vec![event] }
    }

    pub fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// With what another part of the same change tells.
    pub fn with<U>(mut self, other: Witnessed<U>) -> Self {
        self.events.extend(other.events);
        self
    }

    pub(super) fn map<U>(self, into: impl FnOnce(T) -> U) -> Witnessed<U> {
        Witnessed { value: into(self.value), events: self.events }
    }
}

/// Whose sealed values a reveal opened, and for what.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    pub subject: Option<SubjectId>,
    /// What was looked at: a field, a span, a view of the desk.
    pub view: String,
    /// A code of ours, with the case it serves.
    pub purpose: String,
    pub leave: Leave,
}

/// Under which grant somebody looks, for which ticket, and why in words, which are sealed under the person's key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Leave {
    pub grant: Option<GrantId>,
    pub ticket: Option<String>,
    pub reason: Option<Sealed>,
}

/// Appends to the pinned tenant's chain. One statement: Postgres moves the head row and hashes under its lock, so
/// commit order is chain order and nothing but this statement waits for the tenant's other writers.
pub(super) fn append(tx: &mut Tx, event: &Event) -> Result<()> {
    let tenant = tx.tenant()?;
    let actor = tx.actor().to_string();
    let object = event.object.to_string();
    let payload_hash: Option<Hash> = event.facts.as_ref().map(|facts| Sha256::digest(facts).into());
    let tail = chain::tail(&actor, event.action, &object, payload_hash.as_ref());
    let held = tx.held_now().map(Instant::micros);
    let links = statement(APPEND)
        .bind::<Nullable<BigInt>, _>(held)
        .bind::<Binary, _>(chain::head(tenant))
        .bind::<Binary, _>(tail)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(actor)
        .bind::<Text, _>(event.action)
        .bind::<Text, _>(object)
        .bind::<Nullable<Binary>, _>(payload_hash.map(|hash| hash.to_vec()))
        .bind::<Nullable<Binary>, _>(event.facts.clone())
        .execute(tx.conn())?;
    if links == 1 { Ok(()) } else { Err(Error::NotFound("tenant")) }
}

const APPEND: &str = "
with moment as (
  select coalesce(?, (extract(epoch from transaction_timestamp()) * 1000000)::bigint) as micros
), head as (
  update audit_heads h
     set seq = h.seq + 1,
         hash = sha256(? || int4send(8) || int8send(h.seq + 1) || int4send(8) || int8send(moment.micros)
                         || ? || int4send(32) || h.hash)
    from moment
   where h.tenant_id = ?
  returning h.tenant_id, h.seq, h.hash, moment.micros
)
insert into audit_events (tenant_id, seq, at, actor, action, object, payload_hash, payload, hash)
select tenant_id, seq, timestamptz 'epoch' + micros * interval '1 microsecond', ?, ?, ?, ?, ?, hash from head";

/// Begins the pinned tenant's chain; a chain that has begun is left as it is.
pub(super) fn begin_chain(tx: &mut Tx) -> Result<()> {
    statement("insert into audit_heads (tenant_id, seq, hash) values (?, 0, ?) on conflict (tenant_id) do nothing")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Binary, _>(chain::GENESIS.to_vec())
        .execute(tx.conn())?;
    Ok(())
}

/// Writes who looked, in the pinned tenant's access book.
pub(super) fn note_access(tx: &mut Tx, opened: &[(AccessId, Opened)]) -> Result<()> {
    let (tenant, now, actor) = (tx.tenant()?, tx.now()?.utc(), tx.actor().to_string());
    let looks = || opened.iter().map(|(_, opened)| opened);
    statement(
        "insert into access_log (tenant_id, at, actor, id, subject_id, view, purpose, grant_id, ticket, reason)
         select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?) as n",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(actor)
    .bind::<Array<SqlUuid>, _>(opened.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(looks().map(|look| look.subject).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(looks().map(|look| look.view.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(looks().map(|look| look.purpose.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(looks().map(|look| look.leave.grant).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(looks().map(|look| look.leave.ticket.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(
        looks().map(|look| look.leave.reason.as_ref().map(|reason| reason.bytes().to_vec())).collect::<Vec<_>>(),
    )
    .execute(tx.conn())?;
    Ok(())
}
