//! Versions of the policy as they are answered, and what a change is and comes to.

use async_graphql::{ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::model::Version;
use super::words::{ChangeKind, PolicyPart, PolicyState};
use crate::floor::graphql::{Date, node_id};
use crate::floor::kernel::{Instant, Ref};
use crate::floor::policy::{Change, Fault};

/// A version of the policy on record.
#[derive(Clone)]
pub struct PolicyVersionNode(pub Version);

/// A version of the policy on record.
#[Object(name = "PolicyVersion")]
impl PolicyVersionNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.0.id))
    }

    /// What the policy is called, in one word.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its number; it grows with every change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The day from which it is to hold.
    async fn effective_on(&self) -> Date {
        Date(self.0.effective_on)
    }

    /// How far it has come.
    async fn state(&self) -> PolicyState {
        self.0.state.into()
    }

    /// When it was written down.
    async fn proposed_at(&self) -> DateTime<Utc> {
        self.0.proposed_at.utc()
    }

    /// Who wrote it down, as the books name him; the house where the first start did.
    async fn proposed_by(&self) -> &str {
        &self.0.proposed_by
    }

    /// When it was announced.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at.map(Instant::utc)
    }

    /// Who published it, as the books name him; never who proposed it.
    async fn published_by(&self) -> Option<&str> {
        self.0.published_by.as_deref()
    }

    /// When it came into force.
    async fn in_force_at(&self) -> Option<DateTime<Utc>> {
        self.0.in_force_at.map(Instant::utc)
    }

    /// When it ended or was withdrawn.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at.map(Instant::utc)
    }

    /// The last day on which it was due and somebody who follows it said no.
    async fn held_back_on(&self) -> Option<Date> {
        self.0.held_back_on.map(Date)
    }

    /// The whole text of the file.
    async fn text(&self) -> &str {
        &self.0.text
    }
}

/// What is otherwise between two versions.
#[derive(SimpleObject)]
pub struct PolicyDiff {
    /// The version it replaces; null for the first.
    pub from: Option<PolicyVersionNode>,
    /// The version.
    pub to: PolicyVersionNode,
    /// All that is otherwise.
    pub changes: Vec<PolicyChange>,
}

/// One thing that is otherwise.
#[derive(SimpleObject)]
pub struct PolicyChange {
    /// The part of the policy it is in.
    part: PolicyPart,
    /// What happened to it.
    kind: ChangeKind,
    /// What it is called within its part.
    code: String,
    /// What was said.
    before: Option<String>,
    /// What is said now.
    after: Option<String>,
    /// What it comes to, in words.
    effect: String,
    /// Whether something else is promised, and not only said otherwise.
    is_material: bool,
    /// Whether people may lose by it, so that it is announced before it holds.
    worsens: bool,
    /// The line of the new text; null where it no longer says it.
    line: Option<usize>,
}

impl From<Change> for PolicyChange {
    fn from(change: Change) -> Self {
        Self {
            part: change.part.into(),
            kind: change.kind.into(),
            code: change.code,
            before: change.before,
            after: change.after,
            effect: change.effect,
            is_material: change.is_material,
            worsens: change.worsens,
            line: change.line,
        }
    }
}

/// What became of looking at a text.
#[derive(SimpleObject)]
pub struct PolicyCheck {
    /// All that is wrong with it; empty where it could be proposed.
    pub faults: Vec<PolicyFault>,
    /// Whether it can be kept.
    pub can_be_kept: bool,
    /// What would be otherwise; empty where it cannot be read.
    pub changes: Vec<PolicyChange>,
}

/// Something wrong with a policy.
#[derive(SimpleObject)]
pub struct PolicyFault {
    /// The line, counted from 1.
    line: usize,
    /// What is wrong, and what to do about it.
    reason: String,
}

impl From<Fault> for PolicyFault {
    fn from(fault: Fault) -> Self {
        Self { line: fault.line, reason: fault.reason }
    }
}

/// A change of the policy.
#[derive(InputObject)]
pub struct ProposePolicyInput {
    /// The whole text of the file.
    pub text: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A version to be published.
#[derive(InputObject)]
pub struct PublishPolicyInput {
    /// Which version.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A version to be withdrawn.
#[derive(InputObject)]
pub struct WithdrawPolicyInput {
    /// Which version.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}
