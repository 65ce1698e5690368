//! The face of the policy.

use async_graphql::{Context, Object};

use std::sync::Arc;

use crate::floor::graphql::{Date, Needs, Rule, asking, rule};
use crate::floor::kernel::{Day, Result};
use crate::floor::policy::Adopted;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[rule("Query.policy", Needs::Nothing), rule("Policy.*", Needs::Parent)];

/// What can be asked about the policy.
#[derive(Default)]
pub struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// The operator's policy in force. It is public: so is the page it was written from.
    async fn policy(&self, ctx: &Context<'_>) -> Result<PolicyNode> {
        Ok(PolicyNode(asking(ctx)?.tools.policy.in_force()?))
    }
}

/// What the operator promises.
pub struct PolicyNode(Arc<Adopted>);

#[Object(name = "Policy")]
impl PolicyNode {
    /// What it is called, in one word.
    async fn name(&self) -> &str {
        self.0.policy.name.get_ref()
    }

    /// Its version; it grows with every change.
    async fn version(&self) -> u32 {
        *self.0.policy.version.get_ref()
    }

    /// The day from which it holds.
    async fn effective_on(&self) -> Date {
        Date(Day(self.0.policy.effective.get_ref().0))
    }
}
