//! Each promise has a way to be looked at, or a reason why there is none; and none promises what the file itself denies.

use std::collections::BTreeSet;

use super::super::{Policy, Promise};
use super::{Page, at};

pub(super) fn look(page: &mut Page<'_>, checks: &[&str]) {
    let policy = page.policy;
    page.codes("promise", policy.promises.iter().map(|promise| &promise.code));
    let known = names(policy);
    for promise in &policy.promises {
        let code = promise.code.get_ref();
        match (&promise.check, &promise.unmeasured) {
            (None, None) => {
                let reason = format!("nothing looks after `{code}`: give a check, or the reason why it is unmeasured");
                page.fault(at(&promise.code), reason);
            }
            (Some(check), Some(_)) => {
                page.fault(at(check), format!("`{code}` has a check, and yet is unmeasured: it is one of the two"));
            }
            _ => {}
        }
        for name in promise.of.iter().filter(|name| !known.contains(name.get_ref().as_str())) {
            page.fault(at(name), format!("there is nothing called `{name}` to look at"));
        }
        let Some(check) = &promise.check else {
            if let Some(name) = promise.of.first() {
                page.fault(at(name), format!("`{code}` has no check that could look at `{name}`"));
            }
            continue;
        };
        if checks.contains(&check.get_ref().as_str()) {
            if let Some(denied) = denied(policy, promise, check.get_ref()) {
                page.fault(at(check), denied);
            }
        } else {
            page.fault(at(check), format!("there is no check `{check}`"));
        }
    }
}

/// Everything that a check could be pointed at.
fn names(policy: &Policy) -> BTreeSet<&str> {
    let codes = [
        policy.platforms.iter().collect::<Vec<_>>(),
        policy.scopes.iter().map(|scope| &scope.name).collect(),
        policy.categories.iter().map(|category| &category.code).collect(),
        policy.purposes.iter().map(|purpose| &purpose.code).collect(),
        policy.recipients.iter().map(|recipient| &recipient.code).collect(),
        policy.retention.iter().map(|rule| &rule.code).collect(),
        policy.keeps.iter().map(|keep| &keep.code).collect(),
        policy.rights.iter().map(|right| &right.right).collect(),
        policy.app_kinds.iter().map(|kind| &kind.code).collect(),
        policy.cookies.iter().map(|cookie| &cookie.code).collect(),
    ];
    let mut names: BTreeSet<&str> = codes.into_iter().flatten().map(|name| name.get_ref().as_str()).collect();
    let fields = policy.promises.iter().flat_map(|promise| &promise.of).map(|name| name.get_ref().as_str());
    names.extend(fields.filter(|name| name.contains('.') && policy.fields_of(name).is_some()));
    names
}

/// Why this policy cannot keep the promise, whatever is done.
fn denied(policy: &Policy, promise: &Promise, check: &str) -> Option<String> {
    match check {
        "answers" => {
            let is_meant = |right: &str| promise.of.is_empty() || promise.of.iter().any(|name| name.get_ref() == right);
            let endless =
                policy.rights.iter().find(|right| is_meant(right.right.get_ref()) && right.answer.is_none())?;
            Some(format!("an answer in time is promised, and the right `{}` names no window", endless.right))
        }
        "cookies_essential" => {
            let other = policy.cookies.iter().find(|cookie| !cookie.essential)?;
            Some(format!("essential cookies alone are promised, and `{}` is not essential", other.code))
        }
        "region_pinned" => {
            let is_pinned = policy.region.as_ref().is_some_and(|region| !region.pinned.is_empty());
            (!is_pinned).then(|| "data is to stay in a region, and none is pinned".to_owned())
        }
        _ => None,
    }
}
