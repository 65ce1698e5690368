//! A code goes to an address that is to be proved. It is drawn in the write that queues its letter: its digest is kept, and
//! the code itself stands nowhere but in the sealed letter, until that has left.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, IntakeId, IntakeIdentifierId};
use crate::floor::ledger::{Answered, Event, Once, Witnessed};
use crate::requests::actions::{Slots, draw_code, queue_letter};
use crate::requests::asking::Desk;
use crate::requests::model::MessageKind;
use crate::requests::queries::requests;

/// Sends a code to an address: one for each time that it is asked for. Where nothing waits for a proof any more, none is.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskForProof {
    pub intake: IntakeId,
    pub identifier: IntakeIdentifierId,
}

const NOTHING: &str = "address to be proved";

impl Job for AskForProof {
    const NAME: &'static str = "ask_for_proof";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, lane) = (run.tools()?, run.scope()?);
        let (vault, adopted) = (tools.vault.clone(), tools.policy.in_force()?);
        let key: [u8; 32] = Sha256::digest(run.job.id.uuid()).into();
        let once = Once { key, input: key };
        let asked = tools.ledger.write(lane, move |tx| {
            if once.answered(tx)? != Answered::Not {
                return Err(Error::NotFound(NOTHING));
            }
            let asked = requests::of_intake(tx, self.intake)?;
            let first = asked.iter().find(|request| !request.stage.is_closed()).ok_or(Error::NotFound(NOTHING))?;
            let code = draw_code(tx, &vault, self.intake, self.identifier)?.ok_or(Error::NotFound(NOTHING))?;
            let desk = Desk { vault: &vault, policy: &adopted.policy };
            let slots = Slots { code: Some(code), to: Some(self.identifier), ..Slots::default() };
            queue_letter(tx, &desk, first, MessageKind::Code, slots)?;
            once.remember(tx, first.id.uuid())?;
            Ok(Witnessed::new((), Event::new("request.code_drawn", "request", first.id.uuid())))
        });
        match asked.await {
            Ok(()) | Err(Error::NotFound(_)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}
