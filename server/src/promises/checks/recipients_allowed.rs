//! Who gets what, against what it is for.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::policy::{Form, Policy, Recipient};

pub const CHECK: Check = Check::hourly(
    "recipients_allowed",
    "no recipient is there for a purpose that the page rules out, and none is given what no purpose of its own needs",
    "{ policy { recipients { code } purposes { code } forbids } }",
    |asked| async move { Ok(look(&asked)) }.boxed(),
);

fn look(asked: &Asked) -> Look {
    let policy = asked.policy();
    let about: Vec<&Recipient> = policy.recipients.iter().filter(|one| concerns(asked, one)).collect();
    let faults: Vec<String> = about.iter().flat_map(|one| faults(policy, one)).collect();
    let look = Look::unless(format!("{} recipients, {} purposes", about.len(), policy.purposes.len()), &faults);
    look.only_if(!about.is_empty(), "the policy names no such recipient")
}

/// By its own code, or by that of a purpose it serves. What is named and is neither concerns every recipient: that nobody
/// serves a use that is ruled out.
fn concerns(asked: &Asked, recipient: &Recipient) -> bool {
    let policy = asked.policy();
    let named: Vec<&String> = asked
        .of
        .iter()
        .filter(|of| {
            policy.recipients.iter().any(|one| one.code.get_ref() == *of)
                || policy.purposes.iter().any(|one| one.code.get_ref() == *of)
        })
        .collect();
    named.is_empty()
        || named.contains(&recipient.code.get_ref())
        || recipient.purposes.iter().any(|purpose| named.contains(&purpose.get_ref()))
}

fn faults(policy: &Policy, recipient: &Recipient) -> Vec<String> {
    let name = recipient.code.get_ref();
    let serves: Vec<_> = policy
        .purposes
        .iter()
        .filter(|purpose| recipient.purposes.iter().any(|code| code.get_ref() == purpose.code.get_ref()))
        .collect();
    let ruled_out = serves
        .iter()
        .filter(|purpose| purpose.amounts_to.as_ref().is_some_and(|use_| policy.forbids.contains(use_.get_ref())));
    let mut faults: Vec<String> =
        ruled_out.map(|purpose| format!("{name} is there for {}", purpose.code.get_ref())).collect();
    let given = recipient.receives.iter().filter(|given| given.form != Form::Never).flat_map(|given| &given.what);
    for what in given.map(toml::Spanned::get_ref) {
        let is_needed = serves.iter().flat_map(|purpose| &purpose.needs).any(|need| covers(need.get_ref(), what));
        if !is_needed {
            faults.push(format!("{name} is given {what}, which no purpose of it needs"));
        }
    }
    faults
}

/// A need of a category covers its fields, and one of a field is a reason to give its category.
fn covers(need: &str, what: &str) -> bool {
    let head = |text: &str| text.split('.').next().map(str::to_owned);
    need == what || (head(need) == head(what) && (!need.contains('.') || !what.contains('.')))
}
