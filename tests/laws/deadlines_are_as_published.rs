//! Every date that the desk would give is a committed file, so that a change of a law, a calendar or the arithmetic is
//! read by a person; and the page that tells people of them is made from the same files.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::{Duration, NaiveDateTime, TimeZone};
use harness::tree::{must_equal, root};
use rightsdesk_server::floor::kernel::{Day, Instant};
use rightsdesk_server::floor::policy::{SHIPPED, parse};
use rightsdesk_server::floor::regulations::{
    Book, Clock, Event, Flag, Longer, Matter, PauseGround, Received, Regime, Roll, RollReading, Rule, Starts, Term,
    Within, shipped, zone,
};

/// Local times of receipt at which a date may go wrong.
const RECEIPTS: &[&str] = &[
    "2025-12-25 12:00", // a holiday; past a year's end
    "2026-01-31 00:00", // the first moment of a day that February lacks
    "2026-02-28 23:59", // summer time begins within the period
    "2026-03-05 12:00", // the guidelines' own example; ends on an Easter Sunday
    "2026-03-29 23:30", // an hour of this day was lost
    "2026-05-23 12:00", // a Saturday before two holidays
    "2026-07-04 09:00", // a holiday on a Saturday
    "2026-09-25 12:00", // winter time begins within the period
    "2026-10-25 00:30", // an hour of this day comes twice
    "2026-11-25 12:00", // ends among the holidays of December
    "2026-12-31 23:59", // the last minute of a year
    "2028-01-30 12:00", // a leap year's February lacks this day too
    "2028-02-29 12:00", // the leap day
    "2031-12-15 12:00", // ends beyond the years of every calendar
];

fn book() -> &'static Book {
    shipped().unwrap_or_else(|fault| panic!("{fault}"))
}

/// Where a regime's dates are tried: zone and place.
fn tried(regime: &Regime) -> &'static [(&'static str, &'static str)] {
    match regime.code.as_str() {
        "eu_gdpr" => &[
            ("Europe/Berlin", "DE"),
            ("Europe/Paris", "FR"),
            ("Europe/Dublin", "IE"),
            ("Europe/Madrid", "ES"),
            ("Europe/Helsinki", "FI"),
        ],
        "uk_gdpr" | "uk_dpa" => {
            &[("Europe/London", "GB-EAW"), ("Europe/London", "GB-SCT"), ("Europe/London", "GB-NIR")]
        }
        "us_ca" => &[("America/Los_Angeles", "US")],
        "br_lgpd" => &[("America/Sao_Paulo", "BR")],
        "ca_pipeda" => &[("America/Toronto", "CA")],
        "ca_qc" => &[("America/Montreal", "CA-QC")],
        "in_dpdp" => &[("Asia/Kolkata", "IN")],
        "ch_fadp" => &[("Europe/Zurich", "CH")],
        "au_app" => &[("Australia/Sydney", "AU")],
        _ if regime.platform.is_some() => &[("UTC", "-")],
        _ => &[("America/Chicago", "US")],
    }
}

#[test]
fn deadlines_are_as_published() {
    let mut text = String::from(HEAD);
    for regime in book().regimes() {
        for rule in regime.rules.iter().chain(&regime.duties) {
            if matches!(rule.answer.term, Term::HoursBefore(_)) {
                continue;
            }
            for (place, of) in tried(regime) {
                let _ = writeln!(text, "\n{} {} · {place} {of}", regime.code, rule.rights.join(" "));
                for local in RECEIPTS {
                    let _ = writeln!(text, "  {local}  {}", line(regime, rule, place, of, local).join("  "));
                }
            }
        }
    }
    must_equal("tests/golden/deadlines.txt", &text);
}

const HEAD: &str = "\
Every clock at awkward moments of receipt. Two dates are the one that is worked by and the later reading; `!` marks a day
that the calendar does not know, `?` a target of ours. Extended: told on the thirteenth day. Asked: who the person is, from
the fifth day to the twelfth, and what is meant, from the tenth to the fifteenth. Columns:

  received          acknowledge · answer · extended · asked · asked and extended · appeal · appeal extended
";

/// The dates of one receipt.
fn line(regime: &Regime, rule: &Rule, place: &str, of: &str, local: &str) -> Vec<String> {
    let zone = zone(place).expect("a zone");
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a moment");
    let at = zone.from_local_datetime(&local).earliest().expect("a moment of the zone");
    let at = Instant::from_utc(at.to_utc());
    let received = Received { at, zone, calendar: book().calendar_at(regime, Some(of)) };
    let after = |days: i64| at.plus(Duration::days(days));
    let to = Day(local.date() + Duration::days(60));

    let told = [Event::extended(after(13), Some(to))];
    let asked = [
        Event::paused(after(5), PauseGround::IdentityAsked),
        Event::resumed(after(12), PauseGround::IdentityAsked),
        Event::paused(after(10), PauseGround::ScopeAsked),
        Event::resumed(after(15), PauseGround::ScopeAsked),
    ];
    let both: Vec<Event> = asked.iter().chain(&told).copied().collect();
    let withdrawn: Vec<Event> = both.iter().copied().chain([Event::extension_withdrawn(after(20))]).collect();
    let unasked: Vec<Event> = both
        .iter()
        .copied()
        .chain([PauseGround::IdentityAsked, PauseGround::ScopeAsked].map(|why| Event::pause_withdrawn(after(20), why)))
        .collect();

    let matter = Matter::new(regime, &rule.rights[0], received).expect("a right");
    let answer = |events: &[Event]| matter.with(events).answer().expect("a date");
    let dates = |clock: &Clock| (clock.on, clock.legal_on, clock.ends_at);
    assert_eq!(dates(&answer(&withdrawn)), dates(&answer(&asked)), "an extension withdrawn was never told");
    assert_eq!(dates(&answer(&unasked)), dates(&answer(&told)), "a pause withdrawn never was");

    let shown =
        |applies: bool, clock: Option<Clock>| clock.filter(|_| applies).map_or_else(|| "-".to_owned(), |c| cell(&c));
    let extends = rule.extension.is_some();
    let pauses = !rule.pause.grounds.is_empty() || rule.starts == Starts::Complete;
    let appeal = matter.appealed(received);
    let appeal_extends = rule.appeal.as_ref().is_some_and(|appeal| appeal.extension.is_some());
    vec![
        shown(true, matter.acknowledgement()),
        cell(&answer(&[])),
        shown(extends, Some(answer(&told))),
        shown(pauses, Some(answer(&asked))),
        shown(pauses && extends, Some(answer(&both))),
        shown(true, appeal.and_then(|appeal| appeal.answer())),
        shown(appeal_extends, appeal.and_then(|appeal| appeal.with(&told).answer())),
    ]
}

fn cell(clock: &Clock) -> String {
    let mut cell = clock.on.to_string();
    if let Some(legal) = clock.legal_on.filter(|legal| *legal != clock.on) {
        let _ = write!(cell, "/{legal}");
    }
    if clock.basis.has(Flag::OutsideCalendar) || clock.basis.has(Flag::NoCalendar) {
        cell.push('!');
    }
    if clock.basis.has(Flag::OurTarget) {
        cell.push('?');
    }
    cell
}

#[test]
fn every_regime_that_a_policy_names_has_its_file_and_the_right() {
    for (name, text) in SHIPPED {
        let policy = parse(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        for asked in &policy.rights {
            for code in &asked.regimes {
                let code = code.get_ref();
                let regime = book().regime(code).unwrap_or_else(|| panic!("{name} names {code}, which has no file"));
                let right = asked.right.get_ref();
                assert!(
                    regime.offers().any(|offer| offer.right.code() == right),
                    "{name} says that {code} gives {right}"
                );
            }
        }
    }
}

const BEGIN: &str = "<!-- deadlines -->\n";
const END: &str = "<!-- /deadlines -->";

#[test]
fn the_page_of_deadlines_is_made_from_the_files() {
    let page = std::fs::read_to_string(root().join("docs/deadlines.md")).expect("docs/deadlines.md");
    let (before, rest) = page.split_once(BEGIN).expect("the tables' beginning is marked");
    let (_, after) = rest.split_once(END).expect("the tables' end is marked");
    must_equal("docs/deadlines.md", &format!("{before}{BEGIN}{}{END}{after}", tables()));
    assert!(before.contains("This is not legal advice."), "the page says what it is not");
}

fn tables() -> String {
    let mut text = String::new();
    for regime in book().regimes() {
        let held = if regime.places.is_empty() {
            format!("Notices of {}.", regime.platform.as_deref().unwrap_or("nobody"))
        } else {
            format!("Holds in {}.", regime.places.join(" "))
        };
        let calendar = regime.calendar.as_ref().map_or_else(String::new, |code| format!(" Calendar: `{code}`."));
        let _ = writeln!(text, "\n### `{}`: {}\n\n{}. {held}{calendar}\n", regime.code, regime.title, regime.law);
        text.push_str("| what | acknowledged | answered | longer | time stands still | a refusal names | appeal | source | sure |\n");
        text.push_str("|---|---|---|---|---|---|---|---|---|\n");
        for rule in regime.rules.iter().chain(&regime.duties) {
            let _ = writeln!(text, "| {} |", row(rule).join(" | ").replace(" |  |", " | |"));
        }
    }
    text.push_str(
        "\n### Calendars\n\n| code | place | family | years | holidays by | sure |\n|---|---|---|---|---|---|\n",
    );
    for calendar in book().calendars() {
        let family = calendar.family.as_ref().map_or_else(|| "–".to_owned(), |family| format!("`{family}`"));
        let (from, to) = calendar.years;
        let _ = writeln!(
            text,
            "| `{}` | {} | {family} | {from}–{to} | {} | {} |",
            calendar.code, calendar.title, calendar.source, calendar.checked
        );
    }
    text
}

/// A rule as the page has it.
fn row(rule: &Rule) -> Vec<String> {
    let cited = |said: String, cite: Option<&str>| match cite {
        Some(cite) => format!("{said} ({cite})"),
        None => said,
    };
    let none = || "–".to_owned();
    let mut what = rule.rights.iter().map(|right| format!("`{right}`")).collect::<Vec<_>>().join(", ");
    if let Some(only) = &rule.only {
        let _ = write!(what, ", only {}", only.replace('_', " "));
    }
    if let Some(since) = rule.since {
        let _ = write!(what, ", since {since}");
    }
    if rule.without_proof {
        what.push_str(", without proof of identity");
    }
    let word = rule.acknowledge.as_ref().map_or_else(none, |word| {
        let said = match word.within {
            Within::Date(period) => period.to_string(),
            Within::Seconds(count) => format!("HTTP 200 within {count} s"),
            Within::AtOnce => "HTTP 2xx at once".to_owned(),
        };
        cited(said, word.cite.as_deref())
    });
    let longer = rule.extension.as_ref().map_or_else(
        || rule.no_extension.as_ref().map_or_else(none, |note| format!("no: {note}")),
        |longer| {
            let by = match longer.by {
                Longer::By(period) => format!("{period} more, once"),
                Longer::UntilTold => "until the day that is told, once".to_owned(),
            };
            cited(format!("{by}; {}", longer.notice), longer.cite.as_deref())
        },
    );
    let pause =
        if rule.pause.note == "none" { none() } else { cited(rule.pause.note.clone(), rule.pause.cite.as_deref()) };
    let refusal = rule.refusal.as_ref().map_or_else(none, |refusal| {
        let names: Vec<_> = refusal.must_name.iter().map(|name| name.code().replace('_', " ")).collect();
        cited(names.join(", "), refusal.cite.as_deref())
    });
    let appeal = rule.appeal.as_ref().map_or_else(none, |appeal| {
        let longer = appeal.extension.map_or_else(String::new, |more| format!(", {more} more"));
        let names: Vec<_> = appeal.must_name.iter().map(|name| name.code().replace('_', " ")).collect();
        format!("{}{longer}; denied: {}", appeal.within, names.join(", "))
    });
    let answer = cited(answered(rule), rule.answer.cite.as_deref());
    vec![what, word, answer, longer, pause, refusal, appeal, rule.source.clone(), rule.checked.clone()]
}

fn answered(rule: &Rule) -> String {
    let mut said = match rule.answer.term {
        Term::Within(period) => period.to_string(),
        Term::Immediate => "at once; our target: the same working day".to_owned(),
        Term::Promptly(target) => format!("promptly; our target: {target}"),
        Term::WithoutUndueDelay(target) => format!("without undue delay; our target: {target}"),
        Term::HoursBefore(count) => format!("{count} hours before"),
    };
    if rule.starts == Starts::Complete {
        said.push_str(" from the latest of receipt, identity and fee");
    }
    match rule.answer.roll {
        Roll::None => {}
        roll => {
            let _ = write!(said, ", {}", roll.code().replace('_', " "));
        }
    }
    if rule.answer.roll_reading == RollReading::Legal {
        said.push_str(" by the later reading");
    }
    said
}

#[test]
fn every_regime_is_tried_where_it_holds() {
    let zones: BTreeSet<&str> = book().regimes().flat_map(tried).map(|(place, _)| *place).collect();
    assert!(zones.iter().all(|place| zone(place).is_some()));
}
