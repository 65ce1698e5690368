//! What the policy in force says of a kind of app.

use std::borrow::Cow;

use toml::Spanned;

use crate::floor::policy::{AppKind, Policy, Text};

/// The kind of this code, if the policy knows it.
pub fn named<'a>(policy: &'a Policy, code: &str) -> Option<&'a AppKind> {
    policy.app_kinds.iter().find(|kind| kind.code.get_ref() == code)
}

/// The kind of an app that is connected already. One that the policy has dropped needs nothing: whatever such an app may
/// is too much, and its credential is due.
pub fn kind<'a>(policy: &'a Policy, code: &str) -> Cow<'a, AppKind> {
    named(policy, code).map_or_else(|| Cow::Owned(dropped(code)), Cow::Borrowed)
}

fn dropped(code: &str) -> AppKind {
    AppKind {
        code: Spanned::new(0..0, code.to_owned()),
        title: Text::from(code),
        touches: Vec::new(),
        needs: Vec::new(),
        rotate_days: 0,
        stays: Text::from("What it already has stays with the provider, under the provider's own policy."),
    }
}

/// Whether the provider has personal data by now, so that it can be asked to erase it. Of a kind that the policy knows no
/// more, nobody can say that it has none.
pub fn offers_erasure(policy: &Policy, code: &str) -> bool {
    let Some(kind) = named(policy, code) else { return true };
    let mut touched = kind.touches.iter().map(|touched| touched.get_ref().as_str());
    touched.any(|touched| {
        let (category, field) =
            touched.split_once('.').map_or((touched, None), |(category, field)| (category, Some(field)));
        let categories = policy.categories.iter().filter(|found| found.code.get_ref() == category);
        let mut fields = categories.flat_map(|category| &category.fields);
        fields.any(|found| found.personal && field.is_none_or(|field| found.code.get_ref() == field))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};

    pub fn messaging(rotate_days: u32) -> AppKind {
        AppKind { rotate_days, needs: vec!["send".to_owned(), "read_orders".to_owned()], ..dropped("messaging") }
    }

    fn policy(touches: &[&str]) -> Policy {
        let mut policy = parse(shipped("sooperseller").expect("it comes along")).expect("it is sound");
        let touches = touches.iter().map(|name| Spanned::new(0..0, (*name).to_owned())).collect();
        policy.app_kinds = vec![AppKind { touches, ..messaging(90) }];
        policy
    }

    #[test]
    fn erasure_is_offered_where_a_person_could_ask_for_it() {
        assert!(offers_erasure(&policy(&["inventory", "customer"]), "messaging"));
        assert!(offers_erasure(&policy(&["customer.phone"]), "messaging"));
        assert!(!offers_erasure(&policy(&["inventory", "order.prices"]), "messaging"));
        assert!(offers_erasure(&policy(&[]), "a kind of former days"));
    }

    #[test]
    fn a_kind_that_was_dropped_needs_nothing() {
        let policy = policy(&["customer"]);
        assert_eq!(kind(&policy, "messaging").needs.len(), 2);
        let dropped = kind(&policy, "pigeons");
        assert_eq!((dropped.needs.len(), dropped.rotate_days), (0, 0));
    }
}
