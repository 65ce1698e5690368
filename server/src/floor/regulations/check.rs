//! Whether a regime can be counted by. Everything that is wrong with a file is told at once.

use std::collections::BTreeSet;

use super::calendar::Calendar;
use super::fault::Fault;
use super::period::Period;
use super::regime::{Regime, Rule};
use super::terms::{ExtensionFrom, Longer, Term, Within};
use super::words::{Right, Starts};

pub(super) fn check(file: &str, regime: &Regime, calendars: &[&Calendar]) -> Vec<Fault> {
    let mut reasons = Vec::new();
    head(file, regime, calendars, &mut reasons);
    let mut names = BTreeSet::new();
    let mut general = BTreeSet::new();
    for rule in &regime.rules {
        shape(regime, rule, &mut reasons);
        for name in &rule.rights {
            if !names.insert(name.as_str()) {
                reasons.push(format!("`{name}` has two rules"));
            }
            let served: Vec<Right> = rule.served(name).collect();
            if served.is_empty() {
                reasons.push(format!("`{name}` is no right a person asks for: say which it `serves`"));
            }
            for right in served {
                if !general.insert((right, rule.only.as_deref())) {
                    reasons.push(format!("two rules serve {right}: say which is for one case `only`"));
                }
            }
        }
    }
    for duty in &regime.duties {
        shape(regime, duty, &mut reasons);
        if !duty.serves.is_empty() || duty.only.is_some() || duty.extension.is_some() || duty.appeal.is_some() {
            reasons.push(format!("the duty {:?} serves nobody's request", duty.rights));
        }
        for name in duty.rights.iter().filter(|name| !names.insert(name.as_str())) {
            reasons.push(format!("`{name}` has two rules"));
        }
    }
    reasons.into_iter().map(|reason| Fault::new(file, reason)).collect()
}

fn head(file: &str, regime: &Regime, calendars: &[&Calendar], reasons: &mut Vec<String>) {
    let is_code = |text: &str| {
        text.starts_with(|letter: char| letter.is_ascii_lowercase())
            && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    if regime.code != file {
        reasons.push(format!("its code is {}", regime.code));
    }
    if !is_code(&regime.code) {
        reasons.push(format!("`{}` is no code: small letters, digits and _", regime.code));
    }
    if regime.title.trim().is_empty() || regime.law.trim().is_empty() {
        reasons.push("it needs a title and a law".to_owned());
    }
    if regime.rules.is_empty() {
        reasons.push("it has no clock".to_owned());
    }
    if regime.places.is_empty() == regime.platform.is_none() {
        reasons.push("say either the places where it holds or the platform whose notices it is about".to_owned());
    }
    for place in &regime.places {
        let (country, region) = place.split_once('-').unwrap_or((place, "X"));
        let is_upper = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_uppercase());
        if country.len() != 2 || !is_upper(country) || !is_upper(region) {
            reasons.push(format!("`{place}` is no place, such as DE or US-CA"));
        }
    }
    if let Some(wanted) = &regime.calendar {
        let known = calendars.iter().any(|known| known.code == *wanted || known.family.as_ref() == Some(wanted));
        if !known {
            reasons.push(format!("there is no calendar `{wanted}`"));
        }
    }
}

fn shape(regime: &Regime, rule: &Rule, reasons: &mut Vec<String>) {
    let mut fault = |what: &str| reasons.push(format!("{:?}: {what}", rule.rights));
    if rule.rights.is_empty() {
        fault("a clock names its rights");
    }
    if rule.source.trim().is_empty() {
        fault("a clock names its source");
    }
    let is_tagged = rule.checked.split(" + ").all(|part| {
        let tag = part.split_once(' ').map_or(part, |(tag, _)| tag);
        matches!(tag, "S" | "C" | "M" | "P")
    });
    if !is_tagged {
        fault("`checked` is of S, C, M and P, each with what it covers, joined by +");
    }
    if rule.answer.wants_calendar() && regime.calendar.is_none() {
        fault("it rolls or counts working days: say by which calendar");
    }
    let counts_business =
        matches!(rule.acknowledge.as_ref().map(|word| word.within), Some(Within::Date(period)) if is_business(period));
    if counts_business && regime.calendar.is_none() {
        fault("it counts working days: say by which calendar");
    }
    if let Some(extension) = &rule.extension {
        if rule.no_extension.is_some() {
            fault("it is extended and is not");
        }
        if (extension.from == ExtensionFrom::Start) != (rule.starts == Starts::Complete) {
            fault("an extension counts `from` the day the first period counts from: receipt, or its start");
        }
        let Term::Within(first) = rule.answer.term else { return fault("what has no number is not extended") };
        if matches!(extension.by, Longer::By(more) if first.and(more).is_none()) {
            fault("months are extended by months, days by days");
        }
        if first != extension.tell_within {
            fault("the notice comes within the first period");
        }
    }
    if rule.pause.grounds.iter().any(|ground| rule.starts.waits_for(*ground)) {
        fault("its time begins with the identity and the fee: waiting for them is no pause besides");
    }
    if rule.refusal.as_ref().is_some_and(|refusal| refusal.must_name.is_empty())
        || rule.appeal.as_ref().is_some_and(|appeal| appeal.must_name.is_empty())
    {
        fault("a refusal names something");
    }
}

fn is_business(period: Period) -> bool {
    matches!(period, Period::BusinessDays(_))
}
