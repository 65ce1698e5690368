//! How the relay stands, over all tenants for the desk: what went out in which form, and what is held past its end; and
//! what a tenant's stores that are over have left.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::model::{PASSES_WITHIN, SWEPT_EVERY};
use crate::floor::kernel::{Instant, Result};
use crate::floor::ledger::{Tx, statement};

/// Fields of one category that one recipient got in one form.
#[derive(Debug, Clone, QueryableByName)]
pub struct Figure {
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = Text)]
    pub category: String,
    #[diesel(sql_type = Array<Text>)]
    pub fields: Vec<String>,
    #[diesel(sql_type = Text)]
    pub form: String,
    #[diesel(sql_type = BigInt)]
    pub times: i64,
    #[diesel(sql_type = Timestamptz)]
    pub last_at: DateTime<Utc>,
}

/// What was disclosed from this moment on.
pub fn figures(tx: &mut Tx, since: Instant) -> Result<Vec<Figure>> {
    let rows = statement(
        "select recipient, category, fields, form, sum(count)::bigint as times, max(at) as last_at from disclosures
          where at >= ? group by recipient, category, fields, form order by recipient, category, form, fields",
    )
    .bind::<Timestamptz, _>(since.utc())
    .load(tx.conn())?;
    Ok(rows)
}

/// The temporary store in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Held {
    #[diesel(sql_type = BigInt)]
    pub events: i64,
    /// Past their own end.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    /// Still leading to a person, a month after.
    #[diesel(sql_type = BigInt)]
    pub linked_overdue: i64,
    /// With what is not kept, although nothing waits for it any more, or a day has gone by.
    #[diesel(sql_type = BigInt)]
    pub passing_overdue: i64,
    /// Meant to stay longer than any event or what leads to a person may.
    #[diesel(sql_type = BigInt)]
    pub too_long: i64,
}

/// In numbers, as it is now. What is past its end is overdue once a sweep should have come.
pub fn held(tx: &mut Tx, now: Instant) -> Result<Held> {
    let held = statement(
        "select count(*) as events,
                count(*) filter (where expires_at <= ?) as overdue,
                count(*) filter (where linked_until <= ? and (linked_key is not null or subject_id is not null)) as linked_overdue,
                count(*) filter (where passing_key is not null and (received_at <= ? or not exists (
                  select from relay_deliveries d where d.tenant_id = e.tenant_id and d.event_id = e.id and d.state = 'waiting')))
                  as passing_overdue,
                count(*) filter (where expires_at > happened_at + interval '61 days'
                                    or linked_until > happened_at + interval '31 days') as too_long
           from relayed_events e",
    )
    .bind::<Timestamptz, _>(now.plus(-SWEPT_EVERY).utc())
    .bind::<Timestamptz, _>(now.plus(-SWEPT_EVERY).utc())
    .bind::<Timestamptz, _>(now.plus(-PASSES_WITHIN).utc())
    .get_result(tx.conn())?;
    Ok(held)
}

/// What of the pinned tenant's stores that are over is still sent, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Afterwards {
    /// Destinations of theirs alone.
    #[diesel(sql_type = BigInt)]
    pub destinations: i64,
    /// Deliveries that wait.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// What the book of disclosures says left after their end, but for what was on its way and broken off.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
}

pub fn afterwards(tx: &mut Tx) -> Result<Afterwards> {
    let found = statement(
        "with ended as (select tenant_id, id, disconnected_at from stores where tenant_id = ? and state = 'disconnected')
         select (select count(*) from destinations d join ended o on o.tenant_id = d.tenant_id and o.id = d.store_id)
                  as destinations,
                (select count(*) from relay_deliveries d
                   join relayed_events e on e.tenant_id = d.tenant_id and e.id = d.event_id
                   join ended o on o.tenant_id = e.tenant_id and o.id = e.store_id where d.state = 'waiting') as waiting,
                (select count(*) from disclosures x join ended o on o.tenant_id = x.tenant_id and o.id = x.store_id
                  where x.at > o.disconnected_at + interval '1 minute') as sent",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .get_result(tx.conn())?;
    Ok(found)
}
