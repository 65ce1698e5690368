//! What was decided and is not proven yet.

use serde::{Deserialize, Serialize};

use super::super::actions::settle;
use super::super::queries::items;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};

/// Carries out what is due, reads each thing back, and writes down what is gone. What cannot be done now is tried again
/// the next time, and holds up nothing else.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProveRevocations {}

impl Job for ProveRevocations {
    const NAME: &'static str = "prove_revocations";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let house = Caller::house().permit_house(Permission::KeepHouse)?;
        let mut after = None;
        loop {
            let due = tools.ledger.read(&house, move |tx| items::due(tx, after)).await?;
            let Some(last) = due.last() else { return Ok(()) };
            after = Some(*last);
            for item in &due {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                if let Err(error) = settle(&tools, *item).await {
                    tracing::warn!(item = %item, code = error.code(), "what a review decided is not carried out");
                }
            }
        }
    }
}
