//! A restriction ends once the person was told that it will: not before the letter has left, and not before the day it
//! named.

use serde::{Deserialize, Serialize};

use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Error, RequestId, Result, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::actions::seal;
use crate::requests::model::MessageState;
use crate::requests::queries::{messages, requests};
use crate::subjects;

/// Lifts what is to be lifted by now.
#[derive(Debug, Serialize, Deserialize)]
pub struct LiftRestrictions {}

const NOTHING: &str = "restriction that ends";

impl Job for LiftRestrictions {
    const NAME: &'static str = "lift_restrictions";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let desk = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(desk, "restrictions that end").await?;
        let (now, mut turns) = (tools.watch.now(), Turns::default());
        for (tenant, request) in tools.ledger.desk(&desk, move |tx| subjects::ending(tx, now)).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            turns.took(lift(&tools, tenant, request).await);
        }
        turns.end()
    }
}

async fn lift(tools: &Tools, tenant: TenantId, request: RequestId) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let written = tools.ledger.write(scope, move |tx| {
        if let Some(warning) = subjects::warning_of(tx, request)? {
            let letter = messages::one(tx, warning)?;
            // Nobody was told yet: it stands until somebody is.
            if letter.is_some_and(|letter| letter.state != MessageState::Sent) {
                return Err(Error::NotFound(NOTHING));
            }
        }
        let persons = subjects::lift_fence(tx, request)?;
        if persons.is_empty() {
            return Err(Error::NotFound(NOTHING));
        }
        let asked = requests::lock(tx, request)?;
        seal(tx, &asked)?;
        let told = Event::new("request.restriction_lifted", "request", request.uuid());
        Ok(Witnessed::new((), told.count("persons", persons.len() as u64)))
    });
    match written.await {
        Ok(()) | Err(Error::NotFound(NOTHING)) => Ok(()),
        Err(other) => Err(other),
    }
}
