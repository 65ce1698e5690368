//! The files against the table they were written from, the dates that the rules name, and what holds of every date.

mod applying;
mod dates;
mod files;
mod laws;
mod refusing;

use super::{Book, Calendar, Clock, Event, Matter, PauseGround, Received, shipped, zone};
use crate::floor::kernel::{Day, Instant};

fn book() -> &'static Book {
    shipped().unwrap_or_else(|fault| panic!("{fault}"))
}

fn day(text: &str) -> Day {
    Day(text.parse().unwrap_or_else(|_| panic!("{text} is no day")))
}

fn at(text: &str) -> Instant {
    Instant::from_utc(text.parse().unwrap_or_else(|_| panic!("{text} is no moment")))
}

/// Noon of a day, UTC.
fn noon(text: &str) -> Instant {
    at(&format!("{text}T12:00:00Z"))
}

fn received(moment: Instant, place: &str, calendar: Option<&'static str>) -> Received<'static> {
    let calendar: Option<&'static Calendar> = calendar.map(|code| book().calendar(code).expect("a calendar"));
    Received { at: moment, zone: zone(place).expect("a zone"), calendar }
}

/// The clock of an answer in Germany.
fn german(on: &str, events: &[Event]) -> Clock {
    answer("eu_gdpr", "access", received(noon(on), "Europe/Berlin", Some("de")), events)
}

/// The clock of an answer in England.
fn english(right: &str, on: &str, events: &[Event]) -> Clock {
    answer("uk_gdpr", right, received(noon(on), "Europe/London", Some("england_and_wales")), events)
}

fn answer(regime: &str, right: &str, received: Received<'_>, events: &[Event]) -> Clock {
    let regime = book().regime(regime).expect("a regime");
    Matter::new(regime, right, received).expect("a right").with(events).answer().expect("a date")
}

fn asked(ground: PauseGround, from: &str, to: &str) -> [Event; 2] {
    [Event::paused(noon(from), ground), Event::resumed(noon(to), ground)]
}

/// Both readings, as days.
fn both(clock: &Clock) -> (String, String) {
    (clock.on.to_string(), clock.legal_on.map_or_else(|| "-".to_owned(), |day| day.to_string()))
}

fn same(on: &str) -> (String, String) {
    (on.to_owned(), on.to_owned())
}
