//! The work on what came, and the ageing of what was not worked.

use serde::{Deserialize, Serialize};

use super::actions::work;
use super::model::{Delivered, DeliveryState, KEPT_FOR, KNOWN_FOR};
use super::queries::deliveries;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{DeliveryId, Error, Ref, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Witnessed};
use crate::floor::platforms::{self, Delivery, Refusal, Told};
use crate::floor::vault::{Clear, Opening, Vault};
use crate::syncs;

/// How many go at a time.
const PAGE: i64 = 500;

/// Works one delivery: opens it, reads it, applies what it tells, and lets go what it brought.
#[derive(Debug, Serialize, Deserialize)]
pub struct WorkDelivery {
    pub delivery: DeliveryId,
}

impl Job for WorkDelivery {
    const NAME: &'static str = "work_delivery";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.delivery);
        let vault = tools.vault.clone();
        let opened = run.ledger.reveal(lane.clone(), Self::NAME, move |tx| deliveries::open(tx, &vault, id));
        // It was worked before the worker died, or its time is over.
        let Some((of, body)) = opened.await? else { return Ok(()) };
        let told = read(&of, body);
        if let (Ok(Told::Look(_)), Some(store)) = (&told, of.store) {
            match syncs::start(&tools, &Caller::house(), Ref::new(run.job.tenant, store), None).await {
                // A store that is over is read no more.
                Ok(()) | Err(Error::Refused(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let (vault, policy) = (tools.vault, tools.policy.in_force()?);
        let platforms = tools.platforms.clone();
        let done = run.ledger.write(lane, move |tx| work(tx, (&vault, &policy.policy, &platforms), &of, told));
        Ok(done.await?)
    }
}

/// What it tells. What cannot be read now cannot be read later.
fn read(of: &Delivered, body: Opening<Clear>) -> std::result::Result<Told, Refusal> {
    let platform = platforms::find(&of.platform).ok_or(Refusal("platform"))?;
    let body = body.map_err(|_| Refusal("shut"))?.bytes().to_vec();
    let delivery = Delivery { id: of.id.to_string(), topic: of.topic.clone(), shop: None, at: of.happened_at, body };
    platform.told(&delivery)
}

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
