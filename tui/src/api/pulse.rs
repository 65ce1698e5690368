//! The supervisor of the connection: asks the server whether it is there, calmly while it is, with back-off while not.
//!
//! It reports and never decides what is shown. It asks nothing else.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::core::action::Action;
use crate::core::connection::News;

use super::client::Client;

/// Between two answers.
const CALM: Duration = Duration::from_secs(15);
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

pub struct Pulse {
    outbox: UnboundedSender<Action>,
    now: Arc<Notify>,
    busy: Arc<AtomicUsize>,
    task: Option<JoinHandle<()>>,
}

impl Pulse {
    pub fn new(outbox: UnboundedSender<Action>) -> Self {
        Self { outbox, now: Arc::default(), busy: Arc::default(), task: None }
    }

    /// Begins asking this client; `dice` is between 0 and 1 and spreads the tries of many consoles.
    pub fn begin(&mut self, client: Client, dice: fn() -> f64) {
        let (outbox, now, busy) = (self.outbox.clone(), self.now.clone(), self.busy.clone());
        self.task = Some(tokio::spawn(async move {
            let mut missed = 0;
            loop {
                busy.fetch_add(1, Ordering::Relaxed);
                let found = client.check().await;
                missed = if found.is_ok() { 0 } else { missed + 1 };
                let wait = if missed == 0 { CALM } else { backoff(missed, dice()) };
                let news = found.unwrap_or_else(|why| News::Missed { why: why.to_string(), next_in: wait });
                let is_heard = outbox.send(Action::Connection(news)).is_ok();
                busy.fetch_sub(1, Ordering::Relaxed);
                if !is_heard {
                    return;
                }
                // Whichever comes first: the time, or someone who cannot wait.
                _ = timeout(wait, now.notified()).await;
            }
        }));
    }

    /// Asks at once.
    pub fn hurry(&self) {
        self.now.notify_one();
    }

    /// Calls that are on their way.
    pub fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// How long to wait after so many misses in a row: doubling from half a second to thirty, the upper half by chance.
pub(super) fn backoff(missed: u32, dice: f64) -> Duration {
    let doubled = SHORTEST.saturating_mul(2u32.saturating_pow(missed)).min(LONGEST);
    (doubled / 2).mul_f64(1.0 + dice.clamp(0.0, 1.0)).max(SHORTEST)
}

/// A number between 0 and 1 that differs from console to console.
pub fn dice() -> f64 {
    let drawn = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or(0);
    f64::from(drawn) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_from_half_a_second_to_thirty_and_no_further() {
        assert_eq!((backoff(1, 0.0), backoff(1, 1.0)), (SHORTEST, Duration::from_secs(1)));
        assert_eq!((backoff(4, 0.0), backoff(4, 1.0)), (Duration::from_secs(4), Duration::from_secs(8)));
        assert_eq!((backoff(7, 1.0), backoff(u32::MAX, 1.0)), (LONGEST, LONGEST));
        assert!((0..100).all(|_| (0.0..=1.0).contains(&dice())));
    }
}
