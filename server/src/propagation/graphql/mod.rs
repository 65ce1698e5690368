//! The face of telling recipients: what each is told, how each is reached, and what people do about it.

mod inputs;
mod nodes;
mod words;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use data_encoding::BASE64;

pub use nodes::RecipientTaskNode;

use self::inputs::{
    GiveUpTaskInput, RecipientTaskFilter, RemoveRecipientWayInput, RetryTaskInput, RevealTaskInput,
    SetRecipientWayInput, SettleTaskInput,
};
use self::nodes::RecipientWayNode;
use super::actions;
use super::model::Task;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule, tenant_place,
};
use crate::floor::kernel::{Error, Personal, RecipientTaskId, Ref, RequestId, Result};
use crate::grants::RevealedReasonNode;

const SEES: Needs = Needs::Permission(Permission::SeeTenants);
const WORKS: Needs = Needs::Permission(Permission::WorkRequests);
const KEEPS: Needs = Needs::Permission(Permission::KeepStores);

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.recipientTasks", SEES),
    rule("Query.recipientTask", SEES),
    rule("Query.recipientWays", SEES),
    rule("RecipientTask.*", Needs::Parent),
    rule("RecipientTaskConnection.*", Needs::Parent),
    rule("RecipientTaskEdge.*", Needs::Parent),
    rule("RecipientAttempt.*", Needs::Parent),
    rule("RecipientWay.*", Needs::Parent),
    rule("RecipientWayPart.*", Needs::Parent),
    rule("RevealedFile.*", Needs::Parent),
    rule("Mutation.settleTask", WORKS),
    rule("Mutation.giveUpTask", WORKS),
    rule("Mutation.retryTask", WORKS),
    rule("Mutation.revealTaskWords", WORKS),
    rule("Mutation.revealTaskFile", WORKS),
    rule("Mutation.setRecipientWay", KEEPS),
    rule("Mutation.removeRecipientWay", KEEPS),
    rule("SettleTaskPayload.*", Needs::Parent),
    rule("GiveUpTaskPayload.*", Needs::Parent),
    rule("RetryTaskPayload.*", Needs::Parent),
    rule("RevealTaskWordsPayload.*", Needs::Parent),
    rule("RevealTaskFilePayload.*", Needs::Parent),
    rule("SetRecipientWayPayload.*", Needs::Parent),
    rule("RemoveRecipientWayPayload.*", Needs::Parent),
];

/// What can be asked about recipients.
#[derive(Default)]
pub struct PropagationQuery;

#[Object]
impl PropagationQuery {
    /// What the recipients of a tenant's requests are told, oldest first.
    async fn recipient_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and which of them.")] filter: RecipientTaskFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, RecipientTaskNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "recipient_tasks.oldest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, filter) = filter.read()?;
        let (rows, total) = actions::list_tasks(&asking.tools, caller, tenant, filter, page.clone()).await?;
        let key = |task: &Task| (instant_key(task.opened_at), task.id.uuid());
        Ok(connection(sort, &page, rows, total, key, RecipientTaskNode))
    }

    /// What one recipient is told.
    async fn recipient_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's id.")] id: ID,
    ) -> Result<Option<RecipientTaskNode>> {
        asking(ctx)?.caller()?;
        match find_task_node(ctx, &id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => found,
        }
    }

    /// How a tenant's recipients are reached.
    async fn recipient_ways(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] tenant: ID,
    ) -> Result<Vec<RecipientWayNode>> {
        let asking = asking(ctx)?;
        let ways = actions::list_ways(&asking.tools, asking.caller()?, tenant_place(&tenant)?).await?;
        Ok(ways.into_iter().map(RecipientWayNode).collect())
    }
}

/// A file, in clear. The record of the look stands already.
#[derive(SimpleObject)]
pub struct RevealedFile {
    /// It, in base64.
    base64: String,
    /// How many bytes it has.
    bytes: i32,
}

payload! {
    /// What came of writing down what a recipient did.
    SettleTaskPayload {
        /// The task as it stands now.
        task: RecipientTaskNode
    }
}
payload! {
    /// What came of giving a recipient up.
    GiveUpTaskPayload {
        /// The task as it stands now.
        task: RecipientTaskNode
    }
}
payload! {
    /// What came of having a recipient told once more.
    RetryTaskPayload {
        /// The task as it stands now.
        task: RecipientTaskNode
    }
}
payload! {
    /// What came of opening the words that somebody wrote about a task.
    RevealTaskWordsPayload {
        /// The words.
        words: RevealedReasonNode
    }
}
payload! {
    /// What came of opening the file that somebody attached to a task.
    RevealTaskFilePayload {
        /// The file.
        file: RevealedFile
    }
}
payload! {
    /// What came of setting up how a recipient is reached.
    SetRecipientWayPayload {
        /// How it is reached now.
        way: RecipientWayNode
    }
}
payload! {
    /// What came of taking away how a recipient is reached.
    RemoveRecipientWayPayload {
        /// The recipient that a person asks from now on, by its code in the policy.
        recipient: String
    }
}

/// What can be done about recipients.
#[derive(Default)]
pub struct PropagationMutation;

#[Object]
impl PropagationMutation {
    /// Writes down what came back from a recipient, with the file that proves it where there is one. Words are wanted with
    /// every end.
    async fn settle_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which task, and what came back.")] input: SettleTaskInput,
    ) -> Result<SettleTaskPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<RecipientTaskId>(&input.id, "recipient task")?;
        let settled = async {
            let settling = input.read()?;
            actions::settle_by_hand(&asking.tools, asking.caller()?, at, settling, once).await
        };
        SettleTaskPayload::of(settled.await.map(RecipientTaskNode))
    }

    /// Ends a task that nothing more is expected of. The reason stands in the evidence of its request.
    async fn give_up_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and why.")] input: GiveUpTaskInput,
    ) -> Result<GiveUpTaskPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<RecipientTaskId>(&input.id, "recipient task")?;
        let why = (input.version, Personal::new(input.reason));
        let given_up = actions::give_up(&asking.tools, asking.caller()?, at, why, once).await;
        GiveUpTaskPayload::of(given_up.map(RecipientTaskNode))
    }

    /// Has a recipient told once more, by what is set up for it now. What was sent and not answered is asked about first.
    async fn retry_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: RetryTaskInput,
    ) -> Result<RetryTaskPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<RecipientTaskId>(&input.id, "recipient task")?;
        let retried = actions::retry(&asking.tools, asking.caller()?, at, input.version, once).await;
        RetryTaskPayload::of(retried.map(RecipientTaskNode))
    }

    /// Opens the words in which somebody, or the recipient, wrote what came back, and writes down who looked before it
    /// answers. Wants a second factor of the last five minutes.
    async fn reveal_task_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which task.")] input: RevealTaskInput,
    ) -> Result<RevealTaskWordsPayload> {
        let asking = asking(ctx)?;
        let at = place::<RecipientTaskId>(&input.id, "recipient task")?;
        let revealed = actions::reveal_words(&asking.tools, asking.caller()?, at).await;
        RevealTaskWordsPayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }

    /// Opens the file that somebody attached, and writes down who looked before it answers. Wants a second factor of the
    /// last five minutes.
    async fn reveal_task_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which task.")] input: RevealTaskInput,
    ) -> Result<RevealTaskFilePayload> {
        let asking = asking(ctx)?;
        let at = place::<RecipientTaskId>(&input.id, "recipient task")?;
        let revealed = actions::reveal_file(&asking.tools, asking.caller()?, at).await;
        RevealTaskFilePayload::of(revealed.map(|bytes| RevealedFile {
            base64: BASE64.encode(&bytes),
            bytes: i32::try_from(bytes.len()).unwrap_or(i32::MAX),
        }))
    }

    /// Sets up how a recipient is reached. A credential goes in here and comes out nowhere.
    async fn set_recipient_way(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recipient, and how.")] input: SetRecipientWayInput,
    ) -> Result<SetRecipientWayPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let new = input.read()?;
        let set = actions::set_way(&asking.tools, asking.caller()?, new, once).await;
        SetRecipientWayPayload::of(set.map(RecipientWayNode))
    }

    /// Takes away how a recipient is reached, with what let us in there: from then on a person asks it.
    async fn remove_recipient_way(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recipient.")] input: RemoveRecipientWayInput,
    ) -> Result<RemoveRecipientWayPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (tenant, recipient) = (tenant_place(&input.tenant)?, input.recipient);
        let removed = actions::remove_way(&asking.tools, asking.caller()?, (tenant, recipient.clone()), once).await;
        RemoveRecipientWayPayload::of(removed.map(|()| recipient))
    }
}

/// The task behind an id, for `node`.
pub async fn find_task_node(ctx: &Context<'_>, id: &ID) -> Result<Option<RecipientTaskNode>> {
    let asking = asking(ctx)?;
    let at = place::<RecipientTaskId>(id, "recipient task")?;
    let found = actions::find_task(&asking.tools, asking.caller()?, at).await?;
    Ok(found.map(|shown| RecipientTaskNode(shown.task)))
}

/// What the recipients of a request are told, for whoever may see the request.
pub async fn tasks_of_request(ctx: &Context<'_>, at: Ref<RequestId>) -> Result<Vec<RecipientTaskNode>> {
    let tasks = actions::tasks_of_request(&asking(ctx)?.tools, at).await?;
    Ok(tasks.into_iter().map(RecipientTaskNode).collect())
}
