//! What time does to signing in: sessions, tries and used codes that nobody asks about any more go. It ends nothing that
//! is still good.

use serde::{Deserialize, Serialize};

use super::provider;
use super::sessions::queries;
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::TenantId;

/// Deletes sessions that ended ninety days ago, recovery codes used as long ago, tries of yesterday, and sign-ins at the
/// identity provider that nobody came back for.
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
        let vault = run.tools()?.vault;
        loop {
            let vault = vault.clone();
            if !run.ledger.bookkeep(Some(TenantId::HOUSE), move |tx| provider::sweep(&vault, tx)).await? {
                return Ok(());
            }
        }
    }
}
