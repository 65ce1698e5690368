//! Time in words, each with the moment at which the word stops being true.
//!
//! It never asks the clock: both ends of every span are handed in. The earliest `until` of all words in view is the one
//! timer the console has.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Utc};

pub type Moment = DateTime<Utc>;

/// A word, and when it changes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub until: Option<Moment>,
}

/// How long ago, calmly: `just now`, `4 min`, `3 h`, `2 d`.
pub fn age(since: Moment, now: Moment) -> Word {
    let seconds = (now - since).num_seconds().max(0);
    let (text, step) = match seconds {
        0..60 => return Word { text: "just now".to_owned(), until: Some(since + TimeDelta::seconds(60)) },
        60..3600 => (format!("{} min", seconds / 60), 60),
        3600..86_400 => (format!("{} h", seconds / 3600), 3600),
        _ => (format!("{} d", seconds / 86_400), 86_400),
    };
    Word { text, until: Some(since + TimeDelta::seconds((seconds / step + 1) * step)) }
}

/// How long ago, to the second: `0:42`, `1:02:03`.
pub fn stopwatch(since: Moment, now: Moment) -> Word {
    let seconds = (now - since).num_seconds().max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let text = if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") };
    Word { text, until: Some(since + TimeDelta::seconds(seconds + 1)) }
}

/// How long still, counted up to whole seconds; `now` when it is over.
pub fn countdown(to: Moment, now: Moment) -> Word {
    let millis = (to - now).num_milliseconds();
    if millis <= 0 {
        return Word { text: "now".to_owned(), until: None };
    }
    let seconds = (millis + 999) / 1000;
    Word { text: format!("in {seconds} s"), until: Some(to - TimeDelta::seconds(seconds - 1)) }
}

/// How long still, calmly: `12 min`, `5 h`, `3 d`; `over` when it is.
pub fn left(to: Moment, now: Moment) -> Word {
    let seconds = (to - now).num_milliseconds().div_euclid(1000);
    let (text, step) = match seconds {
        ..0 => return Word { text: "over".to_owned(), until: None },
        0..60 => return Word { text: "under 1 min".to_owned(), until: Some(to + TimeDelta::milliseconds(1)) },
        60..3600 => (format!("{} min", seconds / 60), 60),
        3600..86_400 => (format!("{} h", seconds / 3600), 3600),
        _ => (format!("{} d", seconds / 86_400), 86_400),
    };
    Word { text, until: Some(to - TimeDelta::seconds(seconds / step * step) + TimeDelta::milliseconds(1)) }
}

/// How near a due date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    Over,
    Today,
    /// Within three days.
    Soon,
    Later,
}

/// A due date, the word first: `OVERDUE 2 d`, `today 9 h`, `1 d 9 h`, `12 d`. The moment is the end of its day.
pub fn deadline(to: Moment, now: Moment, zone: FixedOffset) -> (Nearness, Word) {
    let seconds = (to - now).num_milliseconds().div_euclid(1000);
    if to <= now {
        let Word { text, until } = age(to, now);
        let text = if text == "just now" { "under 1 min".to_owned() } else { text };
        return (Nearness::Over, Word { text: format!("OVERDUE {text}"), until });
    }
    let day = |at: Moment| at.with_timezone(&zone).date_naive();
    let last = day(to - TimeDelta::seconds(1));
    let is_today = last == day(now);
    let (text, step) = match (seconds, is_today) {
        (..60, _) => ("under 1 min".to_owned(), 0),
        (60..3600, _) => (format!("{} min", seconds / 60), 60),
        (_, true) => (format!("{} h", seconds / 3600), 3600),
        (..864_000, false) => match (seconds / 86_400, seconds % 86_400 / 3600) {
            (0, hours) => (format!("{hours} h"), 3600),
            (days, 0) => (format!("{days} d"), 3600),
            (days, hours) => (format!("{days} d {hours} h"), 3600),
        },
        (_, false) => (format!("{} d", seconds / 86_400), 86_400),
    };
    let text = if is_today { format!("today {text}") } else { text };
    let changes = match step {
        0 => to,
        step => to - TimeDelta::seconds(seconds / step * step) + TimeDelta::milliseconds(1),
    };
    // The day before, midnight makes it today's.
    let midnight = last.and_time(NaiveTime::MIN).and_local_timezone(zone).single().map(|at| at.to_utc());
    let until = midnight.filter(|at| *at > now).map_or(changes, |at| changes.min(at));
    let near = match (is_today, seconds) {
        (true, _) => Nearness::Today,
        (false, ..259_200) => Nearness::Soon,
        (false, _) => Nearness::Later,
    };
    (near, Word { text, until: Some(until) })
}

/// The day of an event: `23 Nov 2026`.
pub fn day(at: Moment, zone: FixedOffset) -> String {
    at.with_timezone(&zone).format("%-d %b %Y").to_string()
}

/// The day and minute on the wall: `Mon 23 Nov 14:32`.
pub fn wall(now: Moment, zone: FixedOffset) -> Word {
    let rest = now.timestamp().rem_euclid(60);
    Word {
        text: now.with_timezone(&zone).format("%a %-d %b %H:%M").to_string(),
        until: Some(now - nanos(now) + TimeDelta::seconds(60 - rest)),
    }
}

/// The second of an event: `14:31:18`.
pub fn second(at: Moment, zone: FixedOffset) -> String {
    at.with_timezone(&zone).format("%H:%M:%S").to_string()
}

/// The minute of an event, with its day when that is not today: `14:31`, `Fri 20 Nov 17:40`.
pub fn minute(at: Moment, now: Moment, zone: FixedOffset) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let form = if at.date_naive() == now.date_naive() { "%H:%M" } else { "%a %-d %b %H:%M" };
    at.format(form).to_string()
}

/// The name of an offset: `UTC`, `+05:00`.
pub fn zone(offset: FixedOffset) -> String {
    if offset.local_minus_utc() == 0 { "UTC".to_owned() } else { offset.to_string() }
}

/// How long something took: `0.4 ms`, `3 ms`, `0.2 s`.
pub fn took(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    match millis {
        ..0.95 => format!("{millis:.1} ms"),
        ..99.5 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", millis / 1000.0),
    }
}

fn nanos(now: Moment) -> TimeDelta {
    TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn an_age_is_calm_and_says_when_it_changes() {
        for (seconds, text, until) in [
            (0, "just now", 60),
            (59, "just now", 60),
            (60, "1 min", 120),
            (3599, "59 min", 3600),
            (90_000, "1 d", 172_800),
        ] {
            assert_eq!(age(at(0), at(seconds)), Word { text: text.to_owned(), until: Some(at(until)) });
        }
    }

    #[test]
    fn a_word_in_view_is_different_at_its_until_and_not_before() {
        type Make = fn(Moment) -> Word;
        let words: [Make; 5] = [
            |now| left(at(500_000), now),
            |now| age(at(0), now),
            |now| stopwatch(at(0), now),
            |now| countdown(at(500_000), now),
            |now| wall(now, FixedOffset::east_opt(0).unwrap()),
        ];
        for make in words {
            for seconds in [0, 1, 59, 60, 61, 3_599, 3_600, 86_399, 86_400, 400_000] {
                let word = make(at(seconds));
                let until = word.until.unwrap();
                assert_eq!(make(until - TimeDelta::milliseconds(1)).text, word.text);
                assert_ne!(make(until).text, word.text, "{seconds}");
            }
        }
    }

    #[test]
    fn a_due_date_is_a_word_first() {
        let zone = FixedOffset::east_opt(3600).unwrap();
        let now: Moment = "2026-11-23T13:32:00Z".parse().unwrap();
        let told = |to: &str| deadline(to.parse().unwrap(), now, zone);
        for (to, near, text) in [
            ("2026-11-21T13:00:00Z", Nearness::Over, "OVERDUE 2 d"),
            ("2026-11-23T13:32:00Z", Nearness::Over, "OVERDUE under 1 min"),
            ("2026-11-23T23:00:00Z", Nearness::Today, "today 9 h"),
            ("2026-11-23T14:00:00Z", Nearness::Today, "today 28 min"),
            ("2026-11-24T23:00:00Z", Nearness::Soon, "1 d 9 h"),
            ("2026-11-24T10:00:00Z", Nearness::Soon, "20 h"),
            ("2026-11-29T23:00:00Z", Nearness::Later, "6 d 9 h"),
            ("2026-12-23T23:00:00Z", Nearness::Later, "30 d"),
        ] {
            let (found, word) = told(to);
            assert_eq!((found, word.text.as_str()), (near, text), "{to}");
            let until = word.until.unwrap();
            let at = |at| deadline(to.parse().unwrap(), at, zone).1.text;
            assert_eq!(at(until - TimeDelta::milliseconds(1)), text, "{to}");
            assert_ne!(at(until), text, "{to}");
        }
    }

    #[test]
    fn a_clock_that_runs_backwards_is_no_negative_age() {
        assert_eq!(age(at(10), at(0)).text, "just now");
        assert_eq!(stopwatch(at(10), at(0)).text, "0:00");
    }

    #[test]
    fn spans_are_told_in_fitting_units() {
        let told = |micros| took(Duration::from_micros(micros));
        assert_eq!(
            [told(400), told(990), told(3_200), told(99_900), told(2_000_000)],
            ["0.4 ms", "1 ms", "3 ms", "0.1 s", "2.0 s"]
        );
    }
}
