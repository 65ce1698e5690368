//! The face of stores: their scopes, their history, and where they differ from the policy.

mod inputs;
mod nodes;
mod words;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

pub use nodes::{StoreGrantNode, StoreNode};

use self::inputs::{
    AddStoreInput, ConnectStoreInput, RecordGrantInput, RevokeScopesInput, StoreFilter, StoreOrder, TurnSyncInput,
};
use self::nodes::Drift;
use super::actions::{self, Shown};
use super::model::Store;
use super::queries::{Filter, Order};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Asking, Direction, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule,
};
use crate::floor::kernel::{Error, Result, StoreGrantId, StoreId};

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.store", Needs::Permission(Permission::SeeTenants)),
    rule("Query.stores", Needs::AnyOf(&[Permission::SeeQueue, Permission::SeeTenants])),
    rule("Query.drift", Needs::Permission(Permission::SeeQueue)),
    rule("Store.*", Needs::Parent),
    rule("StoreConnection.*", Needs::Parent),
    rule("StoreEdge.*", Needs::Parent),
    rule("StoreHook.*", Needs::Parent),
    rule("StoreScope.*", Needs::Parent),
    rule("StoreGrant.*", Needs::Parent),
    rule("StoreGrantConnection.*", Needs::Parent),
    rule("StoreGrantEdge.*", Needs::Parent),
    rule("StoreReceipt.*", Needs::Parent),
    rule("Drift.*", Needs::Parent),
    rule("Mutation.addStore", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.connectStore", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.recordGrant", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.turnSync", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.revokeScopes", Needs::Permission(Permission::KeepStores)),
    rule("AddStorePayload.*", Needs::Parent),
    rule("ConnectStorePayload.*", Needs::Parent),
    rule("StoreConnecting.*", Needs::Parent),
    rule("StoreHandshake.*", Needs::Parent),
    rule("RecordGrantPayload.*", Needs::Parent),
    rule("TurnSyncPayload.*", Needs::Parent),
    rule("RevokeScopesPayload.*", Needs::Parent),
];

/// A list as it is answered.
type List<N> = Connection<String, N, Listed, EmptyFields>;

/// What can be asked about stores.
#[derive(Default)]
pub struct StoreQuery;

#[Object]
impl StoreQuery {
    /// One store, if it exists for the caller.
    async fn store(&self, ctx: &Context<'_>, #[graphql(desc = "The store's id.")] id: ID) -> Result<Option<StoreNode>> {
        asking(ctx)?.caller()?;
        match find_store_node(ctx, &id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => found,
        }
    }

    /// The stores that exist for the caller, by domain unless another order is asked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list, and its filter and order")]
    async fn stores(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<StoreFilter>,
        #[graphql(desc = "Sorted so.")] order_by: Option<StoreOrder>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<StoreNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let order = order_by.as_ref().map_or(Order::Domain, |order| order.field.into());
        let is_rising = order_by.is_none_or(|order| order.direction == Direction::Asc);
        let sort = match (order, is_rising) {
            (Order::Domain, true) => "stores.domain",
            (Order::Domain, false) => "stores.domain.desc",
            (Order::AddedAt, true) => "stores.added",
            (Order::AddedAt, false) => "stores.added.desc",
        };
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map_or_else(Filter::default, StoreFilter::read);
        let (rows, total) =
            actions::list_stores(&asking.tools, caller, filter, (order, is_rising), page.clone()).await?;
        let key = |shown: &Shown| match order {
            Order::Domain => (shown.store.domain.clone(), shown.store.id.uuid()),
            Order::AddedAt => (instant_key(shown.store.added_at), shown.store.id.uuid()),
        };
        Ok(connection(sort, &page, rows, total, key, StoreNode))
    }

    /// How many connected stores differ from the policy in force, and in which way.
    async fn drift(&self, ctx: &Context<'_>) -> Result<Drift> {
        let asking = asking(ctx)?;
        Ok(actions::drift(&asking.tools, asking.caller()?).await?.into())
    }
}

payload! {
    /// What came of putting a store on record.
    AddStorePayload {
        /// The store; it is connected by the platform's first word.
        store: StoreNode
    }
}
payload! {
    /// What came of beginning to connect a store.
    ConnectStorePayload {
        /// The store, and where its merchant says yes.
        begun: StoreConnecting
    }
}
payload! {
    /// What came of recording what a platform says.
    RecordGrantPayload {
        /// The store, with its scopes as they are now.
        store: StoreNode
    }
}
payload! {
    /// What came of turning a store's sync on or off.
    TurnSyncPayload {
        /// The store as it is now.
        store: StoreNode
    }
}
payload! {
    /// What came of revoking scopes.
    RevokeScopesPayload {
        /// The store, with its scopes as they are now.
        store: StoreNode
    }
}

/// A store on its way to being connected.
#[derive(SimpleObject)]
pub struct StoreConnecting {
    /// The store as it is now.
    store: StoreNode,
    /// Where its merchant says yes, shown once; none where the call was repeated.
    url: Option<String>,
    /// The same by way of this desk: short enough to be drawn.
    short_url: Option<String>,
    /// Until when the link is good.
    ends_at: DateTime<Utc>,
}

impl StoreConnecting {
    async fn of(asking: &Asking, begun: actions::Begun) -> Result<Self> {
        let actions::Begun { store, url, short_url, ends_at } = begun;
        let store = StoreNode(actions::shown(&asking.tools, store).await?);
        let [url, short_url] = [url, short_url].map(|url| url.map(String::from));
        Ok(Self { store, url, short_url, ends_at: ends_at.utc() })
    }
}

/// What can be done with stores.
#[derive(Default)]
pub struct StoreMutation;

#[Object]
impl StoreMutation {
    /// Puts a store on record. It is connected by the platform's first word, which shows whose the domain is.
    async fn add_store(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The store.")] input: AddStoreInput,
    ) -> Result<AddStorePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let added = actions::add_store(&asking.tools, asking.caller()?, input.read()?, once).await;
        AddStorePayload::of(whole(asking, added).await)
    }

    /// Begins to connect a store at its platform, or to connect it anew: the merchant opens the link, which asks for what
    /// the policy lists, and comes back to this desk.
    async fn connect_store(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] input: ConnectStoreInput,
    ) -> Result<ConnectStorePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.id, "store")?;
        let begun = match actions::begin_connection(&asking.tools, asking.caller()?, at, once).await {
            Ok(begun) => StoreConnecting::of(asking, begun).await,
            Err(error) => Err(error),
        };
        ConnectStorePayload::of(begun)
    }

    /// Records what a platform says that a store grants.
    async fn record_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: RecordGrantInput,
    ) -> Result<RecordGrantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.store, "store")?;
        let recorded = actions::record_grant(&asking.tools, asking.caller()?, at, input.read(), once).await;
        RecordGrantPayload::of(whole(asking, recorded).await)
    }

    /// Turns the sync of a connected store on or off.
    async fn turn_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store, and which way.")] input: TurnSyncInput,
    ) -> Result<TurnSyncPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<StoreId>(&input.id, "store")?, input.version);
        let turned = actions::turn_sync(&asking.tools, asking.caller()?, at, input.is_on, once).await;
        TurnSyncPayload::of(whole(asking, turned).await)
    }

    /// Stops using scopes, at once and whatever the platform still says; proven when its next word holds them no more.
    /// Wants a second factor of the last five minutes.
    async fn revoke_scopes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which scopes, and why.")] input: RevokeScopesInput,
    ) -> Result<RevokeScopesPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<StoreId>(&input.id, "store")?, input.version);
        let revoked = actions::revoke_scopes(&asking.tools, asking.caller()?, at, input.read(), once).await;
        RevokeScopesPayload::of(whole(asking, revoked).await)
    }
}

/// A changed store with all that is told of it.
async fn whole(asking: &Asking, changed: Result<Store>) -> Result<StoreNode> {
    Ok(StoreNode(actions::shown(&asking.tools, changed?).await?))
}

/// The store behind an id, for `node`.
pub async fn find_store_node(ctx: &Context<'_>, id: &ID) -> Result<Option<StoreNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_store(&asking.tools, asking.caller()?, place(id, "store")?).await?;
    Ok(found.map(StoreNode))
}

/// The entry of a store's history behind an id, for `node`.
pub async fn find_store_grant(ctx: &Context<'_>, id: &ID) -> Result<Option<StoreGrantNode>> {
    let asking = asking(ctx)?;
    let at = place::<StoreGrantId>(id, "entry of a store's history")?;
    let found = actions::find_grant(&asking.tools, asking.caller()?, at).await?;
    Ok(found.map(|(grant, store)| StoreGrantNode { grant, store }))
}
