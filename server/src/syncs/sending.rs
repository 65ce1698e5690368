//! A write on its way to a platform: its leave is looked at again, it is sent with the same key on every try, and what
//! came of it is kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::jobs::freshened;
use super::leave;
use super::queries::writes;
use super::stock::{StockWrite, WriteState};
use crate::calls;
use crate::floor::access::{One, Scope};
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, Ref, Result, Secret, StockWriteId, StoreId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::platforms::{Fate, SetStock, Stocked};
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

/// How a write ended.
type End = (WriteState, Option<&'static str>);

impl Job for SetStockAtPlatform {
    const NAME: &'static str = "set_stock_at_platform";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools) = (run.scope()?, run.tools()?);
        let id = self.write;
        let write = tools.ledger.read(&lane, move |tx| writes::one(tx, id)).await?;
        if write.is_none_or(|write| write.state != WriteState::Waiting) {
            return Ok(());
        }
        let (store, access) = match stores::open_access(&tools, &lane, self.store).await {
            Ok(opened) => opened,
            Err(Error::Unavailable { after, .. }) => return Err(Halt::SlowDown { after }),
            Err(Error::Refused(_)) => {
                return Ok(self.end(&tools, lane, (WriteState::Failed, Some("disconnected")), None).await?);
            }
            Err(other) => return Err(other.into()),
        };
        run.hold().await?;
        let (write, scope) = match self.begin(&tools, &lane).await {
            Ok(Some(begun)) => begun,
            Ok(None) => return Ok(()),
            Err(Error::Unavailable { after, .. }) => return Err(Halt::SlowDown { after }),
            Err(other) => return Err(other.into()),
        };
        let at = Ref::new(run.job.tenant, self.store);
        let sent = calls::under_way(&tools.ledger, at, send(&tools, &store, &access, &write)).await?;
        // Whoever ended the connection has dropped the write.
        let Ok(sent) = sent else { return Ok(()) };
        let end = match sent {
            Ok(Stocked::Done) => (WriteState::Sent, None),
            Ok(Stocked::Moved) => (WriteState::Moved, None),
            Ok(Stocked::Gone) => (WriteState::Gone, None),
            Err(Fate::Again { after }) => return Err(Halt::SlowDown { after }),
            Err(Fate::Stale) => return freshened(&tools, &lane, self.store).await,
            Err(Fate::Over(why)) => (WriteState::Failed, Some(why)),
        };
        Ok(self.end(&tools, lane, end, Some(scope)).await?)
    }
}

impl SetStockAtPlatform {
    /// Right before it is sent: the write and the scope it goes by, if its leave still holds. What goes out stands in the
    /// books before it does. What the store told of by itself is not sent again: somebody may have set it back since.
    async fn begin(&self, tools: &Tools, lane: &Scope<One>) -> Result<Option<(StockWrite, &'static str)>> {
        let (policy, platforms, id) = (tools.policy.in_force()?, tools.platforms.clone(), self.write);
        let written = tools.ledger.write(lane.clone(), move |tx| {
            let write = writes::one(tx, id)?.ok_or(Error::Conflict)?;
            let still = leave::still(tx, (&policy.policy, &platforms), &write)?;
            let write = writes::held(tx, id)?;
            if write.is_told {
                writes::end(tx, id, WriteState::Sent, None)?;
                let event = told("stock.answered", &write).code("came", WriteState::Sent.code());
                return Ok(Witnessed::new(None, event));
            }
            let mut superseded = Vec::new();
            for earlier in writes::forerunners(tx, &write)? {
                if jobs::naming(tx, &[earlier.id.uuid()])? > 0 {
                    return Err(Error::Unavailable { whom: "an earlier write of the same", after: BEHIND_ANOTHER });
                }
                // Its job was given up: what is wanted by now takes its place.
                writes::end(tx, earlier.id, WriteState::Failed, Some(SUPERSEDED))?;
                superseded.push(told("stock.dropped", &earlier).code("why", SUPERSEDED));
            }
            let done = match still {
                Ok(scope) => {
                    let write = writes::tried(tx, id)?;
                    let event = told("stock.sending", &write);
                    Witnessed::new(Some((write, scope)), event)
                }
                Err(why) => {
                    writes::end(tx, id, WriteState::Failed, Some(why))?;
                    Witnessed::new(None, told("stock.dropped", &write).code("why", why))
                }
            };
            Ok(superseded.into_iter().fold(done, Witnessed::and))
        });
        written.await
    }

    async fn end(&self, tools: &Tools, lane: Scope<One>, end: End, scope: Option<&'static str>) -> Result<()> {
        let ((state, why), id) = (end, self.write);
        let written = tools.ledger.write(lane, move |tx| {
            let write = writes::held(tx, id)?;
            writes::end(tx, id, state, why)?;
            if let Some(scope) = scope {
                stores::scopes::used(tx, write.wish.store, scope)?;
            }
            let event = told("stock.answered", &write).code("came", state.code());
            Ok(Witnessed::new((), why.into_iter().fold(event, |event, why| event.code("why", why))))
        });
        written.await
    }
}

/// A fact of a write's, told of its store. Its key leads to who, when and why.
pub fn told(action: &'static str, write: &StockWrite) -> Event {
    Event::new(action, "store", write.wish.store.uuid()).code("leave", write.leave.code()).digest("write", &write.key)
}

/// Asks the platform. Nothing is held meanwhile but the token. Asked again it changes nothing more: by its key, or by what
/// there is.
async fn send(tools: &Tools, store: &Store, access: &Secret, write: &StockWrite) -> Result<Stocked, Fate> {
    let (platform, setup) = tools.platforms.find(&store.platform).ok_or(Fate::Over("not_set_up"))?;
    let shop = platform.shop(setup, &store.domain).ok_or(Fate::Over("shop"))?;
    let visit = tools.platforms.visit(setup, &shop, tools.watch.now());
    let set = SetStock {
        item: write.wish.item.clone(),
        place: write.wish.place.clone(),
        quantity: write.wish.quantity,
        from: write.was,
        key: data_encoding::HEXLOWER.encode(&write.key),
    };
    platform.set_stock(visit, access, &set).await
}
