//! The one gate before a scope is used, and the mark that it was. Whoever works for a store asks here first, in the
//! transaction that begins the work.

use super::queries;
use crate::floor::kernel::{Error, Result, StoreId};
use crate::floor::ledger::{Tx, WriteTx};

/// Refuses what a store of the pinned tenant does not let us do, or what was revoked here.
pub fn may_use(tx: &mut Tx, store: StoreId, scope: &str) -> Result<()> {
    queries::stores::one(tx, store)?.ok_or(Error::NotFound("store"))?.require_held()?;
    match queries::scopes::one(tx, store, scope)? {
        Some(held) if held.revoked_at.is_some() => {
            Err(Error::refused("REFUSED", format!("the scope {scope} was revoked here: it is used no more")))
        }
        Some(held) if held.is_granted() => Ok(()),
        _ => Err(Error::refused("REFUSED", format!("this store does not grant {scope}"))),
    }
}

/// Notes that a scope was just used, at most once an hour.
pub fn used(tx: &mut WriteTx, store: StoreId, scope: &str) -> Result<()> {
    queries::scopes::mark_used(tx, store, scope)
}
