//! What a policy says of the operator, of data and of who is given it, in one language.

use async_graphql::SimpleObject;

use super::words::{
    FieldForm, LegalGround, OperatorRole, PolicyAbout, RecipientKind, RetentionEnding, Sensitivity, Transfer,
    WindowUnit,
};
use crate::floor::graphql::Date;
use crate::floor::kernel::Day;
use crate::floor::policy::{
    self, Category, Keep, Name, Operator, Policy, Purpose, Recipient, Region, Retention, Scope, Text, While, Window,
};

/// A policy, in the language that is spoken.
#[derive(Clone, Copy)]
pub struct Speech<'a> {
    pub policy: &'a Policy,
    pub locale: &'a str,
}

impl Speech<'_> {
    pub fn say(self, text: &Text) -> String {
        text.in_locale(self.locale, self.policy.first_locale()).to_owned()
    }
}

/// Names as texts.
pub fn codes<'n>(names: impl IntoIterator<Item = &'n Name>) -> Vec<String> {
    names.into_iter().map(|name| name.get_ref().clone()).collect()
}

fn code(name: &Name) -> String {
    name.get_ref().clone()
}

/// Who promises.
#[derive(SimpleObject)]
pub struct PolicyOperator {
    /// Its name.
    name: String,
    /// Its site.
    site: String,
    /// The address people write to.
    contact: String,
    /// The country it is in.
    country: String,
    /// The time zone it works in.
    time_zone: String,
    /// What it is to the merchants' shoppers.
    role: OperatorRole,
    /// Its representative, where it has one.
    representative: Option<String>,
    /// Its data protection officer, where it has one.
    protection_officer: Option<String>,
    /// The page the policy was written from.
    page: Option<String>,
}

impl PolicyOperator {
    pub fn of(operator: &Operator) -> Self {
        let operator = operator.clone();
        Self {
            name: operator.name,
            site: operator.site,
            contact: operator.contact,
            country: operator.country,
            time_zone: operator.time_zone,
            role: operator.role.into(),
            representative: operator.representative,
            protection_officer: operator.protection_officer,
            page: operator.page,
        }
    }
}

/// Where data stays.
#[derive(SimpleObject)]
pub struct PolicyRegion {
    /// The region of the operator's own systems.
    home: String,
    /// The countries or regions that data never leaves; empty where the page names none.
    pinned: Vec<String>,
}

impl PolicyRegion {
    pub fn of(region: &Region) -> Self {
        Self { home: region.home.clone(), pinned: codes(&region.pinned) }
    }
}

/// A scope that stores are asked for.
#[derive(SimpleObject)]
pub struct PolicyScope {
    /// The platform it is a scope of.
    platform: String,
    /// Its name, as the platform has it.
    name: String,
    /// Why it is asked for.
    reason: String,
    /// The categories it opens.
    categories: Vec<String>,
    /// How much it would hurt, were it abused.
    sensitivity: Sensitivity,
    /// The feature that needs it.
    feature: String,
    /// Whether it lets us write.
    writes: bool,
}

impl PolicyScope {
    pub fn of(scope: &Scope, speech: Speech<'_>) -> Self {
        Self {
            platform: code(&scope.platform),
            name: code(&scope.name),
            reason: speech.say(&scope.reason),
            categories: codes(&scope.categories),
            sensitivity: scope.sensitivity.into(),
            feature: scope.feature.clone(),
            writes: scope.writes,
        }
    }
}

/// A kind of data.
#[derive(SimpleObject)]
pub struct PolicyCategory {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// Whose data it is.
    about: PolicyAbout,
    /// Where it comes from.
    sources: Vec<String>,
    /// What it is made of.
    fields: Vec<PolicyField>,
    /// The rule it is kept under; null where nothing of it is kept.
    retention: Option<String>,
}

/// A field of a category.
#[derive(SimpleObject)]
pub struct PolicyField {
    /// What others call it: `category.field`.
    name: String,
    /// What it is called.
    title: String,
    /// The key of the fideslang taxonomy that says the same.
    key: Option<String>,
    /// Whether it tells of a person.
    is_personal: bool,
    /// Whether it ever arrives here.
    is_received: bool,
    /// Whether it is kept, and does not only pass through.
    is_stored: bool,
}

impl PolicyCategory {
    pub fn of(category: &Category, speech: Speech<'_>) -> Self {
        let fields = category.fields.iter().map(|field| PolicyField {
            name: format!("{}.{}", category.code, field.code),
            title: speech.say(&field.title),
            key: field.key.as_ref().map(code),
            is_personal: field.personal,
            is_received: field.received,
            is_stored: field.stored,
        });
        Self {
            code: code(&category.code),
            title: speech.say(&category.title),
            about: category.about.into(),
            sources: category.sources.iter().map(|source| speech.say(source)).collect(),
            fields: fields.collect(),
            retention: speech.policy.retention_of(category.code.get_ref()).map(|rule| code(&rule.code)),
        }
    }
}

/// What data is used for.
#[derive(SimpleObject)]
pub struct PolicyPurpose {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// The key of the fideslang taxonomy that says the same.
    key: Option<String>,
    /// The ground in law, where the page names one.
    ground: Option<LegalGround>,
    /// The categories, or fields as `category.field`, that it needs.
    needs: Vec<String>,
}

impl PolicyPurpose {
    pub fn of(purpose: &Purpose, speech: Speech<'_>) -> Self {
        Self {
            code: code(&purpose.code),
            title: speech.say(&purpose.title),
            key: purpose.key.as_ref().map(code),
            ground: purpose.ground.map(Into::into),
            needs: codes(&purpose.needs),
        }
    }
}

/// Somebody who may be given data.
#[derive(SimpleObject)]
pub struct PolicyRecipient {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// What it is to the operator.
    kind: RecipientKind,
    /// What it does.
    service: String,
    /// The codes of the purposes it serves.
    purposes: Vec<String>,
    /// Where it works.
    regions: Vec<String>,
    /// On what ground data may leave the region of the operator.
    transfer: Transfer,
    /// The day the agreement with it was made.
    agreement_on: Option<Date>,
    /// Where its own policy is.
    policy_url: Option<String>,
    /// The hosts that data may be sent to.
    hosts: Vec<String>,
    /// What it may get, and how; what is not listed it never gets.
    receives: Vec<PolicyReceives>,
}

/// Something in one form.
#[derive(SimpleObject)]
pub struct PolicyReceives {
    /// Categories, or fields as `category.field`.
    what: Vec<String>,
    /// In which form they leave.
    form: FieldForm,
}

impl PolicyRecipient {
    pub fn of(recipient: &Recipient, speech: Speech<'_>) -> Self {
        let receives =
            recipient.receives.iter().map(|given| PolicyReceives { what: codes(&given.what), form: given.form.into() });
        Self {
            code: code(&recipient.code),
            name: recipient.name.clone(),
            kind: recipient.kind.into(),
            service: speech.say(&recipient.service),
            purposes: codes(&recipient.purposes),
            regions: codes(&recipient.regions),
            transfer: recipient.transfer.into(),
            agreement_on: recipient.agreement.map(|made| Date(Day(made.0))),
            policy_url: recipient.policy.clone(),
            hosts: recipient.hosts.clone(),
            receives: receives.collect(),
        }
    }
}

/// How long something lasts.
#[derive(SimpleObject)]
pub struct PolicyWindow {
    /// What it is counted in.
    unit: WindowUnit,
    /// How many; null where it is not counted.
    count: Option<u32>,
    /// As people say it.
    words: String,
}

impl PolicyWindow {
    pub fn of(window: Window, locale: &str) -> Self {
        let (unit, count) = match window {
            Window::Hours(count) => (WindowUnit::Hours, Some(count)),
            Window::Days(count) => (WindowUnit::Days, Some(count)),
            Window::Months(count) => (WindowUnit::Months, Some(count)),
            Window::Years(count) => (WindowUnit::Years, Some(count)),
            Window::While(While::AccountActive) => (WindowUnit::WhileAccountActive, None),
            Window::While(While::Connected) => (WindowUnit::WhileConnected, None),
            Window::ForEver => (WindowUnit::ForEver, None),
        };
        Self { unit, count, words: window.in_words(locale) }
    }
}

/// How long categories are kept.
#[derive(SimpleObject)]
pub struct PolicyRetention {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// What is kept under it.
    categories: Vec<String>,
    /// The date the window runs from.
    anchor: String,
    /// How long.
    window: PolicyWindow,
    /// What comes then.
    ending: RetentionEnding,
}

impl PolicyRetention {
    pub fn of(rule: &Retention, speech: Speech<'_>) -> Self {
        Self {
            code: code(&rule.code),
            title: speech.say(&rule.title),
            categories: codes(&rule.categories),
            anchor: rule.anchor.clone(),
            window: PolicyWindow::of(*rule.window.get_ref(), speech.locale),
            ending: rule.end.into(),
        }
    }
}

/// What the law lets the operator keep when a person asks for deletion.
#[derive(SimpleObject)]
pub struct PolicyKeep {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// The ground in law.
    ground: LegalGround,
    /// What is kept.
    categories: Vec<String>,
    /// The date the window runs from.
    anchor: String,
    /// How long.
    window: PolicyWindow,
}

impl PolicyKeep {
    pub fn of(keep: &Keep, speech: Speech<'_>) -> Self {
        Self {
            code: code(&keep.code),
            title: speech.say(&keep.title),
            ground: keep.ground.into(),
            categories: codes(&keep.categories),
            anchor: keep.anchor.clone(),
            window: PolicyWindow::of(*keep.window.get_ref(), speech.locale),
        }
    }
}

/// Fields by destinations, as the page shows them.
#[derive(SimpleObject)]
pub struct PolicyMatrix {
    /// The codes of the recipients, in the order of each row's forms.
    destinations: Vec<String>,
    /// A row per field.
    rows: Vec<PolicyMatrixRow>,
}

/// A field, and in which form each destination gets it.
#[derive(SimpleObject)]
pub struct PolicyMatrixRow {
    /// The field, as `category.field`.
    field: String,
    /// What it is called.
    title: String,
    /// Whether it ever arrives here.
    received: bool,
    /// How long it is kept, in words.
    held: String,
    /// In which form it goes to each destination.
    forms: Vec<FieldForm>,
}

impl PolicyMatrix {
    pub fn of(speech: Speech<'_>) -> Self {
        let held = |row: &policy::Row<'_>| {
            row.kept
                .map_or_else(|| policy::not_kept(speech.locale), |rule| rule.window.get_ref().in_words(speech.locale))
        };
        let rows = speech.policy.matrix().into_iter().map(|row| PolicyMatrixRow {
            field: format!("{}.{}", row.category.code, row.field.code),
            title: speech.say(&row.field.title),
            received: row.field.received,
            held: held(&row),
            forms: row.forms.iter().map(|form| (*form).into()).collect(),
        });
        Self {
            destinations: codes(speech.policy.destinations().into_iter().map(|recipient| &recipient.code)),
            rows: rows.collect(),
        }
    }
}
