//! A write on its way to a platform, whatever it writes: its leave is looked at again, it is sent with the same key on every
//! try, and what came of it is kept.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::jobs::freshened;
use super::leave;
use super::listing::{CatalogueWrite, Change};
use super::queries::{listings, writes};
use super::standing::{End, Standing, WriteState};
use super::stock::StockWrite;
use crate::calls;
use crate::floor::access::{One, Scope};
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Addressed, CatalogueWriteId, Error, Ref, Result, Secret, StockWriteId, StoreId};
use crate::floor::ledger::{Event, Tx, Witnessed, WriteTx};
use crate::floor::platforms::{Fate, Listed, Platform, Platforms, Relisting, SetListing, SetStock, Stocked, Visit};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::stores::{self, Store};

/// Before a write is tried whose forerunner is still on its way.
const BEHIND_ANOTHER: Duration = Duration::from_secs(2);

const SUPERSEDED: &str = "superseded";

/// Sets how much there is of one item at a platform. Writes of the same item go one after another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetStockAtPlatform {
    pub store: StoreId,
    pub write: StockWriteId,
}

impl Job for SetStockAtPlatform {
    const NAME: &'static str = "set_stock_at_platform";

    async fn run(self, run: Run) -> Result<(), Halt> {
        carry::<StockWrite>(run, self.store, self.write).await
    }
}

/// Changes what a product is called or costs at a platform. Changes of the same product go one after another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetListingAtPlatform {
    pub store: StoreId,
    pub write: CatalogueWriteId,
}

impl Job for SetListingAtPlatform {
    const NAME: &'static str = "set_listing_at_platform";

    async fn run(self, run: Run) -> Result<(), Halt> {
        carry::<CatalogueWrite>(run, self.store, self.write).await
    }
}

/// Why a write may be sent no more, or the scope by which it may.
type Still = Result<&'static str, &'static str>;

/// What is written, as far as its way to the platform asks.
trait Sent: Sized + Send + Sync + 'static {
    type Id: Addressed + Send + Sync + 'static;

    /// What the books say when it goes, when it is dropped, and when it was answered.
    const WORDS: [&'static str; 3];

    fn id(&self) -> Self::Id;
    fn standing(&self) -> &Standing;
    /// The store told of it by itself, whatever became of the answer.
    fn is_told(&self) -> bool {
        false
    }
    fn one(tx: &mut Tx, id: Self::Id) -> Result<Option<Self>>;
    fn held(tx: &mut WriteTx, id: Self::Id) -> Result<Self>;
    /// Earlier ones of the same that were not answered.
    fn forerunners(&self, tx: &mut WriteTx) -> Result<Vec<Self>>;
    fn still(&self, tx: &mut WriteTx, bounds: (&Policy, &Platforms)) -> Result<Still>;
    fn tried(tx: &mut WriteTx, id: Self::Id) -> Result<Self>;
    fn end(tx: &mut WriteTx, id: Self::Id, end: &End) -> Result<()>;
    fn told(&self, action: &'static str) -> Event;
    /// Asks the platform. Asked again it changes nothing more: by its key, or by what there is.
    fn ask<'a>(&'a self, platform: &'a dyn Platform, visit: Visit<'a>, access: &'a Secret) -> Asking<'a>;
}

type Asking<'a> = BoxFuture<'a, Result<End, Fate>>;

async fn carry<W: Sent>(run: Run, at: StoreId, id: W::Id) -> Result<(), Halt> {
    let (lane, tools) = (run.scope()?, run.tools()?);
    let write = tools.ledger.read(&lane, move |tx| W::one(tx, id)).await?;
    if write.is_none_or(|write| write.standing().state != WriteState::Waiting) {
        return Ok(());
    }
    let (store, access) = match stores::open_access(&tools, &lane, at).await {
        Ok(opened) => opened,
        Err(Error::Unavailable { after, .. }) => return Err(Halt::SlowDown { after }),
        Err(Error::Refused(_)) => {
            return Ok(end::<W>(&tools, lane, (at, id), End::failed("disconnected"), None).await?);
        }
        Err(other) => return Err(other.into()),
    };
    run.hold().await?;
    let (write, scope) = match begin::<W>(&tools, &lane, id).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return Ok(()),
        Err(Error::Unavailable { after, .. }) => return Err(Halt::SlowDown { after }),
        Err(other) => return Err(other.into()),
    };
    let place = Ref::new(run.job.tenant, at);
    let sent = calls::under_way(&tools.ledger, place, send(&tools, &store, &access, &write)).await?;
    // Whoever ended the connection has dropped the write.
    let Ok(sent) = sent else { return Ok(()) };
    let came = match sent {
        Ok(came) => came,
        Err(Fate::Again { after }) => return Err(Halt::SlowDown { after }),
        Err(Fate::Stale) => return freshened(&tools, &lane, at).await,
        Err(Fate::Over(why)) => End::failed(why),
    };
    Ok(end::<W>(&tools, lane, (at, id), came, Some(scope)).await?)
}

/// Right before it is sent: the write and the scope it goes by, if its leave still holds. What goes out stands in the
/// books before it does. What the store told of by itself is not sent again: somebody may have set it back since.
async fn begin<W: Sent>(tools: &Tools, lane: &Scope<One>, id: W::Id) -> Result<Option<(W, &'static str)>> {
    let (policy, platforms) = (tools.policy.in_force()?, tools.platforms.clone());
    let [sending, dropped, answered] = W::WORDS;
    let written = tools.ledger.write(lane.clone(), move |tx| {
        let write = W::one(tx, id)?.ok_or(Error::Conflict)?;
        let still = write.still(tx, (&policy.policy, &platforms))?;
        let write = W::held(tx, id)?;
        if write.is_told() {
            W::end(tx, id, &End::of(WriteState::Sent))?;
            return Ok(Witnessed::new(None, write.told(answered).code("came", WriteState::Sent.code())));
        }
        let mut superseded = Vec::new();
        for earlier in write.forerunners(tx)? {
            if jobs::naming(tx, &[earlier.id().uuid()])? > 0 {
                return Err(Error::Unavailable { whom: "an earlier write of the same", after: BEHIND_ANOTHER });
            }
            // Its job was given up: what is wanted by now takes its place.
            W::end(tx, earlier.id(), &End::failed(SUPERSEDED))?;
            superseded.push(earlier.told(dropped).code("why", SUPERSEDED));
        }
        let done = match still {
            Ok(scope) => {
                let write = W::tried(tx, id)?;
                let event = write.told(sending);
                Witnessed::new(Some((write, scope)), event)
            }
            Err(why) => {
                W::end(tx, id, &End::failed(why))?;
                Witnessed::new(None, write.told(dropped).code("why", why))
            }
        };
        Ok(superseded.into_iter().fold(done, Witnessed::and))
    });
    written.await
}

async fn end<W: Sent>(
    tools: &Tools,
    lane: Scope<One>,
    (store, id): (StoreId, W::Id),
    came: End,
    scope: Option<&'static str>,
) -> Result<()> {
    let [.., answered] = W::WORDS;
    let written = tools.ledger.write(lane, move |tx| {
        let write = W::held(tx, id)?;
        W::end(tx, id, &came)?;
        if let Some(scope) = scope {
            stores::scopes::used(tx, store, scope)?;
        }
        let event = write.told(answered).code("came", came.state.code());
        Ok(Witnessed::new((), came.why.into_iter().fold(event, |event, why| event.code("why", why))))
    });
    written.await
}

/// Asks the platform. Nothing is held meanwhile but the token.
async fn send<W: Sent>(tools: &Tools, store: &Store, access: &Secret, write: &W) -> Result<End, Fate> {
    let (platform, setup) = tools.platforms.find(&store.platform).ok_or(Fate::Over("not_set_up"))?;
    let shop = platform.shop(setup, &store.domain).ok_or(Fate::Over("shop"))?;
    write.ask(platform, tools.platforms.visit(setup, &shop, tools.watch.now()), access).await
}

/// A fact of a write of stock, told of its store. Its key leads to who, when and why.
pub fn told(action: &'static str, write: &StockWrite) -> Event {
    let event = Event::new(action, "store", write.wish.store.uuid()).code("leave", write.leave.code());
    event.digest("write", &write.standing.key)
}

impl Sent for StockWrite {
    type Id = StockWriteId;

    const WORDS: [&'static str; 3] = ["stock.sending", "stock.dropped", "stock.answered"];

    fn id(&self) -> Self::Id {
        self.id
    }

    fn standing(&self) -> &Standing {
        &self.standing
    }

    fn is_told(&self) -> bool {
        self.is_told
    }

    fn one(tx: &mut Tx, id: Self::Id) -> Result<Option<Self>> {
        writes::one(tx, id)
    }

    fn held(tx: &mut WriteTx, id: Self::Id) -> Result<Self> {
        writes::held(tx, id)
    }

    fn forerunners(&self, tx: &mut WriteTx) -> Result<Vec<Self>> {
        writes::forerunners(tx, self)
    }

    fn still(&self, tx: &mut WriteTx, bounds: (&Policy, &Platforms)) -> Result<Still> {
        leave::still(tx, bounds, self)
    }

    fn tried(tx: &mut WriteTx, id: Self::Id) -> Result<Self> {
        writes::tried(tx, id)
    }

    fn end(tx: &mut WriteTx, id: Self::Id, end: &End) -> Result<()> {
        writes::end(tx, id, end)
    }

    fn told(&self, action: &'static str) -> Event {
        told(action, self)
    }

    fn ask<'a>(&'a self, platform: &'a dyn Platform, visit: Visit<'a>, access: &'a Secret) -> Asking<'a> {
        let set = SetStock {
            item: self.wish.item.clone(),
            place: self.wish.place.clone(),
            quantity: self.wish.quantity,
            from: self.was,
            key: data_encoding::HEXLOWER.encode(&self.standing.key),
        };
        let asking = async move {
            Ok(End::of(match platform.set_stock(visit, access, &set).await? {
                Stocked::Done => WriteState::Sent,
                Stocked::Moved => WriteState::Moved,
                Stocked::Gone => WriteState::Gone,
            }))
        };
        asking.boxed()
    }
}

/// A fact of a change of what is sold, told of its store. Its key leads to who, when and why.
pub fn told_of(action: &'static str, write: &CatalogueWrite) -> Event {
    let what = match write.wish.change {
        Change::Title(_) => "title",
        Change::Price(..) => "price",
    };
    let event = Event::new(action, "store", write.wish.store.uuid()).code("what", what);
    event.digest("write", &write.standing.key)
}

impl Sent for CatalogueWrite {
    type Id = CatalogueWriteId;

    const WORDS: [&'static str; 3] = ["catalogue.sending", "catalogue.dropped", "catalogue.answered"];

    fn id(&self) -> Self::Id {
        self.id
    }

    fn standing(&self) -> &Standing {
        &self.standing
    }

    fn one(tx: &mut Tx, id: Self::Id) -> Result<Option<Self>> {
        listings::one(tx, id)
    }

    fn held(tx: &mut WriteTx, id: Self::Id) -> Result<Self> {
        listings::held(tx, id)
    }

    fn forerunners(&self, tx: &mut WriteTx) -> Result<Vec<Self>> {
        listings::forerunners(tx, self)
    }

    fn still(&self, tx: &mut WriteTx, bounds: (&Policy, &Platforms)) -> Result<Still> {
        leave::still_sells(tx, bounds, self.wish.store)
    }

    fn tried(tx: &mut WriteTx, id: Self::Id) -> Result<Self> {
        listings::tried(tx, id)
    }

    fn end(tx: &mut WriteTx, id: Self::Id, end: &End) -> Result<()> {
        listings::end(tx, id, end)?;
        end.by_hand.map_or(Ok(()), |sentence| listings::leave_to_the_merchant(tx, id, sentence))
    }

    fn told(&self, action: &'static str) -> Event {
        told_of(action, self)
    }

    fn ask<'a>(&'a self, platform: &'a dyn Platform, visit: Visit<'a>, access: &'a Secret) -> Asking<'a> {
        let wish = match &self.wish.change {
            Change::Title(to) => Relisting::Title { to: to.clone(), from: self.was_title.clone().unwrap_or_default() },
            Change::Price(of, to) => Relisting::Price { of: of.clone(), to: *to, from: self.was_price },
        };
        let seen = self.known_at.unwrap_or(self.wish.seen_at);
        let set = SetListing { product: self.wish.platform_id.clone(), wish, seen };
        let asking = async move {
            Ok(match platform.set_listing(visit, access, &set).await? {
                Listed::Done => End::of(WriteState::Sent),
                Listed::Moved => End::of(WriteState::Moved),
                Listed::Gone => End::of(WriteState::Gone),
                Listed::ByHand(sentence) => End::by_hand(sentence),
            })
        };
        asking.boxed()
    }
}
