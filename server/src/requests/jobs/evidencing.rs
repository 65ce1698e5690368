//! What proves how a request was answered is sealed once it is closed and its last letter has left; again where something
//! came after that.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, RequestId};
use crate::floor::ledger::Witnessed;
use crate::requests::evidence;
use crate::requests::queries::{evidence as rows, requests};

/// How long until letters that wait are looked for again.
const AGAIN: Duration = Duration::from_secs(5);

/// How long letters are waited for: one that does not leave is told as one that did not.
const PATIENCE: chrono::Duration = chrono::Duration::days(1);

/// Seals the evidence of a request that is closed.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealEvidence {
    pub request: RequestId,
}

const NOTHING: &str = "new evidence";

impl Job for SealEvidence {
    const NAME: &'static str = "seal_evidence";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, vault, id) = (run.scope()?, run.tools()?.vault, self.request);
        let is_fresh = run.watch.now().since(run.due_at()) < PATIENCE;
        if is_fresh {
            let waits = run
                .ledger
                .read(&lane, move |tx| Ok(requests::get(tx, id)?.stage.is_closed() && rows::waiting(tx, id)? > 0));
            if waits.await? {
                return Err(Halt::SlowDown { after: AGAIN });
            }
        }
        let written = run.ledger.write(lane, move |tx| {
            let request = requests::lock(tx, id)?;
            if !request.stage.is_closed() {
                return Err(Error::NotFound(NOTHING));
            }
            let made = evidence::seal(tx, &vault, &request)?.ok_or(Error::NotFound(NOTHING))?;
            Ok(Witnessed::new((), made.event))
        });
        match written.await {
            Ok(()) | Err(Error::NotFound(NOTHING)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}
