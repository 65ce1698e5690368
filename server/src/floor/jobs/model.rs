//! States of a job, the fates of its attempts, and the arithmetic that leads from an error to a fate. Pure.

use std::time::Duration;

use crate::floor::kernel::Error;
use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// Where a job stands.
    pub enum State {
        /// Waits for its due time, for a retry, or for a worker.
        Ready = "ready",
        /// A worker holds its lease.
        Running = "running",
        Done = "done",
        /// What it was for is gone; nobody wants it any more.
        Cancelled = "cancelled",
        /// Given up: trying again would not help.
        Dead = "dead",
        /// Taken out of the way until a person decides.
        Quarantined = "quarantined",
    }
}

vocabulary! {
    /// How one attempt ended.
    pub enum Fate {
        Done = "done",
        Retried = "retried",
        /// Asked to come back later; costs nothing.
        Snoozed = "snoozed",
        /// Given back by a worker that stops; costs nothing.
        Released = "released",
        /// Its lease ran out: the worker died, or stood still.
        Crashed = "crashed",
        /// What it was for went while it ran.
        Cancelled = "cancelled",
        Dead = "dead",
        Quarantined = "quarantined",
    }
}

/// Why a run stops before its post-condition holds.
#[derive(Debug)]
pub enum Halt {
    Failed(Error),
    /// Someone asked us to slow down; not a failure.
    SlowDown {
        after: Duration,
    },
    /// The worker is stopping and the work can be taken up again where it is.
    GiveBack,
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// How a run ended, as its worker saw it.
#[derive(Debug)]
pub enum Ended {
    Done,
    Halted(Halt),
    Panicked,
    /// The payload is not of the shape that the name stands for.
    Undecodable,
    /// No job of this name is known here.
    Unknown,
}

impl From<Result<(), Halt>> for Ended {
    fn from(outcome: Result<(), Halt>) -> Self {
        outcome.map_or_else(Self::Halted, |()| Self::Done)
    }
}

/// How fast and how patiently a worker works.
#[derive(Debug, Clone)]
pub struct Pace {
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
    pub poll: Duration,
    /// Runs at a time.
    pub slots: usize,
    /// What a stopping worker gives its runs.
    pub grace: Duration,
    pub first_retry: Duration,
    pub last_retry: Duration,
    /// Leases that may run out before a person decides.
    pub crashes: i32,
    /// Failures of our own before a person decides.
    pub faults: i32,
    /// Between two looks for leases that ran out and schedules that are due.
    pub round: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            poll: Duration::from_millis(250),
            slots: 16,
            grace: Duration::from_secs(20),
            first_retry: Duration::from_secs(2),
            last_retry: Duration::from_hours(1),
            crashes: 3,
            faults: 5,
            round: Duration::from_secs(1),
        }
    }
}

impl Pace {
    /// Full jitter: anything up to a bound that doubles with each setback. `dice` is in `0..1`.
    pub(super) fn backoff(&self, setbacks: i32, dice: f64) -> Duration {
        let doubled = self.first_retry.as_secs_f64() * 2f64.powi(setbacks.clamp(0, 30));
        Duration::from_secs_f64(doubled.min(self.last_retry.as_secs_f64()) * dice.clamp(0.0, 1.0))
    }
}

const LONGEST_CODE: usize = 32;

/// However long someone outside asks us to wait, we look again after a day.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// What a job has already been through.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Setbacks {
    pub faults: i32,
    pub waits: i32,
}

/// What becomes of the job: written to its row and its attempt.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub fate: Fate,
    pub state: State,
    pub delay: Duration,
    pub fault: i32,
    pub wait: i32,
    pub code: Option<String>,
}

/// The fate that follows from how a run ended.
pub(super) fn judge(ended: &Ended, past: Setbacks, pace: &Pace, dice: f64) -> Verdict {
    let later = |fate, delay| Verdict { fate, state: State::Ready, delay, fault: 0, wait: 0, code: None };
    match ended {
        Ended::Done => Verdict { state: State::Done, ..later(Fate::Done, Duration::ZERO) },
        Ended::Halted(Halt::GiveBack) => later(Fate::Released, Duration::ZERO),
        // Never sooner than asked; a little later, so that not all come back at once.
        Ended::Halted(Halt::SlowDown { after }) => {
            later(Fate::Snoozed, (*after).min(LONGEST_WAIT).mul_f64(1.0 + dice / 10.0))
        }
        Ended::Halted(Halt::Failed(error)) => failed(error, past, pace, dice),
        Ended::Panicked => fault("PANICKED".to_owned(), past, pace, dice),
        Ended::Undecodable => fault("UNDECODABLE".to_owned(), past, pace, dice),
        Ended::Unknown => fault("UNKNOWN_JOB".to_owned(), past, pace, dice),
    }
}

fn failed(error: &Error, past: Setbacks, pace: &Pace, dice: f64) -> Verdict {
    let backoff = pace.backoff(past.faults + past.waits, dice);
    // A refusal's code is a word of ours, but a slice's: the table takes short ones only.
    let code = Some(error.code().chars().take(LONGEST_CODE).collect());
    match error {
        Error::Unavailable { .. } | Error::Conflict => {
            let after = if let Error::Unavailable { after, .. } = error { *after } else { Duration::ZERO };
            let delay = backoff.max(after.min(LONGEST_WAIT));
            Verdict { fate: Fate::Retried, state: State::Ready, delay, fault: 0, wait: 1, code }
        }
        Error::Internal(report) => {
            fault(format!("{} {}", error.code(), report.reference.as_simple()), past, pace, dice)
        }
        Error::Invalid(_) | Error::Refused(_) | Error::NotFound(_) | Error::Forbidden(_) => {
            Verdict { fate: Fate::Dead, state: State::Dead, delay: Duration::ZERO, fault: 0, wait: 0, code }
        }
    }
}

fn fault(code: String, past: Setbacks, pace: &Pace, dice: f64) -> Verdict {
    let spent = past.faults + 1 >= pace.faults;
    let (fate, state) = if spent { (Fate::Quarantined, State::Quarantined) } else { (Fate::Retried, State::Ready) };
    let delay = if spent { Duration::ZERO } else { pace.backoff(past.faults + past.waits, dice) };
    Verdict { fate, state, delay, fault: 1, wait: 0, code: Some(code) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn verdict(ended: &Ended, past: Setbacks) -> Verdict {
        judge(ended, past, &Pace::default(), 0.5)
    }

    fn halted(error: Error) -> Ended {
        Ended::Halted(Halt::Failed(error))
    }

    #[test]
    fn what_may_pass_is_tried_again_and_what_may_not_is_given_up() {
        for error in [Error::Conflict, Error::unavailable("a shop")] {
            let spent = Setbacks { faults: 0, waits: 1_000 };
            assert_eq!(verdict(&halted(error), spent).fate, Fate::Retried);
        }
        for error in [
            Error::invalid("mail", "give one"),
            Error::refused("HELD", "a hold stands"),
            Error::NotFound("store"),
            Error::Forbidden("see_data"),
        ] {
            let (code, told) = (error.code(), verdict(&halted(error), Setbacks::default()));
            assert_eq!((told.fate, told.state, told.code.as_deref()), (Fate::Dead, State::Dead, Some(code)));
        }
    }

    #[test]
    fn our_own_faults_are_tried_few_times_and_say_where_to_look() {
        let error = Error::internal("a story that stays in");
        let Error::Internal(report) = &error else { panic!("internal") };
        let code = format!("INTERNAL {}", report.reference.as_simple());
        let ended = halted(error);
        let first = verdict(&ended, Setbacks::default());
        assert_eq!((first.fate, first.fault, first.code), (Fate::Retried, 1, Some(code)));
        let last = verdict(&ended, Setbacks { faults: 4, waits: 0 });
        assert_eq!((last.fate, last.state), (Fate::Quarantined, State::Quarantined));
        for ended in [Ended::Panicked, Ended::Undecodable, Ended::Unknown] {
            assert_eq!(verdict(&ended, Setbacks::default()).fate, Fate::Retried);
        }
    }

    #[test]
    fn slowing_down_and_giving_back_cost_nothing() {
        let after = Duration::from_mins(1);
        let snoozed = verdict(&Ended::Halted(Halt::SlowDown { after }), Setbacks::default());
        assert_eq!((snoozed.fate, snoozed.state, snoozed.fault + snoozed.wait), (Fate::Snoozed, State::Ready, 0));
        assert!(snoozed.delay >= after);
        let released = verdict(&Ended::Halted(Halt::GiveBack), Setbacks::default());
        assert_eq!(
            (released.fate, released.delay, released.fault + released.wait),
            (Fate::Released, Duration::ZERO, 0)
        );
    }

    #[test]
    fn nobody_makes_a_job_wait_for_ever() {
        let after = Duration::MAX;
        for ended in [Ended::Halted(Halt::SlowDown { after }), halted(Error::Unavailable { whom: "a shop", after })] {
            let delay = verdict(&ended, Setbacks::default()).delay;
            assert!((LONGEST_WAIT..LONGEST_WAIT * 2).contains(&delay), "{delay:?}");
        }
    }

    proptest! {
        #[test]
        fn no_retry_waits_longer_than_the_longest(setbacks in 0i32..i32::MAX, dice in 0f64..1.0) {
            let pace = Pace::default();
            prop_assert!(pace.backoff(setbacks, dice) <= pace.last_retry);
        }

        #[test]
        fn nobody_is_asked_sooner_than_he_said(seconds in 1u64..7200, dice in 0f64..1.0) {
            let after = Duration::from_secs(seconds);
            let ended = halted(Error::Unavailable { whom: "a shop", after });
            prop_assert!(judge(&ended, Setbacks::default(), &Pace::default(), dice).delay >= after);
        }
    }
}
