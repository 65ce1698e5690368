//! Calls to others for a store's sake, noted before they leave and until they are over. No call begins for a store whose
//! connection has ended, one that is on its way then is broken off, and whoever ended it can wait until none is left: in
//! this process or in another. It calls nobody itself, and holds no transaction while a call is under way.

pub mod map;
mod queries;

pub use queries::afterwards;

use std::time::Duration;

use tokio::time::{Instant as Moment, sleep, timeout_at};

use crate::floor::access::{One, Scope};
use crate::floor::kernel::{Error, Ref, Result, StoreCallId, StoreId, TenantId};
use crate::floor::ledger::Ledger;

/// For how long a call counts as under way without a sign of life.
const LEASE: Duration = Duration::from_secs(6);
const BEAT: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(50);

/// The store's connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing has left.
    Before,
    /// The call was broken off; some of it may have arrived.
    OnTheWay,
}

/// Lets a call be made for a store, as long as its connection has not ended.
pub async fn under_way<T>(ledger: &Ledger, at: Ref<StoreId>, call: impl Future<Output = T>) -> Result<Result<T, Over>> {
    let (id, until) = (StoreCallId::fresh(), Moment::now() + LEASE);
    if !ledger.bookkeep(Some(at.tenant), move |tx| queries::begin(tx, at.id, id, LEASE)).await? {
        return Ok(Err(Over::Before));
    }
    let noted = Noted { ledger: ledger.clone(), tenant: at.tenant, id };
    tokio::select! {
        biased;
        answer = call => Ok(Ok(answer)),
        ended = noted.until_it_ends(until) => ended.map(|()| Err(Over::OnTheWay)),
    }
}

/// Waits until no call is under way for a store whose connection has ended. None can begin any more.
pub async fn all_over(ledger: &Ledger, scope: &Scope<One>, store: StoreId) -> Result<()> {
    let begun = Moment::now();
    while ledger.read(scope, move |tx| queries::any(tx, store)).await? && begun.elapsed() < LEASE + BEAT {
        sleep(LOOK).await;
    }
    Ok(())
}

/// A call that is noted; dropped, it is not any more.
struct Noted {
    ledger: Ledger,
    tenant: TenantId,
    id: StoreCallId,
}

impl Noted {
    /// Resolves when the store's connection has ended. Fails where nobody can tell any more whether it has.
    async fn until_it_ends(&self, mut until: Moment) -> Result<()> {
        let id = self.id;
        loop {
            sleep(BEAT).await;
            let asked = Moment::now();
            let beat = self.ledger.bookkeep(Some(self.tenant), move |tx| queries::keep(tx, id, LEASE));
            match timeout_at(until, beat).await {
                Ok(Ok(true)) => until = asked + LEASE,
                Ok(Ok(false)) => return Ok(()),
                Ok(Err(_)) if Moment::now() < until => {}
                Ok(Err(_)) | Err(_) => return Err(Error::unavailable("the database")),
            }
        }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        let (ledger, tenant, id) = (self.ledger.clone(), self.tenant, self.id);
        // Where nobody can take it off any more it goes by itself, when its time is over.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { ledger.bookkeep(Some(tenant), move |tx| queries::end(tx, id)).await });
        }
    }
}
