//! An app as it is answered, with the receipt it left and what its provider is asked. A credential is answered by its age
//! and its last characters.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{Shown, Slots};
use super::super::model::{self, ProviderTask, Receipt};
use super::words::{AppState, ProviderTaskKind, ProviderTaskState};
use crate::catalogue::{PolicyAppKind, PolicyDuty};
use crate::floor::graphql::{Date, Mask, asking, node_id};
use crate::floor::kernel::{Instant, Ref, Result};
use crate::floor::policy::{Adopted, AppKind};
use crate::tenants::TenantNode;

/// A third party that a tenant connected.
#[derive(Clone)]
pub struct AppNode(pub Arc<Shown>);

impl AppNode {
    pub fn of(shown: Shown) -> Self {
        Self(Arc::new(shown))
    }

    fn kind_in<'a>(&self, adopted: &'a Adopted) -> Cow<'a, AppKind> {
        model::kind(&adopted.policy, &self.0.app.kind)
    }
}

fn adopted(ctx: &Context<'_>) -> Result<Arc<Adopted>> {
    asking(ctx)?.tools.policy.in_force()
}

fn touched(kind: &AppKind) -> Vec<String> {
    kind.touches.iter().map(|touched| touched.get_ref().clone()).collect()
}

/// A third party that a tenant connected: what it may, what it is called with, and how long it has lain idle.
#[Object(name = "App")]
impl AppNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.app.tenant, self.0.app.id))
    }

    /// Whose app it is.
    async fn tenant(&self) -> TenantNode {
        TenantNode(self.0.tenant.clone())
    }

    /// What kind of app it is, as the policy in force has it. A kind that the policy has dropped touches and needs nothing.
    async fn kind(&self, ctx: &Context<'_>) -> Result<PolicyAppKind> {
        let adopted = adopted(ctx)?;
        Ok(PolicyAppKind::of(&self.kind_in(&adopted), &adopted.policy, &self.0.tenant.locale))
    }

    /// What the tenant calls it.
    async fn name(&self) -> &str {
        &self.0.app.name
    }

    /// Who runs it.
    async fn provider(&self) -> &str {
        &self.0.app.provider
    }

    /// Where that provider's own privacy policy is.
    async fn policy_url(&self) -> Option<&str> {
        self.0.app.policy_url.as_deref()
    }

    /// The country or region it works in.
    async fn region(&self) -> Option<&str> {
        self.0.app.region.as_deref()
    }

    /// Whether it is connected.
    async fn state(&self) -> AppState {
        self.0.app.state.into()
    }

    /// Which of its tenant's slots it holds, while it is connected.
    async fn slot(&self) -> Option<i32> {
        self.0.app.slot
    }

    /// The data that apps of its kind touch: categories, and single fields as `category.field`.
    async fn touches(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(touched(&self.kind_in(&*adopted(ctx)?)))
    }

    /// The permissions it was given.
    async fn granted(&self) -> &[String] {
        &self.0.app.granted
    }

    /// The permissions that its work needs.
    async fn needed(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.kind_in(&*adopted(ctx)?).needs.clone())
    }

    /// What it was given and does not need.
    async fn excess(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.0.app.excess(&self.kind_in(&*adopted(ctx)?)))
    }

    /// What it needs and was not given, while it is connected.
    async fn missing(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.0.app.missing(&self.kind_in(&*adopted(ctx)?)))
    }

    /// What it is called with, where it has something.
    async fn credential(&self, ctx: &Context<'_>) -> Result<Option<AppCredential>> {
        let Some(credential) = &self.0.app.credential else { return Ok(None) };
        let (adopted, today) = (adopted(ctx)?, asking(ctx)?.tools.watch.now().day());
        let kind = self.kind_in(&adopted);
        Ok(Some(AppCredential {
            hint: credential.hint.clone(),
            set_at: credential.set_at.utc(),
            rotate_by: Date(credential.rotate_by(&kind)),
            is_due: credential.is_due(&kind, today),
        }))
    }

    /// When it was last used, to the hour.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.app.last_used_at.map(Instant::utc)
    }

    /// Whether it is connected and was not used for 90 days.
    async fn is_unused(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.app.is_unused(asking(ctx)?.tools.watch.now()))
    }

    /// When it was connected.
    async fn connected_at(&self) -> DateTime<Utc> {
        self.0.app.connected_at.utc()
    }

    /// By whom, as the books name him.
    async fn connected_by(&self) -> &str {
        &self.0.app.connected_by
    }

    /// When it was disconnected.
    async fn disconnected_at(&self) -> Option<DateTime<Utc>> {
        self.0.app.disconnected_at.map(Instant::utc)
    }

    /// What the platform, the merchant and the provider each answer for, in the tenant's language where the policy has it.
    async fn duties(&self, ctx: &Context<'_>) -> Result<Vec<PolicyDuty>> {
        Ok(PolicyDuty::all(&adopted(ctx)?.policy, &self.0.tenant.locale))
    }

    /// What its disconnection left behind.
    async fn receipt(&self) -> Option<AppReceiptNode> {
        self.0.receipt.as_ref().map(|_| AppReceiptNode(Arc::clone(&self.0)))
    }

    /// What its provider is asked for, oldest first.
    async fn tasks(&self) -> Vec<ProviderTaskNode> {
        (0..self.0.tasks.len()).map(|at| ProviderTaskNode { of: Arc::clone(&self.0), at }).collect()
    }

    /// Grows with each change; a change names the version it was made upon.
    async fn version(&self) -> i32 {
        self.0.app.version
    }
}

/// What an app is called with, as far as anyone sees it.
#[derive(SimpleObject)]
pub struct AppCredential {
    /// Its last characters, where it is long enough to show any.
    hint: Option<String>,
    /// When it was set.
    set_at: DateTime<Utc>,
    /// The day by which another is to take its place.
    rotate_by: Date,
    /// Whether that day has come.
    is_due: bool,
}

/// What a disconnection left behind, of an app that has one.
#[derive(Clone)]
pub struct AppReceiptNode(pub Arc<Shown>);

impl AppReceiptNode {
    fn receipt(&self) -> Result<&Receipt> {
        self.0.receipt.as_ref().ok_or(crate::floor::kernel::Error::NotFound("receipt"))
    }
}

/// What ended with an app's connection, and what did not.
#[Object(name = "AppReceipt")]
impl AppReceiptNode {
    /// Its id.
    pub async fn id(&self) -> Result<ID> {
        let receipt = self.receipt()?;
        Ok(node_id(Ref::new(receipt.tenant, receipt.id)))
    }

    /// The app it is about.
    async fn app(&self) -> AppNode {
        AppNode(Arc::clone(&self.0))
    }

    /// When it was disconnected.
    async fn at(&self) -> Result<DateTime<Utc>> {
        Ok(self.receipt()?.at.utc())
    }

    /// By whom, as the books name him.
    async fn by(&self) -> Result<&str> {
        Ok(&self.receipt()?.by)
    }

    /// The slot that was free from then on.
    async fn slot_freed(&self) -> Result<i32> {
        Ok(self.receipt()?.slot)
    }

    /// How many credentials were deleted, each with its key.
    async fn credentials_deleted(&self) -> Result<i32> {
        Ok(self.receipt()?.credentials_deleted)
    }

    /// How many of its jobs were cancelled.
    async fn jobs_cancelled(&self) -> Result<i32> {
        Ok(self.receipt()?.jobs_cancelled)
    }

    /// The permissions that were withdrawn.
    async fn permissions_withdrawn(&self) -> Result<&[String]> {
        Ok(&self.receipt()?.withdrawn)
    }

    /// The data that goes there no more: categories, and single fields as `category.field`.
    async fn sharing_stopped(&self) -> Result<&[String]> {
        Ok(&self.receipt()?.sharing_stopped)
    }

    /// What the provider keeps, under its own policy.
    async fn what_stays(&self) -> Result<&str> {
        Ok(&self.receipt()?.what_stays)
    }

    /// Where that policy is.
    async fn provider_policy(&self) -> Result<Option<&str>> {
        Ok(self.receipt()?.provider_policy.as_deref())
    }

    /// Whether the provider has personal data by now: the task of asking for it was opened with this receipt.
    async fn offers_erasure(&self) -> Result<bool> {
        Ok(self.receipt()?.offers_erasure)
    }
}

/// One of the tasks of an app's provider.
#[derive(Clone)]
pub struct ProviderTaskNode {
    pub of: Arc<Shown>,
    pub at: usize,
}

impl ProviderTaskNode {
    fn task(&self) -> Result<&ProviderTask> {
        self.of.tasks.get(self.at).ok_or(crate::floor::kernel::Error::NotFound("provider task"))
    }
}

/// What a provider is asked to do with what it still has.
#[Object(name = "ProviderTask")]
impl ProviderTaskNode {
    /// Its id.
    pub async fn id(&self) -> Result<ID> {
        let task = self.task()?;
        Ok(node_id(Ref::new(task.tenant, task.id)))
    }

    /// The app whose provider it is.
    async fn app(&self) -> AppNode {
        AppNode(Arc::clone(&self.of))
    }

    /// What it is asked to do.
    async fn kind(&self) -> Result<ProviderTaskKind> {
        Ok(self.task()?.kind.into())
    }

    /// How far it has come; silence settles nothing.
    async fn state(&self) -> Result<ProviderTaskState> {
        Ok(self.task()?.state.into())
    }

    /// When it was opened.
    async fn opened_at(&self) -> Result<DateTime<Utc>> {
        Ok(self.task()?.opened_at.utc())
    }

    /// By whom, as the books name him.
    async fn opened_by(&self) -> Result<&str> {
        Ok(&self.task()?.opened_by)
    }

    /// From when on its silence is told as such.
    async fn until(&self) -> Result<DateTime<Utc>> {
        Ok(self.task()?.until.utc())
    }

    /// When somebody was told last that nothing has ended it: halfway, and when its time was over.
    async fn reminded_at(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.task()?.reminded_at.map(Instant::utc))
    }

    /// When the provider was asked.
    async fn asked_at(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.task()?.asked.as_ref().map(|(at, _)| at.utc()))
    }

    /// By whom, as the books name him.
    async fn asked_by(&self) -> Result<Option<&str>> {
        Ok(self.task()?.asked.as_ref().map(|(_, by)| by.as_str()))
    }

    /// When it was settled.
    async fn settled_at(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.task()?.settled.as_ref().map(|(at, _)| at.utc()))
    }

    /// By whom, as the books name him.
    async fn settled_by(&self) -> Result<Option<&str>> {
        Ok(self.task()?.settled.as_ref().map(|(_, by)| by.as_str()))
    }

    /// What came back, in words that stay masked; `revealProviderNote` opens them.
    async fn note(&self) -> Result<Option<Mask>> {
        Ok(self.task()?.settled.as_ref().map(|_| Mask::words()))
    }
}

/// How many apps a tenant may connect, and how many it has.
#[derive(SimpleObject)]
#[graphql(name = "Slots")]
pub struct SlotsNode {
    /// How many its plan has.
    limit: i32,
    /// How many are taken, each by a connected app.
    taken: i32,
    /// How many are free; none where the plan was lowered below what is taken.
    free: i32,
}

impl From<Slots> for SlotsNode {
    fn from(slots: Slots) -> Self {
        Self { limit: slots.limit, taken: slots.taken, free: (slots.limit - slots.taken).max(0) }
    }
}
