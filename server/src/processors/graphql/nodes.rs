//! Sub-processors, notices, subscribers and objections as they are answered.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{self, Notice, Objection, Processor, Subscriber, Version};
use super::super::queries::objections::Filter;
use super::words::{NoticeKind, ObjectionState, ProcessorState, SubscriberState};
use super::{List, notice_key, objection_key, shown_objections};
use crate::catalogue::{FieldForm, Transfer};
use crate::floor::graphql::{Date, Mask, MaskKind, PageArgs, asking, connection, node_id};
use crate::floor::kernel::{Error, Instant, Ref, Result};
use crate::tenants::{Tenant, TenantNode};

/// A sub-processor of the operator.
#[derive(Clone)]
pub struct ProcessorNode(pub Processor);

impl ProcessorNode {
    fn shown(&self) -> Result<&Version> {
        self.0.shown().ok_or_else(|| Error::internal("a sub-processor of whom nothing is said"))
    }
}

/// A sub-processor of the operator, as the list has it now; `versions` has what was said of it before.
#[Object(name = "Processor")]
impl ProcessorNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.0.id))
    }

    /// What the policy file calls it.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What it is called.
    async fn name(&self) -> Result<&str> {
        Ok(&self.shown()?.entry.name)
    }

    /// What it does for the operator.
    async fn service(&self) -> Result<&str> {
        Ok(&self.shown()?.entry.service)
    }

    /// What for.
    async fn purposes(&self) -> Result<&[String]> {
        Ok(&self.shown()?.entry.purposes)
    }

    /// What it may be given, and in which form. What is not here it never gets.
    async fn receives(&self) -> Result<Vec<ProcessorReceives>> {
        Ok(received(self.shown()?))
    }

    /// The countries or regions it works in.
    async fn regions(&self) -> Result<&[String]> {
        Ok(&self.shown()?.entry.regions)
    }

    /// On what ground data may leave the operator's region for it.
    async fn transfer(&self) -> Result<Transfer> {
        Ok(self.shown()?.entry.transfer.into())
    }

    /// The day the agreement with it was made.
    async fn agreement_on(&self) -> Result<Option<Date>> {
        Ok(self.shown()?.entry.agreement_on.map(Date))
    }

    /// Its own policy, for what it keeps under it.
    async fn policy_url(&self) -> Result<Option<&str>> {
        Ok(self.shown()?.entry.policy_url.as_deref())
    }

    /// How it stands on the list.
    async fn state(&self) -> ProcessorState {
        self.0.state.into()
    }

    /// The day it was announced; of the first list, the day the desk began.
    async fn listed_on(&self) -> Date {
        Date(self.0.listed_on)
    }

    /// The day it leaves the list, or left it.
    async fn ends_on(&self) -> Option<Date> {
        self.0.ends_on.map(Date)
    }

    /// Until when merchants may object to it, or to what is to change about it.
    async fn objection_until(&self) -> Option<Date> {
        self.0.objection_until.map(Date)
    }

    /// What was said of it under which version of the policy, newest first.
    async fn versions(&self) -> Vec<ProcessorVersion> {
        self.0.versions.iter().cloned().map(ProcessorVersion).collect()
    }

    /// What was announced about it, newest first.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<NoticeNode>> {
        let sort = "processor.notices.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (rows, total) = actions::list_notices(&asking(ctx)?.tools, Some(self.0.id), page.clone()).await?;
        let node = |notice| NoticeNode { notice, processor: Some(self.0.clone()) };
        Ok(connection(sort, &page, rows, total, notice_key, node))
    }

    /// Who objected to what was announced about it, newest first: everyone's for the desk, else one's own.
    async fn objections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, ObjectionNode, crate::floor::graphql::Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "processor.objections.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let listed = actions::list_objections(&asking.tools, caller, Filter::default(), Some(self.0.id), page.clone());
        let (rows, total) = listed.await?;
        let shown = shown_objections(&asking.tools, rows).await?;
        Ok(connection(sort, &page, shown, total, |node| objection_key(&node.objection), |node| node))
    }
}

/// Something a sub-processor may be given.
#[derive(SimpleObject)]
pub struct ProcessorReceives {
    /// A category of data, or one field of it.
    what: String,
    /// In which form.
    form: FieldForm,
}

fn received(version: &Version) -> Vec<ProcessorReceives> {
    let receives = version.entry.receives.iter();
    receives.map(|one| ProcessorReceives { what: one.what.clone(), form: one.form.into() }).collect()
}

/// What was said of a sub-processor.
pub struct ProcessorVersion(Version);

/// What the list says of a sub-processor under one version of the policy.
#[Object]
impl ProcessorVersion {
    /// The version of the policy.
    async fn policy_version(&self) -> i32 {
        self.0.policy_version
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.entry.name
    }

    /// What it does for the operator.
    async fn service(&self) -> &str {
        &self.0.entry.service
    }

    /// What for.
    async fn purposes(&self) -> &[String] {
        &self.0.entry.purposes
    }

    /// What it may be given, and in which form.
    async fn receives(&self) -> Vec<ProcessorReceives> {
        received(&self.0)
    }

    /// The countries or regions it works in.
    async fn regions(&self) -> &[String] {
        &self.0.entry.regions
    }

    /// On what ground data may leave the operator's region for it.
    async fn transfer(&self) -> Transfer {
        self.0.entry.transfer.into()
    }

    /// The day the agreement with it was made.
    async fn agreement_on(&self) -> Option<Date> {
        self.0.entry.agreement_on.map(Date)
    }

    /// Its own policy.
    async fn policy_url(&self) -> Option<&str> {
        self.0.entry.policy_url.as_deref()
    }

    /// The day it was announced for.
    async fn from_on(&self) -> Date {
        Date(self.0.from_on)
    }

    /// Since when it holds; null while it is announced, and where it never came.
    async fn in_force_at(&self) -> Option<DateTime<Utc>> {
        self.0.in_force_at.map(Instant::utc)
    }

    /// The day another took its place, or the sub-processor left the list.
    async fn until_on(&self) -> Option<Date> {
        self.0.until_on.map(Date)
    }

    /// When it was taken back before it came.
    async fn withdrawn_at(&self) -> Option<DateTime<Utc>> {
        self.0.withdrawn_at.map(Instant::utc)
    }
}

/// A change as it was announced.
#[derive(Clone)]
pub struct NoticeNode {
    pub notice: Notice,
    pub processor: Option<Processor>,
}

impl NoticeNode {
    async fn reach(&self, ctx: &Context<'_>) -> Result<model::Reach> {
        let asking = asking(ctx)?;
        actions::reach(&asking.tools, asking.caller()?, self.notice.id).await
    }
}

/// A change as it was announced.
#[Object(name = "Notice")]
impl NoticeNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.notice.id))
    }

    /// Whom it is about; null where it is about the policy.
    async fn processor(&self) -> Option<ProcessorNode> {
        self.processor.clone().map(ProcessorNode)
    }

    /// What it announces.
    async fn kind(&self) -> NoticeKind {
        self.notice.kind.into()
    }

    /// The version of the policy that brings it.
    async fn policy_version(&self) -> i32 {
        self.notice.policy_version
    }

    /// When it was announced.
    async fn announced_at(&self) -> DateTime<Utc> {
        self.notice.announced_at.utc()
    }

    /// The day from which it holds.
    async fn effective_on(&self) -> Date {
        Date(self.notice.effective_on)
    }

    /// Until when merchants may object; null where nothing is to be objected to.
    async fn objection_until(&self) -> Option<Date> {
        self.notice.objection_until.map(Date)
    }

    /// When what it announces was taken back.
    async fn withdrawn_at(&self) -> Option<DateTime<Utc>> {
        self.notice.withdrawn_at.map(Instant::utc)
    }

    /// What it says, as it was worded that day.
    async fn text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this language, where it was worded in it; else in the policy's first.")] locale: Option<
            String,
        >,
    ) -> Result<&str> {
        let adopted = asking(ctx)?.tools.policy.in_force()?;
        let first = adopted.policy.first_locale();
        Ok(self.notice.told_in(locale.as_deref().unwrap_or(first), first).0)
    }

    /// How many letters of it were taken.
    async fn reached(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(self.reach(ctx).await?.sent)
    }

    /// How many letters of it are still to be sent.
    async fn waiting(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(self.reach(ctx).await?.waiting)
    }

    /// How many letters of it were refused as often as they are tried.
    async fn failed(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(self.reach(ctx).await?.failed)
    }
}

/// One who is told of changes.
#[derive(Clone)]
pub struct SubscriberNode {
    pub subscriber: Subscriber,
    pub tenant: Option<Tenant>,
}

/// One who is told of changes. The address stays masked.
#[Object(name = "Subscriber")]
impl SubscriberNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.subscriber.id))
    }

    /// The mail address; null where notices are read by API, and once the subscription has ended.
    async fn mail(&self) -> Option<Mask> {
        self.subscriber.has_mail.then(|| Mask::of(MaskKind::Mail, self.subscriber.subject))
    }

    /// Whether it is told.
    async fn state(&self) -> SubscriberState {
        self.subscriber.state.into()
    }

    /// The tenant that subscribed, where one did.
    async fn tenant(&self) -> Option<TenantNode> {
        self.tenant.clone().map(TenantNode)
    }

    /// Since when it is told; null as long as it has not said yes.
    async fn since(&self) -> Option<DateTime<Utc>> {
        self.subscriber.live_at.map(Instant::utc)
    }

    /// The language of its letters.
    async fn locale(&self) -> &str {
        &self.subscriber.language
    }
}

/// A merchant's no to a change.
#[derive(Clone)]
pub struct ObjectionNode {
    pub objection: Objection,
    pub notice: NoticeNode,
    pub tenant: Tenant,
}

/// A merchant's no to a change that was announced. Words stay masked; `revealObjection` opens them.
#[Object(name = "Objection")]
impl ObjectionNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.objection.id))
    }

    /// To what.
    async fn notice(&self) -> NoticeNode {
        self.notice.clone()
    }

    /// Whose no it is.
    async fn tenant(&self) -> TenantNode {
        TenantNode(self.tenant.clone())
    }

    /// When it was said.
    async fn objected_at(&self) -> DateTime<Utc> {
        self.objection.objected_at.utc()
    }

    /// Who said it, as the audit book names him.
    async fn by(&self) -> &str {
        &self.objection.objected_by
    }

    /// Why.
    async fn reason(&self) -> Mask {
        Mask::words()
    }

    /// What became of it.
    async fn state(&self) -> ObjectionState {
        self.objection.state.into()
    }

    /// The day by which it must be answered: the one from which the change would hold.
    async fn answer_by(&self) -> Date {
        Date(self.objection.answer_by)
    }

    /// What the operator answered.
    async fn answer(&self) -> Option<Mask> {
        self.objection.has_answer.then(Mask::words)
    }

    /// When it was answered, or taken back.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.objection.answered_at.map(Instant::utc)
    }

    /// By whom, as the audit book names him.
    async fn answered_by(&self) -> Option<&str> {
        self.objection.answered_by.as_deref()
    }
}

/// The words of an objection. The record of the look stands already.
#[derive(SimpleObject)]
#[graphql(name = "RevealedObjection")]
pub struct RevealedObjectionNode {
    /// Why the merchant objects.
    reason: String,
    /// What the operator answered.
    answer: Option<String>,
    /// How long a screen shows them before it hides them again.
    hide_after_seconds: i32,
    /// The row of the access book that says who looked.
    access_id: ID,
}

/// How long a screen shows words before it hides them again.
const SHOWN_FOR: i32 = 30;

impl RevealedObjectionNode {
    pub fn of(opened: &actions::Opened) -> Self {
        Self {
            reason: opened.reason.disclose().to_owned(),
            answer: opened.answer.as_ref().map(|answer| answer.disclose().to_owned()),
            hide_after_seconds: SHOWN_FOR,
            access_id: node_id(opened.access),
        }
    }
}

/// What a stranger is told, whoever he asked for.
#[derive(SimpleObject)]
pub struct SubscriptionAnswer {
    /// The same for every address.
    message: &'static str,
}

impl SubscriptionAnswer {
    pub fn always() -> Self {
        Self {
            message: "If this address is not told of changes yet, a letter with a link is on its way to it; the link is good \
                      for 48 hours.",
        }
    }
}
