//! The face of connected apps, their slots and their providers.

mod inputs;
mod nodes;
mod words;

use std::sync::Arc;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use nodes::{AppNode, AppReceiptNode, ProviderTaskNode};

use self::inputs::{
    AppFilter, AppOrder, AskProviderToEraseInput, ChangeAppPermissionsInput, ConnectAppInput, DisconnectAppInput,
    RevealProviderNoteInput, SetAppCredentialInput, SettleProviderTaskInput,
};
use self::nodes::SlotsNode;
use super::actions::{self, Shown};
use super::model::{self, App, ProviderTask};
use super::queries::{Filter, Order};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Asking, Direction, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule,
    tenant_place,
};
use crate::floor::kernel::{AppId, Error, Personal, ProviderTaskId, Ref, Result, Secret};
use crate::grants::RevealedReasonNode;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.app", Needs::Permission(Permission::SeeTenants)),
    rule("Query.apps", Needs::AnyOf(&[Permission::SeeQueue, Permission::SeeTenants])),
    rule("Query.slots", Needs::Permission(Permission::SeeTenants)),
    rule("App.*", Needs::Parent),
    rule("AppConnection.*", Needs::Parent),
    rule("AppEdge.*", Needs::Parent),
    rule("AppCredential.*", Needs::Parent),
    rule("AppReceipt.*", Needs::Parent),
    rule("ProviderTask.*", Needs::Parent),
    rule("Slots.*", Needs::Parent),
    rule("Mutation.connectApp", Needs::Permission(Permission::KeepApps)),
    rule("Mutation.disconnectApp", Needs::Permission(Permission::KeepApps)),
    rule("Mutation.changeAppPermissions", Needs::Permission(Permission::KeepApps)),
    rule("Mutation.setAppCredential", Needs::Permission(Permission::KeepApps)),
    rule("Mutation.askProviderToErase", Needs::Permission(Permission::KeepApps)),
    rule("Mutation.settleProviderTask", Needs::Permission(Permission::KeepApps)),
    rule("Mutation.revealProviderNote", Needs::Permission(Permission::KeepApps)),
    rule("ConnectAppPayload.*", Needs::Parent),
    rule("DisconnectAppPayload.*", Needs::Parent),
    rule("ChangeAppPermissionsPayload.*", Needs::Parent),
    rule("SetAppCredentialPayload.*", Needs::Parent),
    rule("AskProviderToErasePayload.*", Needs::Parent),
    rule("SettleProviderTaskPayload.*", Needs::Parent),
    rule("RevealProviderNotePayload.*", Needs::Parent),
];

/// What can be asked about apps.
#[derive(Default)]
pub struct AppQuery;

#[Object]
impl AppQuery {
    /// One app.
    async fn app(&self, ctx: &Context<'_>, #[graphql(desc = "The app's id.")] id: ID) -> Result<Option<AppNode>> {
        asking(ctx)?.caller()?;
        match find_app(ctx, &id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => found,
        }
    }

    /// The apps that exist for the caller, by name unless another order is asked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list, and its filter and order")]
    async fn apps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<AppFilter>,
        #[graphql(desc = "Sorted so.")] order_by: Option<AppOrder>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, AppNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let order = order_by.as_ref().map_or(Order::Name, |order| order.field.into());
        let is_rising = order_by.is_none_or(|order| order.direction == Direction::Asc);
        let sort = match (order, is_rising) {
            (Order::Name, true) => "apps.name",
            (Order::Name, false) => "apps.name.desc",
            (Order::ConnectedAt, true) => "apps.connected",
            (Order::ConnectedAt, false) => "apps.connected.desc",
            (Order::LastUsedAt, true) => "apps.used",
            (Order::LastUsedAt, false) => "apps.used.desc",
        };
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map_or_else(Filter::default, AppFilter::read);
        let (rows, total) = actions::list_apps(&asking.tools, caller, filter, (order, is_rising), page.clone()).await?;
        let key = |shown: &Shown| {
            let app = &shown.app;
            let key = match order {
                Order::Name => app.name.clone(),
                Order::ConnectedAt => instant_key(app.connected_at),
                Order::LastUsedAt => instant_key(app.idle_since()),
            };
            (key, app.id.uuid())
        };
        Ok(connection(sort, &page, rows, total, key, AppNode::of))
    }

    /// The slots of a tenant: each connected app takes one.
    async fn slots(&self, ctx: &Context<'_>, #[graphql(desc = "The tenant's id.")] tenant: ID) -> Result<SlotsNode> {
        let asking = asking(ctx)?;
        Ok(actions::slots(&asking.tools, asking.caller()?, tenant_place(&tenant)?).await?.into())
    }
}

payload! {
    /// What came of connecting an app.
    ConnectAppPayload {
        /// The app, in its slot.
        app: AppNode
    }
}
payload! {
    /// What came of disconnecting an app.
    DisconnectAppPayload {
        /// The app, with its receipt.
        app: AppNode
    }
}
payload! {
    /// What came of changing an app's permissions.
    ChangeAppPermissionsPayload {
        /// The app as it is now.
        app: AppNode
    }
}
payload! {
    /// What came of replacing an app's credential.
    SetAppCredentialPayload {
        /// The app as it is now.
        app: AppNode
    }
}
payload! {
    /// What came of the wish to ask a provider.
    AskProviderToErasePayload {
        /// The task, open.
        task: ProviderTaskNode
    }
}
payload! {
    /// What came of settling a provider's task.
    SettleProviderTaskPayload {
        /// The task as it is now.
        task: ProviderTaskNode
    }
}
payload! {
    /// What came of opening a task's words.
    RevealProviderNotePayload {
        /// The words in clear.
        revealed: RevealedReasonNode
    }
}

/// What can be done with apps.
#[derive(Default)]
pub struct AppMutation;

#[Object]
impl AppMutation {
    /// Connects an app, where one of its tenant's slots is free. What it is called with is sealed at once.
    async fn connect_app(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The app.")] input: ConnectAppInput,
    ) -> Result<ConnectAppPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let connected = actions::connect_app(&asking.tools, asking.caller()?, input.read()?, once).await;
        ConnectAppPayload::of(whole(asking, connected).await)
    }

    /// Disconnects an app: at once its slot is free, its credential is deleted, its permissions are withdrawn and its jobs
    /// are cancelled. Where its provider has personal data by now, the task of asking it to erase that is opened. Of staff
    /// it wants a second factor of the last five minutes.
    async fn disconnect_app(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which app.")] input: DisconnectAppInput,
    ) -> Result<DisconnectAppPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<AppId>(&input.id, "app")?, input.version);
        let disconnected = actions::disconnect_app(&asking.tools, asking.caller()?, at, once).await;
        DisconnectAppPayload::of(whole(asking, disconnected).await)
    }

    /// Says which permissions an app has now.
    async fn change_app_permissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which app, and what it may.")] input: ChangeAppPermissionsInput,
    ) -> Result<ChangeAppPermissionsPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<AppId>(&input.id, "app")?, input.version);
        let changed = actions::change_permissions(&asking.tools, asking.caller()?, at, input.permissions, once).await;
        ChangeAppPermissionsPayload::of(whole(asking, changed).await)
    }

    /// Puts another credential in the place of the old one, which is deleted with its key. Of staff it wants a second
    /// factor of the last five minutes.
    async fn set_app_credential(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which app, and the credential.")] input: SetAppCredentialInput,
    ) -> Result<SetAppCredentialPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<AppId>(&input.id, "app")?, input.version);
        let secret = Secret::new(input.credential);
        let set = actions::set_credential(&asking.tools, asking.caller()?, at, secret, once).await;
        SetAppCredentialPayload::of(whole(asking, set).await)
    }

    /// Opens once more the task of asking the provider of a disconnected app to erase what it still has: after it refused, or
    /// somebody let it be.
    async fn ask_provider_to_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which app.")] input: AskProviderToEraseInput,
    ) -> Result<AskProviderToErasePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<AppId>(&input.app, "app")?;
        let opened = actions::ask_provider_to_erase(&asking.tools, asking.caller()?, at, once).await;
        AskProviderToErasePayload::of(task(asking, opened).await)
    }

    /// Says that a provider was asked, or what came back.
    async fn settle_provider_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and how far it has come.")] input: SettleProviderTaskInput,
    ) -> Result<SettleProviderTaskPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<ProviderTaskId>(&input.id, "provider task")?;
        let told = (model::ProviderTaskState::from(input.state), input.note.map(Personal::new));
        let settled = actions::settle_provider_task(&asking.tools, asking.caller()?, at, told, once).await;
        SettleProviderTaskPayload::of(task(asking, settled).await)
    }

    /// Opens the words in which somebody wrote what came back from a provider, and writes down who looked before it
    /// answers. Wants a second factor of the last five minutes.
    async fn reveal_provider_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which task.")] input: RevealProviderNoteInput,
    ) -> Result<RevealProviderNotePayload> {
        let asking = asking(ctx)?;
        let at = place::<ProviderTaskId>(&input.id, "provider task")?;
        let revealed = actions::reveal_note(&asking.tools, asking.caller()?, at).await;
        RevealProviderNotePayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }
}

/// The app behind an id, for `node`.
pub async fn find_app(ctx: &Context<'_>, id: &ID) -> Result<Option<AppNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_app(&asking.tools, asking.caller()?, place(id, "app")?).await?;
    Ok(found.map(AppNode::of))
}

/// The receipt behind an id, for `node`.
pub async fn find_receipt(ctx: &Context<'_>, id: &ID) -> Result<Option<AppReceiptNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_receipt(&asking.tools, asking.caller()?, place(id, "receipt")?).await?;
    Ok(found.map(|shown| AppReceiptNode(Arc::new(shown))))
}

/// The task behind an id, for `node`.
pub async fn find_task(ctx: &Context<'_>, id: &ID) -> Result<Option<ProviderTaskNode>> {
    let asking = asking(ctx)?;
    let at = place::<ProviderTaskId>(id, "provider task")?;
    let found = actions::find_task(&asking.tools, asking.caller()?, at).await?;
    Ok(found.and_then(|shown| among(shown, at.id)))
}

/// A changed app with all that hangs on it.
async fn whole(asking: &Asking, changed: Result<App>) -> Result<AppNode> {
    let app = changed?;
    Ok(AppNode::of(actions::shown(&asking.tools, asking.caller()?, Ref::new(app.tenant, app.id)).await?))
}

/// A changed task with the app it hangs on.
async fn task(asking: &Asking, changed: Result<ProviderTask>) -> Result<ProviderTaskNode> {
    let task = changed?;
    let shown = actions::shown(&asking.tools, asking.caller()?, Ref::new(task.tenant, task.app)).await?;
    among(shown, task.id).ok_or(Error::NotFound("provider task"))
}

fn among(shown: Shown, id: ProviderTaskId) -> Option<ProviderTaskNode> {
    let at = shown.tasks.iter().position(|task| task.id == id)?;
    Some(ProviderTaskNode { of: Arc::new(shown), at })
}
