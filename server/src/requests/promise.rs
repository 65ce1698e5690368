//! What the operator's own page gives a person: which rights, and by when each is answered. Where neither a law nor the
//! page names a time, a target of the desk's own stands in, so that nothing is without a date.

use super::model::SubjectKind;
use crate::floor::policy::{About, Policy, Window};
use crate::floor::regulations::{Answer, Book, Pause, Period, Regime, Right, Roll, RollReading, Rule, Starts, Term};

/// The code of the regime that stands in where no other gives a time.
pub const DESK_TARGET: &str = "desk_target";

/// By when the desk means to answer what nothing else gives a time for.
const TARGET: Period = Period::Days(30);

/// The operator's promise to people of this kind, as a regime.
pub fn promised(policy: &Policy, kind: SubjectKind) -> Regime {
    let page = policy.operator.page.as_deref().unwrap_or(&policy.operator.site);
    let rights: Vec<(Right, Period)> =
        listed(policy, kind).filter_map(|(right, listed)| Some((right, listed.answer.and_then(period)?))).collect();
    Regime::promised(page, &rights)
}

/// The regimes that the page names at this right.
pub(super) fn named(policy: &Policy, kind: SubjectKind, right: Right) -> Vec<&str> {
    let named = listed(policy, kind).filter(|(listed, _)| *listed == right);
    named.flat_map(|(_, listed)| listed.regimes.iter().map(|code| code.get_ref().as_str())).collect()
}

/// What a person of this kind may ask: what the page offers, what a law gives them where they are, and to complain and to
/// have a refusal looked at again, which everybody may.
pub fn offered(policy: &Policy, kind: SubjectKind, book: &Book, place: Option<&str>) -> Vec<Right> {
    let by_law = |right: Right| {
        let Some(place) = place else { return false };
        let country = place.split('-').next().unwrap_or(place);
        let holds = |regime: &&Regime| regime.places.iter().any(|known| known == place || known == country);
        book.regimes().filter(holds).any(|regime| regime.offer(right).is_some())
    };
    let by_page: Vec<Right> = listed(policy, kind).map(|(right, _)| right).collect();
    let is_offered =
        |right: Right| matches!(right, Right::Complaint | Right::Appeal) || by_page.contains(&right) || by_law(right);
    Right::ALL.iter().copied().filter(|right| is_offered(*right)).collect()
}

fn listed(policy: &Policy, kind: SubjectKind) -> impl Iterator<Item = (Right, &crate::floor::policy::Right)> {
    let about = match kind {
        SubjectKind::Member => About::Member,
        SubjectKind::Shopper => About::Shopper,
        SubjectKind::Visitor => About::Visitor,
    };
    policy
        .rights
        .iter()
        .filter(move |listed| listed.who.contains(&about))
        .filter_map(|listed| Some((Right::from_code(listed.right.get_ref())?, listed)))
}

/// What a window of the page comes to in the terms of a clock. Nothing where it lasts as long as something else does.
fn period(window: Window) -> Option<Period> {
    let count = |count: u32| u16::try_from(count).unwrap_or(u16::MAX);
    match window {
        Window::Hours(hours) => Some(Period::Hours(count(hours))),
        Window::Days(days) => Some(Period::Days(count(days))),
        Window::Months(months) => Some(Period::Months(count(months))),
        Window::Years(years) => Some(Period::Months(count(years.saturating_mul(12)))),
        Window::While(_) | Window::ForEver => None,
    }
}

/// The desk's own target for a right, as a regime.
pub(super) fn target(right: Right) -> Regime {
    let term = Term::WithoutUndueDelay(TARGET);
    let rule = Rule {
        rights: vec![right.code().to_owned()],
        serves: vec![right],
        only: None,
        since: None,
        without_proof: false,
        starts: Starts::Receipt,
        acknowledge: None,
        answer: Answer { term, roll: Roll::None, roll_reading: RollReading::Both, cite: None },
        extension: None,
        no_extension: Some("it is a target of our own".to_owned()),
        pause: Pause { grounds: Vec::new(), note: "a target of our own".to_owned(), cite: None },
        refusal: None,
        appeal: None,
        source: "a target of the desk's own".to_owned(),
        checked: "P".to_owned(),
    };
    Regime {
        code: DESK_TARGET.to_owned(),
        title: "The desk's own target".to_owned(),
        law: "no law or promise names a time".to_owned(),
        places: Vec::new(),
        platform: None,
        calendar: None,
        withholds: None,
        rules: vec![rule],
        duties: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};
    use crate::floor::regulations;

    fn policy(name: &str) -> Policy {
        parse(shipped(name).expect("it comes along")).expect("it is sound")
    }

    #[test]
    fn a_promised_time_is_a_regime_and_one_that_was_not_promised_is_none() {
        let promised_by = |name, right| {
            let regime = promised(&policy(name), SubjectKind::Shopper);
            regime.offer(right).map(|offer| offer.rule.answer.term)
        };
        assert_eq!(promised_by("sooperseller", Right::Access), Some(Term::Within(Period::Days(30))));
        assert_eq!(promised_by("sooperseller", Right::OptOut), None);
        assert_eq!(promised_by("dropshipped", Right::Deletion), None);
    }

    #[test]
    fn what_a_person_may_ask_is_what_the_page_says_and_what_the_law_of_the_place_adds() {
        let book = regulations::shipped().expect("the regimes are sound");
        let of = |name, place| offered(&policy(name), SubjectKind::Shopper, book, place);
        assert_eq!(of("dropshipped", None), [Right::Deletion, Right::Complaint, Right::Appeal]);
        assert!(of("dropshipped", Some("DE")).contains(&Right::Portability));
        assert!(of("inventorysync", None).contains(&Right::OptOut));
        assert!(!of("dropshipped", Some("DE")).contains(&Right::OptOut));
    }

    #[test]
    fn a_right_without_any_time_has_the_desk_s_own_target() {
        let regime = target(Right::Deletion);
        assert_eq!(regime.offer(Right::Deletion).map(|offer| offer.name), Some("deletion"));
    }
}
