//! The verbs of this slice: whoever keeps a store says when it is read, and sees how far that is.

use super::leave::{Leave, PersonsLeave};
use super::listing::{CatalogueWrite, Change, Wish as Listing};
use super::model::{Run, Sync, SyncState};
use super::queries::syncs::Figures;
use super::queries::{listings, runs, syncs, writes};
use super::sending::{SetListingAtPlatform, told, told_of};
use super::stock::{StockWrite, Wish};
use super::{flowing, running};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::jobs;
use crate::floor::kernel::{CatalogueWriteId, Error, Flaws, Instant, ProductId, Ref, Result, StockWriteId, StoreId};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::platforms::Money;
use crate::floor::tools::Tools;
use crate::records::Written;
use crate::tenants::is_line;

/// The syncs of a store, each with its last run that is over.
pub async fn list(tools: &Tools, caller: &Caller, at: Ref<StoreId>) -> Result<Vec<(Sync, Option<Run>)>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| {
        let last = runs::last(tx, at.id)?;
        let with = |sync: Sync| {
            let run = last.iter().find(|run| run.shelf == sync.shelf).cloned();
            (sync, run)
        };
        Ok(syncs::of_store(tx, at.id)?.into_iter().map(with).collect())
    });
    found.await
}

/// The runs of a store, newest first, and how many there are in all.
pub async fn list_runs(tools: &Tools, caller: &Caller, at: Ref<StoreId>, page: Page) -> Result<(Vec<Run>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| runs::list(tx, at.id, &page)).await
}

/// How the syncs of all stores stand.
pub async fn figures(tools: &Tools, caller: &Caller) -> Result<Figures> {
    let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "syncs").await?;
    tools.ledger.desk(&desk, syncs::figures).await
}

/// Reads a store now, whatever its time: every shelf that does not run already.
pub async fn start(tools: &Tools, caller: &Caller, at: Ref<StoreId>, once: Option<Once>) -> Result<()> {
    let (policy, platforms) = (tools.policy.in_force()?, tools.platforms.clone());
    change(tools, caller, (at, once), "sync.started", move |tx| {
        let code = running::platform(tx, at.id)?.ok_or_else(not_connected)?;
        let (platform, _) = platforms.find(&code).ok_or_else(not_connected)?;
        open(tx, at, platform)?;
        let mut events = Vec::new();
        for sync in syncs::all_held(tx, at.id)? {
            if matches!(sync.state, SyncState::Idle | SyncState::Off) {
                events.push(running::begin(tx, &policy.policy, platform, sync)?);
            }
        }
        Ok(events)
    })
    .await
}

/// Holds the reading of a store where it is, until somebody lets it go on.
pub async fn pause(tools: &Tools, caller: &Caller, at: Ref<StoreId>, once: Option<Once>) -> Result<()> {
    let platforms = tools.platforms.clone();
    change(tools, caller, (at, once), "sync.paused", move |tx| {
        let now = tx.now()?;
        let code = running::platform(tx, at.id)?;
        // One that nobody looked at yet is held before its first page.
        if let Some((platform, _)) = code.and_then(|code| platforms.find(&code)) {
            open(tx, at, platform)?;
        }
        for sync in syncs::all_held(tx, at.id)? {
            if matches!(sync.state, SyncState::Idle | SyncState::Running) {
                if let Some(run) = sync.run {
                    jobs::cancel(tx, run.uuid())?;
                }
                syncs::save(tx, &sync.paused(now))?;
            }
        }
        Ok(Vec::new())
    })
    .await
}

/// Lets the reading of a store go on where it was held.
pub async fn resume(tools: &Tools, caller: &Caller, at: Ref<StoreId>, once: Option<Once>) -> Result<()> {
    change(tools, caller, (at, once), "sync.resumed", move |tx| {
        running::platform(tx, at.id)?.ok_or_else(not_connected)?;
        let now = tx.now()?;
        for sync in syncs::all_held(tx, at.id)? {
            if sync.state == SyncState::Paused {
                let sync = sync.resumed(now);
                syncs::save(tx, &sync)?;
                if sync.state == SyncState::Running {
                    running::enqueue(tx, &sync, now)?;
                }
            }
        }
        Ok(Vec::new())
    })
    .await
}

/// How much there is to be of an item of a store's.
pub struct Setting {
    pub item: String,
    pub place: String,
    pub quantity: i32,
}

/// Sets how much there is of an item at its store, because this person asked for it.
pub async fn set_stock(
    tools: &Tools,
    caller: &Caller,
    at: Ref<StoreId>,
    set: Setting,
    once: Option<Once>,
) -> Result<StockWrite> {
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    if set.quantity < 0 {
        return Err(Error::invalid("quantity", "there cannot be less than nothing"));
    }
    let (policy, platforms) = (tools.policy.in_force()?, tools.platforms.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "stock_write", move |tx| {
        super::queries::shops::one(tx, at.id)?.ok_or(Error::NotFound("store"))?;
        let action = StockWriteId::fresh().uuid();
        let leave = Leave::by_user(tx, (&policy.policy, &platforms), at.id, action)?;
        let Setting { item, place, quantity } = set;
        let known = writes::known(tx, at.id, &item, &place)?;
        let untold = || Error::invalid("item", "the store has not told of this item at this place");
        let sku = known.ok_or_else(untold)?.sku;
        let wish = Wish { store: at.id, item, place, sku, quantity, change: None };
        let put = flowing::put(tx, &leave, &[wish])?;
        let write = writes::one(tx, *put.first().ok_or(Error::Conflict)?)?.ok_or(Error::Conflict)?;
        Ok(Witnessed::new(write.id.uuid(), told("stock.asked", &write)))
    });
    let id = StockWriteId::from_uuid(written.await?.id);
    tools.ledger.read(&scope, move |tx| writes::one(tx, id)).await?.ok_or(Error::NotFound("write"))
}

/// What a product is to be, for whoever has seen it as it was at this version.
pub struct Relisted {
    pub seen_at: Instant,
    pub title: Option<String>,
    /// Of the kind that its platform calls so.
    pub price: Option<(String, Written)>,
}

/// Changes what a product is called and costs at its store, because this person asked for it. What changed there since the
/// person looked is not written over.
pub async fn set_listing(
    tools: &Tools,
    caller: &Caller,
    at: Ref<ProductId>,
    set: Relisted,
    once: Option<Once>,
) -> Result<Vec<CatalogueWrite>> {
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    let price = set.checked()?;
    let (policy, platforms) = (tools.policy.in_force()?, tools.platforms.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "catalogue_write", move |tx| {
        let sold = listings::sold(tx, at.id)?.ok_or(Error::NotFound("product"))?;
        let action = CatalogueWriteId::fresh().uuid();
        let leave = PersonsLeave::of(tx, (&policy.policy, &platforms), sold.store_id, action)?;
        if Instant::from_utc(sold.updated_at) > set.seen_at {
            return Err(Error::Conflict);
        }
        // A price of which nobody told is held against the version that was seen: before a title makes another one of it.
        let mut changes = Vec::new();
        if let Some((variant, to)) = price {
            let of = listings::variant(tx, at.id, variant)?;
            let of = of.ok_or_else(|| Error::invalid("price.variant", "the product is sold in no such kind"))?;
            changes.push(Change::Price(of, to));
        }
        changes.extend(set.title.clone().map(Change::Title));
        let mut done = None;
        for change in changes {
            let (store, seen_at) = (sold.store_id, Instant::from_utc(sold.updated_at));
            let wish = Listing { store, product: at.id, platform_id: sold.platform_id.clone(), seen_at, change };
            let id = listings::add(tx, &leave, &wish)?;
            jobs::enqueue(tx, &SetListingAtPlatform { store, write: id })?;
            let event = told_of("catalogue.asked", &listings::one(tx, id)?.ok_or(Error::Conflict)?);
            done = Some(match done {
                None => Witnessed::new(action, event),
                Some(done) => Witnessed::and(done, event),
            });
        }
        done.ok_or_else(|| Error::internal("nothing was to be changed"))
    });
    let action = written.await?.id;
    tools.ledger.read(&scope, move |tx| listings::of_action(tx, action)).await
}

impl Relisted {
    /// The price as an amount, if all that is said can be.
    fn checked(&self) -> Result<Option<(String, Money)>> {
        let mut flaws = Flaws::default();
        if self.title.is_none() && self.price.is_none() {
            flaws.add("title", "say what it is to be called, or what it is to cost");
        }
        if self.title.as_ref().is_some_and(|title| !is_line(title, 255)) {
            flaws.add("title", "say it in one line of up to 255 characters");
        }
        let price = self.price.as_ref().map(|(variant, to)| {
            let amount = to.read("price.amount", &mut flaws);
            if amount.micros < 0 {
                flaws.add("price.amount.value", "nothing costs less than nothing");
            }
            let currency = amount.currency.into_bytes().try_into().unwrap_or_default();
            (variant.clone(), Money { micros: amount.micros, currency })
        });
        flaws.or(price)
    }
}

/// The changes of what a store sells, newest first, and how many there were in all.
pub async fn list_catalogue_writes(
    tools: &Tools,
    caller: &Caller,
    at: Ref<StoreId>,
    page: Page,
) -> Result<(Vec<CatalogueWrite>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| listings::list(tx, at.id, &page)).await
}

/// What was written to a store, newest first, and how often in all.
pub async fn list_writes(
    tools: &Tools,
    caller: &Caller,
    at: Ref<StoreId>,
    page: Page,
) -> Result<(Vec<StockWrite>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| writes::list(tx, at.id, &page)).await
}

async fn change<F>(
    tools: &Tools,
    caller: &Caller,
    (at, once): (Ref<StoreId>, Option<Once>),
    verb: &'static str,
    change: F,
) -> Result<()>
where
    F: FnOnce(&mut WriteTx) -> Result<Vec<Event>> + Clone + Send + 'static,
{
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    let written = tools.ledger.write_once(scope, once, "store", move |tx| {
        super::queries::shops::one(tx, at.id)?.ok_or(Error::NotFound("store"))?;
        let done = Witnessed::new(at.id.uuid(), Event::new(verb, "store", at.id.uuid()));
        Ok(change(tx)?.into_iter().fold(done, Witnessed::and))
    });
    written.await.map(|_| ())
}

/// A row for each shelf that the platform has, where there is none yet.
pub fn open(tx: &mut WriteTx, at: Ref<StoreId>, platform: &dyn crate::floor::platforms::Platform) -> Result<usize> {
    let now = tx.now()?;
    let fresh = crate::floor::platforms::Shelf::ALL.iter();
    let fresh = fresh.filter_map(|shelf| Sync::fresh(at.tenant, at.id, *shelf, platform.keeps(*shelf), now));
    syncs::add(tx, &fresh.collect::<Vec<_>>())
}

fn not_connected() -> Error {
    Error::refused("REFUSED", "this store is not connected: nothing can be read of it")
}
