//! The carrying out of what was approved: begun when the cooling-off is over, and again whenever somebody who was waited for
//! has settled.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::RequestId;
use crate::requests::fulfil::{Carrier, Ran, carry_out};

/// Before somebody looks again, where more of a person was found time and again.
const AGAIN: Duration = Duration::from_mins(1);

/// Carries out what can be carried out of a request now. What was done already is not done again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CarryOut {
    pub request: RequestId,
}

impl Job for CarryOut {
    const NAME: &'static str = "carry_out";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let carrier = Carrier::new(&run.tools()?, run.scope()?, self.request)?;
        match carry_out(&carrier, || run.is_stopping()).await? {
            Ran::Waits if run.is_stopping() => Err(Halt::GiveBack),
            Ran::Again => Err(Halt::SlowDown { after: AGAIN }),
            Ran::Done | Ran::Waits | Ran::Stopped => Ok(()),
        }
    }
}
