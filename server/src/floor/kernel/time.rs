//! Instants, days, and the [`Watch`] that tells them. (A *clock*, in our words, is a legal due date.)
//! Nothing else in the server asks the host for the time; what decides anything asks the database.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, SecondsFormat, Utc};

/// A moment, to the microsecond, as Postgres keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    pub const EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self::from_micros(at.timestamp_micros())
    }

    pub fn from_micros(micros: i64) -> Self {
        Self(DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// Microseconds since 1970, UTC: what the chain hashes.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The day this moment falls on in UTC.
    pub fn day(self) -> Day {
        Day(self.0.date_naive())
    }

    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0 + span)
    }

    pub fn since(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// A day of the calendar, without a zone: what the law counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Tells the time: the host's, or one that a test owns and moves.
#[derive(Clone)]
pub struct Watch(Hand);

#[derive(Clone)]
enum Hand {
    Host,
    Held(Arc<AtomicI64>),
}

impl Watch {
    pub fn host() -> Self {
        Self(Hand::Host)
    }

    /// A watch that stands at `at` until it is moved. Production refuses it at start.
    pub fn held(at: Instant) -> Self {
        Self(Hand::Held(Arc::new(AtomicI64::new(at.micros()))))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the host for the time")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Hand::Host => Instant::from_utc(Utc::now()),
            Hand::Held(micros) => Instant::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a held watch on; the host's goes by itself.
    pub fn later(&self, span: Duration) {
        if let (Hand::Held(micros), Some(add)) = (&self.0, span.num_microseconds()) {
            micros.fetch_add(add, Ordering::SeqCst);
        }
    }

    /// Where a test holds the hands, the ledger takes its `now` from here instead of from Postgres.
    pub fn held_at(&self) -> Option<Instant> {
        matches!(self.0, Hand::Held(_)).then(|| self.now())
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self.0, Hand::Host) { "Watch(host)" } else { "Watch(held)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_watch_moves_only_when_moved() {
        let watch = Watch::held(Instant::EPOCH);
        assert_eq!(watch.now(), Instant::EPOCH);
        watch.later(Duration::days(30));
        assert_eq!(watch.now().day().to_string(), "1970-01-31");
    }

    #[test]
    fn an_instant_is_kept_to_the_microsecond() {
        let at = Instant::from_micros(1_767_225_600_000_001);
        assert_eq!(Instant::from_utc(at.utc()).micros(), 1_767_225_600_000_001);
    }
}
