//! Every text is there, in every language of the policy and in no other.

use super::super::{Policy, Text};
use super::Page;

pub(super) fn look(page: &mut Page<'_>) {
    let (locales, first) = (page.policy.locales.get_ref(), page.policy.first_locale());
    for text in texts(page.policy) {
        if text.is_empty() {
            page.fault(text.at(), "a text that says nothing");
            continue;
        }
        for locale in locales.iter().filter(|locale| !text.speaks(locale, first)) {
            page.fault(text.at(), format!("this text is missing in `{locale}`"));
        }
        for locale in text.locales().filter(|locale| !locales.iter().any(|known| known == locale)) {
            page.fault(text.at(), format!("`{locale}` is no language of this policy"));
        }
    }
}

fn texts(policy: &Policy) -> Vec<&Text> {
    let mut texts = vec![&policy.title];
    // A scope without a reason is told of as such.
    texts.extend(policy.scopes.iter().map(|scope| &scope.reason).filter(|reason| !reason.is_empty()));
    for category in &policy.categories {
        texts.push(&category.title);
        texts.extend(&category.sources);
        texts.extend(category.fields.iter().map(|field| &field.title));
    }
    texts.extend(policy.purposes.iter().map(|purpose| &purpose.title));
    texts.extend(policy.recipients.iter().map(|recipient| &recipient.service));
    texts.extend(policy.retention.iter().map(|rule| &rule.title));
    texts.extend(policy.keeps.iter().map(|keep| &keep.title));
    texts.extend(policy.rights.iter().map(|right| &right.title));
    texts.extend(policy.app_kinds.iter().flat_map(|kind| [&kind.title, &kind.stays]));
    texts.extend(policy.cookies.iter().map(|cookie| &cookie.title));
    texts.extend(policy.duties.iter().map(|duty| &duty.text));
    for promise in &policy.promises {
        texts.extend([&promise.section, &promise.text]);
        texts.extend(&promise.unmeasured);
    }
    texts
}
