//! The work on what came.

use serde::{Deserialize, Serialize};

use super::super::actions::work;
use super::super::model::Delivered;
use super::super::queries::deliveries;
use crate::floor::access::Caller;
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{DeliveryId, Error, Ref, Result};
use crate::floor::platforms::{self, Delivery, Refusal, Told};
use crate::floor::vault::{Clear, Opening};
use crate::syncs;

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
