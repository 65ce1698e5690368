//! Rows of due dates, each stored whole with its basis, and of what became of a request's time, which nothing changes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::intakes::sealer;
use crate::floor::kernel::{
    ClockEventId, ClockId, Day, Error, Instant, IntakeId, Personal, RequestId, Result, StaffId, TenantId,
};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::regulations::{Clock, Kind, PauseGround};
use crate::floor::vault::{Place, Vault};
use crate::requests::model::{ClockEventRow, ClockMove, ClockRow};
use crate::requests::tables::{request_clock_events, request_clocks};

#[derive(Queryable, Selectable)]
#[diesel(table_name = request_clocks)]
struct Row {
    id: ClockId,
    request_id: RequestId,
    clock: String,
    met_at: Option<DateTime<Utc>>,
}

impl Row {
    fn clock(self) -> Result<ClockRow> {
        let clock: Clock =
            serde_json::from_str(&self.clock).map_err(|_| Error::corrupt("request_clocks", "clock", self.id))?;
        Ok(ClockRow { id: self.id, request: self.request_id, clock, met_at: self.met_at.map(Instant::from_utc) })
    }
}

/// Stores these dates of a request, each in the place of the one before it.
pub fn put(tx: &mut WriteTx, request: RequestId, clocks: &[Clock]) -> Result<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant()?;
    let written =
        clocks.iter().map(|clock| serde_json::to_string(clock).map_err(|_| Error::internal("a date that is no JSON")));
    let written = written.collect::<Result<Vec<_>>>()?;
    let text = |of: fn(&Clock) -> String| clocks.iter().map(of).collect::<Vec<_>>();
    statement(
        "insert into request_clocks
           (tenant_id, request_id, id, regime, right_name, kind, whose, due_on, due_at, legal_on, is_paused, clock)
         select ?, ?, c.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             as c (id, regime, right_name, kind, whose, due_on, due_at, legal_on, is_paused, clock)
         on conflict on constraint request_clocks_once do update
            set due_on = excluded.due_on, due_at = excluded.due_at, legal_on = excluded.legal_on,
                is_paused = excluded.is_paused, clock = excluded.clock",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request)
    .bind::<Array<SqlUuid>, _>(clocks.iter().map(|_| ClockId::fresh()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|clock| clock.basis.regime.clone()))
    .bind::<Array<Text>, _>(text(|clock| clock.basis.right.clone()))
    .bind::<Array<Text>, _>(text(|clock| clock.kind.code().to_owned()))
    .bind::<Array<Text>, _>(text(|clock| clock.whose.code().to_owned()))
    .bind::<Array<Date>, _>(clocks.iter().map(|clock| clock.on.0).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(clocks.iter().map(|clock| clock.ends_at.utc()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(clocks.iter().map(|clock| clock.legal_on.map(|day| day.0)).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(clocks.iter().map(Clock::is_paused).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(written)
    .execute(tx.conn())?;
    Ok(())
}

/// The dates of a request, the earliest first.
pub fn of(tx: &mut Tx, request: RequestId) -> Result<Vec<ClockRow>> {
    let rows: Vec<Row> = request_clocks::table
        .filter(request_clocks::tenant_id.eq(tx.tenant()?).and(request_clocks::request_id.eq(request)))
        .order((request_clocks::due_at, request_clocks::regime, request_clocks::kind))
        .select(Row::as_select())
        .load(tx.conn())?;
    rows.into_iter().map(Row::clock).collect()
}

/// What these dates count towards was done at this time. What was met before stays as it was.
pub fn meet(tx: &mut WriteTx, requests: &[RequestId], kinds: &[Kind], at: Instant) -> Result<()> {
    statement(
        "update request_clocks set met_at = ? where tenant_id = ? and request_id = any(?) and kind = any(?)
            and met_at is null",
    )
    .bind::<Timestamptz, _>(at.utc())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(requests.to_vec())
    .bind::<Array<Text>, _>(kinds.to_vec())
    .execute(tx.conn())?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = request_clock_events)]
struct EventRow {
    id: ClockEventId,
    request_id: RequestId,
    at: DateTime<Utc>,
    what: ClockMove,
    pause_on: Option<PauseGround>,
    regime: Option<String>,
    until_on: Option<NaiveDate>,
    before_on: Option<NaiveDate>,
    after_on: Option<NaiveDate>,
    made_by: Option<StaffId>,
}

impl From<EventRow> for ClockEventRow {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            request: row.request_id,
            at: Instant::from_utc(row.at),
            what: row.what,
            pause_on: row.pause_on,
            regime: row.regime,
            until_on: row.until_on.map(Day),
            before_on: row.before_on.map(Day),
            after_on: row.after_on.map(Day),
            made_by: row.made_by,
        }
    }
}

/// What became of a request's time, in the order in which it happened.
pub fn events(tx: &mut Tx, request: RequestId) -> Result<Vec<ClockEventRow>> {
    let rows: Vec<EventRow> = request_clock_events::table
        .filter(request_clock_events::tenant_id.eq(tx.tenant()?).and(request_clock_events::request_id.eq(request)))
        .order((request_clock_events::at, request_clock_events::id))
        .select(EventRow::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(ClockEventRow::from).collect())
}

/// Where the reason for it stands.
pub fn place_of_reason(tenant: TenantId, id: ClockEventId) -> Place<'static> {
    Place { tenant, table: "request_clock_event", column: "reason", row: id.uuid(), generation: 0 }
}

/// Notes what became of a request's time; the reason goes in under the contact's key.
pub fn note(
    tx: &mut WriteTx,
    vault: &Vault,
    (intake, event): (IntakeId, &ClockEventRow),
    reason: Option<&Personal>,
) -> Result<()> {
    let tenant = tx.tenant()?;
    let reason = match reason {
        Some(reason) => {
            let sealer = sealer(tx, vault, intake)?;
            Some(sealer.seal_blob(&place_of_reason(tenant, event.id), reason.disclose().as_bytes())?.into_bytes())
        }
        None => None,
    };
    diesel::insert_into(request_clock_events::table)
        .values((
            request_clock_events::tenant_id.eq(tenant),
            request_clock_events::id.eq(event.id),
            request_clock_events::request_id.eq(event.request),
            request_clock_events::at.eq(event.at.utc()),
            request_clock_events::what.eq(event.what),
            request_clock_events::pause_on.eq(event.pause_on),
            request_clock_events::regime.eq(&event.regime),
            request_clock_events::until_on.eq(event.until_on.map(|day| day.0)),
            request_clock_events::before_on.eq(event.before_on.map(|day| day.0)),
            request_clock_events::after_on.eq(event.after_on.map(|day| day.0)),
            request_clock_events::made_by.eq(event.made_by),
            request_clock_events::reason.eq(reason),
        ))
        .execute(tx.conn())?;
    Ok(())
}
