//! What people may ask, what merchants may connect, and what the page says to both.

use serde::{Deserialize, Serialize};

use super::super::Text;
use super::{About, Name, Window};
use crate::floor::kernel::vocabulary::vocabulary;

/// What people may ask, and by when they are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// access, portability, deletion, correction, restriction, objection, `opt_out`, complaint, or disconnection.
    pub right: Name,
    pub title: Text,
    pub who: Vec<About>,
    /// None where the page names no time: the law's own clock alone runs.
    #[serde(default)]
    pub answer: Option<Window>,
    /// Regimes the page names, such as `eu_gdpr`.
    #[serde(default)]
    pub regimes: Vec<Name>,
}

/// A kind of app that a merchant may connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    pub code: Name,
    pub title: Text,
    pub essential: bool,
}

/// What one side of the three answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    pub of: Duties,
    pub text: Text,
}

vocabulary! {
    /// Who answers for it.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Duties {
        /// The operator.
        Platform = "platform",
        /// The merchant.
        Merchant = "merchant",
        /// Who provides the connected app.
        Provider = "provider",
    }
}

/// One sentence of the page, and how it is held to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
