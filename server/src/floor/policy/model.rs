//! What a policy file says, shape by shape. A name that other parts refer to remembers its line, so that a refusal can
//! point there.

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::Text;

/// A name, and where the file has it.
pub type Name = Spanned<String>;

/// One operator's promises.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The edition of this format.
    pub format: Spanned<u32>,
    /// What the policy is called in commands: one word.
    pub name: Name,
    /// Grows with every change.
    pub version: Spanned<u32>,
    /// The day from which it holds.
    pub effective: Spanned<Dated>,
    pub title: Text,
    /// The language of plain texts, then the others that texts are given in.
    pub locales: Spanned<Vec<String>>,
    pub operator: Operator,
    pub announces: Announces,
    /// Purposes that the page rules out for everybody.
    #[serde(default)]
    pub forbids: Vec<Forbidden>,
    /// Where data may be. None named: wherever a listed recipient is.
    #[serde(default)]
    pub region: Option<Region>,
    #[serde(default)]
    pub platforms: Vec<Name>,
    #[serde(default, rename = "scope")]
    pub scopes: Vec<Scope>,
    #[serde(default, rename = "category")]
    pub categories: Vec<Category>,
    #[serde(default, rename = "purpose")]
    pub purposes: Vec<Purpose>,
    #[serde(default, rename = "recipient")]
    pub recipients: Vec<Recipient>,
    #[serde(default, rename = "retention")]
    pub retention: Vec<Retention>,
    #[serde(default, rename = "keep")]
    pub keeps: Vec<Keep>,
    #[serde(default, rename = "right")]
    pub rights: Vec<Right>,
    #[serde(default, rename = "app_kind")]
    pub app_kinds: Vec<AppKind>,
    #[serde(default, rename = "cookie")]
    pub cookies: Vec<Cookie>,
    #[serde(default, rename = "duty")]
    pub duties: Vec<Duty>,
    #[serde(default, rename = "promise")]
    pub promises: Vec<Promise>,
}

/// A day as TOML writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "toml::value::Datetime")]
pub struct Dated(pub NaiveDate);

impl TryFrom<toml::value::Datetime> for Dated {
    type Error = &'static str;

    fn try_from(written: toml::value::Datetime) -> Result<Self, Self::Error> {
        let (Some(date), None, None) = (written.date, written.time, written.offset) else {
            return Err("a day, such as 2026-03-01");
        };
        NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            .map(Self)
            .ok_or("a day of the calendar")
    }
}

/// Who promises.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    pub name: String,
    pub site: String,
    /// Where people write to.
    pub contact: String,
    pub country: String,
    pub time_zone: String,
    /// What the operator is to the merchants' shoppers.
    pub role: Our,
    /// As the record of processing wants them, where there are any.
    #[serde(default)]
    pub representative: Option<String>,
    #[serde(default)]
    pub protection_officer: Option<String>,
    /// The page this file was written from.
    #[serde(default)]
    pub page: Option<String>,
}

/// Who decides about a shopper's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Our {
    Processor,
    Controller,
    Joint,
}

/// How changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announces {
    /// Days between the announcement of a change and the day it holds.
    pub days: u32,
    /// Days in which a new sub-processor may be objected to.
    pub objection_days: u32,
    /// Whether the trust page shows how each promise stands.
    #[serde(default)]
    pub standing: bool,
}

/// What no recipient may be there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forbidden {
    Sale,
    AiTraining,
    Advertising,
    DataBroking,
    Analytics,
}

/// Where data stays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The region of the operator's own systems, such as us-east-1.
    pub home: String,
    /// The countries or regions data never leaves, where the page says so.
    #[serde(default)]
    pub pinned: Vec<Name>,
}

/// One OAuth scope that a store is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub platform: Name,
    pub name: Name,
    pub reason: Text,
    /// Categories it opens to us.
    #[serde(default)]
    pub categories: Vec<Name>,
    pub sensitivity: Sensitivity,
    /// The feature that needs it.
    pub feature: String,
    /// Whether it lets us write.
    #[serde(default)]
    pub writes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    Low,
    Medium,
    High,
}

/// A kind of data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub code: Name,
    pub title: Text,
    /// Whose data it is.
    pub about: About,
    /// Where it comes from.
    pub sources: Vec<Text>,
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Shopper,
    Member,
    Visitor,
    /// No person: stock, products, figures.
    Nobody,
}

/// One field of a category. Others refer to it as `category.field`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub code: Name,
    pub title: Text,
    /// The key of the fideslang taxonomy that says the same.
    #[serde(default)]
    pub key: Option<Name>,
    /// Whether it tells of a person.
    #[serde(default)]
    pub personal: bool,
    /// False where the page says that it never arrives here.
    #[serde(default = "yes")]
    pub received: bool,
    /// False where it passes through and is not kept at all.
    #[serde(default = "yes")]
    pub stored: bool,
}

fn yes() -> bool {
    true
}

/// What data is used for. The list is closed: nothing else is a purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub code: Name,
    pub title: Text,
    /// The fideslang key of the use.
    #[serde(default)]
    pub key: Option<Name>,
    /// The ground in law, where the page names one.
    #[serde(default)]
    pub ground: Option<Ground>,
    /// Categories, or single fields as `category.field`, that it needs.
    #[serde(default)]
    pub needs: Vec<Name>,
    /// Set where the use is one that pages rule out.
    #[serde(default)]
    pub amounts_to: Option<Spanned<Forbidden>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    Consent,
    Contract,
    LegalObligation,
    LegitimateInterest,
    LegalClaims,
}

/// Someone who may be given data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    pub code: Name,
    pub name: String,
    pub kind: RecipientKind,
    /// What it does for us, in words.
    pub service: Text,
    /// Codes of purposes.
    pub purposes: Vec<Name>,
    /// Countries or regions it works in.
    pub regions: Vec<Name>,
    #[serde(default)]
    pub transfer: Transfer,
    /// The day the agreement with it was made.
    #[serde(default)]
    pub agreement: Option<Dated>,
    /// Its own policy, for what it keeps under it.
    #[serde(default)]
    pub policy: Option<String>,
    /// Hosts data may be sent to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What it may get and how. What is not listed it never gets.
    #[serde(default)]
    pub receives: Vec<Receives>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientKind {
    /// A sub-processor of the operator.
    Processor,
    /// Where events are relayed to, for the merchant.
    Destination,
    /// A shop platform that the merchant connects.
    Platform,
    /// Who may demand data by law.
    Authority,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// Nothing leaves the region of the operator.
    #[default]
    None,
    Adequacy,
    StandardClauses,
    BindingRules,
    Consent,
}

/// Fields in one form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receives {
    /// Categories, or single fields as `category.field`.
    pub what: Vec<Name>,
    pub form: Form,
}

/// In which form a field may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Not at all.
    Never,
    /// Cut short, then hashed.
    TruncatedHashed,
    /// Hashed in the destination's own normalisation.
    Hashed,
    /// Cut short: an address without its last octet.
    Truncated,
    /// As it is.
    Raw,
}

/// How long categories are kept, and what comes then.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub code: Name,
    pub title: Text,
    pub categories: Vec<Name>,
    /// The date the window runs from, such as `order_date`.
    pub anchor: String,
    pub window: Spanned<Window>,
    pub end: Ending,
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    Hours(u32),
    Days(u32),
    Months(u32),
    Years(u32),
    While(While),
    /// Only for what tells of no person.
    ForEver,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum While {
    /// The merchant's account is active.
    AccountActive,
    /// The store is connected.
    Connected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Delete,
    Anonymise,
    /// Nothing: it tells of nobody.
    Keep,
}

/// What the law lets us keep when a person asks for deletion, and until when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    pub code: Name,
    pub title: Text,
    pub ground: Ground,
    pub categories: Vec<Name>,
    pub anchor: String,
    pub window: Spanned<Window>,
}

/// What people may ask, and by when they are answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// access, portability, deletion, correction, restriction, objection, opt_out, complaint, or disconnection.
    pub right: Name,
    pub title: Text,
    pub who: Vec<About>,
    /// None where the page names no time: the law's own clock alone runs.
    #[serde(default)]
    pub answer: Option<Window>,
    /// Regimes the page names, such as eu_gdpr.
    #[serde(default)]
    pub regimes: Vec<Name>,
}

/// A kind of app that a merchant may connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppKind {
    pub code: Name,
    pub title: Text,
    /// The data each app of this kind touches: categories or `category.field`.
    pub touches: Vec<Name>,
    /// The permissions that its work needs; more than these is more than needed.
    pub needs: Vec<String>,
    /// Days after which its credentials are to be replaced.
    pub rotate_days: u32,
    /// What stays with the provider after disconnecting.
    pub stays: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    pub code: Name,
    pub title: Text,
    pub essential: bool,
}

/// What one side of the three answers for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    pub of: Duties,
    pub text: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duties {
    Platform,
    Merchant,
    Provider,
}

/// One sentence of the page, and how it is held to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    pub code: Name,
    /// The heading it stands under.
    pub section: Text,
    /// The sentence as published.
    pub text: Text,
    /// The check that measures it, by its name in the registry.
    #[serde(default)]
    pub check: Option<Name>,
    /// What the check is to look at: a retention rule, a recipient, a right, a scope …
    #[serde(default)]
    pub of: Vec<Name>,
    /// Why no machine can check it, where none can.
    #[serde(default)]
    pub unmeasured: Option<Text>,
}
