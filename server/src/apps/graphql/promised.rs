//! What the policy says of kinds of app and of duties, in one language.

use async_graphql::{Enum, SimpleObject};

use crate::floor::policy::{AppKind, Duties, Policy};

/// A kind of app that a merchant may connect.
#[derive(SimpleObject)]
pub struct PolicyAppKind {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// The data an app of it touches: categories, or fields as `category.field`.
    touches: Vec<String>,
    /// The permissions its work needs; more is more than needed.
    needs: Vec<String>,
    /// Days after which its credentials are to be replaced.
    rotate_days: u32,
    /// What stays with the provider after disconnecting.
    stays: String,
}

impl PolicyAppKind {
    /// A kind, in the language of the policy that a reader of `locale` understands best.
    pub fn of(kind: &AppKind, policy: &Policy, locale: &str) -> Self {
        let (spoken, first) = (policy.spoken(locale), policy.first_locale());
        Self {
            code: kind.code.get_ref().clone(),
            title: kind.title.in_locale(spoken, first).to_owned(),
            touches: kind.touches.iter().map(|touched| touched.get_ref().clone()).collect(),
            needs: kind.needs.clone(),
            rotate_days: kind.rotate_days,
            stays: kind.stays.in_locale(spoken, first).to_owned(),
        }
    }
}

/// Who answers for something.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Duties")]
pub enum PolicyParty {
    /// The operator.
    Platform,
    /// The merchant.
    Merchant,
    /// Who provides the connected app.
    Provider,
}

/// What one side answers for.
#[derive(SimpleObject)]
pub struct PolicyDuty {
    /// Who answers for it.
    of: PolicyParty,
    /// For what.
    text: String,
}

impl PolicyDuty {
    /// All of them, in the language of the policy that a reader of `locale` understands best.
    pub fn all(policy: &Policy, locale: &str) -> Vec<Self> {
        let (spoken, first) = (policy.spoken(locale), policy.first_locale());
        let text = |duty: &crate::floor::policy::Duty| duty.text.in_locale(spoken, first).to_owned();
        policy.duties.iter().map(|duty| Self { of: duty.of.into(), text: text(duty) }).collect()
    }
}
