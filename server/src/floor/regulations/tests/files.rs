//! The files against the table that they were written from; and what a faulty file is told.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::book;
use crate::floor::regulations::{
    Answer, Book, CALENDARS, Extension, Longer, OPERATOR_PROMISE, Period, REGIMES, Regime, Right, Rule, Term, Within,
};

const TABLE: &str = include_str!("../vectors/clocks.json");

/// A rule as a row of the table has it.
fn row(code: &str, right: &str, rule: &Rule) -> Value {
    let mut row = Map::new();
    row.insert("regime".to_owned(), json!(code));
    row.insert("right".to_owned(), json!(right));
    let (ack, ack_unit) = match rule.acknowledge.as_ref().map(|word| word.within) {
        None => (Value::Null, Value::Null),
        Some(Within::Date(period)) => (json!(period.count()), unit(period)),
        Some(Within::Seconds(count)) => (json!(count), json!("second_http_200")),
        Some(Within::AtOnce) => (Value::Null, json!("http_2xx_at_once")),
    };
    row.insert("ack".to_owned(), ack);
    row.insert("ack_unit".to_owned(), ack_unit);
    let (due, due_unit) = due(&rule.answer);
    row.insert("due".to_owned(), due);
    row.insert("unit".to_owned(), due_unit);
    row.insert("roll".to_owned(), json!(rule.answer.roll.code()));
    let (extension, extension_unit) = extension(rule.extension.as_ref());
    row.insert("extension".to_owned(), extension);
    row.insert("extension_unit".to_owned(), extension_unit);
    let notice = rule.extension.as_ref().map(|extension| &extension.notice).or(rule.no_extension.as_ref());
    row.insert("extension_notice".to_owned(), json!(notice));
    row.insert("pause".to_owned(), json!(rule.pause.note));
    let appeal = rule.appeal.as_ref();
    row.insert("appeal_due".to_owned(), json!(appeal.map(|appeal| appeal.within.count())));
    row.insert("appeal_unit".to_owned(), json!(appeal.map(|appeal| unit(appeal.within))));
    let longer = appeal.and_then(|appeal| appeal.extension).map(Period::count);
    row.insert("appeal_extension".to_owned(), json!(longer));
    row.insert("source".to_owned(), json!(rule.source));
    row.insert("checked".to_owned(), json!(rule.checked));
    Value::Object(row)
}

fn unit(period: Period) -> Value {
    json!(match period {
        Period::Hours(_) => "hour",
        Period::Days(_) => "cal_day",
        Period::BusinessDays(_) => "bus_day",
        Period::Months(_) => "cal_month",
    })
}

fn due(answer: &Answer) -> (Value, Value) {
    match answer.term {
        Term::Within(period) => (json!(period.count()), unit(period)),
        Term::Immediate => (json!(0), json!("immediate")),
        Term::Promptly(_) => (Value::Null, json!("promptly")),
        Term::WithoutUndueDelay(_) => (Value::Null, json!("without_undue_delay")),
        Term::HoursBefore(count) => (json!(count), json!("hour_before")),
    }
}

fn extension(extension: Option<&Extension>) -> (Value, Value) {
    match extension.map(|extension| extension.by) {
        None => (json!(0), Value::Null),
        Some(Longer::By(period)) => (json!(period.count()), unit(period)),
        Some(Longer::UntilTold) => (Value::Null, json!("open")),
    }
}

#[test]
fn every_row_of_the_table_is_in_a_file_and_no_file_says_more() {
    let table: Vec<Value> = serde_json::from_str(TABLE).expect("JSON");
    assert_eq!(table.len(), 148);
    let mut wanted: BTreeMap<(String, String), Value> = BTreeMap::new();
    for row in table {
        let word = |key: &str| row[key].as_str().expect("a word").to_owned();
        if word("regime") != "VENDOR_PROMISE" {
            wanted.insert((word("regime").to_lowercase(), word("right")), row);
        }
    }
    assert_eq!(wanted.len(), 146);
    for regime in book().regimes() {
        for rule in regime.rules.iter().chain(&regime.duties) {
            for right in &rule.rights {
                let key = (regime.code.clone(), right.clone());
                let mut wanted = wanted.remove(&key).unwrap_or_else(|| panic!("{key:?} is not in the table"));
                wanted["regime"] = json!(regime.code);
                assert_eq!(row(&regime.code, right, rule), wanted);
            }
        }
    }
    assert_eq!(wanted.keys().collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "rows without a file");
}

#[test]
fn the_operators_promise_is_as_the_table_has_it() {
    let table: Vec<Value> = serde_json::from_str(TABLE).expect("JSON");
    let promised: Vec<&Value> = table.iter().filter(|row| row["regime"] == "VENDOR_PROMISE").collect();
    assert_eq!(promised.len(), 2);
    let rights: Vec<(Right, Period)> = Right::ALL.iter().map(|right| (*right, Period::Days(30))).collect();
    let regime = Regime::promised("a page", &rights);
    assert_eq!(regime.rules.len(), Right::ALL.len());
    for wanted in promised {
        for rule in &regime.rules {
            let mut got = row(OPERATOR_PROMISE, &rule.rights[0], rule);
            for key in ["regime", "right", "source"] {
                got[key] = wanted[key].clone();
            }
            assert_eq!(&got, wanted);
        }
    }
}

#[test]
fn every_file_that_comes_along_is_sound() {
    let book = Book::read(REGIMES, CALENDARS).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(book.regimes().count(), 31);
    assert_eq!(book.calendars().count(), 40);
    for regime in book.regimes() {
        for offer in regime.offers() {
            assert!(regime.offer(offer.right).is_some(), "{}: {} has special cases alone", regime.code, offer.right);
        }
    }
}

#[test]
fn the_regulation_has_a_calendar_in_each_of_its_states() {
    let gdpr = book().regime("eu_gdpr").expect("a regime");
    assert_eq!(gdpr.places.len(), 30);
    for place in &gdpr.places {
        let calendar = book().calendar_at(gdpr, Some(place)).unwrap_or_else(|| panic!("{place} has no calendar"));
        assert!(calendar.places.contains(place));
    }
    let at = |code: &str, place| {
        let regime = book().regime(code).expect("a regime");
        book().calendar_at(regime, place).map(|calendar| calendar.code.as_str())
    };
    assert_eq!(at("eu_gdpr", Some("DE-BY")), Some("de"), "a region has its country's");
    assert_eq!(at("eu_gdpr", None), None);
    assert_eq!(at("uk_gdpr", Some("GB-WLS")), Some("england_and_wales"));
    assert_eq!(at("uk_gdpr", Some("GB")), None, "of three nations none is guessed");
    assert_eq!(at("us_ca", None), Some("us_federal"));
}

#[test]
fn a_faulty_regime_is_told_all_that_is_wrong() {
    let text = REGIMES.iter().find(|(name, _)| *name == "eu_gdpr").expect("it comes along").1;
    for (from, to, said) in [
        ("months = 1, roll", "month = 1, roll", "unknown field `month`"),
        ("months = 1, roll", "roll", "say one of days, months"),
        ("months = 1, roll", "months = 1, days = 30, roll", "say one of days, months"),
        ("\"access\"", "\"acess\"", "`acess` is no right a person asks for"),
        ("\"portability\"", "\"access\"", "`access` has two rules"),
        ("only = \"automated_decision\"\n", "", "two rules serve objection: say which is for one case `only`"),
        ("calendar = \"member_state\"\n", "", "it rolls or counts working days: say by which calendar"),
        ("calendar = \"member_state\"", "calendar = \"mars\"", "there is no calendar `mars`"),
        ("\"AT\"", "\"Austria\"", "`Austria` is no place"),
        ("code = \"eu_gdpr\"", "code = \"EU_GDPR\"", "its code is EU_GDPR"),
        ("times = 1", "times = 2", "an extension is granted once"),
        ("extension = { months = 2", "extension = { days = 60", "months are extended by months"),
        ("from = \"receipt\"", "from = \"start\"", "an extension counts `from` the day"),
        ("tell_within = { months = 1 }", "tell_within = { months = 2 }", "the notice comes within the first period"),
        ("immediate = true", "promptly = true", "a time without a number wants a `target` of ours"),
        ("immediate = true", "immediate = true, roll = \"next_working_day\"", "only days and months roll"),
        ("must_name = [\"ground\", \"authority\", \"court\"]", "must_name = []", "a refusal names something"),
        ("checked = \"M\"", "checked = \"probably\"", "`checked` is of S, C, M and P"),
        ("starts = \"receipt\"", "starts = \"awareness\"", "unknown variant `awareness`"),
    ] {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "the edit {from} fits nothing");
        let faults = Book::read(&[("eu_gdpr", &spoilt)], CALENDARS).expect_err(to);
        assert!(faults.iter().any(|fault| fault.reason.contains(said)), "{to}: {faults:?}");
        assert!(faults.iter().all(|fault| fault.to_string().starts_with("eu_gdpr.toml")));
    }
}
