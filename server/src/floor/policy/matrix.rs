//! Fields by recipients: what a name of the policy means, how long it is kept, and in which form it may leave. What is
//! not listed leaves in none.

use super::{Category, Field, Form, Policy, Recipient, RecipientKind, Retention};

/// A field where it stands.
pub type Place<'a> = (&'a Category, &'a Field);

/// One field, and the form in which each destination gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    pub category: &'a Category,
    pub field: &'a Field,
    /// The rule it is kept under; none where it is not kept.
    pub kept: Option<&'a Retention>,
    /// In the order of the destinations.
    pub forms: Vec<Form>,
}

impl Policy {
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code.get_ref() == code)
    }

    /// The fields that a name means, which is a category's or `category.field`; none where it means nothing.
    pub fn fields_of(&self, name: &str) -> Option<Vec<Place<'_>>> {
        match name.split_once('.') {
            None => {
                let category = self.category(name)?;
                Some(category.fields.iter().map(|field| (category, field)).collect())
            }
            Some((category, field)) => {
                let category = self.category(category)?;
                let field = category.fields.iter().find(|known| known.code.get_ref() == field)?;
                Some(vec![(category, field)])
            }
        }
    }

    /// The rule under which a category is kept.
    pub fn retention_of(&self, category: &str) -> Option<&Retention> {
        self.retention.iter().find(|rule| rule.categories.iter().any(|kept| kept.get_ref() == category))
    }

    /// Where events are relayed to; in a policy that relays none, whoever is given anything.
    pub fn destinations(&self) -> Vec<&Recipient> {
        let relayed: Vec<_> =
            self.recipients.iter().filter(|recipient| recipient.kind == RecipientKind::Destination).collect();
        if relayed.is_empty() {
            self.recipients.iter().filter(|recipient| recipient.is_given()).collect()
        } else {
            relayed
        }
    }

    /// Every field by every destination.
    pub fn matrix(&self) -> Vec<Row<'_>> {
        let destinations = self.destinations();
        let fields =
            self.categories.iter().flat_map(|category| category.fields.iter().map(move |field| (category, field)));
        fields
            .map(|(category, field)| Row {
                category,
                field,
                kept: if field.is_held() { self.retention_of(category.code.get_ref()) } else { None },
                forms: destinations.iter().map(|recipient| recipient.form_of((category, field))).collect(),
            })
            .collect()
    }
}

impl Recipient {
    /// The form in which it may get a field. What is said of the field itself counts before what is said of its category.
    pub fn form_of(&self, (category, field): Place<'_>) -> Form {
        let whole = category.code.get_ref();
        let said =
            |name: &str| self.receives.iter().find(|receives| receives.what.iter().any(|what| what.get_ref() == name));
        let said = said(&format!("{whole}.{}", field.code.get_ref())).or_else(|| said(whole));
        said.map_or(Form::Never, |receives| receives.form)
    }
}

/// Words for what is not kept, in a language of ours; in English where it is none.
pub fn not_kept(locale: &str) -> String {
    if locale == "hi" || locale.starts_with("hi-") { "नहीं रखा जाता" } else { "not kept" }.to_owned()
}
