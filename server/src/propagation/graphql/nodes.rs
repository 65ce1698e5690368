//! A task as it is answered, with what was done for it, and how a recipient is reached. A credential is answered by whether
//! there is one.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;

use super::super::actions::attempts_of;
use super::super::model::{Attempt, RecipientWay, Task};
use super::words::{AttemptKind, TaskKind, TaskState};
use crate::floor::graphql::{asking, node_id, tenant_node_id};
use crate::floor::kernel::{Instant, Ref, Result};

/// What one recipient is told for one request.
pub struct RecipientTaskNode(pub Task);

/// What one recipient of a person's data is told for one request, and how far that has come. Never done by silence.
#[Object(name = "RecipientTask")]
impl RecipientTaskNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// Of which tenant.
    async fn tenant(&self) -> ID {
        tenant_node_id(self.0.tenant)
    }

    /// For which request.
    async fn request(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.request))
    }

    /// What people call the request.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// What the person wishes, by the code of the right.
    async fn right(&self) -> &'static str {
        self.0.right.code()
    }

    /// Who is told: its code in the policy, or the platform of the store; of an app's provider the app's id.
    async fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// The store whose platform is told, where it is one.
    async fn store(&self) -> Option<ID> {
        self.0.store.map(|store| node_id(Ref::new(self.0.tenant, store)))
    }

    /// The app whose provider is told, where it is one.
    async fn app(&self) -> Option<ID> {
        self.0.app().map(|app| node_id(Ref::new(self.0.tenant, app)))
    }

    /// The categories of the person that it got.
    async fn categories(&self) -> &[String] {
        &self.0.categories
    }

    /// How it is told.
    async fn kind(&self) -> TaskKind {
        self.0.kind.into()
    }

    /// How far it has come.
    async fn state(&self) -> TaskState {
        self.0.state.into()
    }

    /// Whether nothing more is waited for.
    async fn has_ended(&self) -> bool {
        self.0.state.has_ended()
    }

    /// Whether a person has to do something: no program may.
    async fn is_by_hand(&self) -> bool {
        !self.0.state.has_ended() && !self.0.is_held() && self.0.is_by_hand()
    }

    /// Whether a hold keeps us from telling it: nothing is sent, and no time runs.
    async fn is_held(&self) -> bool {
        self.0.is_held()
    }

    /// What that person does, or why nothing is done for now.
    async fn advice(&self) -> Option<&str> {
        self.0.counsel()
    }

    /// Whether something was sent that was not answered: it is asked about before anything is sent again.
    async fn is_unsure(&self) -> bool {
        self.0.is_unsure
    }

    /// The status of the last answer, or why there was none, in a word of ours.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }

    /// What the recipient calls what it was told.
    async fn references(&self) -> &[String] {
        &self.0.refs
    }

    /// The digest of what came back.
    async fn proof(&self) -> Option<String> {
        self.0.proof.map(|proof| HEXLOWER.encode(&proof))
    }

    /// Whether a file is attached that proves it.
    async fn has_file(&self) -> bool {
        self.0.has_file
    }

    /// How many times something was done for it.
    async fn tries(&self) -> i32 {
        self.0.attempts
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.opened_at.utc()
    }

    /// From when on its silence is told as such.
    async fn until(&self) -> DateTime<Utc> {
        self.0.until.utc()
    }

    /// Whether that has come, and it has not ended.
    async fn is_late(&self, ctx: &Context<'_>) -> Result<bool> {
        let is_waited_for = !self.0.state.has_ended() && !self.0.is_held();
        Ok(is_waited_for && asking(ctx)?.tools.watch.now() >= self.0.until)
    }

    /// When something was done for it last.
    async fn tried_at(&self) -> Option<DateTime<Utc>> {
        self.0.tried_at.map(Instant::utc)
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at.map(Instant::utc)
    }

    /// The version of it, for whoever changes it.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The last that was done for it, newest first.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<RecipientAttempt>> {
        let attempts = attempts_of(&asking(ctx)?.tools, Ref::new(self.0.tenant, self.0.id)).await?;
        Ok(attempts.into_iter().map(RecipientAttempt::from).collect())
    }
}

/// One thing that was done for a task.
#[derive(SimpleObject)]
pub struct RecipientAttempt {
    /// Its number within the task.
    number: i32,
    /// When.
    at: DateTime<Utc>,
    /// What was done.
    did: AttemptKind,
    /// How the task stood afterwards.
    state: TaskState,
    /// A status or a code of ours.
    answer: String,
}

impl From<Attempt> for RecipientAttempt {
    fn from(of: Attempt) -> Self {
        Self { number: of.number, at: of.at.utc(), did: of.did.into(), state: of.state.into(), answer: of.answer }
    }
}

/// How a recipient is reached.
pub struct RecipientWayNode(pub RecipientWay);

/// How a recipient of people's data is reached when it is told what a person wishes.
#[Object(name = "RecipientWay")]
impl RecipientWayNode {
    /// Its id.
    async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// Which recipient, by its code in the policy.
    async fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// How it is told.
    async fn kind(&self) -> TaskKind {
        self.0.kind.into()
    }

    /// Where it is called, or written to; null where that is its own interface.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// What its interface wants to know of the account.
    async fn parts(&self) -> Vec<RecipientWayPart> {
        let part = |(name, value): (&String, &String)| RecipientWayPart { name: name.clone(), value: value.clone() };
        self.0.parts.iter().map(part).collect()
    }

    /// Whether there is something that lets us in there.
    async fn has_credential(&self) -> bool {
        self.0.secret.is_some()
    }

    /// Since when it is so.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since.utc()
    }
}

/// What an interface wants to know of an account.
#[derive(SimpleObject)]
pub struct RecipientWayPart {
    /// Its name, as the interface has it.
    name: String,
    /// What it is for this account.
    value: String,
}
