//! How far a store is read, told while it is: a subscription that says it anew whenever it is otherwise.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use futures_util::{Stream, TryStreamExt, stream};
use tokio::sync::watch;

use super::super::queries::syncs;
use super::{SyncNode, nodes};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::{Asking, asking, place};
use crate::floor::kernel::{Error, Ref, Result, StoreId};
use crate::floor::ledger::{Look, Looks};

/// How long a follower waits where Postgres does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The stores whose reading somebody follows.
#[derive(Clone, Default)]
pub struct Followed(Looks<Ref<StoreId>>);

/// What of syncs a client may follow.
#[derive(Default)]
pub struct SyncSubscription;

#[Subscription]
impl SyncSubscription {
    /// How far each shelf of a store is read: as it stands, and anew whenever it stands otherwise. What is skipped while
    /// a client is slow is not made up for: the next says all.
    async fn sync_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The store.")] store: ID,
    ) -> Result<impl Stream<Item = async_graphql::Result<Vec<SyncNode>>> + use<>> {
        let asking = asking(ctx)?;
        let at = place::<StoreId>(&store, "store")?;
        let scope = asking.caller()?.permit(Permission::SeeTenants, at.tenant)?;
        let seen = asking.tools.ledger.read(&scope, move |tx| syncs::stamp(tx, at.id)).await?.unwrap_or_default();
        let followed = ctx.data::<Followed>().map_err(|_| Error::internal("a schema came without its syncs"))?;
        // Only that something is otherwise is learned by the house's own hand.
        let house = Caller::house().permit(Permission::KeepStores, at.tenant)?;
        let look = followed.0.look(&asking.tools.ledger, (at, house), seen, move |tx| syncs::stamp(tx, at.id));
        let mut stamp = look.stamp();
        stamp.mark_changed();
        let one = Follower { asking: asking.clone(), at, stamp, _look: look };
        Ok(stream::try_unfold(one, Follower::next).err_into())
    }
}

/// One who follows the reading of a store.
struct Follower {
    asking: Asking,
    at: Ref<StoreId>,
    stamp: watch::Receiver<i64>,
    _look: Arc<Look>,
}

impl Follower {
    async fn next(mut self) -> Result<Option<(Vec<SyncNode>, Self)>> {
        if self.stamp.changed().await.is_err() {
            return Ok(None);
        }
        loop {
            match nodes(&self.asking, self.at).await {
                Ok(found) => return Ok(Some((found, self))),
                Err(Error::Unavailable { .. }) => tokio::time::sleep(PATIENCE).await,
                Err(error) => return Err(error),
            }
        }
    }
}
