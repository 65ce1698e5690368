//! A worker: claims while it has free slots, keeps the leases of what runs, settles what ended, and on its rounds
//! rescues and fires. Any number of workers may run, in any number of processes; none of them leads.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::{Instant as Moment, sleep, timeout, timeout_at};
use uuid::Uuid;

use super::claim::{Claim, Suspects};
use super::flight::{Flight, Landed};
use super::model::{Ended, Pace};
use super::queue::Queue;
use super::{Registry, Run};
use crate::floor::kernel::{Error, Instant, Result, TenantId, Watch};
use crate::floor::ledger::Ledger;

/// Runs the jobs it knows. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    queue: Queue,
    ledger: Ledger,
    watch: Watch,
    registry: Arc<Registry>,
    stopping: watch::Sender<bool>,
}

impl Worker {
    pub fn new(ledger: &Ledger, watch: Watch, registry: Registry, pace: Pace) -> Self {
        let queue = Queue::new(ledger, pace);
        Self { queue, ledger: ledger.clone(), watch, registry: Arc::new(registry), stopping: watch::Sender::new(false) }
    }

    /// Works until `stop` resolves; then claims no more, lets runs end within the grace, and gives the rest back.
    pub async fn serve(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut flight = Flight::new(&self.queue);
        let mut round = Round { next: Moment::now(), figures: Moment::now(), planted: false };
        let mut well = true;
        loop {
            // A turn is not cut short: a claim whose answer nobody awaits is a lease that nobody keeps. Only a worker that
            // is to stop does not wait for ever for a database that fell silent.
            let outcome = {
                let mut turn = pin!(self.turn(&mut flight, &mut round));
                tokio::select! {
                    biased;
                    outcome = &mut turn => outcome,
                    () = &mut stop => {
                        let _ = timeout(LAST_WORD, turn).await;
                        break;
                    }
                }
            };
            match &outcome {
                Err(error) if well => {
                    tracing::warn!(code = error.code(), report = ?error, "the queue is out of reach; trying again");
                }
                Ok(()) if !well => tracing::info!("the queue is within reach again"),
                _ => {}
            }
            well = outcome.is_ok();
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = flight.land(), if well => {}
                () = self.ledger.handed_over(), if well => {}
                () = sleep(jittered(self.pace().poll)) => {}
            }
        }
        self.wind_up(flight).await;
    }

    /// Does everything that is due now, and returns how many attempts that took. For tests and for a desk without a
    /// worker of its own: what a job enqueues for now is done too, what is to be tried again later is not.
    pub async fn step(&self) -> Result<usize> {
        self.queue.plant(self.registry.schedules()).await?;
        self.queue.fire(self.registry.schedules()).await?;
        self.queue.rescue().await?;
        let (mut flight, mut attempts) = (Flight::new(&self.queue), 0);
        loop {
            attempts += self.fill(&mut flight).await?;
            if !flight.is_aloft() {
                return Ok(attempts);
            }
            flight.land().await;
            flight.settle().await?;
        }
    }

    /// Does what is due of one lane and names this id, out of turn and one after the other: what that enqueues about it for
    /// now is done too. For a desk that is told what has happened, and whose other work waits.
    pub async fn step_of(&self, lane: TenantId, of: Uuid) -> Result<usize> {
        let (mut flight, mut attempts) = (Flight::new(&self.queue), 0);
        while let Some(claim) = self.queue.claim_naming(lane, of).await? {
            attempts += 1;
            flight.take_off(claim.clone(), self.attend(claim));
            flight.land().await;
            flight.settle().await?;
        }
        Ok(attempts)
    }

    fn pace(&self) -> &Pace {
        &self.queue.pace
    }

    async fn turn(&self, flight: &mut Flight, round: &mut Round) -> Result<()> {
        flight.settle().await?;
        let looked = if Moment::now() >= round.next {
            round.next = Moment::now() + jittered(self.pace().round);
            self.look_around(round).await
        } else {
            Ok(())
        };
        // Whatever is wrong with a schedule or a figure, the jobs go on.
        self.fill(flight).await?;
        looked
    }

    /// What is no job of its own: schedules, and leases that ran out.
    async fn look_around(&self, round: &mut Round) -> Result<()> {
        if !round.planted {
            self.queue.plant(self.registry.schedules()).await?;
            round.planted = true;
        }
        self.queue.fire(self.registry.schedules()).await?;
        let rescued = self.queue.rescue().await?;
        let crashed = rescued.returned + rescued.quarantined;
        if crashed > 0 {
            metrics::counter!("rightsdesk_jobs_crashed_total").increment(u64::try_from(crashed).unwrap_or(u64::MAX));
            tracing::warn!(returned = rescued.returned, quarantined = rescued.quarantined, "leases ran out");
        }
        if Moment::now() >= round.figures {
            round.figures = Moment::now() + jittered(FIGURES);
            self.queue.publish().await?;
        }
        Ok(())
    }

    /// Claims until the slots are taken or nothing is due.
    async fn fill(&self, flight: &mut Flight) -> Result<usize> {
        let mut taken = 0;
        loop {
            let free = self.pace().slots.saturating_sub(flight.len());
            if free == 0 {
                return Ok(taken);
            }
            let suspects = if flight.has_suspect() { Suspects::None } else { Suspects::One };
            let claims = self.queue.claim(free, suspects).await?;
            if claims.is_empty() {
                return Ok(taken);
            }
            taken += claims.len();
            let now = self.watch.now();
            for claim in claims {
                tell(&claim, now);
                flight.take_off(claim.clone(), self.attend(claim));
            }
        }
    }

    /// Runs one attempt and keeps its lease. A run whose lease is lost is broken off where it waits.
    fn attend(&self, claim: Claim) -> impl Future<Output = Landed> + Send + 'static {
        let run = Run::new(&claim, &self.queue, (self.watch.clone(), self.registry.tools()), self.stopping.subscribe());
        let (queue, registry) = (self.queue.clone(), Arc::clone(&self.registry));
        async move {
            // Decoding is inside, so that a decoder that panics fails its own job only.
            let work = async { registry.begin(&claim.name, &claim.payload, run).await };
            tokio::select! {
                ended = AssertUnwindSafe(work).catch_unwind() => Some(ended.unwrap_or(Ended::Panicked)),
                () = queue.keep(&claim) => None,
            }
        }
    }

    async fn wind_up(&self, mut flight: Flight) {
        self.stopping.send_replace(true);
        let deadline = Moment::now() + self.pace().grace;
        while flight.is_aloft() && timeout_at(deadline, flight.land()).await.is_ok() {}
        let given_back = timeout(LAST_WORD, async {
            flight.abandon().await;
            flight.settle().await
        });
        if let Err(error) = given_back.await.unwrap_or_else(|_| Err(Error::unavailable("the database"))) {
            tracing::warn!(code = error.code(), report = ?error, "could not give jobs back; their leases will run out");
        }
    }
}

/// Between two counts of the whole queue.
const FIGURES: Duration = Duration::from_secs(15);

/// What a worker that stops gives the database for its answer.
const LAST_WORD: Duration = Duration::from_secs(5);

struct Round {
    next: Moment,
    figures: Moment,
    planted: bool,
}

fn tell(claim: &Claim, now: Instant) {
    let waited = now.since(claim.due_at).to_std().unwrap_or_default();
    metrics::counter!("rightsdesk_jobs_claimed_total", "job" => claim.name.clone()).increment(1);
    metrics::histogram!("rightsdesk_jobs_wait_seconds", "job" => claim.name.clone()).record(waited.as_secs_f64());
}

/// Between half and one and a half, so that workers that started together do not stay together.
fn jittered(span: Duration) -> Duration {
    span.mul_f64(0.5 + rand::random::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::jobs::testing::{Silence, claim, unanswered};
    use crate::floor::kernel::TenantId;

    #[test]
    fn a_worker_that_is_told_to_go_goes_though_the_database_is_silent() {
        let silence = Silence::new();
        unanswered(async {
            let worker = Worker::new(&silence.ledger(), Watch::host(), Registry::new(), Pace::default());
            let mut flight = Flight::new(&worker.queue);
            flight.take_off(claim(TenantId::fresh()), async { Some(Ended::Done) });
            let begun = Moment::now();
            tokio::join!(worker.wind_up(flight), worker.serve(sleep(Duration::from_millis(100))));
            assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        });
    }
}
