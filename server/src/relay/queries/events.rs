//! Rows of the temporary store.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::super::model::{Event, RelayedKind};
use super::super::tables::relayed_events;
use crate::floor::kernel::{Error, Instant, RelayedEventId, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = relayed_events)]
struct Row {
    tenant_id: TenantId,
    id: RelayedEventId,
    store_id: StoreId,
    kind: RelayedKind,
    happened_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    subject_id: Option<SubjectId>,
    alias: Option<Vec<u8>>,
    linked: Option<Vec<u8>>,
    linked_key: Option<Uuid>,
    linked_until: DateTime<Utc>,
    facts: Option<Vec<u8>>,
    passing: Option<Vec<u8>>,
    passing_key: Option<Uuid>,
    expires_at: DateTime<Utc>,
    source: Option<Vec<u8>>,
}

/// Adds them. `Conflict` where one was told by somebody else at this very moment.
pub fn add(tx: &mut WriteTx, all: &[Event]) -> Result<()> {
    let row = |event: &Event| Row {
        tenant_id: event.tenant,
        id: event.id,
        store_id: event.store,
        kind: event.kind,
        happened_at: event.happened_at.utc(),
        received_at: event.received_at.utc(),
        subject_id: event.subject,
        alias: event.alias.map(|alias| alias.to_vec()),
        linked: event.linked.clone(),
        linked_key: event.linked_key,
        linked_until: event.linked_until.utc(),
        facts: event.facts.clone(),
        passing: event.passing.clone(),
        passing_key: event.passing_key,
        expires_at: event.expires_at.utc(),
        source: event.source.map(|source| source.to_vec()),
    };
    let rows = all.iter().map(row).collect::<Vec<_>>();
    let added = diesel::insert_into(relayed_events::table).values(rows).on_conflict_do_nothing().execute(tx.conn())?;
    if added == all.len() { Ok(()) } else { Err(Error::Conflict) }
}

/// Which of these were told before.
pub fn known(tx: &mut Tx, sources: Vec<&[u8; 32]>) -> Result<Vec<[u8; 32]>> {
    let sources: Vec<Vec<u8>> = sources.into_iter().map(|source| source.to_vec()).collect();
    let rows: Vec<Option<Vec<u8>>> = relayed_events::table
        .filter(relayed_events::tenant_id.eq(tx.tenant()?).and(relayed_events::source.eq_any(sources)))
        .select(relayed_events::source)
        .load(tx.conn())?;
    Ok(rows.into_iter().flatten().filter_map(|source| source.try_into().ok()).collect())
}

/// The events of a store end now: the sweep takes them away with their keys.
pub fn end_of_store(tx: &mut WriteTx, store: StoreId) -> Result<()> {
    let now = tx.now()?.utc();
    statement(
        "update relayed_events set linked_until = least(linked_until, ?), expires_at = least(expires_at, ?)
          where tenant_id = ? and store_id = ?",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .execute(tx.conn())?;
    Ok(())
}

/// One of the pinned tenant's, while it is there.
pub fn one(tx: &mut Tx, id: RelayedEventId) -> Result<Option<Event>> {
    let row = relayed_events::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    let event = |row: Row| {
        let alias = row
            .alias
            .map(|alias| <[u8; 32]>::try_from(alias).map_err(|_| Error::corrupt("relayed_events", "alias", row.id)));
        Ok(Event {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            kind: row.kind,
            happened_at: Instant::from_utc(row.happened_at),
            received_at: Instant::from_utc(row.received_at),
            subject: row.subject_id,
            alias: alias.transpose()?,
            linked: row.linked,
            linked_key: row.linked_key,
            linked_until: Instant::from_utc(row.linked_until),
            facts: row.facts,
            passing: row.passing,
            passing_key: row.passing_key,
            expires_at: Instant::from_utc(row.expires_at),
            source: row.source.and_then(|source| source.try_into().ok()),
        })
    };
    row.map(event).transpose()
}

/// Holds one until the transaction ends, so that of several deliveries that end at once one is the last.
pub fn hold(tx: &mut WriteTx, id: RelayedEventId) -> Result<bool> {
    let found = relayed_events::table.find((tx.tenant()?, id)).select(relayed_events::id).for_update();
    Ok(found.first::<RelayedEventId>(tx.conn()).optional()?.is_some())
}

/// Takes away what only passed through. Says whose key it was under, where there was anything.
pub fn end_passing(tx: &mut WriteTx, id: RelayedEventId) -> Result<Option<Uuid>> {
    let found = relayed_events::table
        .find((tx.tenant()?, id))
        .filter(relayed_events::passing.is_not_null())
        .select(relayed_events::passing_key)
        .for_update()
        .first::<Option<Uuid>>(tx.conn())
        .optional()?;
    diesel::update(relayed_events::table.find((tx.tenant()?, id)))
        .filter(relayed_events::passing.is_not_null())
        .set((relayed_events::passing.eq(None::<Vec<u8>>), relayed_events::passing_key.eq(None::<Uuid>)))
        .execute(tx.conn())?;
    Ok(found.flatten())
}

#[derive(QueryableByName)]
struct Tenant {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}

/// The tenants that have what is past its end. Asked at the desk.
pub fn overdue(tx: &mut Tx, now: Instant, passed: Instant) -> Result<Vec<TenantId>> {
    let rows = statement(
        "select distinct tenant_id from relayed_events
          where expires_at <= ? or (linked_until <= ? and (linked_key is not null or subject_id is not null))
             or (passing_key is not null and received_at <= ?) order by tenant_id",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(passed.utc())
    .load::<Tenant>(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// An event that is past an end of its, and the keys that were its own and go with what they sealed.
pub struct Past {
    pub keys: Vec<Uuid>,
}

/// Deletes events of the pinned tenant that are past their end, with the ids of all keys that were theirs.
pub fn delete_ended(tx: &mut WriteTx, now: Instant, most: i64) -> Result<Vec<Past>> {
    let own = relayed_events::table.filter(relayed_events::tenant_id.eq(tx.tenant()?));
    let ended: Vec<RelayedEventId> = own
        .filter(relayed_events::expires_at.le(now.utc()))
        .order(relayed_events::expires_at)
        .limit(most)
        .select(relayed_events::id)
        .load(tx.conn())?;
    let gone = diesel::delete(relayed_events::table)
        .filter(relayed_events::tenant_id.eq(tx.tenant()?).and(relayed_events::id.eq_any(ended)))
        .returning((relayed_events::id, relayed_events::linked_key, relayed_events::passing_key))
        .get_results::<(RelayedEventId, Option<Uuid>, Option<Uuid>)>(tx.conn())?;
    let past = |(id, linked, passing): (RelayedEventId, Option<Uuid>, Option<Uuid>)| Past {
        keys: [Some(id.uuid()), linked, passing].into_iter().flatten().collect(),
    };
    Ok(gone.into_iter().map(past).collect())
}

/// Takes what leads to a person out of those whose month is over, and says which keys were theirs alone.
pub fn unlink_ended(tx: &mut WriteTx, now: Instant, most: i64) -> Result<Vec<Past>> {
    let own = relayed_events::table.filter(relayed_events::tenant_id.eq(tx.tenant()?));
    let linked = relayed_events::linked.is_not_null().or(relayed_events::subject_id.is_not_null());
    let ended: Vec<(RelayedEventId, Option<Uuid>)> = own
        .filter(relayed_events::linked_until.le(now.utc()))
        .filter(linked.or(relayed_events::alias.is_not_null()).or(relayed_events::source.is_not_null()))
        .order(relayed_events::linked_until)
        .limit(most)
        .select((relayed_events::id, relayed_events::linked_key))
        .load(tx.conn())?;
    let ids: Vec<_> = ended.iter().map(|(id, _)| *id).collect();
    diesel::update(relayed_events::table)
        .filter(relayed_events::tenant_id.eq(tx.tenant()?).and(relayed_events::id.eq_any(ids)))
        .set((
            relayed_events::linked.eq(None::<Vec<u8>>),
            relayed_events::linked_key.eq(None::<Uuid>),
            relayed_events::subject_id.eq(None::<SubjectId>),
            relayed_events::alias.eq(None::<Vec<u8>>),
            relayed_events::source.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn())?;
    Ok(ended.into_iter().map(|(_, key)| Past { keys: key.into_iter().collect() }).collect())
}

/// Events whose deliveries should long have ended, and which still hold what is not kept.
pub fn passing_since(tx: &mut Tx, before: Instant, most: i64) -> Result<Vec<RelayedEventId>> {
    let rows = relayed_events::table
        .filter(relayed_events::tenant_id.eq(tx.tenant()?).and(relayed_events::passing.is_not_null()))
        .filter(relayed_events::received_at.le(before.utc()))
        .order(relayed_events::received_at)
        .limit(most)
        .select(relayed_events::id)
        .load(tx.conn())?;
    Ok(rows)
}
