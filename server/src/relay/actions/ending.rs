//! The end of a store, as far as the relay goes. What left stands in the book for ever.

use super::super::queries::{deliveries, destinations, events};
use crate::floor::kernel::{Result, StoreId, SubjectId};
use crate::floor::ledger::WriteTx;
use crate::floor::vault::Vault;

/// What ended with a store.
pub struct Ended {
    /// Destinations that got the events of this store alone.
    pub destinations: usize,
    /// What waited to be sent, wherever to.
    pub sendings: usize,
}

/// Nothing of this store is sent any more: what waits is dropped, its own destinations go with their secrets, and what is
/// held of its events ends. A destination of the whole tenant's stays for the other stores. The caller tells of it.
pub fn end_of_store(tx: &mut WriteTx, vault: &Vault, store: StoreId) -> Result<Ended> {
    // Events before their deliveries, as whoever settles one takes them.
    events::end_of_store(tx, store)?;
    let sendings = deliveries::drop_of_store(tx, store)?;
    let secrets = destinations::remove_of(tx, store)?;
    for secret in &secrets {
        vault.delete(tx, *secret)?;
    }
    Ok(Ended { destinations: secrets.len(), sendings })
}

/// Nothing of these persons that waits is sent any more. What left stands in the book; what is held of their events goes with
/// their other rows.
pub fn end_of_persons(tx: &mut WriteTx, persons: &[SubjectId]) -> Result<usize> {
    deliveries::drop_of_persons(tx, persons)
}
