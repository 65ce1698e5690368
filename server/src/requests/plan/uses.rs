//! What the policy in force says of data about people: which are held, who may be given some, and what they are used for.

use super::{Given, Use};
use crate::floor::policy::{self, Policy, Recipient, RecipientKind};

/// What the policy in force holds of people.
pub fn categories(policy: &Policy) -> Vec<String> {
    let people = policy.categories.iter().filter(|category| category.about != policy::About::Nobody);
    people.filter(|category| category.is_held()).map(|category| category.code.get_ref().clone()).collect()
}

/// What these recipients may be given of people, in the policy's order.
pub fn given(policy: &Policy, is_there: impl Fn(&Recipient) -> bool) -> Vec<Given> {
    let mut all = Vec::new();
    for recipient in policy.recipients.iter().filter(|recipient| is_there(recipient)) {
        for category in policy.categories.iter().filter(|category| category.about != policy::About::Nobody) {
            let gets = |field| recipient.form_of((category, field)) != policy::Form::Never;
            if category.fields.iter().any(gets) {
                all.push(Given {
                    recipient: recipient.code.get_ref().clone(),
                    category: category.code.get_ref().clone(),
                    is_destination: recipient.kind == RecipientKind::Destination,
                    purposes: recipient.purposes.iter().map(|purpose| purpose.get_ref().clone()).collect(),
                });
            }
        }
    }
    all
}

/// What the policy uses data of people for.
pub fn uses(policy: &Policy) -> Vec<Use> {
    let is_of_people =
        |code: &str| policy.category(code).is_some_and(|category| category.about != policy::About::Nobody);
    let relays = |code: &str| {
        let mut destinations = policy.recipients.iter().filter(|to| to.kind == RecipientKind::Destination);
        destinations.any(|to| to.purposes.iter().any(|purpose| purpose.get_ref() == code))
    };
    let mut all = Vec::new();
    for purpose in &policy.purposes {
        let mut categories: Vec<String> = Vec::new();
        for need in &purpose.needs {
            let category = need.get_ref().split('.').next().unwrap_or_default();
            if is_of_people(category) && !categories.iter().any(|known| known == category) {
                categories.push(category.to_owned());
            }
        }
        let is_advertising = |key: &str| key.starts_with("marketing") || key.starts_with("personalize");
        all.push(Use {
            code: purpose.code.get_ref().clone(),
            categories,
            ground: purpose.ground,
            is_marketing: purpose.key.as_ref().is_some_and(|key| is_advertising(key.get_ref()))
                || purpose
                    .amounts_to
                    .as_ref()
                    .is_some_and(|use_of| *use_of.get_ref() == policy::Forbidden::Advertising),
            is_relay: relays(purpose.code.get_ref()),
        });
    }
    all
}
