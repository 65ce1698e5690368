//! The ageing of what came and was not worked, or was long ago.

use serde::{Deserialize, Serialize};

use super::super::model::{DeliveryState, KEPT_FOR, KNOWN_FOR};
use super::super::queries::deliveries;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Witnessed};
use crate::floor::vault::Vault;

/// How many go at a time.
const PAGE: i64 = 500;

/// Lets go what nobody worked within a week, and what came a season ago, tenant by tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepInbox {}

impl Job for SweepInbox {
    const NAME: &'static str = "sweep_inbox";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let vault = run.tools()?.vault;
        let desk = run.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "inbox").await?;
        let overdue = run.ledger.desk(&desk, |tx| {
            let now = tx.now()?;
            deliveries::overdue(tx, (now.plus(-KEPT_FOR), now.plus(-KNOWN_FOR)))
        });
        for tenant in overdue.await? {
            while sweep(&run.ledger, &vault, tenant).await? {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
            }
        }
        Ok(())
    }
}

/// A batch and the event that tells of it. `false` where nothing was old enough.
async fn sweep(ledger: &Ledger, vault: &Vault, tenant: TenantId) -> Result<bool> {
    let (scope, vault) = (Caller::house().permit(Permission::KeepHouse, tenant)?, vault.clone());
    let swept = ledger.write(scope, move |tx| {
        let now = tx.now()?;
        let late = deliveries::waiting_since(tx, now.plus(-KEPT_FOR), PAGE)?;
        for id in &late {
            deliveries::end(tx, &vault, *id, DeliveryState::Failed, "too_late")?;
        }
        let gone = deliveries::delete_before(tx, now.plus(-KNOWN_FOR), PAGE)?;
        match u64::try_from(late.len() + gone) {
            Ok(0) | Err(_) => Err(Error::NotFound(NOTHING)),
            Ok(rows) => {
                let told = Event::new("inbox.swept", "tenant", tenant.uuid());
                Ok(Witnessed::new((), told.count("rows", rows)))
            }
        }
    });
    match swept.await {
        Ok(()) => Ok(true),
        Err(Error::NotFound(NOTHING)) => Ok(false),
        Err(error) => Err(error),
    }
}

const NOTHING: &str = "old delivery";
