//! What a desk is told when a time may not be moved.

use super::super::{CannotExtend, CannotPause, MustName};
use super::*;

fn matter(regime: &str, right: &'static str, on: &str) -> Matter<'static> {
    let regime = book().regime(regime).expect("a regime");
    let calendar = book().calendar_at(regime, Some("DE"));
    let received = Received { at: noon(on), zone: zone("Europe/Berlin").expect("a zone"), calendar };
    Matter::new(regime, right, received).expect("a right")
}

#[test]
fn a_pause_shows_the_old_and_the_new_date() {
    let matter = matter("eu_gdpr", "access", "2026-06-01");
    let moved = matter.may_pause(PauseGround::ScopeAsked, noon("2026-06-03")).expect("it may");
    assert!(!moved.before.is_paused() && moved.after.is_paused());
}

#[test]
fn a_pause_that_is_not_given_says_what_to_do() {
    let said = |refused: CannotPause| (refused.code(), refused.to_string());
    let california = matter("us_ca", "deletion", "2026-05-01");
    assert_eq!(
        said(california.may_pause(PauseGround::IdentityAsked, noon("2026-05-02")).expect_err("it may not")),
        (
            "NO_PAUSE",
            "under California Consumer Privacy Act the time never stands still (none: runs regardless of verification \
             time): answer or refuse by the end of 2026-06-15"
                .to_owned()
        )
    );
    let europe = matter("eu_gdpr", "access", "2026-06-01");
    let fee = said(europe.may_pause(PauseGround::FeeAsked, noon("2026-06-02")).expect_err("it may not"));
    assert_eq!(fee.0, "NO_SUCH_PAUSE");
    assert!(
        fee.1.ends_with(
            "it does because the person was asked who they are or because the person was asked what they mean"
        ),
        "{}",
        fee.1
    );
    let events = [Event::paused(noon("2026-06-02"), PauseGround::IdentityAsked)];
    let twice = europe.with(&events).may_pause(PauseGround::IdentityAsked, noon("2026-06-04"));
    assert_eq!(said(twice.expect_err("it may not")).0, "PAUSED");
    let over = europe.may_pause(PauseGround::IdentityAsked, noon("2026-07-02"));
    assert_eq!(over.expect_err("it may not"), CannotPause::Over { due: day("2026-07-01") });
}

#[test]
fn an_extension_is_granted_once_in_the_first_period_where_there_is_one() {
    let europe = matter("eu_gdpr", "access", "2026-03-05");
    let moved = europe.may_extend(at("2026-04-07T21:59:00Z"), None).expect("a minute before the end");
    assert_eq!((moved.before.on, moved.after.on), (day("2026-04-07"), day("2026-06-05")));
    let late = europe.may_extend(at("2026-04-07T22:00:00Z"), None).expect_err("it is over");
    assert_eq!(late, CannotExtend::TooLate { last: day("2026-04-07") });
    let told = [Event::extended(noon("2026-03-10"), None)];
    let again = europe.with(&told).may_extend(noon("2026-03-11"), None).expect_err("it was");
    assert_eq!(again, CannotExtend::Already { on: day("2026-03-10") });
    let back = [told[0], Event::extension_withdrawn(noon("2026-03-10"))];
    assert!(europe.with(&back).may_extend(noon("2026-03-11"), None).is_ok(), "what was withdrawn was not granted");
    let quebec = matter("ca_qc", "access", "2026-03-05").may_extend(noon("2026-03-10"), None).expect_err("it is not");
    assert!(quebec.to_string().contains("commission must agree"), "{quebec}");
}

#[test]
fn an_open_extension_wants_a_later_day() {
    let swiss = matter("ch_fadp", "access", "2026-03-01");
    let now = noon("2026-03-10");
    assert_eq!(swiss.may_extend(now, None), Err(CannotExtend::NoDay));
    let due = day("2026-03-31");
    assert_eq!(swiss.may_extend(now, Some(due)), Err(CannotExtend::NotLater { due }));
    assert_eq!(swiss.may_extend(now, Some(day("2026-04-20"))).expect("it may").after.on, day("2026-04-20"));
}

#[test]
fn while_the_time_stands_still_it_may_be_extended() {
    let events = [Event::paused(noon("2026-03-10"), PauseGround::IdentityAsked)];
    let europe = matter("eu_gdpr", "access", "2026-03-05").with(&events);
    assert!(europe.may_extend(noon("2026-05-10"), None).is_ok());
}

#[test]
fn a_refusal_says_what_it_must_name() {
    let europe = matter("eu_gdpr", "access", "2026-03-05");
    assert_eq!(europe.must_name(), [MustName::Ground, MustName::Authority, MustName::Court]);
    let virginia = matter("us_va", "access", "2026-03-05");
    assert_eq!(virginia.must_name(), [MustName::Ground, MustName::Appeal]);
    let appeal = virginia.appealed(received(noon("2026-05-05"), "America/New_York", None)).expect("there is one");
    assert_eq!(appeal.must_name(), [MustName::Ground, MustName::AttorneyGeneral]);
    let unknown = Matter::new(
        book().regime("us_ia").expect("a regime"),
        "correction",
        received(noon("2026-01-01"), "America/Chicago", None),
    );
    assert_eq!(unknown.expect_err("Iowa has none").to_string(), "us_ia has no right correction");
}
