//! Every promise of every policy that comes along is measured by a check there is, or says why no machine can; and the
//! checks a policy may name are those that there are.

use std::collections::BTreeSet;

use rightsdesk_server::floor::policy::{CHECKS, SHIPPED, parse};
use rightsdesk_server::promises::checks;

#[test]
fn promises_have_checks() {
    let mut told = 0;
    for (name, text) in SHIPPED {
        let policy = parse(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        for promise in &policy.promises {
            let code = promise.code.get_ref();
            match (&promise.check, &promise.unmeasured) {
                (Some(check), None) => {
                    assert!(
                        checks::find(check.get_ref()).is_some(),
                        "{name}: {code} names the check {}",
                        check.get_ref()
                    );
                }
                (None, Some(_)) => {}
                _ => panic!("{name}: {code} is measured and unmeasured, or neither"),
            }
            told += 1;
        }
        assert!(!policy.promises.is_empty(), "{name} promises nothing");
    }
    assert!(told > 100, "the law saw only {told} promises");
}

#[test]
fn a_policy_may_name_the_checks_that_there_are_and_no_others() {
    let known: BTreeSet<&str> = checks::all().map(|check| check.name).collect();
    assert_eq!(known.len(), checks::all().count(), "two checks have one name");
    assert_eq!(known, CHECKS.iter().copied().collect());
}

#[test]
fn a_check_says_how_it_looks_and_where_the_rows_are() {
    for check in checks::all() {
        assert!(check.how.len() > 20, "{} says nothing of how it looks", check.name);
        assert!(!check.evidence.is_empty(), "{} leads to no rows", check.name);
    }
}
