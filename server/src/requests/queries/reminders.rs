//! What is due and was not told yet, and what was let go of because nobody proved it. Whoever looks over the whole desk
//! gets keys alone; each tenant's rows are read again where they are written.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Day, Instant, IntakeId, Ref, RequestId, Result, StaffId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::requests::model::{Morning, Reminder, ReminderKind};
use crate::requests::tables::request_reminders;

/// Of each open request the most pressing that is due and was not told, by the days of its contact's zone. What belongs to
/// a request is looked up for it alone, by its own index: few are near their day, however many there are. `$of` chooses
/// among the requests, `$dates` among the dates of acknowledgements.
macro_rules! due {
    ($what:literal, $of:literal, $dates:literal, $tail:literal) => {
        concat!(
            "with asked as materialized (select ?::timestamptz as now), near as materialized (
  select r.tenant_id, r.id, r.owner_id, r.due_at, r.due_on, r.target_on, asked.now,
         (select (asked.now at time zone i.zone)::date from intakes i
           where i.tenant_id = r.tenant_id and i.id = r.intake_id) as today,
         r.stage = 'paused' and coalesce((select bool_and(c.is_paused) from request_clocks c
                                           where c.tenant_id = r.tenant_id and c.request_id = r.id
                                             and c.regime = r.driving and c.kind in ('answer', 'appeal')), false) as is_still
    from requests r, asked
   where r.stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not r.is_test and r.answered_at is null ", $of, "
     and r.due_at <= ?::timestamptz + interval '120 days'
     and (r.target_on <= (?::timestamptz + interval '1 day')::date or r.due_on <= (?::timestamptz + interval '4 days')::date)
), pressing as materialized (
  select tenant_id, id, owner_id, due_at, due_on, target_on,
         case when is_still then case when today >= due_on - 3 then 'pause_ends' end
              when now >= due_at then 'overdue'
              when today >= due_on then 'last_day'
              when today >= due_on - 3 then 'due_soon'
              when today >= target_on then 'target' end as about
    from near
), unacknowledged as materialized (
  select c.tenant_id, c.request_id, min(c.due_at) as due_at, min(c.due_on) as due_on
    from request_clocks c
   where c.met_at is null and c.kind = 'acknowledgement' ", $dates, "
     and c.due_at between ?::timestamptz - interval '60 days' and ?::timestamptz + interval '3 days'
   group by c.tenant_id, c.request_id
), due as materialized (
  select tenant_id, id, owner_id, due_at, about, case about when 'target' then target_on else due_on end as day
    from pressing where about is not null
  union all
  select r.tenant_id, r.id, r.owner_id, u.due_at, 'acknowledgement_due', u.due_on
    from unacknowledged u join requests r on r.tenant_id = u.tenant_id and r.id = u.request_id, asked
   where r.stage <> 'closed' and not r.is_test
     and u.due_on - 1 <= (select (asked.now at time zone i.zone)::date from intakes i
                           where i.tenant_id = r.tenant_id and i.id = r.intake_id)
)
select ", $what, " from due
 where (select m.told_at from request_reminders m
         where m.tenant_id = due.tenant_id and m.request_id = due.id and m.about = due.about and m.day = due.day) is null ",
            $tail
        )
    };
}

const ON_THE_DESK: &str = due!("tenant_id, id", "", "", "order by due_at, id limit ?");
const OF_TENANT: &str = due!(
    "id, owner_id, about, day",
    "and r.tenant_id = ? and r.id = any(?)",
    "and c.tenant_id = ? and c.request_id = any(?)",
    "order by due_at, id"
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
        .bind::<Timestamptz, _>(now.utc())
        .bind::<Timestamptz, _>(now.utc())
        .bind::<Timestamptz, _>(now.utc())
        .bind::<Timestamptz, _>(now.utc())
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
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(requests.to_vec())
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
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
    #[diesel(sql_type = Timestamptz)]
    prove_until: DateTime<Utc>,
}

/// A contact by when it was to be proved: the order in which they are looked at.
pub type Unproved = (Instant, TenantId, IntakeId);

/// Contacts of any tenant whose time to prove them is over and of which something still waits for that, behind the one that
/// is named. Asked at the desk, from what is open: what ended long ago is not walked through.
pub fn unproved(tx: &mut Tx, now: Instant, beyond: Option<Unproved>, most: i64) -> Result<Vec<Unproved>> {
    let (until, tenant, intake) = beyond
        .map_or((None, None, None), |(until, tenant, id)| (Some(until.utc()), Some(tenant.uuid()), Some(id.uuid())));
    let rows: Vec<Contact> = statement(
        "with waits as materialized (
           select tenant_id, intake_id from requests
            where stage in ('received', 'paused') and stage <> 'closed' and not is_test and opened_at is null
           union
           select tenant_id, intake_id from requests
            where stage in ('received', 'paused') and is_test and opened_at is null
         ), asked as materialized (
           select tenant_id, intake_id, (select i.prove_until from intakes i
                                          where i.tenant_id = waits.tenant_id and i.id = waits.intake_id
                                            and i.proof = 'none') as prove_until
             from waits
         )
         select tenant_id, intake_id, prove_until from asked
          where prove_until <= ? and (?::timestamptz is null or (prove_until, tenant_id, intake_id) > (?, ?, ?))
          order by prove_until, tenant_id, intake_id limit ?",
    )
    .planned_anew()
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Nullable<Timestamptz>, _>(until)
    .bind::<Nullable<Timestamptz>, _>(until)
    .bind::<Nullable<SqlUuid>, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(intake)
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (Instant::from_utc(row.prove_until), row.tenant_id, row.intake_id)).collect())
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
         select r.owner_id, count(*) as due, count(*) filter (where r.due_at <= asked.now and not (r.stage = 'paused' and r.target_on is null)) as overdue
           from asked, requests r
          where r.stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not r.is_test
            and r.due_at <= asked.now + interval '7 days' and r.answered_at is null
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
    #[diesel(sql_type = Bool)]
    is_still: bool,
}

impl Line {
    pub fn due_on(&self) -> Day {
        Day(self.due_on)
    }

    pub fn is_overdue(&self, now: Instant) -> bool {
        self.due_at <= now.utc() && !self.is_still
    }
}

/// What is somebody's and due within a week, first what is due first. Asked at the desk.
pub fn lines_of(tx: &mut Tx, staff: StaffId, now: Instant, most: i64) -> Result<Vec<Line>> {
    let rows = statement(
        "select reference, right_code, due_on, due_at, stage = 'paused' and target_on is null as is_still from requests
          where owner_id = ? and stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
            and due_at <= ?::timestamptz + interval '7 days' and answered_at is null
          order by due_at, id limit ?",
    )
    .bind::<SqlUuid, _>(staff)
    .bind::<Timestamptz, _>(now.utc())
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(rows)
}
