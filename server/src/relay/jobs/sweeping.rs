//! The end of the temporary store, row by row: nothing stays past its time.

use serde::{Deserialize, Serialize};

use super::super::actions::passed;
use super::super::model::{PASSES_WITHIN, SWEPT_EVERY};
use super::super::queries::events;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Witnessed};
use crate::floor::vault::{RequestKey, Vault};

/// How many go at a time.
const PAGE: i64 = 500;

/// Lets go what leads to a person after its month, events after their two, and at once what only passed through; tenant
/// by tenant, each part with its key.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepRelay {}

impl Job for SweepRelay {
    const NAME: &'static str = "sweep_relay";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let vault = run.tools()?.vault;
        let desk = run.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "relay").await?;
        let overdue = run.ledger.desk(&desk, |tx| {
            let now = tx.now()?;
            events::overdue(tx, now, now.plus(SWEPT_EVERY - PASSES_WITHIN))
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

const NOTHING: &str = "ended event";

/// A batch and the event that tells of it. `false` where nothing has ended.
async fn sweep(ledger: &Ledger, vault: &Vault, tenant: TenantId) -> Result<bool> {
    let (scope, vault) = (Caller::house().permit(Permission::KeepHouse, tenant)?, vault.clone());
    let swept = ledger.write(scope, move |tx| {
        let now = tx.now()?;
        let mut rows = 0_u64;
        let mut ended = events::delete_ended(tx, now, PAGE)?;
        ended.extend(events::unlink_ended(tx, now, PAGE)?);
        for past in ended {
            rows += 1;
            for key in past.keys {
                vault.forget::<RequestKey>(tx, key)?;
            }
        }
        for id in events::passing_since(tx, now.plus(SWEPT_EVERY - PASSES_WITHIN), PAGE)? {
            rows += u64::from(passed(tx, &vault, id)?);
        }
        if rows == 0 {
            return Err(Error::NotFound(NOTHING));
        }
        Ok(Witnessed::new((), Event::new("relay.swept", "tenant", tenant.uuid()).count("rows", rows)))
    });
    match swept.await {
        Ok(()) => Ok(true),
        Err(Error::NotFound(NOTHING)) => Ok(false),
        Err(error) => Err(error),
    }
}
