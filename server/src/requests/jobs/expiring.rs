//! What nobody proved in time is let go of, with a letter that says so: nothing was looked up for it and nothing changed.

use serde::{Deserialize, Serialize};

use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Error, IntakeId, Result, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::actions::{Slots, close, queue_letter};
use crate::requests::asking::Desk;
use crate::requests::model::{MessageKind, Outcome, Request, Resumable, Stage};
use crate::requests::queries::{intakes, reminders, requests};

/// How many contacts one look brings.
const BATCH: i64 = 500;

/// Closes what waits for a proof whose time is over.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExpireUnproved {}

impl Job for ExpireUnproved {
    const NAME: &'static str = "expire_unproved";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let (now, mut turns, mut beyond) = (tools.watch.now(), Turns::default(), None);
        loop {
            let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
            let desk = tools.ledger.desk_scope(permit, "requests that nobody proved").await?;
            let found = tools.ledger.desk(&desk, move |tx| reminders::unproved(tx, now, beyond, BATCH)).await?;
            // The next look goes on behind these: what stays of them would only be found again.
            let Some(last) = found.last() else { return turns.end() };
            beyond = Some(*last);
            for (_, tenant, id) in found {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                turns.took(match expire(&tools, (tenant, id)).await {
                    // Somebody proved it at the last moment, or another run was first.
                    Err(Error::Conflict) => Ok(()),
                    ended => ended,
                });
            }
        }
    }
}

async fn expire(tools: &Tools, (tenant, id): (TenantId, IntakeId)) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let (vault, adopted) = (tools.vault.clone(), tools.policy.in_force()?);
    let written = tools.ledger.write(scope, move |tx| {
        let (intake, now) = (intakes::lock(tx, id)?, tx.now()?);
        if intake.is_proved() || intake.prove_until.is_none_or(|until| now < until) {
            return Err(Error::Conflict);
        }
        let mut ended = Vec::new();
        for request in requests::lock_of_intake(tx, id)?.into_iter().filter(waits) {
            let closed = close(tx, request, Outcome::Expired)?;
            ended.push(requests::save(tx, &closed)?);
        }
        let first = ended.first().ok_or(Error::Conflict)?;
        let desk = Desk { vault: &vault, policy: &adopted.policy };
        queue_letter(tx, &desk, first, MessageKind::Expired, Slots::default())?;
        let told = |request: &Request| Event::new("request.expired", "request", request.id.uuid());
        let witnessed = Witnessed::new((), told(first));
        Ok(ended[1..].iter().map(told).fold(witnessed, Witnessed::and))
    });
    written.await
}

fn waits(request: &Request) -> bool {
    matches!(request.stage, Stage::Received | Stage::Paused { from: Resumable::Received, .. })
}
