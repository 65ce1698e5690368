//! The drawing of plans by themselves, so that whoever opens a request finds one.

use serde::{Deserialize, Serialize};

use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, RequestId, Result};
use crate::requests::actions::{Draughtsman, draw, is_plannable};
use crate::requests::model::Stage;
use crate::requests::queries::requests;

/// Draws the plan of a request that is to be worked. One that somebody reads already is left to them.
#[derive(Debug, Serialize, Deserialize)]
pub struct DrawPlan {
    pub request: RequestId,
}

const NOTHING: &str = "another plan";

impl Job for DrawPlan {
    const NAME: &'static str = "draw_plan";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, by_what, id) = (run.scope()?, Draughtsman::of(&run.tools()?)?, self.request);
        let written = run.ledger.write(lane, move |tx| {
            let request = requests::lock(tx, id)?;
            let is_read = matches!(request.stage, Stage::AwaitingApproval { .. });
            if is_read || !is_plannable(request.stage) {
                return Err(Error::NotFound(NOTHING));
            }
            let drawn = draw(tx, &by_what, request, None)?;
            if drawn.is_new { Ok(drawn.witnessed()) } else { Err(Error::NotFound(NOTHING)) }
        });
        match written.await {
            Ok(_) | Err(Error::NotFound(NOTHING)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}
