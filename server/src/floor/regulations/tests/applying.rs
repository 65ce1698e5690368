//! Which regimes a request meets.

use super::super::{Applies, Asked, Clock, Matter, Period, Regime, Right, Whose, Why};
use super::{book, noon, received};

const NOBODY: Asked<'static> = Asked {
    right: Right::Deletion,
    case: None,
    is_processor: false,
    place: None,
    notice_of: None,
    notice: None,
    named: &[],
    promise: None,
};

fn codes(asked: &Asked<'_>) -> Vec<(String, Why, Whose)> {
    book().applying(asked).into_iter().map(|found| (found.regime.code.clone(), found.why, found.whose)).collect()
}

#[test]
fn the_law_of_the_place_holds_whether_the_policy_names_it_or_not() {
    let at = |place| codes(&Asked { place: Some(place), ..NOBODY });
    assert_eq!(at("DE"), [("eu_gdpr".to_owned(), Why::Place, Whose::Ours)]);
    assert_eq!(at("US-TX"), [("us_tx".to_owned(), Why::Place, Whose::Ours)]);
    assert_eq!(at("NZ"), []);
    assert_eq!(at("GB").len(), 1, "uk_dpa knows complaints alone");
    let quebec = Asked { right: Right::Access, place: Some("CA-QC"), ..NOBODY };
    assert_eq!(codes(&quebec).len(), 2, "the federal act and the province's");
}

#[test]
fn of_a_person_from_anywhere_the_policys_own_list_is_taken() {
    let named = ["eu_gdpr", "us_ca"];
    let unknown = codes(&Asked { named: &named, ..NOBODY });
    assert_eq!(unknown.iter().map(|found| found.1).collect::<Vec<_>>(), [Why::Named, Why::Named]);
    let american = codes(&Asked { named: &named, place: Some("US"), ..NOBODY });
    assert_eq!(american, [("us_ca".to_owned(), Why::Named, Whose::Ours)]);
    assert_eq!(codes(&Asked { named: &["eu_gdpr"], place: Some("US-TX"), ..NOBODY }).len(), 1);
}

#[test]
fn a_processor_sees_the_merchants_clock_and_keeps_the_platforms_and_its_own() {
    let promise = Regime::promised("a page", &[(Right::Deletion, Period::Days(30))]);
    let asked = Asked {
        is_processor: true,
        place: Some("DE"),
        notice_of: Some("shopify"),
        notice: Some("customers/redact"),
        promise: Some(&promise),
        ..NOBODY
    };
    assert_eq!(
        codes(&asked),
        [
            ("eu_gdpr".to_owned(), Why::Place, Whose::Merchants),
            ("platform_shopify".to_owned(), Why::Notice, Whose::Ours),
            ("operator_promise".to_owned(), Why::Promised, Whose::Ours),
        ]
    );
    let received = received(noon("2026-01-31"), "Europe/Berlin", Some("de"));
    let clock = |found: &Applies<'_>| Matter::of(found, received).answer().expect("a date");
    let clocks: Vec<Clock> = book().applying(&asked).iter().map(clock).collect();
    let told: Vec<_> = clocks.iter().map(|clock| (clock.basis.right.as_str(), clock.on.to_string())).collect();
    let day = "2026-03-02".to_owned();
    assert_eq!(told, [("deletion", day.clone()), ("customers/redact", day.clone()), ("deletion", day)]);
    assert_eq!(clocks[0].whose, Whose::Merchants);
}

#[test]
fn a_special_case_has_its_own_rule_and_falls_back_on_the_general_one() {
    let asked = Asked { right: Right::Objection, case: Some("direct_marketing"), place: Some("DE"), ..NOBODY };
    assert_eq!(book().applying(&asked)[0].offer.name, "objection_direct_marketing");
    let brazil = Asked { place: Some("BR"), ..asked };
    assert_eq!(book().applying(&brazil)[0].offer.name, "objection");
    let access = Asked { right: Right::Access, place: Some("BR"), ..NOBODY };
    assert_eq!(book().applying(&access)[0].offer.name, "access_full");
}
