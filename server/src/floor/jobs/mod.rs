//! Durable work: a job is a struct of ids, enqueued in the transaction that wants it done, claimed under a lease and a
//! fence, and ended with its fate on record. Nothing else knows how. It never holds a transaction or a lock while a
//! job runs, and never depends on a leader, a notification or the clock of a host.
//!
//! At most one worker holds a job's fence, but an effect outside may still be attempted again: a job is written so
//! that it may run twice, and sends its [`effect_key`] along.

mod cancel;
mod claim;
mod effect;
mod figures;
mod flight;
mod lane;
pub mod map;
mod model;
mod queue;
mod registry;
mod rescue;
mod run;
mod schedule;
mod settle;
mod sweep;
#[cfg(test)]
mod testing;
mod ticket;
mod turns;
mod worker;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::kernel::{JobId, Result};
use super::ledger::WriteTx;

pub use cancel::{cancel, is_at_work, is_running, naming, stop, waits};
pub use claim::{Claim, Suspects};
pub use effect::effect_key;
pub use figures::Standing;
pub use model::{Ended, Fate, Halt, Pace, State};
pub use queue::Queue;
pub use registry::Registry;
pub use rescue::{Rescued, given_up, reopen, reopen_alone};
pub use run::Run;
pub use schedule::{Rhythm, Schedule};
pub use settle::Outcome;
pub use sweep::SweepJobs;
pub use ticket::Ticket;
pub use turns::Turns;
pub use worker::Worker;

/// A piece of durable work. Its fields are ids and codes: they are stored as JSON and kept beside the outcome.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// How it is called in the queue. Once a job of this name was enqueued, the name and the shape stay readable.
    const NAME: &'static str;

    /// Makes its post-condition true, whether it was run before or not.
    fn run(self, run: Run) -> impl Future<Output = Result<(), Halt>> + Send;
}

/// Enqueues a job in the lane of the transaction's tenant. It exists when the transaction commits.
pub fn enqueue<J: Job>(tx: &mut WriteTx, job: &J) -> Result<JobId> {
    Ok(redeem(tx, Ticket::of(job)?))
}

/// Enqueues a job that was handed down.
pub fn redeem(tx: &mut WriteTx, ticket: Ticket) -> JobId {
    let handover = ticket.handed_over();
    let id = handover.id;
    tx.hand_over(handover);
    id
}
