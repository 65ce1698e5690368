//! One due date as it stands: what it counts towards, by when, and why. It is computed once and stored whole.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::history::Event;
use super::period::Period;
use super::stored;
use super::words::{Flag, Kind, PauseGround, Roll, Whose};
use crate::floor::kernel::{Day, Instant};

/// A due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub kind: Kind,
    /// The last day: what is worked by.
    #[serde(with = "stored::day")]
    pub on: Day,
    /// Its 24:00 in the zone: the first moment that is too late.
    #[serde(with = "stored::instant")]
    pub ends_at: Instant,
    /// The last day by the latest reading of the law. None where the regime names no number.
    #[serde(with = "stored::maybe_day")]
    pub legal_on: Option<Day>,
    #[serde(with = "stored::maybe_instant")]
    pub legal_ends_at: Option<Instant>,
    pub standing: Standing,
    pub whose: Whose,
    pub basis: Basis,
}

/// Whether its time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    Running,
    /// An answer of the person is awaited: the date is what it would be without this pause, and will be later.
    Paused {
        ground: PauseGround,
        #[serde(with = "stored::day")]
        since: Day,
    },
}

impl Clock {
    pub fn is_paused(&self) -> bool {
        matches!(self.standing, Standing::Paused { .. })
    }

    pub fn is_over(&self, now: Instant) -> bool {
        !self.is_paused() && now >= self.ends_at
    }

    /// The day by which the work is to be done, so that the last fifth of the time is left for what goes wrong.
    pub fn target_on(&self) -> Day {
        last_fifth(self.basis.counted_from, self.on)
    }

    /// Days from `today` to the last day: derived when shown, never stored.
    pub fn days_left(&self, today: Day) -> i64 {
        (self.on.0 - today.0).num_days()
    }
}

/// The day on which the last fifth of a time begins.
pub fn last_fifth(from: Day, on: Day) -> Day {
    let whole = (on.0 - from.0).num_days().max(0);
    let fifth = u64::try_from((whole + 4) / 5).unwrap_or_default();
    Day(on.0.checked_sub_days(chrono::Days::new(fifth)).unwrap_or(on.0).max(from.0.min(on.0)))
}

/// Of several open clocks the one that is worked by: the earliest that runs, or, where all stand still, the earliest.
pub fn driving<'a>(open: impl IntoIterator<Item = &'a Clock>) -> Option<&'a Clock> {
    open.into_iter().min_by_key(|clock| (clock.is_paused(), clock.ends_at))
}

/// How a date came about: all that went into it, for whoever doubts it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The edition of this record.
    pub edition: u8,
    pub regime: String,
    pub title: String,
    /// What the regime's own list calls the right.
    pub right: String,
    pub cite: String,
    pub checked: String,
    #[serde(with = "stored::instant")]
    pub received_at: Instant,
    #[serde(with = "stored::day")]
    pub received_on: Day,
    pub zone: String,
    /// The edition of the zones' own rules.
    pub zones: String,
    /// Day 0.
    #[serde(with = "stored::day")]
    pub counted_from: Day,
    /// None: at once.
    pub period: Option<Period>,
    pub extended_by: Option<Period>,
    #[serde(with = "stored::maybe_day")]
    pub extended_to: Option<Day>,
    pub excluded_days: u32,
    pub excluded_days_legal: u32,
    /// The last day before it rolled.
    #[serde(with = "stored::day")]
    pub unrolled_on: Day,
    #[serde(with = "stored::day")]
    pub on: Day,
    #[serde(with = "stored::maybe_day")]
    pub legal_on: Option<Day>,
    pub roll: Roll,
    /// What that day is, where it rolled: a Saturday, a holiday by name.
    pub rolled_from: Option<String>,
    pub calendar: Option<CalendarUsed>,
    pub flags: Vec<Flag>,
    /// Every event there was, withdrawn ones too.
    pub events: Vec<Event>,
}

/// The calendar a date was counted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarUsed {
    pub code: String,
    pub years: (i32, i32),
    pub source: String,
}

impl Basis {
    pub const EDITION: u8 = 1;

    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }
}

pub(super) fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        chrono::Weekday::Mon => "Monday",
        chrono::Weekday::Tue => "Tuesday",
        chrono::Weekday::Wed => "Wednesday",
        chrono::Weekday::Thu => "Thursday",
        chrono::Weekday::Fri => "Friday",
        chrono::Weekday::Sat => "Saturday",
        chrono::Weekday::Sun => "Sunday",
    }
}

/// One line: what was counted, from where, what moved it, and what the reader must know.
impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): ", self.title, self.cite)?;
        match (self.period, self.extended_by) {
            (Some(first), Some(more)) => write!(f, "{first} and {more} more")?,
            (Some(first), None) => write!(f, "{first}")?,
            (None, _) => f.write_str("at once")?,
        }
        write!(f, " from {}", self.counted_from)?;
        if self.counted_from != self.received_on {
            write!(f, " (received {})", self.received_on)?;
        }
        if let Some(to) = self.extended_to {
            write!(f, ", extended to {to} as the person was told")?;
        }
        if self.excluded_days_legal > 0 {
            let days = |count: u32| format!("{count} day{}", if count == 1 { "" } else { "s" });
            write!(f, ", {} not counted", days(self.excluded_days))?;
            write!(f, " ({} by the law’s later reading)", self.excluded_days_legal)?;
        }
        if let (Some(what), Some(calendar)) = (&self.rolled_from, &self.calendar) {
            let (code, (from, to)) = (&calendar.code, calendar.years);
            write!(f, "; {} is {what} ({code}, {from}–{to}), so {}", self.unrolled_on, self.on)?;
        } else {
            write!(f, " is {}", self.on)?;
        }
        if let Some(legal) = self.legal_on.filter(|legal| *legal != self.on) {
            write!(f, ", by the law’s later reading {legal}")?;
        }
        write!(f, ", until 24:00 {}", self.zone)?;
        for flag in &self.flags {
            write!(f, "; {}", flag.words())?;
        }
        Ok(())
    }
}
