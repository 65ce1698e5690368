//! Each morning everybody who works requests is told what is due, once a day, at the operator's own hour.

use chrono::{NaiveDate, Timelike};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::colleagues::{self, Told};
use crate::floor::access::{Bounds, Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, Instant, Result, TenantId};
use crate::floor::ledger::{Answered, Event, Once, Witnessed};
use crate::floor::regulations::zone;
use crate::floor::tools::Tools;
use crate::requests::model::Morning;
use crate::requests::queries::reminders::{self, Line, Week};
use crate::staff::StaffMember;

/// The hour at which a morning begins, where the operator is.
const MORNING: u32 = 6;

/// How many requests a letter lists.
const LINES: i64 = 50;

/// Tells each colleague what is due, once the morning has come and nobody did before. It is done when every letter has
/// left; one that goes out twice, because the worker died in between, is the same letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct DigestRequests {}

impl Job for DigestRequests {
    const NAME: &'static str = "digest_requests";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let now = tools.watch.now();
        let Some(day) = morning(&tools, now)? else { return Ok(()) };
        let key: [u8; 32] = Sha256::digest(["digest_requests ", &day.to_string()].concat()).into();
        let once = Once { key, input: key };
        if is_told(&tools, once).await? {
            return Ok(());
        }
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(permit, "requests of the week").await?;
        let week = tools.ledger.desk(&desk, move |tx| reminders::within_a_week(tx, now)).await?;
        let mut letters = 0;
        let of_whom = week.clone();
        for (staff, to) in colleagues::open(&tools, move |seat| is_for(seat, &of_whom)).await? {
            let lines = tools.ledger.desk(&desk, move |tx| reminders::lines_of(tx, staff, now, LINES)).await?;
            let told = letter(week.of(staff), &lines, (day, now));
            run.hold().await?;
            colleagues::write(&tools, &told, &staff.to_string(), to).await?;
            letters += 1;
        }
        Ok(tell(&tools, once, letters).await?)
    }
}

/// The day whose morning has come where the operator is.
fn morning(tools: &Tools, now: Instant) -> Result<Option<NaiveDate>> {
    let adopted = tools.policy.in_force()?;
    let zone = zone(&adopted.policy.operator.time_zone);
    let here = zone.map(|zone| now.utc().with_timezone(&zone));
    Ok(here.filter(|here| here.hour() >= MORNING).map(|here| here.date_naive()))
}

const NOT_YET: &str = "digest of this morning";

/// Whether this morning was told of. Nothing is written down for asking.
async fn is_told(tools: &Tools, once: Once) -> Result<bool> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let asked = tools.ledger.write(house, move |tx| match once.answered(tx)? {
        Answered::Not => Err::<Witnessed<()>, _>(Error::NotFound(NOT_YET)),
        Answered::Before(_) => Err(Error::Conflict),
    });
    match asked.await {
        Err(Error::NotFound(NOT_YET)) => Ok(false),
        Ok(()) | Err(Error::Conflict) => Ok(true),
        Err(other) => Err(other),
    }
}

async fn tell(tools: &Tools, once: Once, letters: u64) -> Result<()> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let told = tools.ledger.write(house, move |tx| {
        once.remember(tx, TenantId::HOUSE.uuid())?;
        let told = Event::new("requests.digested", "house", TenantId::HOUSE.uuid()).count("letters", letters);
        Ok(Witnessed::new((), told))
    });
    match told.await {
        // Another run told the same.
        Err(Error::Conflict) => Ok(()),
        told => told,
    }
}

/// Whoever works requests and has some, or some that are nobody's; and second persons for whom a plan waits.
fn is_for(seat: &StaffMember, week: &Week) -> bool {
    let morning = week.of(seat.id);
    let (held, is_desk) = (seat.seat(), seat.seat().bounds() == &Bounds::Desk);
    let may = |permission| held.permissions().contains(&permission);
    let works = may(Permission::WorkRequests) && morning.own + morning.unowned > 0;
    let approves = may(Permission::ApprovePlans) && morning.own + morning.awaiting > 0;
    is_desk && (works || approves)
}

fn letter(morning: Morning, lines: &[Line], (day, now): (NaiveDate, Instant)) -> Told {
    let Morning { own, overdue, unowned, awaiting } = morning;
    let subject = match overdue {
        0 => format!("Requests: {own} of yours are due within a week"),
        overdue => format!("Requests: {overdue} of yours are OVERDUE, {own} due within a week or over"),
    };
    let mut parts = Vec::new();
    if !lines.is_empty() {
        parts.push(lines.iter().map(|one| line(one, now)).collect::<Vec<_>>().join("\n"));
    }
    let listed = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    if own > listed {
        parts.push(format!("And {} more of yours.", own - listed));
    }
    if unowned > 0 {
        parts.push(format!("Nobody\u{2019}s, and due within a week: {unowned}."));
    }
    if awaiting > 0 {
        parts.push(format!("Plans that wait for a second person: {awaiting}."));
    }
    Told { subject, text: parts.join("\n\n") + "\n", key: ["digest-", &day.to_string()].concat() }
}

fn line(line: &Line, now: Instant) -> String {
    let late = if line.is_overdue(now) { "  OVERDUE" } else { "" };
    format!("{}  {}  {}{late}", line.due_on(), line.reference, line.right_code.replace('_', " "))
}
