//! Dates that were reckoned by hand.

use super::super::{Flag, Kind, Right, Standing, driving, ends_at, last_fifth};
use super::*;
use crate::floor::regulations::{Matter, Period, Regime};

const IDENTITY: PauseGround = PauseGround::IdentityAsked;
const SCOPE: PauseGround = PauseGround::ScopeAsked;

#[test]
fn a_month_under_the_regulation_ends_on_the_corresponding_date() {
    // EDPB 01/2022: 5 March to 5 April. In 2027 that is a Monday.
    assert_eq!(both(&german("2027-03-05", &[])), same("2027-04-05"));
    // In 2026 the same date is Easter Sunday, and Monday is a holiday.
    assert_eq!(both(&german("2026-03-05", &[])), same("2026-04-07"));
    assert_eq!(both(&german("2026-01-31", &[])), same("2026-03-02"), "28 February 2026 is a Saturday");
    assert_eq!(both(&german("2028-01-31", &[])), same("2028-02-29"));
    assert_eq!(both(&german("2026-11-25", &[])), same("2026-12-28"), "two holidays, then a weekend");
}

#[test]
fn a_month_in_the_united_kingdom_ends_likewise_by_the_nations_own_holidays() {
    assert_eq!(both(&english("access", "2025-09-03", &[])), same("2025-10-03"));
    assert_eq!(both(&english("access", "2026-09-03", &[])), same("2026-10-05"), "3 October 2026 is a Saturday");
    let easter_monday = noon("2026-03-06");
    let at_place =
        |code| answer("uk_gdpr", "access", received(easter_monday, "Europe/London", Some(code)), &[]).on.to_string();
    assert_eq!(at_place("england_and_wales"), "2026-04-07");
    assert_eq!(at_place("scotland"), "2026-04-06", "no bank holiday in Scotland");
}

#[test]
fn an_extension_counts_from_receipt_and_rolls_once() {
    let extended = |on: &str, told: &str| both(&german(on, &[Event::extended(noon(told), None)]));
    assert_eq!(extended("2026-01-31", "2026-02-20"), same("2026-04-30"), "three months, not two from the rolled end");
    assert_eq!(extended("2026-03-05", "2026-04-07"), same("2026-06-05"), "told on the rolled last day");
    assert_eq!(extended("2026-03-05", "2026-04-08"), same("2026-04-07"), "told a day late, it does not count");
    let late = german("2026-03-05", &[Event::extended(noon("2026-04-08"), None)]);
    assert!(late.basis.has(Flag::NotCounted));
}

#[test]
fn what_is_withdrawn_was_never_there() {
    let pause = asked(IDENTITY, "2026-03-10", "2026-03-20");
    let told = Event::extended(noon("2026-04-01"), None);
    let back = Event::extension_withdrawn(noon("2026-04-02"));
    let all = german("2026-03-05", &[pause[0], pause[1], told]);
    assert_eq!(both(&all), ("2026-06-15".to_owned(), "2026-06-16".to_owned()), "5 June and ten, or eleven, days");
    let withdrawn = german("2026-03-05", &[pause[0], pause[1], told, back]);
    let never = german("2026-03-05", &pause);
    assert_eq!(both(&withdrawn), both(&never));
    assert_eq!(both(&never), ("2026-04-15".to_owned(), "2026-04-16".to_owned()));
    let without = german("2026-03-05", &[pause[0], pause[1], Event::pause_withdrawn(noon("2026-04-02"), IDENTITY)]);
    assert_eq!(both(&without), same("2026-04-07"));
}

#[test]
fn a_question_stops_the_time_only_where_the_regime_says_so() {
    let identity = asked(IDENTITY, "2026-05-04", "2026-05-14");
    let scope = asked(SCOPE, "2026-05-04", "2026-05-14");
    assert_eq!(both(&english("access", "2026-05-01", &[])), same("2026-06-01"));
    assert_eq!(both(&english("access", "2026-05-01", &identity)), same("2026-06-15"), "14 June is a Sunday");
    let further = ("2026-06-11".to_owned(), "2026-06-12".to_owned());
    assert_eq!(both(&english("access", "2026-05-01", &scope)), further, "ten days, or eleven");
    assert_eq!(both(&english("deletion", "2026-05-01", &scope)), same("2026-06-01"), "of access requests alone");
    let california = received(noon("2026-05-01"), "America/Los_Angeles", Some("us_federal"));
    assert_eq!(both(&answer("us_ca", "deletion", california, &identity)), same("2026-06-15"), "whatever it takes");
}

#[test]
fn days_asked_about_twice_are_left_out_once() {
    let (one, two) = (asked(IDENTITY, "2026-06-03", "2026-06-08"), asked(SCOPE, "2026-06-05", "2026-06-10"));
    let clock = german("2026-06-01", &[one[0], two[0], one[1], two[1]]);
    assert_eq!((clock.basis.excluded_days, clock.basis.excluded_days_legal), (7, 8));
    assert_eq!(both(&clock), ("2026-07-08".to_owned(), "2026-07-09".to_owned()));
}

#[test]
fn while_an_answer_is_awaited_the_clock_stands_still() {
    let clock = german("2026-06-01", &[Event::paused(noon("2026-06-03"), IDENTITY)]);
    assert_eq!(clock.standing, Standing::Paused { ground: IDENTITY, since: day("2026-06-03") });
    assert!(!clock.is_over(noon("2027-01-01")));
    let fee = english("access", "2026-06-01", &[Event::paused(noon("2026-06-03"), PauseGround::FeeAsked)]);
    assert!(fee.is_paused());
    assert!(
        !german("2026-06-01", &[Event::paused(noon("2026-08-03"), IDENTITY)]).is_paused(),
        "asked when it was over"
    );
}

#[test]
fn california_counts_calendar_days_and_two_kinds_of_working_days() {
    // 3 July 2026 is the day Independence Day is kept on; 7 September is Labor Day.
    let received = received(noon("2026-07-01"), "America/Los_Angeles", Some("us_federal"));
    let regime = book().regime("us_ca").expect("a regime");
    let matter = Matter::new(regime, "know_access", received).expect("a right");
    let word = matter.acknowledgement().expect("a date");
    assert_eq!(both(&word), ("2026-07-15".to_owned(), "2026-07-16".to_owned()));
    assert_eq!(word.kind, Kind::Acknowledgement);
    assert_eq!(both(&matter.answer().expect("a date")), same("2026-08-15"), "a Saturday stays");
    let extended = [Event::extended(noon("2026-08-15"), None)];
    assert_eq!(both(&matter.with(&extended).answer().expect("a date")), same("2026-09-29"), "ninety from receipt");
    let opt_out = Matter::new(regime, "opt_out_sale_share", received).expect("a right").answer().expect("a date");
    assert_eq!(both(&opt_out), ("2026-07-22".to_owned(), "2026-07-23".to_owned()));
}

#[test]
fn other_states_count_their_own_days_and_appeals() {
    let received = received(noon("2026-01-01"), "America/Chicago", None);
    let extended = [Event::extended(noon("2026-01-10"), None)];
    for (regime, first, longer) in [
        ("us_va", "2026-02-15", "2026-04-01"),
        ("us_ia", "2026-04-01", "2026-05-16"),
        ("us_fl", "2026-02-15", "2026-03-02"),
    ] {
        assert_eq!(both(&answer(regime, "access", received, &[])), same(first), "{regime}");
        assert_eq!(both(&answer(regime, "access", received, &extended)), same(longer), "{regime}");
    }
    let matter = Matter::new(book().regime("us_co").expect("a regime"), "access", received).expect("a right");
    let appeal = matter.appealed(received).expect("Colorado has an appeal");
    assert_eq!(both(&appeal.answer().expect("a date")), same("2026-02-15"));
    assert_eq!(both(&appeal.with(&extended).answer().expect("a date")), same("2026-04-16"), "45 and 60");
    assert_eq!(appeal.answer().expect("a date").kind, Kind::Appeal);
    let utah = Matter::new(book().regime("us_ut").expect("a regime"), "access", received).expect("a right");
    assert!(utah.appealed(received).is_none());
}

#[test]
fn canada_rolls_in_the_later_reading_alone() {
    // 30 days from 5 November 2025 end on 5 December; from 25 November on Christmas Day.
    let on =
        |text: &str| answer("ca_pipeda", "access", received(noon(text), "America/Toronto", Some("ca_federal")), &[]);
    assert_eq!(both(&on("2025-11-05")), same("2025-12-05"));
    assert_eq!(both(&on("2025-11-25")), ("2025-12-25".to_owned(), "2025-12-26".to_owned()));
    assert_eq!(both(&on("2026-01-30")), ("2026-03-01".to_owned(), "2026-03-02".to_owned()), "a Sunday");
    assert_eq!(both(&on("2026-01-29")), same("2026-02-28"), "a Saturday does not roll");
}

#[test]
fn at_once_is_the_same_working_day_and_a_target_of_ours() {
    let marketing = |on: &str| {
        answer("eu_gdpr", "objection_direct_marketing", received(noon(on), "Europe/Berlin", Some("de")), &[])
    };
    assert_eq!(both(&marketing("2026-11-18")), ("2026-11-18".to_owned(), "-".to_owned()));
    assert_eq!(both(&marketing("2026-11-21")), ("2026-11-23".to_owned(), "-".to_owned()), "a Saturday");
    assert!(marketing("2026-11-18").basis.has(Flag::OurTarget));
    let complaint = received(noon("2026-07-01"), "Europe/London", Some("england_and_wales"));
    let complaint = Matter::new(book().regime("uk_dpa").expect("a regime"), "complaint", complaint).expect("a right");
    let clocks = complaint.clocks();
    assert_eq!(clocks.iter().map(both).collect::<Vec<_>>(), [same("2026-07-31"), ("2026-07-31".into(), "-".into())]);
}

#[test]
fn switzerland_is_answered_by_the_day_that_was_told() {
    let received = received(noon("2026-03-01"), "Europe/Zurich", None);
    assert_eq!(both(&answer("ch_fadp", "access", received, &[])), same("2026-03-31"));
    let told = [Event::extended(noon("2026-03-20"), Some(day("2026-05-12")))];
    assert_eq!(both(&answer("ch_fadp", "access", received, &told)), same("2026-05-12"));
}

#[test]
fn the_day_of_receipt_is_that_of_the_zone() {
    let late = at("2026-03-31T22:30:00Z");
    let on = |place| answer("eu_gdpr", "access", received(late, place, Some("de")), &[]).basis.received_on.to_string();
    assert_eq!((on("Europe/Berlin"), on("Europe/London")), ("2026-04-01".to_owned(), "2026-03-31".to_owned()));
}

#[test]
fn a_day_ends_at_midnight_of_the_zone_on_both_sides_of_daylight_saving() {
    for (place, on, end) in [
        ("Europe/Berlin", "2026-03-28", "2026-03-28T23:00:00Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", "2026-10-24", "2026-10-24T22:00:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00Z"),
        ("America/New_York", "2026-03-07", "2026-03-08T05:00:00Z"),
        ("America/New_York", "2026-11-01", "2026-11-02T05:00:00Z"),
        ("Asia/Kolkata", "2026-06-30", "2026-06-30T18:30:00Z"),
        // Midnight does not happen in Santiago on the day that summer time begins, and comes twice in Havana on its last.
        ("America/Santiago", "2026-09-05", "2026-09-06T04:00:00Z"),
        ("America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"),
    ] {
        assert_eq!(ends_at(day(on).0, zone(place).expect("a zone")), at(end), "{place} {on}");
    }
}

#[test]
fn what_the_calendar_does_not_know_is_flagged_and_not_rolled() {
    // 1 February 2032 is a Sunday, beyond the years of every calendar.
    let clock = german("2032-01-01", &[]);
    assert_eq!(both(&clock), same("2032-02-01"));
    assert!(clock.basis.has(Flag::OutsideCalendar));
    let nowhere = answer("eu_gdpr", "access", received(noon("2026-03-05"), "Europe/Berlin", None), &[]);
    assert_eq!(both(&nowhere), same("2026-04-05"), "a Sunday");
    assert!(nowhere.basis.has(Flag::NoCalendar));
}

#[test]
fn a_promise_of_the_page_is_a_regime_like_any_other() {
    let promise = Regime::promised("SooperSeller Privacy Policy", &[(Right::Access, Period::Days(30))]);
    let received = received(noon("2026-01-31"), "Asia/Karachi", None);
    let clock = Matter::new(&promise, "access", received).expect("a right").answer().expect("a date");
    assert_eq!(both(&clock), same("2026-03-02"));
    assert_eq!(clock.basis.regime, "operator_promise");
    let hours = Regime::promised("a page", &[(Right::Deletion, Period::Hours(48))]);
    let clock = Matter::new(&hours, "deletion", received).expect("a right").answer().expect("a date");
    assert_eq!(clock.ends_at, noon("2026-02-02"), "hours are counted as hours");
}

#[test]
fn of_several_clocks_the_earliest_that_runs_drives() {
    let law = german("2026-01-31", &[]);
    let promise = Regime::promised("a page", &[(Right::Access, Period::Days(28))]);
    let received = received(noon("2026-01-31"), "Europe/Berlin", None);
    let promise = Matter::new(&promise, "access", received).expect("a right").answer().expect("a date");
    assert_eq!((law.on, promise.on), (day("2026-03-02"), day("2026-02-28")));
    assert_eq!(driving([&law, &promise]), Some(&promise));
    let stopped = german("2026-01-20", &[Event::paused(noon("2026-01-21"), IDENTITY)]);
    assert_eq!(driving([&stopped, &law]), Some(&law), "one that stands still drives nothing");
    assert_eq!(driving([&stopped]), Some(&stopped));
    assert_eq!(driving([]), None);
}

#[test]
fn the_target_leaves_the_last_fifth() {
    assert_eq!(last_fifth(day("2026-01-01"), day("2026-01-31")), day("2026-01-25"));
    assert_eq!(last_fifth(day("2026-01-01"), day("2026-01-02")), day("2026-01-01"));
    assert_eq!(last_fifth(day("2026-01-01"), day("2026-01-01")), day("2026-01-01"));
    assert_eq!(last_fifth(day("2026-01-03"), day("2026-01-01")), day("2026-01-01"), "never after the end");
}

#[test]
fn a_basis_is_one_json_value_and_one_line() {
    let pause = asked(IDENTITY, "2026-03-10", "2026-03-12");
    let clock = german("2026-03-05", &[pause[0], pause[1], Event::extended(noon("2026-03-20"), None)]);
    let stored = serde_json::to_value(&clock).expect("it is JSON");
    assert_eq!(serde_json::from_value::<Clock>(stored).expect("it is a clock"), clock);
    assert_eq!(
        clock.basis.to_string(),
        "General Data Protection Regulation (Art. 12(3)): 1 month and 2 months more from 2026-03-05, 2 days not counted \
         (3 by the law’s later reading); 2026-06-07 is a Sunday (de, 2025–2031), so 2026-06-08, until 24:00 \
         Europe/Berlin; part of this rule is still to be checked against the law’s own text"
    );
    let rolled = german("2026-03-06", &[]).basis.to_string();
    assert!(rolled.contains("2026-04-06 is Easter Monday (de, 2025–2031), so 2026-04-07"), "{rolled}");
}
