//! What the policy says of kinds of app and of duties, as it is answered.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};

use crate::floor::policy::{Adopted, AppKind, Duties, Policy};

/// A kind of app, in one language.
pub struct PolicyAppKind {
    pub kind: AppKind,
    pub adopted: Arc<Adopted>,
    pub locale: String,
}

/// A kind of app that a merchant may connect.
#[Object]
impl PolicyAppKind {
    /// Its code.
    async fn code(&self) -> &str {
        self.kind.code.get_ref()
    }
}

/// Who answers for something.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Duties")]
pub enum PolicyParty {
    Platform,
    Merchant,
    Provider,
}

/// What one side answers for.
#[derive(SimpleObject)]
pub struct PolicyDuty {
    of: PolicyParty,
    text: String,
}

impl PolicyDuty {
    pub fn all(policy: &Policy, locale: &str) -> Vec<Self> {
        let first = policy.locales.get_ref().first().map_or("", String::as_str);
        let text = |duty: &crate::floor::policy::Duty| duty.text.in_locale(locale, first).to_owned();
        policy.duties.iter().map(|duty| Self { of: duty.of.into(), text: text(duty) }).collect()
    }
}
