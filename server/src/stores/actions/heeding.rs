//! What a platform says of a connection without being asked. Its word may come late, twice, and after another that is
//! newer: what is older than its last word changes nothing.

use uuid::Uuid;

use super::super::model::{Store, StoreState, named_scopes};
use super::super::queries::{stores, tokens};
use super::connecting::subscribe;
use super::disconnecting::{Ends, end};
use super::granting::taken_down_of;
use super::renewing::lose;
use crate::floor::kernel::{Instant, Ref, Result, StoreId};
use crate::floor::ledger::{Witnessed, WriteTx};
use crate::floor::policy::Policy;
use crate::floor::vault::Vault;

/// What a store grants since that moment: where that is more, it is asked to tell of it. None where that changes nothing.
pub fn heed_scopes(
    tx: &mut WriteTx,
    vault: &Vault,
    id: StoreId,
    (said, at): (Vec<String>, Instant),
) -> Result<Option<Witnessed<Uuid>>> {
    let store = stores::held(tx, id)?;
    // Whoever has no token is told what is granted when the store is connected anew.
    let is_shut = store.state == StoreState::NeedsReconnecting && tokens::kept(tx, id)?.is_none();
    if is_shut || !is_news(&store, Some(at)) {
        return Ok(None);
    }
    let (done, grants_more) = taken_down_of(tx, vault, Ref::new(store.tenant, id), (named_scopes(said)?, at), None)?;
    if grants_more {
        subscribe(tx, &store)?;
    }
    Ok(Some(done))
}

/// The merchant ended it at the platform: nobody there is asked to forget a token. None where it is over, or was connected
/// anew since.
pub fn heed_end(
    tx: &mut WriteTx,
    doors: (&Vault, &Policy),
    id: StoreId,
    at: Option<Instant>,
) -> Result<Option<Witnessed<Uuid>>> {
    let store = stores::held(tx, id)?;
    if is_news(&store, at) { end(tx, doors, store, &Ends::Platform).map(Some) } else { Ok(None) }
}

/// The platform lets us in no more. None where that is known, or it let us in again since.
pub fn heed_loss(tx: &mut WriteTx, vault: &Vault, id: StoreId, at: Option<Instant>) -> Result<Option<Witnessed<Uuid>>> {
    let store = stores::held(tx, id)?;
    if store.state == StoreState::Connected && is_news(&store, at) {
        return lose(tx, vault, store, "revoked").map(Some);
    }
    Ok(None)
}

fn is_news(store: &Store, at: Option<Instant>) -> bool {
    store.is_held() && at.zip(store.read_at).is_none_or(|(at, read)| at >= read)
}
