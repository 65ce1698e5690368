//! What time does to signing in: sessions, tries and used codes that nobody asks about any more go. It ends nothing that
//! is still good.

use serde::{Deserialize, Serialize};

use super::sessions::queries;
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::TenantId;

/// Deletes sessions that ended ninety days ago, recovery codes used as long ago, and tries of yesterday.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepSignIns {}

impl Job for SweepSignIns {
    const NAME: &'static str = "sweep_sign_ins";

    async fn run(self, run: Run) -> Result<(), Halt> {
        while run.ledger.bookkeep(Some(TenantId::HOUSE), queries::sweep).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
        }
        Ok(())
    }
}
