//! Each morning everybody who works requests is told what is due, once a day, at the operator's own hour.

use chrono::{NaiveDate, Timelike};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::colleagues::{self, Told};
use crate::floor::access::{Bounds, Caller, Permission};
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, Instant, Result, StaffId, TenantId};
use crate::floor::ledger::{Answered, Event, Once, Witnessed};
use crate::floor::regulations::zone;
use crate::floor::tools::Tools;
use crate::requests::model::Morning;
use crate::requests::queries::reminders::{self, Line};
use crate::staff::{self, StaffMember};

/// The hour at which a morning begins, where the operator is.
const MORNING: u32 = 6;

/// How many requests a letter lists.
const LINES: i64 = 50;

/// Has each colleague told what is due, once the morning has come and nobody did before.
#[derive(Debug, Serialize, Deserialize)]
pub struct DigestRequests {}

impl Job for DigestRequests {
    const NAME: &'static str = "digest_requests";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let adopted = tools.policy.in_force()?;
        let Some(zone) = zone(&adopted.policy.operator.time_zone) else { return Ok(()) };
        let now = tools.watch.now();
        let here = now.utc().with_timezone(&zone);
        if here.hour() < MORNING {
            return Ok(());
        }
        let day = here.date_naive();
        let key: [u8; 32] = Sha256::digest(["digest_requests ", &day.to_string()].concat()).into();
        let once = Once { key, input: key };
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(permit, "requests of the week").await?;
        let week = tools.ledger.desk(&desk, move |tx| reminders::within_a_week(tx, now)).await?;
        let house = Caller::house().permit_house(Permission::KeepHouse)?;
        let queued = tools.ledger.write(house, move |tx| {
            if once.answered(tx)? != Answered::Not {
                return Err(Error::Conflict);
            }
            let (now, mut letters) = (tx.now()?, 0);
            for seat in staff::seats::queries::active(tx)? {
                if seat.is_open(now) && is_told(&seat, week.of(seat.id)) {
                    jobs::enqueue(tx, &SendDigest { staff: seat.id, day })?;
                    letters += 1;
                }
            }
            once.remember(tx, TenantId::HOUSE.uuid())?;
            let told = Event::new("requests.digested", "house", TenantId::HOUSE.uuid()).count("letters", letters);
            Ok(Witnessed::new((), told))
        });
        match queued.await {
            // It was told this morning.
            Ok(()) | Err(Error::Conflict) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}

fn is_told(seat: &StaffMember, morning: Morning) -> bool {
    let seat = seat.seat();
    let may = |permission| seat.permissions().contains(&permission);
    let works = may(Permission::WorkRequests) && morning.own + morning.unowned > 0;
    let approves = may(Permission::ApprovePlans) && morning.own + morning.awaiting > 0;
    seat.bounds() == &Bounds::Desk && (works || approves)
}

/// Writes to one colleague what is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendDigest {
    pub staff: StaffId,
    pub day: NaiveDate,
}

impl Job for SendDigest {
    const NAME: &'static str = "send_digest";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let (staff, now) = (self.staff, tools.watch.now());
        let Some((_, to)) = colleagues::open(&tools, move |seat| seat.id == staff).await?.into_iter().next() else {
            return Ok(());
        };
        let (morning, lines) = before(&tools, staff, now).await?;
        let told = Told {
            subject: subject(morning),
            text: text(morning, &lines, now),
            key: ["digest-", &self.day.to_string()].concat(),
        };
        run.hold().await?;
        Ok(colleagues::write(&tools, &told, &staff.to_string(), to).await?)
    }
}

async fn before(tools: &Tools, staff: StaffId, now: Instant) -> Result<(Morning, Vec<Line>)> {
    let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
    let desk = tools.ledger.desk_scope(permit, "requests of the week").await?;
    let read = tools.ledger.desk(&desk, move |tx| {
        let week = reminders::within_a_week(tx, now)?;
        Ok((week.of(staff), reminders::lines_of(tx, staff, now, LINES)?))
    });
    read.await
}

fn subject(morning: Morning) -> String {
    match (morning.own, morning.overdue) {
        (own, 0) => format!("Requests: {own} of yours are due within a week"),
        (own, overdue) => format!("Requests: {overdue} of yours are OVERDUE, {own} due within a week"),
    }
}

fn text(morning: Morning, lines: &[Line], now: Instant) -> String {
    let mut parts = Vec::new();
    if !lines.is_empty() {
        let line = |line: &Line| {
            let late = if line.is_overdue(now) { "  OVERDUE" } else { "" };
            format!("{}  {}  {}{late}", line.due_on(), line.reference, line.right_code.replace('_', " "))
        };
        parts.push(lines.iter().map(line).collect::<Vec<_>>().join("\n"));
    }
    let listed = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    if morning.own > listed {
        parts.push(format!("and {} more of yours.", morning.own - listed));
    }
    if morning.unowned > 0 {
        parts.push(format!("Nobody's and due within a week: {}.", morning.unowned));
    }
    if morning.awaiting > 0 {
        parts.push(format!("Plans that wait for a second person: {}.", morning.awaiting));
    }
    parts.join("\n\n") + "\n"
}
