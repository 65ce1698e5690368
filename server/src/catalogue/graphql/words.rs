//! The closed lists of a policy as the API says them.

use async_graphql::Enum;

use super::super::model;
use crate::floor::policy;

/// How far a version of the policy has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::PolicyState")]
pub enum PolicyState {
    /// Written down; somebody else has yet to publish it.
    Proposed,
    /// Published, and told to those who follow; it holds from its day on.
    Announced,
    /// What holds.
    InForce,
    /// What held before.
    Past,
    /// What never came to hold.
    Withdrawn,
}

/// What somebody decides about a shopper's data.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Our")]
pub enum OperatorRole {
    /// The merchant decides, the operator carries it out.
    Processor,
    /// The operator decides.
    Controller,
    /// Both decide together.
    Joint,
}

/// What the page rules out for everybody.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Forbidden")]
pub enum ForbiddenUse {
    /// To sell data.
    Sale,
    /// To train models on it.
    AiTraining,
    /// To advertise with it.
    Advertising,
    /// To deal in it.
    DataBroking,
    /// To study people's behaviour for others.
    Analytics,
}

/// How much it would hurt, were a scope abused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Sensitivity")]
pub enum Sensitivity {
    /// It tells of no person.
    Low,
    /// It tells of persons in passing.
    Medium,
    /// It tells who people are, what they bought, or lets us write.
    High,
}

/// Whose data it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::About")]
pub enum PolicyAbout {
    /// A merchant's customer.
    Shopper,
    /// A merchant's own user.
    Member,
    /// Who visits the operator's site.
    Visitor,
    /// No person.
    Nobody,
}

/// What the law lets data be used or kept for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Ground")]
pub enum LegalGround {
    /// The person agreed.
    Consent,
    /// A contract with the person asks for it.
    Contract,
    /// The law asks for it.
    LegalObligation,
    /// It serves an interest that weighs more.
    LegitimateInterest,
    /// It serves to bring or answer a claim in law.
    LegalClaims,
}

/// What a recipient is to the operator.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::RecipientKind")]
pub enum RecipientKind {
    /// A sub-processor.
    Processor,
    /// Where events are relayed to, for the merchant.
    Destination,
    /// A shop platform that the merchant connects.
    Platform,
    /// Who may demand data by law.
    Authority,
}

/// On what ground data may leave the region of the operator.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Transfer")]
pub enum Transfer {
    /// Nothing leaves it.
    None,
    /// The other country's law was found good enough.
    Adequacy,
    /// The standard contractual clauses.
    StandardClauses,
    /// Rules that bind a whole group of companies.
    BindingRules,
    /// The person said yes.
    Consent,
}

/// In which form a field may leave.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Form")]
pub enum FieldForm {
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

/// What comes at the end of a window.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Ending")]
pub enum RetentionEnding {
    /// It is gone.
    Delete,
    /// What is left tells of nobody.
    Anonymise,
    /// Nothing: it tells of nobody.
    Keep,
}

/// What a window is counted in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowUnit {
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Months.
    Months,
    /// Years.
    Years,
    /// Not counted: it lasts as long as the merchant's account is active.
    WhileAccountActive,
    /// Not counted: it lasts as long as the store or app is connected.
    WhileConnected,
    /// It never ends.
    ForEver,
}

/// Who answers for something.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Duties")]
pub enum PolicyParty {
    /// The operator.
    Platform,
    /// The merchant.
    Merchant,
    /// Who provides the connected app.
    Provider,
}

/// A part of a policy file.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::Part")]
pub enum PolicyPart {
    /// Its title and languages.
    Policy,
    /// Who promises.
    Operator,
    /// How changes are told.
    Announcement,
    /// What nobody may be there for.
    Forbidden,
    /// Where data stays.
    Region,
    /// Where stores may be.
    Platform,
    /// What stores are asked for.
    Scope,
    /// A kind of data.
    Category,
    /// A field of a category.
    Field,
    /// What data is used for.
    Purpose,
    /// Who is given data.
    Recipient,
    /// How long data is kept.
    Retention,
    /// What the law lets the operator keep.
    Keep,
    /// What people may ask.
    Right,
    /// What merchants may connect.
    AppKind,
    /// What the pages set.
    Cookie,
    /// Who answers for what.
    Duty,
    /// What the page says.
    Promise,
}

/// What happened to a thing of a policy.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "policy::ChangeKind")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// A fact about it is another.
    Changed,
}
