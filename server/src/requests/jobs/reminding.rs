//! Staff are reminded of what is due, day by day, each once: what is to be told is noted in the write that queues its
//! letter. Of what was missed while nobody worked the most pressing is told once, and whatever is overdue raises the alarm.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::colleagues::{self, Told};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Day, Error, RequestId, Result, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::model::{ReminderKind, Request};
use crate::requests::queries::{reminders, requests};

/// How many requests one look brings.
const LOOK: i64 = 2_000;

/// How many of them one write tells of.
const SLICE: usize = 100;

/// Looks over what is open and has told what is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfRequests {}

impl Job for RemindOfRequests {
    const NAME: &'static str = "remind_of_requests";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        loop {
            let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
            let desk = tools.ledger.desk_scope(permit, "requests that are due").await?;
            let now = tools.watch.now();
            let found = tools.ledger.desk(&desk, move |tx| reminders::due(tx, now, LOOK)).await?;
            let mut lanes: BTreeMap<TenantId, Vec<RequestId>> = BTreeMap::new();
            for at in found {
                lanes.entry(at.tenant).or_default().push(at.id);
            }
            let mut told = 0;
            for (tenant, due) in &lanes {
                for slice in due.chunks(SLICE) {
                    if run.is_stopping() {
                        return Err(Halt::GiveBack);
                    }
                    told += remind(&tools, *tenant, slice.to_vec()).await?;
                }
            }
            if told == 0 {
                return Ok(());
            }
        }
    }
}

/// Notes what is due of these and queues a letter for each; how many there were.
async fn remind(tools: &Tools, tenant: TenantId, due: Vec<RequestId>) -> Result<usize> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let written = tools.ledger.write(scope, move |tx| {
        let found = reminders::due_of(tx, &due)?;
        let told = reminders::tell(tx, found)?;
        let mut events = Vec::new();
        for reminder in &told {
            let about = (reminder.request, reminder.about, reminder.day);
            jobs::enqueue(tx, &TellOfRequest::of(about))?;
            let id = reminder.request.uuid();
            events.push(Event::new("request.reminded", "request", id).code("about", reminder.about.code()));
            if reminder.about.alarms() {
                events.push(Event::new("request.alarm", "request", id));
            }
        }
        let alarms = told.iter().filter(|reminder| reminder.about.alarms()).count();
        let mut events = events.into_iter();
        let first = events.next().ok_or(Error::Conflict)?;
        Ok(events.fold(Witnessed::new((told.len(), alarms), first), Witnessed::and))
    });
    match written.await {
        Ok((told, alarms)) => {
            if alarms > 0 {
                metrics::counter!("rightsdesk_requests_alarms_total").increment(alarms as u64);
                tracing::warn!(%tenant, alarms, "requests are overdue");
            }
            Ok(told)
        }
        // Another run was first.
        Err(Error::Conflict) => Ok(0),
        Err(other) => Err(other),
    }
}

/// Writes to whoever works a request, or to the desk where nobody does, that something of it is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfRequest {
    pub request: RequestId,
    about: String,
    day: NaiveDate,
}

impl TellOfRequest {
    pub fn of((request, about, day): (RequestId, ReminderKind, Day)) -> Self {
        Self { request, about: about.code().to_owned(), day: day.0 }
    }
}

impl Job for TellOfRequest {
    const NAME: &'static str = "tell_of_request";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, lane, id) = (run.tools()?, run.scope()?, self.request);
        let about = ReminderKind::from_code(&self.about)
            .ok_or_else(|| Error::internal("a reminder of something that there is not"))?;
        let request = run.ledger.read(&lane, move |tx| requests::get(tx, id)).await?;
        // What was answered meanwhile needs nobody's hurry.
        if request.stage.is_closed() {
            return Ok(());
        }
        let (subject, text) = words(&request, about, Day(self.day));
        let told = Told {
            subject,
            text,
            key: ["remind-", &id.uuid().as_simple().to_string(), "-", about.code(), "-", &self.day.to_string()]
                .concat(),
        };
        let recipients = colleagues::recipients(&tools, request.owner, about.escalates()).await?;
        for (who, to) in recipients {
            run.hold().await?;
            colleagues::write(&tools, &told, &who, to).await?;
        }
        Ok(())
    }
}

/// What a colleague reads. It names the request and nobody.
fn words(request: &Request, about: ReminderKind, day: Day) -> (String, String) {
    let reference = &request.reference;
    let right = request.right.code().replace('_', " ");
    let on = request.due.as_ref().map_or(day, |due| due.on);
    let (short, long) = match about {
        ReminderKind::AcknowledgementDue => (
            format!("acknowledgement due on {day}"),
            format!(
                "The word that it came is due on {day} and has not left. Look at its letters, and write to the person."
            ),
        ),
        ReminderKind::Target => {
            (format!("due on {on}"), format!("The last fifth of its time begins: it is due on {on}."))
        }
        ReminderKind::DueSoon => (format!("due on {on}"), format!("It is due on {on}.")),
        ReminderKind::LastDay => (format!("due today, {on}"), format!("It is due today, {on}, until midnight.")),
        ReminderKind::Overdue => (
            format!("OVERDUE since {on}"),
            format!("It was due on {on} and is not answered. Answer it, and say in the console why it is late."),
        ),
        ReminderKind::PauseEnds => (
            format!("stands still, due on {on} otherwise"),
            format!("Its time stands still for an answer of the person. Without that it would be due on {on}."),
        ),
    };
    let owned = if request.owner.is_some() { "" } else { "\n\nNobody works it yet." };
    (
        format!("{reference} {short}"),
        format!("{reference} ({right})\n\n{long}{owned}\n\nThe request: {}.\n", request.id),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_late_or_on_its_last_day_is_told_to_the_second_persons_too() {
        let escalated: Vec<_> = ReminderKind::ALL.iter().filter(|about| about.escalates()).collect();
        assert_eq!(escalated, [&ReminderKind::LastDay, &ReminderKind::Overdue]);
        assert!(ReminderKind::ALL.iter().all(|about| !about.alarms() || about.escalates()));
    }
}
