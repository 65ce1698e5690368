//! What time does to an account: on its day, closing becomes closed.

use serde::{Deserialize, Serialize};

use super::queries::tenants;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Witnessed};

/// Closes the tenants whose day has come. It keeps a state on record and erases nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct CloseTenants {}

impl Job for CloseTenants {
    const NAME: &'static str = "close_tenants";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let (desk, mut turns) = (run.ledger.desk_scope(permit, "tenants that close").await?, Turns::default());
        for tenant in run.ledger.desk(&desk, tenants::due_to_close).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            turns.took(close(&run.ledger, tenant).await);
        }
        turns.end()
    }
}

async fn close(ledger: &Ledger, tenant: TenantId) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let closed = ledger.write(scope, move |tx| {
        if tenants::close_if_due(tx)? {
            Ok(Witnessed::new((), Event::new("tenant.closed", "tenant", tenant.uuid())))
        } else {
            Err(Error::Conflict)
        }
    });
    match closed.await {
        // It turned back, or another run was first.
        Ok(()) | Err(Error::Conflict) => Ok(()),
        Err(other) => Err(other),
    }
}
