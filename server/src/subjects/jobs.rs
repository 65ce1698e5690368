//! What time does to the keys over people's keys. It never holds one: the vault turns and destroys them.

use serde::{Deserialize, Serialize};

use crate::floor::jobs::{Halt, Job, Run};

/// Turns the epoch that was in force long enough, rewraps what stands under an older one, and destroys what was retired long
/// enough. One whose time is over and that is there still raises the alarm.
#[derive(Debug, Serialize, Deserialize)]
pub struct TendEpochs {}

impl Job for TendEpochs {
    const NAME: &'static str = "tend_epochs";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let tended = Box::pin(tools.vault.tend_epochs(&run.ledger)).await;
        // Told whatever became of the round.
        let behind = tools.vault.epochs_behind(&run.ledger).await?;
        if behind > 0 {
            metrics::counter!("rightsdesk_epochs_behind_total").increment(behind.try_into().unwrap_or(u64::MAX));
            tracing::error!(epochs = behind, "epochs are there whose time is over: see `keys status` and the runbook");
        }
        tended.map_err(Halt::from)
    }
}
