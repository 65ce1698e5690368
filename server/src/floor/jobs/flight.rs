//! What one worker has aloft: runs under way, and outcomes that are not yet written down. It keeps an outcome until the
//! database has it, and knows which leases to give back when the worker stops.

use std::collections::{BTreeSet, HashMap};

use tokio::task::{Id, JoinError, JoinSet};

use super::claim::Claim;
use super::model::{Ended, Fate, Halt};
use super::queue::Queue;
use super::settle::Outcome;
use crate::floor::kernel::{Error, Result, TenantId};

/// How an attempt came down: how it ended, or nothing where its lease was lost on the way.
pub(super) type Landed = Option<Ended>;

pub(super) struct Flight {
    queue: Queue,
    runs: JoinSet<Landed>,
    aloft: HashMap<Id, Claim>,
    outcomes: Vec<Outcome>,
}

impl Flight {
    pub fn new(queue: &Queue) -> Self {
        Self { queue: queue.clone(), runs: JoinSet::new(), aloft: HashMap::new(), outcomes: Vec::new() }
    }

    pub fn take_off(&mut self, claim: Claim, run: impl Future<Output = Landed> + Send + 'static) {
        let id = self.runs.spawn(run).id();
        self.aloft.insert(id, claim);
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
        let Some(landed) = self.runs.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.note(landed);
        while let Some(landed) = self.runs.try_join_next_with_id() {
            self.note(landed);
        }
    }

    /// Breaks off what is still aloft; it will be given back.
    pub async fn abandon(&mut self) {
        self.runs.abort_all();
        while let Some(landed) = self.runs.join_next_with_id().await {
            self.note(landed);
        }
    }

    /// Writes down what came down, each lane for itself. What the database did not take because it is out of reach is kept
    /// for the next time; what it refuses is let go, so that it holds up nothing, and comes back when its lease runs out.
    pub async fn settle(&mut self) -> Result<()> {
        if self.outcomes.is_empty() {
            return Ok(());
        }
        let met = self.queue.settle_lanes(&self.outcomes).await;
        self.let_go(met)
    }

    /// Keeps the outcomes of lanes that may be settled yet.
    fn let_go(&mut self, met: Vec<(TenantId, Result<usize>)>) -> Result<()> {
        let (mut waiting, mut outcome) = (BTreeSet::new(), Ok(()));
        for (tenant, settled) in met {
            match settled {
                Ok(_) => {}
                Err(error @ (Error::Unavailable { .. } | Error::Conflict)) => {
                    waiting.insert(tenant);
                    outcome = Err(error);
                }
                Err(error) => {
                    tracing::error!(%tenant, code = error.code(), report = ?error, "outcomes could not be written down");
                }
            }
        }
        self.outcomes.retain(|outcome| waiting.contains(&outcome.claim().job.tenant));
        outcome
    }

    fn note(&mut self, landed: Result<(Id, Landed), JoinError>) {
        let id = landed.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(claim) = self.aloft.remove(&id) else { return };
        match landed {
            Ok((_, Some(ended))) => self.conclude(claim, &ended),
            Ok((_, None)) => tell_lost(&claim),
            Err(error) if error.is_cancelled() => self.conclude(claim, &Ended::Halted(Halt::GiveBack)),
            Err(_) => self.conclude(claim, &Ended::Panicked),
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
        Fate::Done | Fate::Snoozed | Fate::Released | Fate::Cancelled => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::jobs::model::Pace;
    use crate::floor::jobs::testing::{Silence, claim};
    use crate::floor::kernel::TenantId;

    #[tokio::test]
    async fn a_run_that_breaks_down_gives_its_slot_back() {
        let silence = Silence::new();
        let mut flight = Flight::new(&Queue::new(&silence.ledger(), Pace::default()));
        flight.take_off(claim(TenantId::fresh()), async { panic!("outside of what is caught") });
        flight.land().await;
        assert!(!flight.is_aloft());
        assert_eq!(flight.outcomes[0].code(), Some("PANICKED"));

        flight.take_off(claim(TenantId::fresh()), std::future::pending());
        flight.abandon().await;
        assert!(!flight.is_aloft());
        assert_eq!(flight.outcomes[1].fate(), Fate::Released);
    }

    #[tokio::test]
    async fn what_one_lane_meets_decides_over_its_own_outcomes_only() {
        let silence = Silence::new();
        let mut flight = Flight::new(&Queue::new(&silence.ledger(), Pace::default()));
        let [settled, away, moved, refused] = [(); 4].map(|()| TenantId::fresh());
        for tenant in [settled, away, moved, refused] {
            flight.conclude(claim(tenant), &Ended::Done);
        }
        let met = vec![
            (settled, Ok(1)),
            (away, Err(Error::unavailable("the database"))),
            (moved, Err(Error::Conflict)),
            (refused, Err(Error::internal("no"))),
        ];
        assert!(flight.let_go(met).is_err(), "to be tried again");
        let kept: Vec<_> = flight.outcomes.iter().map(|outcome| outcome.claim().job.tenant).collect();
        assert_eq!(kept, [away, moved]);
        assert!(flight.let_go(vec![(away, Ok(1)), (moved, Err(Error::internal("no")))]).is_ok());
        assert!(flight.outcomes.is_empty());
    }
}
