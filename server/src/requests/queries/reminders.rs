//! What is due and was not told yet, and what was let go of because nobody proved it. Whoever looks over the whole desk
//! gets keys alone; each tenant's rows are read again where they are written.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Day, Instant, IntakeId, Ref, RequestId, Result, StaffId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::requests::model::{Morning, Reminder, ReminderKind};
use crate::requests::tables::request_reminders;

/// Of each open request the most pressing that is due and was not told, by the days of its contact's zone. `$of` chooses
/// among the requests, `$acknowledged` among the dates of acknowledgements.
macro_rules! due {
    ($what:literal, $of:literal, $tail:literal) => {
        concat!(
            "with asked as materialized (select ?::timestamptz as now)
select ", $what, " from (
  select r.tenant_id, r.id, r.owner_id, r.due_at, t.about, t.day
    from asked, requests r,
         lateral (select (asked.now at time zone i.zone)::date as today from intakes i
                   where i.tenant_id is not distinct from r.tenant_id and i.id = r.intake_id) as d,
         lateral (select coalesce(bool_and(c.is_paused), false) as is_paused from request_clocks c
                   where c.tenant_id is not distinct from r.tenant_id and c.request_id = r.id and c.regime = r.driving
                     and c.kind in ('answer', 'appeal')) as p,
         lateral (select case when r.stage = 'paused' and p.is_paused
                                then case when d.today >= r.due_on - 3 then 'pause_ends' end
                              when asked.now >= r.due_at then 'overdue'
                              when d.today >= r.due_on then 'last_day'
                              when d.today >= r.due_on - 3 then 'due_soon'
                              when d.today >= r.target_on then 'target' end as about) as a,
         lateral (select a.about, case a.about when 'target' then r.target_on else r.due_on end as day) as t
   where r.stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not r.is_test ", $of, "
     and r.due_at <= asked.now + interval '120 days'
     and (r.target_on <= (asked.now + interval '1 day')::date or r.due_on <= (asked.now + interval '4 days')::date)
     and t.about is not null
  union all
  select r.tenant_id, r.id, r.owner_id, min(c.due_at), 'acknowledgement_due', min(c.due_on)
    from asked, request_clocks c, requests r,
         lateral (select (asked.now at time zone i.zone)::date as today from intakes i
                   where i.tenant_id is not distinct from r.tenant_id and i.id = r.intake_id) as d
   where c.met_at is null and c.kind = 'acknowledgement'
     and c.due_at between asked.now - interval '60 days' and asked.now + interval '3 days'
     and r.tenant_id = c.tenant_id and r.id = c.request_id and r.stage <> 'closed' and not r.is_test ", $of, "
     and d.today >= c.due_on - 1
   group by r.tenant_id, r.id, r.owner_id
) as due
 where not exists (select from request_reminders m
                    where m.tenant_id is not distinct from due.tenant_id and m.request_id = due.id
                      and m.about = due.about and m.day = due.day) ",
            $tail
        )
    };
}

const ON_THE_DESK: &str = due!("due.tenant_id, due.id", "", "order by due.due_at, due.id limit ?");
const OF_TENANT: &str = due!(
    "due.id, due.owner_id, due.about, due.day",
    "and r.tenant_id = ? and r.id = any(?)",
    "order by due.due_at, due.id"
);

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
}

/// Requests of any tenant of which something is to be told, what is due first in front. Asked at the desk.
pub fn due(tx: &mut Tx, now: Instant, most: i64) -> Result<Vec<Ref<RequestId>>> {
    let rows: Vec<Key> = statement(ON_THE_DESK)
        .planned_anew()
        .bind::<Timestamptz, _>(now.utc())
        .bind::<BigInt, _>(most)
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| Ref::new(row.tenant_id, row.id)).collect())
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<StaffId>,
    #[diesel(sql_type = Text)]
    about: ReminderKind,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
}

/// What is to be told of these requests of the pinned tenant.
pub fn due_of(tx: &mut WriteTx, requests: &[RequestId]) -> Result<Vec<Reminder>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let rows: Vec<Due> = statement(OF_TENANT)
        .planned_anew()
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(requests.to_vec())
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(requests.to_vec())
        .load(tx.conn())?;
    let reminder = |row: Due| Reminder { request: row.id, about: row.about, day: Day(row.day), owner: row.owner_id };
    Ok(rows.into_iter().map(reminder).collect())
}

/// Notes that these are told; those come back that nobody told before.
pub fn tell(tx: &mut WriteTx, due: Vec<Reminder>) -> Result<Vec<Reminder>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let rows: Vec<_> = due
        .iter()
        .map(|reminder| {
            (
                request_reminders::tenant_id.eq(tenant),
                request_reminders::request_id.eq(reminder.request),
                request_reminders::about.eq(reminder.about),
                request_reminders::day.eq(reminder.day.0),
                request_reminders::told_at.eq(now),
            )
        })
        .collect();
    let told: Vec<(RequestId, ReminderKind)> = diesel::insert_into(request_reminders::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning((request_reminders::request_id, request_reminders::about))
        .get_results(tx.conn())?;
    Ok(due.into_iter().filter(|reminder| told.contains(&(reminder.request, reminder.about))).collect())
}

#[derive(QueryableByName)]
struct Contact {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    intake_id: IntakeId,
}

/// Contacts of any tenant whose time to prove them is over and of which something still waits for that. Asked at the desk,
/// from what is open: what ended long ago is not walked through.
pub fn unproved(tx: &mut Tx, now: Instant, most: i64) -> Result<Vec<Ref<IntakeId>>> {
    let rows: Vec<Contact> = statement(
        "select r.tenant_id, r.intake_id
           from requests r
           join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
          where r.stage in ('received', 'paused') and r.stage <> 'closed' and r.opened_at is null
            and i.proof = 'none' and i.prove_until <= ?
          group by r.tenant_id, r.intake_id
          order by min(i.prove_until), r.intake_id limit ?",
    )
    .planned_anew()
    .bind::<Timestamptz, _>(now.utc())
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| Ref::new(row.tenant_id, row.intake_id)).collect())
}

#[derive(QueryableByName)]
struct Owned {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<StaffId>,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    overdue: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What is due within a week, by whose it is, and how many plans wait for a second person. Asked at the desk.
#[derive(Debug, Clone)]
pub struct Week {
    owned: Vec<(Option<StaffId>, i64, i64)>,
    awaiting: i64,
}

impl Week {
    /// What somebody has before them.
    pub fn of(&self, staff: StaffId) -> Morning {
        let of = |owner| {
            self.owned.iter().find(|(known, ..)| *known == owner).map_or((0, 0), |(_, due, over)| (*due, *over))
        };
        let (own, overdue) = of(Some(staff));
        Morning { own, overdue, unowned: of(None).0, awaiting: self.awaiting }
    }
}

pub fn within_a_week(tx: &mut Tx, now: Instant) -> Result<Week> {
    let owned: Vec<Owned> = statement(
        "with asked as materialized (select ?::timestamptz as now)
         select r.owner_id, count(*) as due, count(*) filter (where r.due_at <= asked.now) as overdue
           from asked, requests r
          where r.stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not r.is_test
            and r.due_at <= asked.now + interval '7 days'
          group by r.owner_id",
    )
    .bind::<Timestamptz, _>(now.utc())
    .load(tx.conn())?;
    let awaiting: Count = statement(
        "select count(*) as count from requests where stage = 'awaiting_approval' and stage <> 'closed' and not is_test",
    )
    .get_result(tx.conn())?;
    let owned = owned.into_iter().map(|row| (row.owner_id, row.due, row.overdue)).collect();
    Ok(Week { owned, awaiting: awaiting.count })
}

/// A line of somebody's morning.
#[derive(QueryableByName)]
pub struct Line {
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Text)]
    pub right_code: String,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
}

impl Line {
    pub fn due_on(&self) -> Day {
        Day(self.due_on)
    }

    pub fn is_overdue(&self, now: Instant) -> bool {
        self.due_at <= now.utc()
    }
}

/// What is somebody's and due within a week, first what is due first. Asked at the desk.
pub fn lines_of(tx: &mut Tx, staff: StaffId, now: Instant, most: i64) -> Result<Vec<Line>> {
    let rows = statement(
        "select reference, right_code, due_on, due_at from requests
          where owner_id = ? and stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
            and due_at <= ?::timestamptz + interval '7 days'
          order by due_at, id limit ?",
    )
    .bind::<SqlUuid, _>(staff)
    .bind::<Timestamptz, _>(now.utc())
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows)
}
