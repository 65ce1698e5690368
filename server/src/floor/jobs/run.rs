//! What a running job is given: who it is, the doors it may use, and a word on whether to go on. Its writes are made
//! under its lease, so those of a run that lost it are refused whatever the run believes.

use tokio::sync::watch;

use super::claim::Claim;
use super::queue::Queue;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{Error, Instant, JobId, Ref, Result, Watch};
use crate::floor::ledger::{Ledger, Role};
use crate::floor::tools::Tools;

/// One attempt at a job.
pub struct Run {
    pub job: Ref<JobId>,
    /// 1 for the first. A later one asks whoever was to be acted upon before it acts again.
    pub attempt: i32,
    pub ledger: Ledger,
    pub watch: Watch,
    tools: Option<Tools>,
    pub(super) claim: Claim,
    pub(super) queue: Queue,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Run {
    pub(super) fn new(
        claim: &Claim,
        queue: &Queue,
        (watch, tools): (Watch, Option<&Tools>),
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            job: claim.job,
            attempt: claim.attempt,
            ledger: queue.ledger.as_role(Role::Worker),
            watch,
            tools: tools.cloned(),
            claim: claim.clone(),
            queue: queue.clone(),
            stopping,
        }
    }

    pub fn caller(&self) -> Caller {
        Caller::job(self.claim.lease())
    }

    /// The job's own lane, to read and write under its lease.
    pub fn scope(&self) -> Result<Scope<One>> {
        self.caller().permit(Permission::RunJobs, self.job.tenant)
    }

    /// Since when it is to be done, however often it came back later, in business time.
    pub fn due_at(&self) -> Instant {
        self.claim.due_at
    }

    /// The doors beside the ledger, and the ledger as a worker takes it.
    pub fn tools(&self) -> Result<Tools> {
        let tools = self.tools.clone().ok_or_else(|| Error::internal("this worker was given no tools"))?;
        Ok(Tools { ledger: self.ledger.clone(), ..tools })
    }

    /// Asked right before an effect outside: a full lease from now, or `Conflict` where the job is another's by now.
    pub async fn hold(&self) -> Result<()> {
        if self.queue.renew(&self.claim).await? { Ok(()) } else { Err(Error::Conflict) }
    }

    /// Whether the worker is stopping: a long job ends with [`super::Halt::GiveBack`] at its next safe place.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}
