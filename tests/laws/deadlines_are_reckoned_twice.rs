//! Ten thousand due dates, each reckoned by the desk and again by Postgres from the same files and none of our code.

use chrono::{DateTime, Duration, Utc};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use harness::base;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::kernel::{Day, Instant};
use rightsdesk_server::floor::regulations::{
    Book, CALENDARS, Clock, Event, Matter, PauseGround, REGIMES, Received, shipped, zone,
};
use serde_json::{Value, json};

const CASES: usize = 10_000;

/// Zones with the ways there are to lose an hour: at midnight, twice at midnight, by half an hour, or never.
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Lisbon",
    "Atlantic/Azores",
    "America/New_York",
    "America/Los_Angeles",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
];

#[derive(QueryableByName)]
struct Theirs {
    #[diesel(sql_type = Text)]
    line: String,
    #[diesel(sql_type = Nullable<Text>)]
    late: Option<String>,
}

/// One case, in both hands.
struct Case {
    told: Value,
    ours: Clock,
}

#[test]
fn deadlines_are_reckoned_twice() {
    let book = shipped().unwrap_or_else(|fault| panic!("{fault}"));
    let mut dice = StdRng::seed_from_u64(12 * 1182 * 71);
    let cases: Vec<Case> = std::iter::repeat_with(|| case(book, &mut dice)).flatten().take(CASES).collect();
    let theirs = theirs(&cases);

    assert_eq!(theirs.len(), CASES);
    let moment = |at: Instant| at.utc().format("%Y-%m-%d %H:%M:%S").to_string();
    let mut apart = Vec::new();
    for (case, theirs) in cases.iter().zip(&theirs) {
        let ours = &case.ours;
        let line = format!("{} {} {}", ours.on, moment(ours.ends_at), ours.is_paused());
        let late = ours.legal_on.zip(ours.legal_ends_at).map(|(on, end)| format!("{on} {}", moment(end)));
        if (&line, &late) != (&theirs.line, &theirs.late) {
            apart.push(format!("{}\n  ours {line} {late:?}\n  SQL  {} {:?}", case.told, theirs.line, theirs.late));
        }
    }
    let some = apart.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    assert!(apart.is_empty(), "{} of {CASES} dates differ:\n{some}", apart.len());
    let moved = |case: &&Case| case.ours.basis.excluded_days_legal > 0 && case.ours.basis.extended_by.is_some();
    assert!(cases.iter().filter(moved).count() > 100, "too few cases stand still and are extended");
    assert!(cases.iter().filter(|case| case.ours.basis.rolled_from.is_some()).count() > 500, "too few cases roll");
}

/// A right of some regime, received somewhere, and what became of it.
fn case(book: &'static Book, dice: &mut StdRng) -> Option<Case> {
    // The regimes that let time stand still are few among many: they are drawn as often as all others together.
    let regimes: Vec<_> = book.regimes().collect();
    let chosen = if dice.random_bool(0.5) { ["eu_gdpr", "uk_gdpr"].choose(dice).copied() } else { None };
    let regime = chosen.and_then(|code| book.regime(code)).or_else(|| regimes.choose(dice).copied())?;
    let names: Vec<&String> = regime.rules.iter().chain(&regime.duties).flat_map(|rule| &rule.rights).collect();
    let name = names.choose(dice)?;
    let calendar = if dice.random_bool(0.95) {
        let known: Vec<_> = book.calendars().collect();
        book.calendar_at(regime, None).or_else(|| known.choose(dice).copied())
    } else {
        None
    };
    let place = ZONES.choose(dice)?;
    // 2025 to the middle of 2032, past the years of every calendar.
    let at = DateTime::<Utc>::from_timestamp(dice.random_range(1_735_689_600..1_972_000_000), 0)?;
    let received = Received { at: Instant::from_utc(at), zone: zone(place)?, calendar };
    let events = story(at, dice);
    let matter = Matter::new(regime, name, received).ok()?;
    let (kind, ours) = match dice.random_range(0..10) {
        0 => ("acknowledgement", matter.with(&events).acknowledgement()?),
        1 => ("appeal", matter.appealed(received)?.with(&events).answer()?),
        _ => ("answer", matter.with(&events).answer()?),
    };
    let events: &[Event] = if kind == "acknowledgement" { &[] } else { &events };
    let told = json!({
        "regime": regime.code, "right": name, "kind": kind, "received": at.to_rfc3339(), "zone": place,
        "place": calendar.map(|calendar| &calendar.code), "events": events,
    });
    Some(Case { told, ours })
}

/// Up to six things that become of it in its first hundred days; in most, the first is a question that is answered.
fn story(received: DateTime<Utc>, dice: &mut StdRng) -> Vec<Event> {
    let moment = |within: std::ops::Range<i64>, dice: &mut StdRng| {
        Instant::from_utc(received + Duration::minutes(dice.random_range(within)))
    };
    let day = 24 * 60;
    let mut events = Vec::new();
    if dice.random_bool(0.5) {
        let ground = *PauseGround::ALL.choose(dice).expect("grounds");
        events.push(Event::paused(moment(0..20 * day, dice), ground));
        events.push(Event::resumed(moment(20 * day..40 * day, dice), ground));
    }
    if dice.random_bool(0.4) {
        events
            .push(Event::extended(moment(0..45 * day, dice), Some(Day((received + Duration::days(50)).date_naive()))));
    }
    for _ in 0..dice.random_range(0..4) {
        let (at, ground) = (moment(0..100 * day, dice), *PauseGround::ALL.choose(dice).expect("grounds"));
        events.push(match dice.random_range(0..5) {
            0 => Event::paused(at, ground),
            1 => Event::resumed(at, ground),
            2 => Event::pause_withdrawn(at, ground),
            3 => Event::extension_withdrawn(at),
            _ => Event::extended(at, Some(Day((received + Duration::days(70)).date_naive()))),
        });
    }
    events
}

/// The same dates by the database's calendar.
fn theirs(cases: &[Case]) -> Vec<Theirs> {
    let base = base::fresh();
    let mut postgres = PgConnection::establish(base.admin.expose()).expect("the run's Postgres answers");
    postgres.batch_execute(include_str!("../independent/deadlines.sql")).expect("the script loads");
    for (table, files) in [("law", REGIMES), ("place", CALENDARS)] {
        for (code, text) in files {
            let says: toml::Table = text.parse().expect("TOML");
            let says = serde_json::to_string(&says).expect("JSON");
            sql_query(format!("insert into reckoned.{table} values ($1, $2::jsonb)"))
                .bind::<Text, _>(*code)
                .bind::<Text, _>(says)
                .execute(&mut postgres)
                .expect("a file is taken in");
        }
    }
    postgres
        .batch_execute("set timezone = 'UTC'; set jit = off; select reckoned.lay_out()")
        .expect("files are laid out");
    let told: Vec<&Value> = cases.iter().map(|case| &case.told).collect();
    sql_query(
        "select early || ' ' || to_char(ends, 'YYYY-MM-DD HH24:MI:SS') || ' ' || waits::text as line,
                late || ' ' || to_char(late_ends, 'YYYY-MM-DD HH24:MI:SS') as late
           from jsonb_array_elements($1::jsonb) with ordinality as t (told, nth), reckoned.due(told) order by nth",
    )
    .bind::<Text, _>(serde_json::to_string(&told).expect("JSON"))
    .load(&mut postgres)
    .expect("every case has a date")
}
