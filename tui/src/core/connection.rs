//! What is known of the server: whether it answers, since when, how quickly, and what to say when it does not.
//!
//! It never asks the server anything; the supervisor in `api/` does and reports as `News`.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;

use super::due::Moment;

/// Round trips kept for the figure.
const TRIPS: usize = 60;

/// What one try brought.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Answered {
        version: String,
        trip: Duration,
    },
    /// Not reached, or not an answer; the next try comes after this time.
    Missed {
        why: String,
        next_in: Duration,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// The desk is not there yet: it is being started.
    Starting,
    /// Nothing has come back yet.
    Trying,
    Live {
        since: Moment,
    },
    Offline {
        since: Moment,
        why: String,
        next_try: Moment,
    },
}

#[derive(Clone, Debug)]
pub struct Connection {
    pub standing: Standing,
    /// Age of what is on the screen.
    pub answered_at: Option<Moment>,
    pub version: Option<String>,
    pub trips: VecDeque<Duration>,
    pub answered: u64,
    pub missed: u64,
}

/// What changed with a piece of news, and so what is worth a notice.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    Same,
    Connected { version: String },
    Back { after: Moment },
    Lost { why: String },
    Upgraded { from: String, to: String },
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            standing: Standing::Starting,
            answered_at: None,
            version: None,
            trips: VecDeque::with_capacity(TRIPS),
            answered: 0,
            missed: 0,
        }
    }
}

impl Connection {
    pub fn is_offline(&self) -> bool {
        matches!(self.standing, Standing::Offline { .. })
    }

    pub fn last_trip(&self) -> Option<Duration> {
        self.trips.back().copied()
    }

    pub fn hear(&mut self, news: News, now: Moment) -> Turn {
        match news {
            News::Answered { version, trip } => self.answered(version, trip, now),
            News::Missed { why, next_in } => self.missed(why, next_in, now),
        }
    }

    fn answered(&mut self, version: String, trip: Duration, now: Moment) -> Turn {
        if self.trips.len() == TRIPS {
            self.trips.pop_front();
        }
        self.trips.push_back(trip);
        self.answered += 1;
        self.answered_at = Some(now);
        let before = self.version.replace(version.clone());
        let turn = match (&self.standing, before) {
            (Standing::Offline { since, .. }, Some(_)) => Turn::Back { after: *since },
            (Standing::Live { .. }, Some(from)) if from != version => Turn::Upgraded { from, to: version },
            (Standing::Live { .. }, _) => Turn::Same,
            _ => Turn::Connected { version },
        };
        if !matches!(self.standing, Standing::Live { .. }) {
            self.standing = Standing::Live { since: now };
        }
        turn
    }

    fn missed(&mut self, why: String, next_in: Duration, now: Moment) -> Turn {
        self.missed += 1;
        let wait = TimeDelta::from_std(next_in).unwrap_or_default();
        let next_try = now.checked_add_signed(wait).unwrap_or(now);
        let (since, turn) = match &self.standing {
            Standing::Offline { since, why: before, .. } if *before == why => (*since, Turn::Same),
            Standing::Offline { since, .. } => (*since, Turn::Lost { why: why.clone() }),
            _ => (now, Turn::Lost { why: why.clone() }),
        };
        self.standing = Standing::Offline { since, why, next_try };
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        chrono::DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn answer(version: &str) -> News {
        News::Answered { version: version.to_owned(), trip: Duration::from_millis(2) }
    }

    fn miss(why: &str) -> News {
        News::Missed { why: why.to_owned(), next_in: Duration::from_secs(4) }
    }

    #[test]
    fn an_outage_is_told_once_and_dated_from_its_beginning() {
        let mut connection = Connection::default();
        assert_eq!(connection.hear(answer("1"), at(0)), Turn::Connected { version: "1".to_owned() });
        assert_eq!(connection.hear(answer("1"), at(5)), Turn::Same);
        assert_eq!(connection.standing, Standing::Live { since: at(0) });

        assert_eq!(connection.hear(miss("refused"), at(10)), Turn::Lost { why: "refused".to_owned() });
        assert_eq!(connection.hear(miss("refused"), at(14)), Turn::Same);
        let offline = Standing::Offline { since: at(10), why: "refused".to_owned(), next_try: at(18) };
        assert_eq!((connection.standing.clone(), connection.answered_at), (offline, Some(at(5))));

        assert_eq!(connection.hear(answer("1"), at(20)), Turn::Back { after: at(10) });
        assert_eq!((connection.answered, connection.missed), (3, 2));
    }

    #[test]
    fn another_version_is_worth_a_word() {
        let mut connection = Connection::default();
        connection.hear(answer("1"), at(0));
        let turn = connection.hear(answer("2"), at(1));
        assert_eq!(turn, Turn::Upgraded { from: "1".to_owned(), to: "2".to_owned() });
    }

    #[test]
    fn round_trips_do_not_pile_up() {
        let mut connection = Connection::default();
        (0..1000).for_each(|n| _ = connection.hear(answer("1"), at(n)));
        assert_eq!(connection.trips.len(), TRIPS);
    }
}
