//! An entry of the policy's list, in the words of one language, and what makes it mean something else than before.

use std::collections::BTreeSet;

use crate::floor::kernel::Day;
use crate::floor::policy::{self, Form, Policy, Recipient, RecipientKind, Transfer};

/// Something that is received, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub what: String,
    pub form: Form,
}

/// What the list says of a sub-processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub service: String,
    pub purposes: Vec<String>,
    pub receives: Vec<Received>,
    pub regions: Vec<String>,
    pub transfer: Transfer,
    pub agreement_on: Option<Day>,
    pub policy_url: Option<String>,
}

impl Entry {
    /// In this language, or in the policy's first.
    pub fn of(policy: &Policy, recipient: &Recipient, language: &str) -> Self {
        let first = first_language(policy);
        let purposes = recipient.purposes.iter().map(|code| {
            let known = policy.purposes.iter().find(|purpose| purpose.code.get_ref() == code.get_ref());
            known.map_or(code.get_ref().as_str(), |purpose| purpose.title.in_locale(language, first)).to_owned()
        });
        let receives = recipient.receives.iter().flat_map(|one| {
            let form = one.form;
            one.what.iter().map(move |name| Received { what: titled(policy, name.get_ref(), language), form })
        });
        Self {
            name: recipient.name.clone(),
            service: recipient.service.in_locale(language, first).to_owned(),
            purposes: purposes.collect(),
            receives: receives.collect(),
            regions: recipient.regions.iter().map(|region| region.get_ref().clone()).collect(),
            transfer: recipient.transfer,
            agreement_on: recipient.agreement.map(|day| Day(day.0)),
            policy_url: recipient.policy.clone(),
        }
    }
}

/// The language of the policy's plain texts.
fn first_language(policy: &Policy) -> &str {
    policy.locales.get_ref().first().map_or("en", String::as_str)
}

/// What people call a category, or one field of it.
fn titled(policy: &Policy, name: &str, language: &str) -> String {
    let first = first_language(policy);
    let (category, field) = name.split_once('.').map_or((name, None), |(category, field)| (category, Some(field)));
    let Some(category) = policy.categories.iter().find(|known| known.code.get_ref() == category) else {
        return name.to_owned();
    };
    let title = category.title.in_locale(language, first);
    let field = field.and_then(|field| category.fields.iter().find(|known| known.code.get_ref() == field));
    field.map_or_else(|| title.to_owned(), |field| format!("{title}: {}", field.title.in_locale(language, first)))
}

/// Whether an entry means something else under another policy: somebody else, for another purpose, with other data or
/// in another form, in another place or on another ground. What is merely worded otherwise means the same.
pub fn means_other(before: (&Policy, &Recipient), after: (&Policy, &Recipient)) -> bool {
    meaning(before) != meaning(after)
}

type Meaning<'a> = (&'a str, BTreeSet<&'a str>, BTreeSet<(String, Form)>, BTreeSet<&'a str>, Transfer);

fn meaning<'a>((policy, recipient): (&'a Policy, &'a Recipient)) -> Meaning<'a> {
    let names = |list: &'a [policy::Name]| list.iter().map(|name| name.get_ref().as_str()).collect::<BTreeSet<_>>();
    // A category stands for its fields: it may come to hold one more.
    let receives = recipient.receives.iter().flat_map(|one| {
        let form = one.form;
        one.what.iter().flat_map(move |name| fields(policy, name.get_ref()).into_iter().map(move |field| (field, form)))
    });
    (
        recipient.name.as_str(),
        names(&recipient.purposes),
        receives.filter(|(_, form)| *form != Form::Never).collect(),
        names(&recipient.regions),
        recipient.transfer,
    )
}

fn fields(policy: &Policy, name: &str) -> Vec<String> {
    let whole = policy.categories.iter().find(|category| category.code.get_ref() == name);
    whole.map_or_else(
        || vec![name.to_owned()],
        |category| category.fields.iter().map(|field| format!("{name}.{}", field.code.get_ref())).collect(),
    )
}

/// Whether anything but the sub-processors differs.
pub fn others_differ(before: &Policy, after: &Policy) -> bool {
    told(before) != told(after)
}

/// A policy without its sub-processors, its version and its day, and without where in the file things stand.
fn told(policy: &Policy) -> String {
    let mut rest = policy.clone();
    rest.recipients.retain(|recipient| recipient.kind != RecipientKind::Processor);
    *rest.version.get_mut() = 0;
    *rest.effective.get_mut() = policy::Dated(chrono::NaiveDate::MIN);
    let whole = format!("{rest:?}");
    let mut told = String::with_capacity(whole.len());
    let mut parts = whole.split("span: ");
    told.push_str(parts.next().unwrap_or_default());
    for part in parts {
        told.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.'));
    }
    told
}
