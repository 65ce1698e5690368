//! What is held, what opens it, and what it is used for.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::super::Text;
use super::{Forbidden, Name};
use crate::floor::kernel::vocabulary::vocabulary;

/// One OAuth scope that a store is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub platform: Name,
    pub name: Name,
    /// Why it is asked for. One without a reason is refused, together with all else that is wrong.
    #[serde(default)]
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

vocabulary! {
    /// How much it would hurt, were it abused.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Sensitivity {
        /// It tells of no person.
        Low = "low",
        /// It tells of persons in passing.
        Medium = "medium",
        /// It tells who people are, what they bought, or lets us write.
        High = "high",
    }
}

/// A kind of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Category {
    /// Whether anything of it is kept at all.
    pub fn is_held(&self) -> bool {
        self.fields.iter().any(Field::is_held)
    }
}

vocabulary! {
    /// Whose data it is.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum About {
        /// A merchant's customer.
        Shopper = "shopper",
        /// A merchant's own user.
        Member = "member",
        /// Who visits the operator's site.
        Visitor = "visitor",
        /// No person: stock, products, figures.
        Nobody = "nobody",
    }
}

/// One field of a category. Others refer to it as `category.field`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Field {
    /// Whether it is kept here.
    pub fn is_held(&self) -> bool {
        self.received && self.stored
    }
}

fn yes() -> bool {
    true
}

/// What data is used for. The list is closed: nothing else is a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

vocabulary! {
    /// What the law lets data be used or kept for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Ground {
        /// The person agreed.
        Consent = "consent",
        /// A contract with the person asks for it.
        Contract = "contract",
        /// The law asks for it.
        LegalObligation = "legal_obligation",
        /// It serves an interest that weighs more.
        LegitimateInterest = "legitimate_interest",
        /// It serves to bring or answer a claim in law.
        LegalClaims = "legal_claims",
    }
}
