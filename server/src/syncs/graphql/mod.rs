//! The face of syncs: how far each store is read, what came of it, and the three things that may be said to it.

mod following;

pub use following::{Followed, SyncSubscription};

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::actions;
use super::listing::{CatalogueWrite, Change};
use super::model::{self, Run, Sync};
use super::queries::syncs::Figures;
use super::standing::{self, Standing};
use super::stock::{self, StockWrite};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Asking, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, node_id, once, payload, place, rule,
};
use crate::floor::kernel::{Error, Instant, ProductId, Ref, Result, StoreId, TenantId};
use crate::floor::platforms;
use crate::records::{Amount, AmountInput};

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.syncs", Needs::Permission(Permission::SeeTenants)),
    rule("Subscription.syncProgress", Needs::Permission(Permission::SeeTenants)),
    rule("Query.syncRuns", Needs::Permission(Permission::SeeTenants)),
    rule("Query.syncFigures", Needs::Permission(Permission::SeeQueue)),
    rule("Sync.*", Needs::Parent),
    rule("SyncRun.*", Needs::Parent),
    rule("SyncRunConnection.*", Needs::Parent),
    rule("SyncRunEdge.*", Needs::Parent),
    rule("SyncFigures.*", Needs::Parent),
    rule("Query.stockWrites", Needs::Permission(Permission::SeeTenants)),
    rule("StockWrite.*", Needs::Parent),
    rule("StockWriteConnection.*", Needs::Parent),
    rule("StockWriteEdge.*", Needs::Parent),
    rule("Query.catalogueWrites", Needs::Permission(Permission::SeeTenants)),
    rule("CatalogueWrite.*", Needs::Parent),
    rule("CatalogueWriteConnection.*", Needs::Parent),
    rule("CatalogueWriteEdge.*", Needs::Parent),
    rule("Mutation.setListing", Needs::Permission(Permission::KeepStores)),
    rule("SetListingPayload.*", Needs::Parent),
    rule("Mutation.setStock", Needs::Permission(Permission::KeepStores)),
    rule("SetStockPayload.*", Needs::Parent),
    rule("Mutation.startSync", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.pauseSync", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.resumeSync", Needs::Permission(Permission::KeepStores)),
    rule("StartSyncPayload.*", Needs::Parent),
    rule("PauseSyncPayload.*", Needs::Parent),
    rule("ResumeSyncPayload.*", Needs::Parent),
];

/// A list of a store's.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "platforms::Shelf")]
pub enum Shelf {
    /// Buyers with an account.
    Customers,
    /// What was bought.
    Orders,
    /// What is sold.
    Products,
    /// How much there is of it.
    Inventory,
}

/// How the reading of a shelf stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::SyncState")]
pub enum SyncState {
    /// It waits for its time.
    Idle,
    /// A run is under way.
    Running,
    /// Somebody holds it.
    Paused,
    /// The store does not let us, or is over.
    Off,
}

/// What a run reads.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "SyncRunKind", remote = "model::RunKind")]
pub enum RunKind {
    /// All of a shelf, for the first time.
    Initial,
    /// What changed.
    Incremental,
    /// All of it again: the platform cannot tell what changed.
    Whole,
}

/// How a run ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "SyncRunOutcome", remote = "model::RunOutcome")]
pub enum RunOutcome {
    /// It did not, yet.
    Running,
    /// It read all there was to read.
    Done,
    /// The store does not grant it.
    Scope,
    /// The store's connection ended.
    Disconnected,
}

/// One reading of a shelf of a store's.
pub struct SyncRunNode(Run);

#[Object(name = "SyncRun")]
impl SyncRunNode {
    /// Which shelf.
    async fn shelf(&self) -> Shelf {
        self.0.shelf.into()
    }

    /// What it read.
    async fn kind(&self) -> RunKind {
        self.0.kind.into()
    }

    /// From when on changes were asked for; null where all was.
    async fn since(&self) -> Option<DateTime<Utc>> {
        self.0.since.map(Instant::utc)
    }

    /// When it began.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at.utc()
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at.map(Instant::utc)
    }

    /// How many pages it read.
    async fn pages(&self) -> i32 {
        self.0.pages
    }

    /// How many calls to the platform that took.
    async fn calls(&self) -> i32 {
        self.0.calls
    }

    /// How many rows were new.
    async fn new(&self) -> i64 {
        self.0.new
    }

    /// How many rows were newer than what we had.
    async fn changed(&self) -> i64 {
        self.0.changed
    }

    /// How many rows were known already, or older.
    async fn older(&self) -> i64 {
        self.0.older
    }

    /// How many rows were not let in, for the sake of the persons they name.
    async fn refused(&self) -> i64 {
        self.0.refused
    }

    /// How many rows could not be read.
    async fn unread(&self) -> i64 {
        self.0.unread
    }

    /// How it ended.
    async fn outcome(&self) -> RunOutcome {
        self.0.outcome.into()
    }
}

/// How far one shelf of a store is read.
pub struct SyncNode {
    sync: Sync,
    last: Option<Run>,
    now: Instant,
}

#[Object(name = "Sync")]
impl SyncNode {
    /// Which shelf.
    async fn shelf(&self) -> Shelf {
        self.sync.shelf.into()
    }

    /// How it stands.
    async fn state(&self) -> SyncState {
        self.sync.state.into()
    }

    /// Whether nothing good came for longer than it should.
    async fn is_behind(&self) -> bool {
        self.sync.is_behind(self.now)
    }

    /// How many rows the run under way has read, or the last one.
    async fn done(&self) -> i64 {
        self.sync.done
    }

    /// How many the platform reckons there are.
    async fn estimated(&self) -> Option<i64> {
        self.sync.estimated
    }

    /// Rows a minute of the run under way.
    async fn rate_per_minute(&self) -> Option<f64> {
        self.sync.pace(self.now).map(|(rate, _)| rate)
    }

    /// Seconds until the run under way ends, at that rate.
    async fn seconds_left(&self) -> Option<i64> {
        self.sync.pace(self.now).and_then(|(_, left)| left)
    }

    /// The last run that is over.
    async fn last_run(&self) -> Option<SyncRunNode> {
        self.last.clone().map(SyncRunNode)
    }

    /// What changed before this was read.
    async fn watermark(&self) -> Option<DateTime<Utc>> {
        self.sync.watermark.map(Instant::utc)
    }

    /// When the last page came.
    async fn last_page_at(&self) -> Option<DateTime<Utc>> {
        self.sync.page_at.map(Instant::utc)
    }

    /// When the next run begins, if none is under way.
    async fn next_due_at(&self) -> Option<DateTime<Utc>> {
        (self.sync.state == model::SyncState::Idle).then(|| self.sync.due_at.utc())
    }

    /// Since when somebody holds it.
    async fn paused_at(&self) -> Option<DateTime<Utc>> {
        self.sync.paused_at.map(Instant::utc)
    }

    /// Why it does not go on: `platform` and `token` pass by themselves, `scope` wants a grant, `disconnected` is for good.
    async fn failure(&self) -> Option<&str> {
        self.sync.failure.as_deref()
    }
}

/// By whose leave a store is written to.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "stock::LeaveKind")]
pub enum StockLeave {
    /// Somebody asked for it.
    User,
    /// The sync was on, of the store that changed and of this one.
    Sync,
}

/// How a write to a store stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "standing::WriteState")]
pub enum WriteState {
    /// It is on its way.
    Waiting,
    /// The platform took it.
    Sent,
    /// It was not what we believed: nothing was set.
    Moved,
    /// The store has no such thing.
    Gone,
    /// It was dropped, or the platform refused it.
    Failed,
}

/// Who wanted a write, and what came of it.
#[derive(SimpleObject)]
pub struct WriteStanding {
    /// Who acted.
    by: String,
    /// When.
    at: DateTime<Utc>,
    /// How it stands.
    state: WriteState,
    /// Why it was not sent or not taken: `sync_off`, `scope`, `by_hand` or `disconnected`, or the platform's refusal in a
    /// word of ours.
    code: Option<String>,
    /// When that came out.
    answered_at: Option<DateTime<Utc>>,
}

impl From<Standing> for WriteStanding {
    fn from(of: Standing) -> Self {
        Self {
            by: of.actor,
            at: of.at.utc(),
            state: of.state.into(),
            code: of.code,
            answered_at: of.answered_at.map(Instant::utc),
        }
    }
}

/// One write of how much there is at a store.
#[derive(SimpleObject)]
#[graphql(name = "StockWrite")]
pub struct StockWriteNode {
    /// What is counted, in the platform's own words.
    item: String,
    /// Where it lies, in the platform's own words; empty where the store has but one place.
    place: String,
    /// What it is sold as.
    sku: Option<String>,
    /// How much there is to be.
    quantity: i32,
    /// How much there was believed to be when it was sent.
    was: Option<i32>,
    /// By whose leave.
    leave: StockLeave,
    #[graphql(flatten)]
    standing: WriteStanding,
}

impl From<StockWrite> for StockWriteNode {
    fn from(StockWrite { wish, was, leave, standing, .. }: StockWrite) -> Self {
        let (item, place, sku, quantity) = (wish.item, wish.place, wish.sku, wish.quantity);
        Self { item, place, sku, quantity, was, leave: leave.into(), standing: standing.into() }
    }
}

/// One change of what a store sells, which a person asked for.
#[derive(SimpleObject)]
#[graphql(name = "CatalogueWrite")]
pub struct CatalogueWriteNode {
    /// The product's id; it may be gone by now.
    product_id: ID,
    /// What it is to be called, if that is the change.
    title: Option<String>,
    /// What it was believed to be called when it was sent.
    was_title: Option<String>,
    /// The kind that is to cost otherwise, as its platform calls it, if that is the change.
    variant: Option<String>,
    /// What that is to cost.
    price: Option<Amount>,
    /// What it was believed to cost when it was sent, where the platform tells it.
    was_price: Option<Amount>,
    /// The version of the product that whoever asked had seen.
    seen_at: DateTime<Utc>,
    /// What the merchant does, where the platform lets no program do it.
    by_hand: Option<String>,
    #[graphql(flatten)]
    standing: WriteStanding,
}

impl CatalogueWriteNode {
    fn of(tenant: TenantId) -> impl Fn(CatalogueWrite) -> Self {
        move |write| {
            let (title, price) = match write.wish.change {
                Change::Title(title) => (Some(title), None),
                Change::Price(of, to) => (None, Some((of.id, to.into()))),
            };
            let (variant, price) = price.unzip();
            Self {
                product_id: node_id(Ref::new(tenant, write.wish.product)),
                title,
                was_title: write.was_title,
                variant,
                price,
                was_price: write.was_price.map(Amount::from),
                seen_at: write.wish.seen_at.utc(),
                by_hand: write.by_hand,
                standing: write.standing.into(),
            }
        }
    }
}

/// How the syncs of all stores stand.
#[derive(SimpleObject)]
pub struct SyncFigures {
    /// Shelves that wait for their time.
    idle: i64,
    /// Shelves that are being read.
    running: i64,
    /// Shelves that somebody holds.
    paused: i64,
    /// Shelves that are not read.
    off: i64,
    /// Stores of which nothing good came for longer than it should.
    stores_behind: i64,
}

impl From<Figures> for SyncFigures {
    fn from(of: Figures) -> Self {
        let Figures { idle, running, paused, off, stores_behind } = of;
        Self { idle, running, paused, off, stores_behind }
    }
}

/// What can be asked about syncs.
#[derive(Default)]
pub struct SyncQuery;

#[Object]
impl SyncQuery {
    /// How far each shelf of a store is read; empty before its connection.
    async fn syncs(&self, ctx: &Context<'_>, #[graphql(desc = "The store.")] store: ID) -> Result<Vec<SyncNode>> {
        let asking = asking(ctx)?;
        asking.caller()?;
        match place::<StoreId>(&store, "store") {
            Ok(at) => nodes(asking, at).await,
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            Err(other) => Err(other),
        }
    }

    /// The readings of a store there were, newest first.
    async fn sync_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The store.")] store: ID,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, SyncRunNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "sync_runs.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let at = place::<StoreId>(&store, "store")?;
        let (rows, total) = actions::list_runs(&asking.tools, caller, at, page.clone()).await?;
        let key = |run: &Run| (instant_key(run.started_at), run.id.uuid());
        Ok(connection(sort, &page, rows, total, key, SyncRunNode))
    }

    /// What was written to a store, newest first: who, when, why, and what came of it.
    async fn stock_writes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The store.")] store: ID,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, StockWriteNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "stock_writes.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let at = place::<StoreId>(&store, "store")?;
        let (rows, total) = actions::list_writes(&asking.tools, caller, at, page.clone()).await?;
        let key = |write: &StockWrite| (instant_key(write.standing.at), write.id.uuid());
        Ok(connection(sort, &page, rows, total, key, StockWriteNode::from))
    }

    /// What people changed of what a store sells, newest first: who, when, having seen what, and what came of it.
    async fn catalogue_writes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The store.")] store: ID,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, CatalogueWriteNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "catalogue_writes.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let at = place::<StoreId>(&store, "store")?;
        let (rows, total) = actions::list_catalogue_writes(&asking.tools, caller, at, page.clone()).await?;
        let key = |write: &CatalogueWrite| (instant_key(write.standing.at), write.id.uuid());
        Ok(connection(sort, &page, rows, total, key, CatalogueWriteNode::of(at.tenant)))
    }

    /// How the syncs of all stores stand.
    async fn sync_figures(&self, ctx: &Context<'_>) -> Result<SyncFigures> {
        let asking = asking(ctx)?;
        Ok(actions::figures(&asking.tools, asking.caller()?).await?.into())
    }
}

pub(super) async fn nodes(asking: &Asking, at: Ref<StoreId>) -> Result<Vec<SyncNode>> {
    let now = asking.tools.watch.now();
    let found = match actions::list(&asking.tools, asking.caller()?, at).await {
        Err(Error::NotFound(_)) => Vec::new(),
        found => found?,
    };
    Ok(found.into_iter().map(|(sync, last)| SyncNode { sync, last, now }).collect())
}

/// A store that is to be read now.
#[derive(InputObject)]
pub struct StartSyncInput {
    /// Which store.
    pub store: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A store whose reading is to be held.
#[derive(InputObject)]
pub struct PauseSyncInput {
    /// Which store.
    pub store: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A store whose reading is to go on.
#[derive(InputObject)]
pub struct ResumeSyncInput {
    /// Which store.
    pub store: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// How much there is to be of an item of a store's.
#[derive(InputObject)]
pub struct SetStockInput {
    /// Which store.
    pub store: ID,
    /// What is counted, in the platform's own words.
    pub item: String,
    /// Where it lies, in the platform's own words; none where the store has but one place.
    pub place: Option<String>,
    /// How much there is to be.
    pub quantity: i32,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of setting stock.
    SetStockPayload {
        /// The write, on its way.
        write: StockWriteNode
    }
}
/// What one kind of a product is to cost.
#[derive(InputObject)]
pub struct ListingPriceInput {
    /// Which kind, as its platform calls it.
    pub variant: String,
    /// How much, in the currency that the store sells in.
    pub amount: AmountInput,
}

/// What a product is to be at its store.
#[derive(InputObject)]
pub struct SetListingInput {
    /// Which product.
    pub product: ID,
    /// Its `updatedAt` as you saw it: what changed since is not written over.
    pub seen_at: DateTime<Utc>,
    /// What it is to be called.
    pub title: Option<String>,
    /// What a kind of it is to cost.
    pub price: Option<ListingPriceInput>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of changing a product.
    SetListingPayload {
        /// The changes, on their way.
        writes: Vec<CatalogueWriteNode>
    }
}
payload! {
    /// What came of reading a store now.
    StartSyncPayload {
        /// Its syncs as they are now.
        syncs: Vec<SyncNode>
    }
}
payload! {
    /// What came of holding the reading of a store.
    PauseSyncPayload {
        /// Its syncs as they are now.
        syncs: Vec<SyncNode>
    }
}
payload! {
    /// What came of letting the reading of a store go on.
    ResumeSyncPayload {
        /// Its syncs as they are now.
        syncs: Vec<SyncNode>
    }
}

/// What can be said to syncs.
#[derive(Default)]
pub struct SyncMutation;

#[Object]
impl SyncMutation {
    /// Reads a store now, whatever its time: every shelf that is not being read already.
    async fn start_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] input: StartSyncInput,
    ) -> Result<StartSyncPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.store, "store")?;
        let done = actions::start(&asking.tools, asking.caller()?, at, once).await;
        StartSyncPayload::of(after(asking, at, done).await)
    }

    /// Holds the reading of a store where it is, until it is let go on.
    async fn pause_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] input: PauseSyncInput,
    ) -> Result<PauseSyncPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.store, "store")?;
        let done = actions::pause(&asking.tools, asking.caller()?, at, once).await;
        PauseSyncPayload::of(after(asking, at, done).await)
    }

    /// Sets how much there is of an item at its store. It is done once the write is answered; see `stockWrites`.
    async fn set_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, where and how much.")] input: SetStockInput,
    ) -> Result<SetStockPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.store, "store")?;
        let SetStockInput { item, place, quantity, .. } = input;
        let set = actions::Setting { item, place: place.unwrap_or_default(), quantity };
        let done = actions::set_stock(&asking.tools, asking.caller()?, at, set, once).await;
        SetStockPayload::of(done.map(StockWriteNode::from))
    }

    /// Changes what a product is called, or what a kind of it costs, at its store. Only a signed-in person may, and nothing
    /// does it by itself. It is done once the changes are answered; see `catalogueWrites`.
    async fn set_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product, and what it is to be.")] input: SetListingInput,
    ) -> Result<SetListingPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<ProductId>(&input.product, "product")?;
        let set = actions::Relisted {
            seen_at: Instant::from_utc(input.seen_at),
            title: input.title,
            price: input.price.map(|price| (price.variant, price.amount.into())),
        };
        let done = actions::set_listing(&asking.tools, asking.caller()?, at, set, once).await;
        SetListingPayload::of(done.map(|writes| writes.into_iter().map(CatalogueWriteNode::of(at.tenant)).collect()))
    }

    /// Lets the reading of a store go on where it was held.
    async fn resume_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] input: ResumeSyncInput,
    ) -> Result<ResumeSyncPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.store, "store")?;
        let done = actions::resume(&asking.tools, asking.caller()?, at, once).await;
        ResumeSyncPayload::of(after(asking, at, done).await)
    }
}

async fn after(asking: &Asking, at: Ref<StoreId>, done: Result<()>) -> Result<Vec<SyncNode>> {
    done?;
    nodes(asking, at).await
}
