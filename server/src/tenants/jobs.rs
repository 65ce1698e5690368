//! What time does to an account: on its day, closing becomes closed.

use serde::{Deserialize, Serialize};

use super::queries::tenants;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::Error;
use crate::floor::ledger::{Event, Witnessed};

/// Closes the tenants whose day has come. It keeps a state on record and erases nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct CloseTenants {}

impl Job for CloseTenants {
    const NAME: &'static str = "close_tenants";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let house = Caller::house();
        let desk = run.ledger.desk_scope(house.permit_desk(Permission::SeeQueue)?, "tenants that close").await?;
        for tenant in run.ledger.desk(&desk, tenants::due_to_close).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            let scope = house.permit(Permission::KeepHouse, tenant)?;
            let closed = run.ledger.write(scope, move |tx| {
                if tenants::close_if_due(tx)? {
                    Ok(Witnessed::new((), Event::new("tenant.closed", "tenant", tenant.uuid())))
                } else {
                    Err(Error::Conflict)
                }
            });
            match closed.await {
                // It turned back, or another run was first.
                Ok(()) | Err(Error::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }
}
