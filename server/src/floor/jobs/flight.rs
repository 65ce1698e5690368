//! What one worker has aloft: runs under way, and outcomes that are not yet written down. It keeps an outcome until the
//! database has it, and knows which leases to give back when the worker stops.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use super::claim::Claim;
use super::model::{Ended, Fate, Halt};
use super::queue::Queue;
use super::settle::Outcome;
use crate::floor::kernel::{Error, JobId, Result};

/// An attempt that came down: how it ended, or nothing where its lease was lost on the way.
pub(super) struct Landed {
    pub claim: Claim,
    pub ended: Option<Ended>,
}

pub(super) struct Flight {
    queue: Queue,
    runs: JoinSet<Landed>,
    aloft: BTreeMap<JobId, Claim>,
    outcomes: Vec<Outcome>,
}

impl Flight {
    pub fn new(queue: &Queue) -> Self {
        Self { queue: queue.clone(), runs: JoinSet::new(), aloft: BTreeMap::new(), outcomes: Vec::new() }
    }

    pub fn take_off(&mut self, claim: Claim, run: impl Future<Output = Landed> + Send + 'static) {
        self.aloft.insert(claim.job.id, claim);
        self.runs.spawn(run);
    }

    /// Runs under way, and those whose outcome is still only here.
    pub fn len(&self) -> usize {
        self.aloft.len() + self.outcomes.len()
    }

    pub fn is_aloft(&self) -> bool {
        !self.aloft.is_empty()
    }

    pub fn has_suspect(&self) -> bool {
        self.aloft.values().any(Claim::is_suspect)
    }

    /// Waits until something comes down, and takes all that has. Never resolves while nothing is aloft.
    pub async fn land(&mut self) {
        let Some(landed) = self.runs.join_next().await else {
            return std::future::pending().await;
        };
        self.note(landed.ok());
        while let Some(landed) = self.runs.try_join_next() {
            self.note(landed.ok());
        }
    }

    /// Breaks off what is still aloft; it will be given back.
    pub async fn abandon(&mut self) {
        self.runs.abort_all();
        while let Some(landed) = self.runs.join_next().await {
            self.note(landed.ok());
        }
        for (_, claim) in std::mem::take(&mut self.aloft) {
            self.conclude(claim, &Ended::Halted(Halt::GiveBack));
        }
    }

    /// Writes down what came down. What the database did not take because it is out of reach is kept for the next time;
    /// what it refuses is let go, so that one outcome never holds up the others, and comes back when its lease runs out.
    pub async fn settle(&mut self) -> Result<()> {
        if self.outcomes.is_empty() {
            return Ok(());
        }
        match self.queue.settle(&self.outcomes).await {
            Err(error @ (Error::Unavailable { .. } | Error::Conflict)) => return Err(error),
            Err(error) => tracing::error!(code = error.code(), report = ?error, "outcomes could not be written down"),
            Ok(_) => {}
        }
        self.outcomes.clear();
        Ok(())
    }

    fn note(&mut self, landed: Option<Landed>) {
        let Some(Landed { claim, ended }) = landed else { return };
        self.aloft.remove(&claim.job.id);
        match ended {
            Some(ended) => self.conclude(claim, &ended),
            None => tell_lost(&claim),
        }
    }

    fn conclude(&mut self, claim: Claim, ended: &Ended) {
        let outcome = self.queue.judge(claim, ended);
        tell(&outcome, ended);
        self.outcomes.push(outcome);
    }
}

fn tell_lost(claim: &Claim) {
    metrics::counter!("rightsdesk_jobs_lost_total", "job" => claim.name.clone()).increment(1);
    let (job, attempt) = (claim.job.id, claim.attempt);
    tracing::warn!(job.id = %job, job.name = claim.name, attempt, "the lease was lost; the run was broken off");
}

fn tell(outcome: &Outcome, ended: &Ended) {
    let (claim, fate) = (outcome.claim(), outcome.fate());
    metrics::counter!("rightsdesk_jobs_finished_total", "job" => claim.name.clone(), "fate" => fate.code())
        .increment(1);
    let (job, name, attempt, code) = (claim.job.id, &claim.name, claim.attempt, outcome.code().unwrap_or(""));
    let story = if let Ended::Halted(Halt::Failed(Error::Internal(report))) = ended { report.story() } else { "" };
    match fate {
        Fate::Done | Fate::Snoozed | Fate::Released => {
            tracing::debug!(job.id = %job, job.name = name, attempt, fate = fate.code(), "an attempt ended");
        }
        Fate::Dead | Fate::Quarantined => {
            tracing::error!(job.id = %job, job.name = name, attempt, code, story, fate = fate.code(), "a job was given up");
        }
        Fate::Retried | Fate::Crashed => {
            tracing::warn!(job.id = %job, job.name = name, attempt, code, story, "a job will be tried again");
        }
    }
}
