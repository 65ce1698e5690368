//! What time does to the policy: on its day, what was announced holds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::actions::{alarm, refresh, turn};
use super::queries;
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::Error;

/// Puts the announced version in force whose day has come, on that day or later. Where somebody who follows it says no,
/// it stays announced, and the house's book says so once a day.
#[derive(Debug, Serialize, Deserialize)]
pub struct PutPolicyInForce {}

impl Job for PutPolicyInForce {
    const NAME: &'static str = "put_policy_in_force";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools) = (run.scope()?, run.tools()?);
        let is_due = run.ledger.read(&lane, |tx| {
            let today = tx.now()?.day();
            queries::is_due(tx, today)
        });
        if !is_due.await? {
            return Ok(());
        }
        let (vault, followers) = (tools.vault.clone(), tools.policy.followers());
        match run.ledger.write(lane.clone(), move |tx| turn(tx, &vault, followers)).await {
            Ok(adopted) => tools.policy.open(Arc::new(adopted)),
            // Another run was first.
            Err(Error::Conflict) => refresh(&tools).await?,
            Err(Error::Refused(refusal)) => {
                tracing::warn!(because = refusal.code, "the announced policy is due, and is held back");
                match run.ledger.write(lane, move |tx| alarm(tx, refusal.code)).await {
                    Ok(()) | Err(Error::Conflict) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }
}
