//! Rows of deliveries.

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};

use super::super::model::{Delivery, DeliveryState};
use super::super::tables::relay_deliveries;
use crate::floor::kernel::{DestinationId, RelayDeliveryId, RelayedEventId, Result, StoreId, SubjectId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// Begins them, each waiting.
pub fn add(tx: &mut WriteTx, all: &[(RelayedEventId, Delivery)]) -> Result<()> {
    let tenant = tx.tenant()?;
    let row = |(event, one): &(RelayedEventId, Delivery)| {
        (
            relay_deliveries::tenant_id.eq(tenant),
            relay_deliveries::id.eq(one.id),
            relay_deliveries::event_id.eq(*event),
            relay_deliveries::destination_id.eq(one.destination),
            relay_deliveries::idempotency_key.eq(one.key.clone()),
        )
    };
    diesel::insert_into(relay_deliveries::table).values(all.iter().map(row).collect::<Vec<_>>()).execute(tx.conn())?;
    Ok(())
}

/// How one event's way to one destination stands, while it is there.
pub fn one(tx: &mut Tx, event: RelayedEventId, destination: DestinationId) -> Result<Option<Delivery>> {
    let row = relay_deliveries::table
        .filter(relay_deliveries::tenant_id.eq(tx.tenant()?).and(relay_deliveries::event_id.eq(event)))
        .filter(relay_deliveries::destination_id.eq(destination))
        .select((
            relay_deliveries::id,
            relay_deliveries::state,
            relay_deliveries::attempts,
            relay_deliveries::idempotency_key,
        ))
        .first::<(RelayDeliveryId, DeliveryState, i32, String)>(tx.conn())
        .optional()?;
    Ok(row.map(|(id, state, attempts, key)| Delivery { id, destination, state, attempts, key }))
}

/// Writes what came of a try, unless it has ended meanwhile.
pub fn settle(tx: &mut WriteTx, id: RelayDeliveryId, state: DeliveryState, tried: bool, answer: &str) -> Result<()> {
    let sent_at = (state == DeliveryState::Sent).then_some(tx.now()?.utc());
    diesel::update(relay_deliveries::table.find((tx.tenant()?, id)))
        .filter(relay_deliveries::state.eq(DeliveryState::Waiting))
        .set((
            relay_deliveries::state.eq(state),
            relay_deliveries::attempts.eq(relay_deliveries::attempts + i32::from(tried)),
            relay_deliveries::sent_at.eq(sent_at),
            relay_deliveries::answer.eq(answer),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// How many of an event's still wait.
pub fn waiting(tx: &mut Tx, event: RelayedEventId) -> Result<i64> {
    let waiting = relay_deliveries::table
        .filter(relay_deliveries::tenant_id.eq(tx.tenant()?).and(relay_deliveries::event_id.eq(event)))
        .filter(relay_deliveries::state.eq(DeliveryState::Waiting));
    Ok(waiting.count().get_result(tx.conn())?)
}

/// What waits of these persons' events goes nowhere.
pub fn drop_of_persons(tx: &mut WriteTx, persons: &[SubjectId]) -> Result<usize> {
    let dropped = statement(
        "delete from relay_deliveries where state = 'waiting' and ctid = any(array(
           select d.ctid from relayed_events e,
                  lateral (select ctid from relay_deliveries
                            where tenant_id is not distinct from ? and event_id = e.id and state = 'waiting' offset 0) as d
            where e.tenant_id is not distinct from ? and e.subject_id = any(?)))",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .execute(tx.conn())?;
    Ok(dropped)
}

/// Takes away what waits of a store's events, and all that its own destinations were sent; says how many waited.
pub fn drop_of_store(tx: &mut WriteTx, store: StoreId) -> Result<usize> {
    let tenant = tx.tenant()?;
    let mut gone = |sql| statement(sql).bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(store).execute(tx.conn());
    let waited = gone(
        "delete from relay_deliveries d using relayed_events e
          where e.tenant_id = ? and e.store_id = ? and d.tenant_id = e.tenant_id and d.event_id = e.id
            and d.state = 'waiting'",
    )?;
    gone(
        "delete from relay_deliveries d using destinations t
          where t.tenant_id = ? and t.store_id = ? and d.tenant_id = t.tenant_id and d.destination_id = t.id",
    )?;
    Ok(waited)
}
