//! The verbs of this slice. Each asks for leave, holds the store while it changes it, and says in the books what it did.

mod connecting;
mod disconnecting;
mod granting;
mod hearing;
mod heeding;
mod keeping;
mod reading;
mod renewing;

pub(super) use connecting::Place;
pub use connecting::{Begun, Landed, begin_connection, come_back, lead_on, take_keys};
pub use disconnecting::{disconnect_store, disconnect_store_and};
pub use granting::{Reading, Revoking, Tokens, record_grant, revoke_scopes};
pub use hearing::{Hooked, behind, ever_at, find_hook, open_hook};
pub use heeding::{heed_end, heed_loss, heed_scopes};
pub use keeping::{NewStore, add_store, turn_sync};
pub use reading::{
    Shown, drift, find_grant, find_store, last_handshake, list_grants, list_hooks, list_stores, shown, some,
};
pub use renewing::{keep_alive, lost, open_access};

use super::model::Store;
use super::queries::stores;
use crate::floor::access::{One, Scope};
use crate::floor::kernel::{Error, Ref, Result, StoreId};
use crate::floor::ledger::WriteTx;
use crate::floor::tools::Tools;

/// A store and the version somebody read it at.
pub type At = (Ref<StoreId>, i32);

/// The store, held, unless somebody else changed it meanwhile.
fn held_at(tx: &mut WriteTx, (at, version): At) -> Result<Store> {
    let store = stores::held(tx, at.id)?;
    if store.version == version { Ok(store) } else { Err(Error::Conflict) }
}

async fn found(tools: &Tools, scope: &Scope<One>, id: StoreId) -> Result<Store> {
    tools.ledger.read(scope, move |tx| stores::one(tx, id)).await?.ok_or(Error::NotFound("store"))
}
