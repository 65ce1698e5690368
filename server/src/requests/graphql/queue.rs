//! The queue and what is done with one request of it.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Lookahead, Object, SimpleObject};
use sha2::{Digest, Sha256};

use super::super::actions::{self, Listed, Moved, Wants};
use super::super::filter::{Sieve, StageWord, Wanted, Whose};
use super::super::model::{Due, Request, Source};
use super::super::next;
use super::super::queries::queue::Order;
use super::inputs::{
    AskForProofInput, AssignRequestInput, ExtendRequestInput, HandRequestOnInput, JoinRequestInput,
    JudgeIdentifierInput, JudgeMandateInput, MarkSpamInput, PauseRequestInput, RefuseRequestInput, RequestFilter,
    RequestOrder, ResumeRequestInput, SetLateReasonInput, SettleRequestInput, TakeRequestInput, WithdrawExtensionInput,
    WithdrawPauseInput, WithdrawRequestInput, request, seat,
};
use super::nodes::{IntakeNode, RequestNode};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::{
    Date, Direction, Listed as Counted, PageArgs, asking, connection, instant_key, once, payload, place, tenant_place,
};
use crate::floor::journal::hex;
use crate::floor::kernel::{Error, IntakeIdentifierId, Personal, Ref, RequestId, Result};

/// A list as it is answered.
type List<N> = Connection<String, N, Counted, EmptyFields>;

/// What can be asked about requests.
#[derive(Default)]
pub struct QueueQuery;

#[Object]
impl QueueQuery {
    /// The requests that exist for the caller, the earliest clock first unless another order is asked for; where closed ones are
    /// among them, the last that came first. totalCount stops at 10000.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list, and its filter and order")]
    async fn requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<RequestFilter>,
        #[graphql(desc = "Sorted so.")] order_by: Option<RequestOrder>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<RequestNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let wanted = filter.unwrap_or_default().read()?;
        let usual = if wanted.holds_closed() { (Order::ReceivedAt, false) } else { (Order::DueAt, true) };
        let order = order_by.map_or(usual, |order| (order.field.into(), order.direction == Direction::Asc));
        let sort = match order {
            (Order::DueAt, true) => "requests.due",
            (Order::DueAt, false) => "requests.due.desc",
            (Order::ReceivedAt, true) => "requests.received",
            (Order::ReceivedAt, false) => "requests.received.desc",
        };
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let wants = wants(&ctx.look_ahead());
        let listed = actions::list_requests(&asking.tools, caller, wanted, order, (page.clone(), wants));
        let (rows, total) = listed.await?;
        let key = |listed: &Listed| {
            let request = &listed.request;
            let key = match order.0 {
                Order::ReceivedAt => instant_key(request.received_at),
                Order::DueAt => request.due.as_ref().map(|due| instant_key(due.at)).unwrap_or_default(),
            };
            (key, request.id.uuid())
        };
        Ok(connection(sort, &page, rows, total, key, RequestNode::from))
    }

    /// One request, if it exists for the caller.
    async fn request(&self, ctx: &Context<'_>, #[graphql(desc = "Which.")] id: ID) -> Result<Option<RequestNode>> {
        none_if_missing(find_request(ctx, &id).await)
    }

    /// The request that people call so, if it exists for the caller.
    async fn request_by_reference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Such as R-7K4QD2X.")] reference: String,
    ) -> Result<Option<RequestNode>> {
        let asking = asking(ctx)?;
        let found = actions::find_called(&asking.tools, asking.caller()?, reference).await;
        Ok(none_if_missing(found)?.map(RequestNode::from))
    }

    /// What was asked by whoever goes by this mail address, newest first. The look is noted in the access book.
    async fn requests_of_mail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose person.")] tenant: ID,
        #[graphql(desc = "The address.")] mail: String,
    ) -> Result<Vec<RequestNode>> {
        let asking = asking(ctx)?;
        let (caller, mail) = (asking.caller()?, Personal::new(mail));
        let found = match tenant_place(&tenant) {
            Ok(tenant) => actions::find_of_mail(&asking.tools, caller, tenant, mail).await,
            Err(error) => Err(error),
        };
        match found {
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            found => Ok(found?.into_iter().map(RequestNode::from).collect()),
        }
    }

    /// What the caller should turn to next, the earliest clock first: what is his or nobody's to work, and plans and packages
    /// that wait for a second person where he may be one.
    async fn next_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
    ) -> Result<Vec<RequestNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let size = PageArgs { first: Some(first), ..PageArgs::default() }.page("requests.next")?.size;
        // Some of what is listed only cools off, and nobody can do anything about that.
        let page = PageArgs { first: Some(100), ..PageArgs::default() }.page("requests.next")?;
        let now = asking.tools.watch.now();
        let look = ctx.look_ahead();
        let wants = Wants { total: false, facts: true, ..wanted_of(|name| look.field(name).exists()) };
        let order = (Order::DueAt, true);
        let mut rows: Vec<Listed> = Vec::new();
        for wanted in turns(caller) {
            let listed = actions::list_requests(&asking.tools, caller, wanted, order, (page.clone(), wants));
            rows.extend(listed.await?.0);
        }
        let releases = caller.permissions().contains(&Permission::ApprovePlans);
        let is_his = |row: &Listed| {
            let next = row.facts.as_ref().map(|facts| next::next_action(&row.request, facts, now));
            match next {
                Some(next::NextAction::AwaitCoolingOff) => false,
                Some(next::NextAction::ReleasePackage) => releases,
                _ => true,
            }
        };
        rows.retain(is_his);
        rows.sort_by_key(|row| (row.request.due.as_ref().map(|due| due.at), row.request.id));
        rows.dedup_by_key(|row| row.request.id);
        rows.truncate(size);
        Ok(rows.into_iter().map(RequestNode::from).collect())
    }
}

/// What somebody turns to, by what he may.
fn turns(caller: &Caller) -> Vec<Wanted> {
    let may = |permission: Permission| caller.permissions().contains(&permission);
    let mut turns = Vec::new();
    if may(Permission::WorkRequests) {
        turns.push(Wanted {
            stages: Some(vec![StageWord::Open, StageWord::InProgress]),
            owners: Sieve::of(vec![Whose::Mine, Whose::Nobodys]),
            ..Wanted::default()
        });
    }
    if may(Permission::ApprovePlans) {
        turns.push(Wanted { stages: Some(vec![StageWord::AwaitingApproval]), ..Wanted::default() });
        turns.push(Wanted { stages: Some(vec![StageWord::InProgress]), releases: true, ..Wanted::default() });
    }
    turns
}

/// What the document asks of the rows of a list.
fn wants(look: &Lookahead<'_>) -> Wants {
    let nodes =
        |name: &str| look.field("nodes").field(name).exists() || look.field("edges").field("node").field(name).exists();
    Wants { total: look.field("totalCount").exists(), ..wanted_of(nodes) }
}

fn wanted_of(asks: impl Fn(&str) -> bool) -> Wants {
    Wants {
        facts: ["nextAction", "waitingFor", "pausedSince"].into_iter().any(&asks),
        tenants: asks("tenant"),
        stores: asks("store"),
        owners: asks("owner"),
        total: false,
    }
}

fn none_if_missing<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Error::NotFound(_)) => Ok(None),
        found => found,
    }
}

/// The request behind an id, for `node`.
pub async fn find_request(ctx: &Context<'_>, id: &ID) -> Result<Option<RequestNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_listed(&asking.tools, asking.caller()?, request(id)?).await?;
    Ok(found.map(RequestNode::from))
}

/// What was taken in.
#[derive(SimpleObject)]
pub struct TakenRequests {
    /// The contact.
    intake: IntakeNode,
    /// What it asks for, one request each.
    requests: Vec<RequestNode>,
    /// Whether it came for the first time.
    is_new: bool,
}

/// A request, and what became of the date it is worked by.
#[derive(SimpleObject)]
pub struct MovedRequest {
    /// The request as it is now.
    request: RequestNode,
    /// The date before.
    before: Option<Date>,
    /// The date after.
    after: Option<Date>,
}

impl From<Moved> for MovedRequest {
    fn from(moved: Moved) -> Self {
        let day = |due: Option<Due>| due.map(|due| Date(due.on));
        Self { request: moved.request.into(), before: day(moved.before), after: day(moved.after) }
    }
}

/// Declares what a mutation answers that gives the request back.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        payload! {
            $(#[$doc])*
            $name {
                /// The request as it is now.
                request: RequestNode
            }
        }
    )+ };
}

answers! {
    /// What came of asking for a proof.
    AskForProofPayload,
    /// What came of judging what somebody goes by.
    JudgeIdentifierPayload,
    /// What came of judging a mandate.
    JudgeMandatePayload,
    /// What came of giving a request to somebody.
    AssignRequestPayload,
    /// What came of refusing.
    RefuseRequestPayload,
    /// What came of ending a request as the person wished.
    WithdrawRequestPayload,
    /// What came of setting something aside as spam.
    MarkSpamPayload,
    /// What came of joining a request to another.
    JoinRequestPayload,
    /// What came of ending a request that was carried out.
    SettleRequestPayload,
    /// What came of saying why something is late.
    SetLateReasonPayload,
    /// What came of handing a request on to the merchant.
    HandRequestOnPayload,
}

/// Declares what a mutation answers that moves a date.
macro_rules! moves {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        payload! {
            $(#[$doc])*
            $name {
                /// The request, and the date it is worked by before and after.
                moved: MovedRequest
            }
        }
    )+ };
}

moves! {
    /// What came of a pause.
    PauseRequestPayload,
    /// What came of ending a pause.
    ResumeRequestPayload,
    /// What came of taking a pause back.
    WithdrawPausePayload,
    /// What came of an extension.
    ExtendRequestPayload,
    /// What came of taking an extension back.
    WithdrawExtensionPayload,
}

payload! {
    /// What came of taking something in.
    TakeRequestPayload {
        /// What was taken in.
        taken: TakenRequests
    }
}

/// What is done to take a request in and to have it proved.
#[derive(Default)]
pub struct IntakeMutation;

#[Object]
impl IntakeMutation {
    /// Takes in what somebody asks, one request for each right, and writes to them what happens next and until when.
    async fn take_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: TakeRequestInput,
    ) -> Result<TakeRequestPayload> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        actions::may(caller, Permission::TakeRequests, input.tenant()?)?;
        let source = if caller.staff_id().is_some() { Source::Console } else { Source::Api };
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let delivery = input.idempotency_key.as_deref().map(|key| delivery(caller, key));
        let taken = match input.read(source, delivery) {
            Ok(wish) => actions::receive_once(&asking.tools, caller, wish, once).await,
            Err(error) => Err(error),
        };
        let taken = match taken {
            Ok(taken) => {
                let requests: Vec<RequestNode> = taken.requests.into_iter().map(RequestNode::from).collect();
                let first = requests.first().ok_or_else(|| Error::internal("a contact that asks for nothing"))?;
                Ok(TakenRequests { intake: first.contact(ctx).await?, is_new: taken.is_new, requests })
            }
            Err(error) => Err(error),
        };
        TakeRequestPayload::of(taken)
    }

    /// Sends a code to a mail address that the person goes by.
    async fn ask_for_proof(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of what.")] input: AskForProofInput,
    ) -> Result<AskForProofPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let identifier = identifier(at, &input.identifier)?;
        let asked = match actions::ask_for_proof(&asking.tools, caller, at, identifier, once).await {
            Ok(()) => actions::find_listed(&asking.tools, caller, at).await?.ok_or(Error::NotFound("request")),
            Err(error) => Err(error),
        };
        AskForProofPayload::of(asked.map(RequestNode::from))
    }

    /// Says whether something the person goes by is theirs, with the reason.
    async fn judge_identifier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: JudgeIdentifierInput,
    ) -> Result<JudgeIdentifierPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let (identifier, reason) = (identifier(at, &input.identifier)?, Personal::new(input.reason));
        let judged = actions::judge(&asking.tools, caller, at, identifier, reason, input.is_proved, once).await;
        JudgeIdentifierPayload::of(judged.map(RequestNode::from))
    }

    /// Says whether what an agent showed is a mandate, with the reason.
    async fn judge_mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether it is one, and why.")] input: JudgeMandateInput,
    ) -> Result<JudgeMandatePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let reason = Personal::new(input.reason);
        let judged = actions::judge_mandate(&asking.tools, caller, at, reason, input.is_shown, once).await;
        JudgeMandatePayload::of(judged.map(RequestNode::from))
    }

    /// Sets aside what nobody asked.
    async fn mark_spam(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: MarkSpamInput,
    ) -> Result<MarkSpamPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let marked = actions::mark_spam(&asking.tools, caller, at, input.version, once).await;
        MarkSpamPayload::of(marked.map(RequestNode::from))
    }

    /// Joins a request to one that asked for the same before; that one is answered.
    async fn join_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to which.")] input: JoinRequestInput,
    ) -> Result<JoinRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let original = request(&input.original)?;
        let joined = if original.tenant == at.tenant {
            actions::join(&asking.tools, caller, at, input.version, original.id, once).await
        } else {
            Err(Error::NotFound("request"))
        };
        JoinRequestPayload::of(joined.map(RequestNode::from))
    }
}

/// What a client calls its own wish: the same key of the same caller is taken once.
fn delivery(caller: &Caller, key: &str) -> String {
    hex(&Sha256::digest(format!("{}\0{key}", caller.actor())))
}

fn identifier(of: Ref<RequestId>, id: &ID) -> Result<IntakeIdentifierId> {
    let at = place::<IntakeIdentifierId>(id, "identifier")?;
    if at.tenant == of.tenant { Ok(at.id) } else { Err(Error::NotFound("identifier")) }
}

/// What is done with a request and its time.
#[derive(Default)]
pub struct QueueMutation;

#[Object]
impl QueueMutation {
    /// Gives a request to a seat, a team, both or nobody.
    async fn assign_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to whom.")] input: AssignRequestInput,
    ) -> Result<AssignRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let to = (input.owner.as_ref().map(seat).transpose()?, input.team);
        let assigned = actions::assign(&asking.tools, caller, at, input.version, to, once).await;
        AssignRequestPayload::of(assigned.map(RequestNode::from))
    }

    /// Lets the time stand still where the regime lets it, because the person is asked something, and writes to them.
    async fn pause_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked, and why.")] input: PauseRequestInput,
    ) -> Result<PauseRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let (on, reason) = (input.on.into(), Personal::new(input.reason));
        let paused = actions::pause(&asking.tools, caller, at, input.version, on, reason, once).await;
        PauseRequestPayload::of(paused.map(MovedRequest::from))
    }

    /// Lets the time run on: the person answered.
    async fn resume_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: ResumeRequestInput,
    ) -> Result<ResumeRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let resumed = actions::resume(&asking.tools, caller, at, input.version, once).await;
        ResumeRequestPayload::of(resumed.map(MovedRequest::from))
    }

    /// Takes a pause back: the time ran on all the while.
    async fn withdraw_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: WithdrawPauseInput,
    ) -> Result<WithdrawPausePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let moved = actions::withdraw_pause(&asking.tools, caller, at, input.version, once).await;
        WithdrawPausePayload::of(moved.map(MovedRequest::from))
    }

    /// Makes the time longer where the regime lets it, once, counted from receipt, and writes to the person with the reason.
    async fn extend_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Under which regime, and why.")] input: ExtendRequestInput,
    ) -> Result<ExtendRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let by = (input.regime.map(|code| code.to_lowercase()), input.until.map(|date| date.0));
        let reason = Personal::new(input.reason);
        let extended = actions::extend(&asking.tools, caller, at, input.version, by, reason, once).await;
        ExtendRequestPayload::of(extended.map(MovedRequest::from))
    }

    /// Takes an extension back: the date is what it was.
    async fn withdraw_extension(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: WithdrawExtensionInput,
    ) -> Result<WithdrawExtensionPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let moved = actions::withdraw_extension(&asking.tools, caller, at, input.version, once).await;
        WithdrawExtensionPayload::of(moved.map(MovedRequest::from))
    }

    /// Refuses lawfully: on a ground, with the reason, and with all that the law wants named beside it. That is an answer.
    async fn refuse_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which ground, and why.")] input: RefuseRequestInput,
    ) -> Result<RefuseRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let (ground, reason) = (input.ground.into(), Personal::new(input.reason));
        let refused = actions::refuse(&asking.tools, caller, at, input.version, ground, reason, once).await;
        RefuseRequestPayload::of(refused.map(RequestNode::from))
    }

    /// Ends a request because the person does not want it any more.
    async fn withdraw_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: WithdrawRequestInput,
    ) -> Result<WithdrawRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let withdrawn = actions::withdraw(&asking.tools, caller, at, input.version, once).await;
        WithdrawRequestPayload::of(withdrawn.map(RequestNode::from))
    }

    /// Ends a request that was carried out, with what was done in words, and writes to the person.
    async fn settle_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was done.")] input: SettleRequestInput,
    ) -> Result<SettleRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let (version, reason) = (input.version, Personal::new(input.reason));
        let settled = actions::settle_by_hand(&asking.tools, caller, at, version, input.is_whole, reason, once).await;
        SettleRequestPayload::of(settled.map(RequestNode::from))
    }

    /// Says why an answer is or was late.
    async fn set_late_reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: SetLateReasonInput,
    ) -> Result<SetLateReasonPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let set: Result<Request> =
            actions::set_late_reason(&asking.tools, caller, at, input.version, input.reason.into(), once).await;
        SetLateReasonPayload::of(set.map(RequestNode::from))
    }

    /// Tells the merchant who decides about the data, and the person who answers them. The request stays open with its dates.
    async fn hand_request_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: HandRequestOnInput,
    ) -> Result<HandRequestOnPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let reason = input.reason.map(Personal::new);
        let handed = actions::hand_on(&asking.tools, caller, at, input.version, reason, once).await;
        HandRequestOnPayload::of(handed.map(RequestNode::from))
    }
}
