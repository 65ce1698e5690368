//! Requests in numbers: how the queue stands, what the law wants published, how timely answers were. Tests are in none of
//! them, and no number names anybody.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Double, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::model::{LateReason, Outcome, Source};
use crate::floor::kernel::{Day, Instant, Result, TenantId};
use crate::floor::ledger::{Tx, statement};
use crate::floor::regulations::Right;

/// Whose requests are counted: of these tenants, or of all.
pub type Reach<'a> = Option<&'a [TenantId]>;

/// How many are worked at a stage, of a right, from a source.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Load {
    #[diesel(sql_type = Text)]
    pub stage: String,
    #[diesel(sql_type = Text)]
    pub right_code: Right,
    #[diesel(sql_type = Text)]
    pub source: Source,
    #[diesel(sql_type = BigInt)]
    pub requests: i64,
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    #[diesel(sql_type = BigInt)]
    pub soon: i64,
}

/// What is worked, by stage, right and source: how many are late, and how many will be before `soon`.
pub fn load(tx: &mut Tx, reach: Reach<'_>, soon: Instant) -> Result<Vec<Load>> {
    let now = tx.now()?;
    let rows = statement(
        "select stage, right_code, source, count(*) as requests,
                count(*) filter (where due_at <= ? and answered_at is null
                                   and not (stage = 'paused' and target_on is null)) as overdue,
                count(*) filter (where due_at > ? and due_at <= ? and answered_at is null
                                   and not (stage = 'paused' and target_on is null)) as soon
           from requests
          where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
            and (?::uuid[] is null or tenant_id = any(?))
          group by stage, right_code, source",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(soon.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    Ok(rows)
}

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    requests: i64,
}

/// A day, and how many.
pub type PerDay = (Day, i64);

fn days(rows: Vec<DayRow>) -> Vec<PerDay> {
    rows.into_iter().map(|row| (Day(row.day), row.requests)).collect()
}

/// How many of what is worked and not late are due on which day; all that are due from `later` on stand under that day.
pub fn due_days(tx: &mut Tx, reach: Reach<'_>, later: Day) -> Result<Vec<PerDay>> {
    let now = tx.now()?;
    let rows: Vec<DayRow> = statement(
        "select least(due_on, ?) as day, count(*) as requests
           from requests
          where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
            and due_at > ? and (?::uuid[] is null or tenant_id = any(?))
          group by 1 order by 1",
    )
    .bind::<Date, _>(later.0)
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    Ok(days(rows))
}

/// How many wait for something, the first of them since when, and when the first ends by itself.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Waiting {
    /// `proof`, `us`, `second_person`, `cooling_off`, `recipients` or `person`.
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = BigInt)]
    pub requests: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub oldest_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ends_at: Option<DateTime<Utc>>,
}

/// What is waited for.
pub fn waiting(tx: &mut Tx, reach: Reach<'_>) -> Result<Vec<Waiting>> {
    let now = tx.now()?;
    let rows = statement(
        "select what, sum(requests)::bigint as requests, min(oldest_at) as oldest_at, min(ends_at) as ends_at from (
         select case stage when 'open' then 'us' when 'paused' then 'person' else 'second_person' end as what,
                count(*) as requests, min(moved_at) as oldest_at, null::timestamptz as ends_at
           from requests
          where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and stage <> 'in_progress' and not is_test
            and (?::uuid[] is null or tenant_id = any(?))
          group by stage
         union all
         select case when p.starts_at > ? then 'cooling_off' when k.is_made then 'second_person' else 'recipients' end,
                count(*), min(r.moved_at), min(p.starts_at) filter (where p.starts_at > ?)
           from requests r
           left join request_plans p on p.tenant_id = r.tenant_id and p.id = r.plan_id
           cross join lateral (select exists (select from request_packages k where k.tenant_id = r.tenant_id
                                                 and k.request_id = r.id and k.state = 'made') as is_made) as k
          where r.stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and r.stage = 'in_progress' and not r.is_test
            and (?::uuid[] is null or r.tenant_id = any(?))
          group by 1
         union all
         select 'proof', count(*), min(r.received_at), min(i.prove_until)
           from requests r
           join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
          where r.stage = 'received' and not r.is_test and (?::uuid[] is null or r.tenant_id = any(?))
         having count(*) > 0) as each
          group by what",
    )
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    Ok(rows)
}

#[derive(QueryableByName)]
struct SourceRow {
    #[diesel(sql_type = Text)]
    source: Source,
    #[diesel(sql_type = BigInt)]
    requests: i64,
}

/// How many were received since a moment, by source.
pub fn received_since(tx: &mut Tx, reach: Reach<'_>, since: Instant) -> Result<Vec<(Source, i64)>> {
    let rows: Vec<SourceRow> = statement(
        "select source, count(*) as requests from requests
          where received_at >= ? and not is_test and (?::uuid[] is null or tenant_id = any(?))
          group by source order by source",
    )
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.source, row.requests)).collect())
}

/// How many were received since a moment, day by day.
pub fn received_days(tx: &mut Tx, reach: Reach<'_>, since: Instant) -> Result<Vec<PerDay>> {
    let rows: Vec<DayRow> = statement(
        "select (received_at at time zone 'UTC')::date as day, count(*) as requests from requests
          where received_at >= ? and not is_test and (?::uuid[] is null or tenant_id = any(?))
          group by 1 order by 1",
    )
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    Ok(days(rows))
}

#[derive(QueryableByName)]
struct ClosedRow {
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = Text)]
    outcome: Outcome,
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = BigInt)]
    late: i64,
}

/// How many ended on a day in one way, and how many of them late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    pub day: Day,
    pub outcome: Outcome,
    pub requests: i64,
    pub late: i64,
}

/// What ended since a moment.
pub fn closed_since(tx: &mut Tx, reach: Reach<'_>, since: Instant) -> Result<Vec<Closed>> {
    let rows: Vec<ClosedRow> = statement(
        "select (closed_at at time zone 'UTC')::date as day, outcome, count(*) as requests,
                count(*) filter (where coalesce(answered_at, closed_at) >= due_at) as late
           from requests
          where stage = 'closed' and closed_at >= ? and not is_test and (?::uuid[] is null or tenant_id = any(?))
          group by 1, 2 order by 1, 2",
    )
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    let closed = |ClosedRow { day, outcome, requests, late }| Closed { day: Day(day), outcome, requests, late };
    Ok(rows.into_iter().map(closed).collect())
}

#[derive(QueryableByName)]
struct MedianRow {
    #[diesel(sql_type = Nullable<Double>)]
    days: Option<f64>,
}

/// The median of the days to an answer, of those that were answered or refused since a moment.
pub fn median_since(tx: &mut Tx, reach: Reach<'_>, since: Instant) -> Result<Option<f64>> {
    let row: MedianRow = statement(
        "select percentile_cont(0.5) within group
                  (order by extract(epoch from coalesce(answered_at, closed_at) - received_at)::float8 / 86400) as days
           from requests
          where stage = 'closed' and closed_at >= ? and outcome in ('fulfilled', 'partly_fulfilled', 'refused')
            and not is_test and (?::uuid[] is null or tenant_id = any(?))",
    )
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .get_result(tx.conn())?;
    Ok(row.days)
}

/// A row of California's yearly table.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Yearly {
    /// What the regime's own list calls the right.
    #[diesel(sql_type = Text)]
    pub right_name: String,
    #[diesel(sql_type = BigInt)]
    pub received: i64,
    #[diesel(sql_type = BigInt)]
    pub complied: i64,
    #[diesel(sql_type = BigInt)]
    pub partly: i64,
    #[diesel(sql_type = BigInt)]
    pub denied: i64,
    #[diesel(sql_type = BigInt)]
    pub unverifiable: i64,
    #[diesel(sql_type = BigInt)]
    pub exempt: i64,
    #[diesel(sql_type = Nullable<Double>)]
    pub median_days: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    pub mean_days: Option<f64>,
}

/// California's table of a year: what came in it by the calendar of whoever was asked, and what became of that. Of one
/// tenant's people, or of those towards whom the operator itself decides.
pub fn yearly(tx: &mut Tx, tenant: Option<TenantId>, (from, until): (NaiveDate, NaiveDate)) -> Result<Vec<Yearly>> {
    let rows = statement(
        "select c.right_name, count(*) as received,
                count(*) filter (where r.outcome = 'fulfilled') as complied,
                count(*) filter (where r.outcome = 'partly_fulfilled') as partly,
                count(*) filter (where r.outcome in ('refused', 'expired')) as denied,
                count(*) filter (where r.outcome = 'expired' or (r.outcome = 'refused' and r.ground = 'unverified')) as unverifiable,
                count(*) filter (where r.outcome = 'refused' and r.ground in
                  ('exempt_data', 'legal_obligation', 'legal_claims', 'contract_active', 'freedom_of_expression', 'public_interest',
                   'security_incident')) as exempt,
                percentile_cont(0.5) within group (order by d.days) as median_days, avg(d.days) as mean_days
           from requests r
           join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
           join request_clocks c
             on c.tenant_id = r.tenant_id and c.request_id = r.id and c.regime = 'us_ca' and c.kind = 'answer'
           cross join lateral (select case when r.outcome in ('fulfilled', 'partly_fulfilled', 'refused')
             then extract(epoch from coalesce(r.answered_at, r.closed_at) - r.received_at)::float8 / 86400 end as days) as d
          where r.received_at >= ?::date - interval '1 day' and r.received_at < ?::date + interval '1 day'
            and (r.received_at at time zone i.zone)::date >= ? and (r.received_at at time zone i.zone)::date < ?
            and not r.is_test and r.outcome is distinct from 'spam' and r.outcome is distinct from 'duplicate'
            and case when ?::uuid is null then r.role = 'controller' else r.tenant_id = ? end
          group by c.right_name",
    )
    .bind::<Date, _>(from)
    .bind::<Date, _>(until)
    .bind::<Date, _>(from)
    .bind::<Date, _>(until)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .load(tx.conn())?;
    Ok(rows)
}

/// Which answers are looked at: of a regime, a right, a team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Of {
    pub regime: Option<String>,
    pub right: Option<Right>,
    pub team: Option<String>,
}

/// How timely answers were.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Timely {
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    #[diesel(sql_type = BigInt)]
    pub late: i64,
    #[diesel(sql_type = BigInt)]
    pub extended: i64,
    #[diesel(sql_type = BigInt)]
    pub paused: i64,
    #[diesel(sql_type = Nullable<Double>)]
    pub median_days: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    pub mean_days: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    pub slowest_days: Option<f64>,
}

/// How timely those were that were answered or refused from one moment to another.
pub fn timely(tx: &mut Tx, reach: Reach<'_>, of: &Of, (from, until): (Instant, Instant)) -> Result<Timely> {
    let row = statement(
        "select count(*) as answered,
                count(*) filter (where coalesce(r.answered_at, r.closed_at) >= coalesce(c.due_at, r.due_at)) as late,
                count(*) filter (where e.extended) as extended, count(*) filter (where e.paused) as paused,
                percentile_cont(0.5) within group (order by d.days) as median_days, avg(d.days) as mean_days,
                max(d.days) as slowest_days
           from requests r
           left join request_clocks c
             on c.tenant_id = r.tenant_id and c.request_id = r.id and c.regime = ? and c.kind in ('answer', 'appeal')
           cross join lateral (select coalesce(bool_or(what = 'extended'), false) as extended,
                                      coalesce(bool_or(what = 'paused'), false) as paused
                                 from request_clock_events where tenant_id = r.tenant_id and request_id = r.id) as e
           cross join lateral (select extract(epoch from coalesce(r.answered_at, r.closed_at) - r.received_at)::float8 / 86400
                                        as days) as d
          where r.stage = 'closed' and r.closed_at >= ? and r.closed_at < ?
            and r.outcome in ('fulfilled', 'partly_fulfilled', 'refused') and not r.is_test
            and (?::text is null or c.id is not null) and (?::text is null or r.right_code = ?)
            and (?::text is null or r.team = ?) and (?::uuid[] is null or r.tenant_id = any(?))",
    )
    .bind::<Nullable<Text>, _>(of.regime.clone())
    .bind::<Timestamptz, _>(from.utc())
    .bind::<Timestamptz, _>(until.utc())
    .bind::<Nullable<Text>, _>(of.regime.clone())
    .bind::<Nullable<Text>, _>(of.right)
    .bind::<Nullable<Text>, _>(of.right)
    .bind::<Nullable<Text>, _>(of.team.clone())
    .bind::<Nullable<Text>, _>(of.team.clone())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .get_result(tx.conn())?;
    Ok(row)
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    requests: i64,
}

/// How many of them were received from one moment to another.
pub fn received_between(tx: &mut Tx, reach: Reach<'_>, of: &Of, (from, until): (Instant, Instant)) -> Result<i64> {
    let row: CountRow = statement(
        "select count(*) as requests from requests r
          where r.received_at >= ? and r.received_at < ? and not r.is_test
            and r.outcome is distinct from 'spam' and r.outcome is distinct from 'duplicate'
            and (?::text is null or exists (select from request_clocks c
                  where c.tenant_id = r.tenant_id and c.request_id = r.id and c.regime = ?))
            and (?::text is null or r.right_code = ?) and (?::text is null or r.team = ?)
            and (?::uuid[] is null or r.tenant_id = any(?))",
    )
    .bind::<Timestamptz, _>(from.utc())
    .bind::<Timestamptz, _>(until.utc())
    .bind::<Nullable<Text>, _>(of.regime.clone())
    .bind::<Nullable<Text>, _>(of.regime.clone())
    .bind::<Nullable<Text>, _>(of.right)
    .bind::<Nullable<Text>, _>(of.right)
    .bind::<Nullable<Text>, _>(of.team.clone())
    .bind::<Nullable<Text>, _>(of.team.clone())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .get_result(tx.conn())?;
    Ok(row.requests)
}

#[derive(QueryableByName)]
struct ReasonRow {
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<LateReason>,
    #[diesel(sql_type = BigInt)]
    requests: i64,
}

/// Why those were late that were: what staff said, or that nobody said.
pub fn late_reasons(
    tx: &mut Tx,
    reach: Reach<'_>,
    of: &Of,
    (from, until): (Instant, Instant),
) -> Result<Vec<(Option<LateReason>, i64)>> {
    let rows: Vec<ReasonRow> = statement(
        "select r.late_reason as reason, count(*) as requests
           from requests r
           left join request_clocks c
             on c.tenant_id = r.tenant_id and c.request_id = r.id and c.regime = ? and c.kind in ('answer', 'appeal')
          where r.stage = 'closed' and r.closed_at >= ? and r.closed_at < ?
            and r.outcome in ('fulfilled', 'partly_fulfilled', 'refused') and not r.is_test
            and coalesce(r.answered_at, r.closed_at) >= coalesce(c.due_at, r.due_at)
            and (?::text is null or c.id is not null) and (?::text is null or r.right_code = ?)
            and (?::text is null or r.team = ?) and (?::uuid[] is null or r.tenant_id = any(?))
          group by 1 order by 2 desc, 1",
    )
    .bind::<Nullable<Text>, _>(of.regime.clone())
    .bind::<Timestamptz, _>(from.utc())
    .bind::<Timestamptz, _>(until.utc())
    .bind::<Nullable<Text>, _>(of.regime.clone())
    .bind::<Nullable<Text>, _>(of.right)
    .bind::<Nullable<Text>, _>(of.right)
    .bind::<Nullable<Text>, _>(of.team.clone())
    .bind::<Nullable<Text>, _>(of.team.clone())
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .bind::<Nullable<Array<SqlUuid>>, _>(reach.map(<[_]>::to_vec))
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.reason, row.requests)).collect())
}
