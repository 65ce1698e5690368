//! The face of sub-processors, their notices, subscribers and objections.

mod inputs;
mod nodes;
mod words;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};
use uuid::Uuid;

pub use nodes::{NoticeNode, ObjectionNode, ProcessorNode, SubscriberNode};

use self::inputs::{
    AnswerObjectionInput, ObjectToNoticeInput, ObjectionFilter, ProcessorFilter, RevealObjectionInput,
    SubscribeByMailInput, SubscribeInput, UnsubscribeInput, WithdrawObjectionInput,
};
use self::nodes::{RevealedObjectionNode, SubscriptionAnswer};
use super::actions;
use super::model::{Notice, Objection, Processor, Subscriber};
use super::queries::objections::Filter;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Asking, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule, tenant_place,
};
use crate::floor::kernel::{
    Addressed, Error, NoticeId, ObjectionId, Personal, ProcessorId, Result, SubscriberId, TenantId,
};
use crate::floor::tools::Tools;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.processors", Needs::Nothing),
    rule("Query.processor", Needs::Nothing),
    rule("Query.notices", Needs::Nothing),
    rule("Query.objections", OBJECTIONS),
    rule("Query.subscribers", Needs::Permission(Permission::SeeQueue)),
    rule("Processor.*", Needs::Parent),
    rule("Processor.objections", OBJECTIONS),
    rule("ProcessorConnection.*", Needs::Parent),
    rule("ProcessorEdge.*", Needs::Parent),
    rule("ProcessorReceives.*", Needs::Parent),
    rule("ProcessorVersion.*", Needs::Parent),
    rule("Notice.*", Needs::Parent),
    // How many are told is the operator's business.
    rule("Notice.reached", Needs::Permission(Permission::SeeQueue)),
    rule("Notice.waiting", Needs::Permission(Permission::SeeQueue)),
    rule("Notice.failed", Needs::Permission(Permission::SeeQueue)),
    rule("NoticeConnection.*", Needs::Parent),
    rule("NoticeEdge.*", Needs::Parent),
    rule("Objection.*", Needs::Parent),
    rule("ObjectionConnection.*", Needs::Parent),
    rule("ObjectionEdge.*", Needs::Parent),
    rule("RevealedObjection.*", Needs::Parent),
    rule("Subscriber.*", Needs::Parent),
    rule("SubscriberConnection.*", Needs::Parent),
    rule("SubscriberEdge.*", Needs::Parent),
    rule("SubscriptionAnswer.*", Needs::Parent),
    rule("Mutation.subscribe", Needs::Permission(Permission::SeeTenants)),
    rule("Mutation.subscribeByMail", Needs::Nothing),
    rule("Mutation.unsubscribe", Needs::AnyOf(&[Permission::SeeTenants, Permission::KeepPolicy])),
    rule("Mutation.objectToNotice", Needs::Permission(Permission::SeeTenants)),
    rule("Mutation.answerObjection", Needs::Permission(Permission::KeepPolicy)),
    rule("Mutation.withdrawObjection", Needs::Permission(Permission::SeeTenants)),
    rule("Mutation.revealObjection", Needs::AnyOf(&[Permission::SeeTenants, Permission::KeepPolicy])),
    rule("SubscribePayload.*", Needs::Parent),
    rule("SubscribeByMailPayload.*", Needs::Parent),
    rule("UnsubscribePayload.*", Needs::Parent),
    rule("ObjectToNoticePayload.*", Needs::Parent),
    rule("AnswerObjectionPayload.*", Needs::Parent),
    rule("WithdrawObjectionPayload.*", Needs::Parent),
    rule("RevealObjectionPayload.*", Needs::Parent),
];

const OBJECTIONS: Needs = Needs::AnyOf(&[Permission::SeeQueue, Permission::SeeTenants]);

/// A list as it is answered.
type List<N> = Connection<String, N, Listed, EmptyFields>;

/// What can be asked about sub-processors.
#[derive(Default)]
pub struct ProcessorQuery;

#[Object]
impl ProcessorQuery {
    /// The operator's sub-processors by code: those on the list, those to come, and those who left. It is public.
    async fn processors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit.")] filter: Option<ProcessorFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<ProcessorNode>> {
        let sort = "processors.code";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let states = filter.and_then(ProcessorFilter::read);
        let (rows, total) = actions::list_processors(&asking(ctx)?.tools, states, page.clone()).await?;
        let key = |processor: &Processor| (processor.code.clone(), processor.id.uuid());
        Ok(connection(sort, &page, rows, total, key, ProcessorNode))
    }

    /// One sub-processor. It is public.
    async fn processor(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<ProcessorNode>> {
        absent(find_processor(ctx, &id).await)
    }

    /// What was announced, newest first. It is public.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<NoticeNode>> {
        let (sort, tools) = ("notices.newest", &asking(ctx)?.tools);
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (rows, total) = actions::list_notices(tools, None, page.clone()).await?;
        let shown = shown_notices(tools, rows).await?;
        Ok(connection(sort, &page, shown, total, |node| notice_key(&node.notice), |node| node))
    }

    /// Merchants' objections, newest first: everyone's for the desk, else one's own.
    async fn objections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<ObjectionFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<ObjectionNode>> {
        let asking = asking(ctx)?;
        let (sort, caller) = ("objections.newest", asking.caller()?);
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map_or_else(Filter::default, ObjectionFilter::read);
        let (rows, total) = actions::list_objections(&asking.tools, caller, filter, None, page.clone()).await?;
        let shown = shown_objections(&asking.tools, rows).await?;
        Ok(connection(sort, &page, shown, total, |node| objection_key(&node.objection), |node| node))
    }

    /// Who is told of changes, newest first.
    async fn subscribers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<SubscriberNode>> {
        let asking = asking(ctx)?;
        let (sort, caller) = ("subscribers.newest", asking.caller()?);
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (rows, total) = actions::list_subscribers(&asking.tools, caller, page.clone()).await?;
        let shown = shown_subscribers(&asking.tools, rows).await?;
        let key = |node: &SubscriberNode| (instant_key(node.subscriber.asked_at), node.subscriber.id.uuid());
        Ok(connection(sort, &page, shown, total, key, |node| node))
    }
}

payload! {
    /// What came of subscribing a tenant.
    SubscribePayload {
        /// The subscription: told at once where notices are read by API, else once the address has said yes.
        subscriber: SubscriberNode
    }
}
payload! {
    /// What came of asking that an address be told.
    SubscribeByMailPayload {
        /// The same for every address.
        answer: SubscriptionAnswer
    }
}
payload! {
    /// What came of ending a subscription.
    UnsubscribePayload {
        /// The subscription, ended; its address is forgotten.
        subscriber: SubscriberNode
    }
}
payload! {
    /// What came of objecting.
    ObjectToNoticePayload {
        /// The objection, open.
        objection: ObjectionNode
    }
}
payload! {
    /// What came of answering an objection.
    AnswerObjectionPayload {
        /// The objection, answered.
        objection: ObjectionNode
    }
}
payload! {
    /// What came of taking an objection back.
    WithdrawObjectionPayload {
        /// The objection, withdrawn.
        objection: ObjectionNode
    }
}
payload! {
    /// What came of opening the words of an objection.
    RevealObjectionPayload {
        /// The words in clear.
        revealed: RevealedObjectionNode
    }
}

/// What can be done about sub-processors.
#[derive(Default)]
pub struct ProcessorMutation;

#[Object]
impl ProcessorMutation {
    /// Subscribes a tenant to notices: the tenant itself, or whoever keeps the policy for it. An address is told once it has
    /// said yes; without one, notices are read by API.
    async fn subscribe(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The subscription.")] input: SubscribeInput,
    ) -> Result<SubscribePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let new = actions::NewSubscription {
            tenant: tenant_place(&input.tenant)?,
            mail: input.mail.map(Personal::new),
            locale: input.locale,
        };
        let subscribed = actions::subscribe(&asking.tools, asking.caller()?, new, once).await;
        SubscribePayload::of(whole_subscriber(asking, subscribed).await)
    }

    /// Asks that an address be told of changes. It gets one letter with a link, at most once an hour; the answer is the
    /// same for every address. Anyone may ask, so often.
    async fn subscribe_by_mail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: SubscribeByMailInput,
    ) -> Result<SubscribeByMailPayload> {
        let asking = asking(ctx)?;
        let (mail, source) = (Personal::new(input.mail), asking.source.as_deref());
        let asked = actions::ask_by_mail(&asking.tools, source, mail, &input.locale).await;
        SubscribeByMailPayload::of(asked.map(|()| SubscriptionAnswer::always()))
    }

    /// Ends a subscription and forgets its address: a tenant's own, or, by whoever keeps the policy, anyone's.
    async fn unsubscribe(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: UnsubscribeInput,
    ) -> Result<UnsubscribePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let id = of_house::<SubscriberId>(&input.id, "subscriber")?;
        let ended = actions::unsubscribe(&asking.tools, asking.caller()?, id, once).await;
        UnsubscribePayload::of(whole_subscriber(asking, ended).await)
    }

    /// Objects to what was announced, within the notice's window: the tenant itself, or whoever keeps the policy for it.
    /// What is objected to does not come into force before it is answered.
    async fn object_to_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To what, and why.")] input: ObjectToNoticeInput,
    ) -> Result<ObjectToNoticePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let tenant = tenant_place(&input.tenant)?;
        let caller = asking.caller()?;
        let at = (of_house::<NoticeId>(&input.notice, "notice")?, tenant);
        let objected = actions::object(&asking.tools, caller, at, Personal::new(input.reason), once).await;
        ObjectToNoticePayload::of(whole_objection(asking, objected).await)
    }

    /// Answers an objection. What is upheld keeps the version from coming into force: withdraw it.
    async fn answer_objection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is answered.")] input: AnswerObjectionInput,
    ) -> Result<AnswerObjectionPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let at = (of_house::<ObjectionId>(&input.id, "objection")?, input.state.into());
        let answered = actions::answer(&asking.tools, caller, at, Personal::new(input.answer), once).await;
        AnswerObjectionPayload::of(whole_objection(asking, answered).await)
    }

    /// Takes an open objection back.
    async fn withdraw_objection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which objection.")] input: WithdrawObjectionInput,
    ) -> Result<WithdrawObjectionPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let id = of_house::<ObjectionId>(&input.id, "objection")?;
        let taken_back = actions::take_back(&asking.tools, caller, id, once).await;
        WithdrawObjectionPayload::of(whole_objection(asking, taken_back).await)
    }

    /// Opens the words of an objection, for the tenant whose it is and for whoever answers it, and writes down who looked
    /// before it answers. Of the desk's people it wants a second factor of the last five minutes.
    async fn reveal_objection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which objection.")] input: RevealObjectionInput,
    ) -> Result<RevealObjectionPayload> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let id = of_house::<ObjectionId>(&input.id, "objection")?;
        let opened = actions::reveal(&asking.tools, caller, id).await;
        RevealObjectionPayload::of(opened.map(|opened| RevealedObjectionNode::of(&opened)))
    }
}

/// The sub-processor behind an id, for `node`.
pub async fn find_processor(ctx: &Context<'_>, id: &ID) -> Result<Option<ProcessorNode>> {
    let id = of_house::<ProcessorId>(id, "processor")?;
    Ok(actions::find_processor(&asking(ctx)?.tools, id).await?.map(ProcessorNode))
}

/// The notice behind an id, for `node`.
pub async fn find_notice(ctx: &Context<'_>, id: &ID) -> Result<Option<NoticeNode>> {
    let (id, tools) = (of_house::<NoticeId>(id, "notice")?, &asking(ctx)?.tools);
    let found = actions::find_notice(tools, id).await?;
    Ok(shown_notices(tools, found.into_iter().collect()).await?.pop())
}

/// The subscriber behind an id, for `node`.
pub async fn find_subscriber(ctx: &Context<'_>, id: &ID) -> Result<Option<SubscriberNode>> {
    let asking = asking(ctx)?;
    let id = of_house::<SubscriberId>(id, "subscriber")?;
    let found = actions::find_subscriber(&asking.tools, asking.caller()?, id).await?;
    Ok(shown_subscribers(&asking.tools, found.into_iter().collect()).await?.pop())
}

/// The objection behind an id, for `node`.
pub async fn find_objection(ctx: &Context<'_>, id: &ID) -> Result<Option<ObjectionNode>> {
    let asking = asking(ctx)?;
    let id = of_house::<ObjectionId>(id, "objection")?;
    let found = actions::find_objection(&asking.tools, asking.caller()?, id).await?;
    Ok(shown_objections(&asking.tools, found.into_iter().collect()).await?.pop())
}

/// Rows of this slice stand among the house's and nowhere else.
fn of_house<Id: Addressed>(id: &ID, kind: &'static str) -> Result<Id> {
    let at = place::<Id>(id, kind)?;
    if at.tenant == TenantId::HOUSE { Ok(at.id) } else { Err(Error::NotFound(kind)) }
}

fn absent<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Error::NotFound(_)) => Ok(None),
        found => found,
    }
}

fn notice_key(notice: &Notice) -> (String, Uuid) {
    (instant_key(notice.announced_at), notice.id.uuid())
}

fn objection_key(objection: &Objection) -> (String, Uuid) {
    (instant_key(objection.objected_at), objection.id.uuid())
}

async fn shown_notices(tools: &Tools, rows: Vec<Notice>) -> Result<Vec<NoticeNode>> {
    let ids = rows.iter().filter_map(|notice| notice.processor.as_ref().map(|(id, _)| *id)).collect();
    let processors = actions::processors_by_id(tools, ids).await?;
    let about = |notice: &Notice| notice.processor.as_ref().and_then(|(id, _)| processors.get(id).cloned());
    Ok(rows.into_iter().map(|notice| NoticeNode { processor: about(&notice), notice }).collect())
}

async fn shown_subscribers(tools: &Tools, rows: Vec<Subscriber>) -> Result<Vec<SubscriberNode>> {
    let ids: Vec<_> = rows.iter().filter_map(|one| one.merchant).collect();
    let tenants = actions::tenants_of(tools, ids).await?;
    let of = |one: &Subscriber| one.merchant.and_then(|merchant| tenants.get(&merchant).cloned());
    Ok(rows.into_iter().map(|subscriber| SubscriberNode { tenant: of(&subscriber), subscriber }).collect())
}

async fn shown_objections(tools: &Tools, rows: Vec<Objection>) -> Result<Vec<ObjectionNode>> {
    let notices = actions::notices_by_id(tools, rows.iter().map(|one| one.notice).collect()).await?;
    let notices = shown_notices(tools, notices.into_values().collect()).await?;
    let tenants = actions::tenants_of(tools, rows.iter().map(|one| one.merchant).collect()).await?;
    rows.into_iter()
        .map(|objection| {
            let notice = notices.iter().find(|node| node.notice.id == objection.notice);
            Ok(ObjectionNode {
                notice: notice.cloned().ok_or(Error::NotFound("notice"))?,
                tenant: tenants.get(&objection.merchant).cloned().ok_or(Error::NotFound("tenant"))?,
                objection,
            })
        })
        .collect()
}

async fn whole_subscriber(asking: &Asking, changed: Result<Subscriber>) -> Result<SubscriberNode> {
    shown_subscribers(&asking.tools, vec![changed?]).await?.pop().ok_or(Error::NotFound("subscriber"))
}

async fn whole_objection(asking: &Asking, changed: Result<Objection>) -> Result<ObjectionNode> {
    shown_objections(&asking.tools, vec![changed?]).await?.pop().ok_or(Error::NotFound("objection"))
}
