//! Who may be given what, and in which form.

use serde::{Deserialize, Serialize};

use super::super::Text;
use super::{Dated, Name};
use crate::floor::kernel::vocabulary::vocabulary;

/// Someone who may be given data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Recipient {
    /// Whether it is given anything at all.
    pub fn is_given(&self) -> bool {
        self.receives.iter().any(|receives| receives.form != Form::Never && !receives.what.is_empty())
    }
}

vocabulary! {
    /// What a recipient is to us.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum RecipientKind {
        /// A sub-processor of the operator.
        Processor = "processor",
        /// Where events are relayed to, for the merchant.
        Destination = "destination",
        /// A shop platform that the merchant connects.
        Platform = "platform",
        /// Who may demand data by law.
        Authority = "authority",
    }
}

vocabulary! {
    /// What lets data leave for where a recipient works.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Transfer {
        /// Nothing leaves the region of the operator.
        #[default]
        None = "none",
        /// The place is found adequate.
        Adequacy = "adequacy",
        /// Standard contractual clauses.
        StandardClauses = "standard_clauses",
        /// Binding corporate rules.
        BindingRules = "binding_rules",
        /// The person agreed.
        Consent = "consent",
    }
}

/// Fields in one form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receives {
    /// Categories, or single fields as `category.field`.
    pub what: Vec<Name>,
    pub form: Form,
}

vocabulary! {
    /// In which form a field may leave.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Form {
        /// Not at all.
        Never = "never",
        /// Cut short, then hashed.
        TruncatedHashed = "truncated_hashed",
        /// Hashed in the destination's own normalisation.
        Hashed = "hashed",
        /// Cut short: an address without its last octet.
        Truncated = "truncated",
        /// As it is.
        Raw = "raw",
    }
}
