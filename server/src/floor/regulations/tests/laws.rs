//! What holds of every date.

use chrono::{Duration, NaiveDate, NaiveTime};
use proptest::prelude::*;

use super::super::{Event, Flag, Kind, Roll, Tz, What};
use super::*;
use crate::floor::regulations::{Matter, Received};

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/Los_Angeles",
    "America/Havana",
    "America/Santiago",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Africa/Cairo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
];

/// A matter of any regime, anywhere, at any time that most calendars know.
fn matters() -> impl Strategy<Value = (Matter<'static>, Tz)> {
    let rules: Vec<(&'static str, &'static str)> = book()
        .regimes()
        .flat_map(|regime| regime.offers().map(move |offer| (regime.code.as_str(), offer.name)))
        .collect();
    let calendars: Vec<&'static Calendar> = book().calendars().collect();
    let moments = 1_735_689_600_i64..1_972_000_000;
    let zones = prop::sample::select(ZONES);
    (prop::sample::select(rules), moments, zones, prop::option::weighted(0.9, prop::sample::select(calendars)))
        .prop_map(|((code, right), seconds, place, calendar)| {
            let regime = book().regime(code).expect("a regime");
            let zone = zone(place).expect("a zone");
            let received = Received { at: Instant::from_micros(seconds * 1_000_000), zone, calendar };
            (Matter::new(regime, right, received).expect("a right"), zone)
        })
}

/// What may become of a matter in its first hundred days, as offsets in hours.
fn stories() -> impl Strategy<Value = Vec<(i64, u8, usize)>> {
    prop::collection::vec((0..2400_i64, 0..5_u8, 0..3_usize), 0..8)
}

fn told(matter: &Matter<'_>, story: &[(i64, u8, usize)]) -> Vec<Event> {
    let from = matter.answer().expect("a date").basis.received_at;
    let event = |(hours, what, ground): &(i64, u8, usize)| {
        let (at, ground) = (from.plus(Duration::hours(*hours)), PauseGround::ALL[*ground]);
        match what {
            0 => Event::paused(at, ground),
            1 => Event::resumed(at, ground),
            2 => Event::pause_withdrawn(at, ground),
            3 => Event::extended(at, Some(Day(at.day().0 + Duration::days(40)))),
            _ => Event::extension_withdrawn(at),
        }
    };
    story.iter().map(event).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_date_is_later_than_the_law_allows((matter, _) in matters(), story in stories()) {
        let events = told(&matter, &story);
        for clock in matter.with(&events).clocks() {
            prop_assert!(clock.legal_on.is_none_or(|legal| clock.on <= legal));
            prop_assert!(clock.legal_ends_at.is_none_or(|legal| clock.ends_at <= legal));
            prop_assert!(clock.on >= clock.basis.received_on);
            prop_assert!(clock.target_on() <= clock.on);
        }
    }

    #[test]
    fn what_comes_later_is_due_no_earlier((matter, zone) in matters(), later in 0..200_000_i64) {
        let early = matter.answer().expect("a date");
        let moved = early.basis.received_at.plus(Duration::minutes(later));
        let regime = book().regime(&early.basis.regime).expect("a regime");
        let calendar = early.basis.calendar.as_ref().and_then(|used| book().calendar(&used.code));
        let received = Received { at: moved, zone, calendar };
        let late = Matter::new(regime, &early.basis.right, received).expect("a right").answer().expect("a date");
        // At the edge of a calendar's years one rolls and the other does not.
        if !late.basis.has(Flag::OutsideCalendar) {
            prop_assert!(early.on <= late.on && early.ends_at <= late.ends_at && early.legal_on <= late.legal_on);
        }
    }

    #[test]
    fn an_extension_withdrawn_was_never_told((matter, _) in matters(), story in stories(), hours in 0..2400_i64) {
        let mut events = told(&matter, &story);
        events.retain(|event| !matches!(event.what, What::Extended { .. } | What::ExtensionWithdrawn));
        let never = matter.with(&events).clocks();
        let at = matter.answer().expect("a date").basis.received_at.plus(Duration::hours(hours));
        let mut then = events.clone();
        then.extend([Event::extended(at, None), Event::extension_withdrawn(at.plus(Duration::hours(1)))]);
        let dates = |clocks: &[Clock]| clocks.iter().map(|clock| (clock.on, clock.legal_on, clock.standing)).collect::<Vec<_>>();
        prop_assert_eq!(dates(&matter.with(&then).clocks()), dates(&never));
    }

    #[test]
    fn a_roll_lands_on_a_day_that_counts((matter, _) in matters(), story in stories()) {
        let events = told(&matter, &story);
        let clock = matter.with(&events).answer().expect("a date");
        let basis = &clock.basis;
        let calendar = basis.calendar.as_ref().and_then(|used| book().calendar(&used.code));
        if let (Some(calendar), Roll::NextWorkingDay, None) = (calendar, basis.roll, basis.extended_to) {
            let is_known = !basis.has(Flag::OutsideCalendar);
            prop_assert!(!is_known || calendar.is_working(clock.on.0) == Ok(true));
            let skipped = basis.unrolled_on.0.iter_days().take_while(|day| *day < clock.on.0);
            prop_assert!(skipped.into_iter().all(|day| calendar.is_working(day) == Ok(false)));
        }
    }

    #[test]
    fn a_day_ends_at_local_midnight((matter, zone) in matters(), story in stories()) {
        let events = told(&matter, &story);
        for clock in matter.with(&events).clocks() {
            let local = |at: Instant| at.utc().with_timezone(&zone).naive_local();
            let (end, last) = (local(clock.ends_at), local(Instant::from_micros(clock.ends_at.micros() - 1)));
            prop_assert_eq!(last.date(), clock.on.0, "the moment before is still that day");
            let next = clock.on.0.succ_opt().unwrap_or(NaiveDate::MAX);
            prop_assert_eq!(end.date(), next);
            prop_assert!(end.time() <= NaiveTime::from_hms_opt(1, 0, 0).unwrap_or_default());
        }
    }

    #[test]
    fn a_clock_is_stored_whole((matter, _) in matters(), story in stories()) {
        let events = told(&matter, &story);
        for clock in matter.with(&events).clocks() {
            let stored = serde_json::to_string(&clock).expect("it is JSON");
            prop_assert_eq!(serde_json::from_str::<Clock>(&stored).expect("it is a clock"), clock.clone());
            let line = clock.basis.to_string();
            let is_told = line.contains(&clock.on.to_string()) && !line.contains('\n');
            prop_assert!(is_told, "{}", line);
            prop_assert!(clock.kind != Kind::Acknowledgement || clock.basis.events.is_empty(), "nothing moves it");
        }
    }
}
