//! The end of accounts: whose day has come is disconnected everywhere, and what the page ties to the account is to go, as a
//! request like any other: planned, approved by a second person, carried out step by step and certified.
//!
//! It decides nothing of what goes, and takes nothing itself but connections.

use serde::{Deserialize, Serialize};

use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Error, Instant, Result, TenantId};
use crate::floor::ledger::Event;
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::requests::actions::{Doors, take_in, witnessed};
use crate::requests::asking::{Asking, CLOSURE, DESK, Notice, Wanted};
use crate::requests::fulfil::disconnect;
use crate::requests::model::{Mandate, Source, SubjectKind};
use crate::requests::queries::ending;

/// How many accounts one look brings.
const MOST: i64 = 100;

/// Ends the accounts that are closed.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndAccounts {}

impl Job for EndAccounts {
    const NAME: &'static str = "end_accounts";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(permit, "accounts that are over").await?;
        let (mut turns, mut beyond) = (Turns::default(), None);
        loop {
            let found = tools.ledger.desk(&desk, move |tx| ending::unended(tx, beyond, MOST)).await?;
            // The next look goes on behind these: what stays of them would only be found again.
            let Some(last) = found.last() else { return turns.end() };
            beyond = Some(*last);
            for (closed_at, tenant) in found {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                turns.took(end(&tools, tenant, closed_at).await);
            }
        }
    }
}

async fn end(tools: &Tools, tenant: TenantId, closed_at: Instant) -> Result<()> {
    disconnect(tools, tenant, None).await?;
    open(tools, tenant, closed_at).await
}

/// Opens the request by which an account ends: its time runs from the day on which it was closed.
async fn open(tools: &Tools, tenant: TenantId, closed_at: Instant) -> Result<()> {
    let (doors, scope) = (Doors::of(tools)?, Caller::house().permit(Permission::KeepHouse, tenant)?);
    let opened = tools.ledger.write(scope, move |tx| {
        let (taken, mut told) = take_in(tx, &doors.desk(), None, asking(tenant, closed_at))?;
        if told.is_empty() {
            told.push(Event::new("call.repeated", "intake", taken.intake.uuid()));
        }
        witnessed((), told)
    });
    match opened.await {
        // Another run was first.
        Ok(()) | Err(Error::Conflict) => Ok(()),
        Err(other) => Err(other),
    }
}

fn asking(tenant: TenantId, closed_at: Instant) -> Asking {
    Asking {
        source: Source::Console,
        tenant,
        subject_kind: SubjectKind::Member,
        store: None,
        delivery: Some(format!("closure {}", closed_at.utc().to_rfc3339())),
        rights: vec![Wanted { right: Right::Deletion, case: Some(CLOSURE.to_owned()) }],
        identifiers: Vec::new(),
        words: None,
        original: None,
        locale: None,
        place: None,
        received_at: Some(closed_at),
        notice: Some(Notice { platform: DESK.to_owned(), name: CLOSURE.to_owned() }),
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}
