//! Where what was read goes.

use crate::floor::kernel::{Result, StoreId};
use crate::floor::ledger::WriteTx;
use crate::floor::platforms::Good;
use crate::floor::vault::Vault;

pub struct TakenIn {
    pub new: usize,
    pub changed: usize,
    pub older: usize,
    pub refused: usize,
}

pub fn take_in(_: &mut WriteTx, _: &Vault, _: StoreId, goods: &[Good]) -> Result<TakenIn> {
    Ok(TakenIn { new: goods.len(), changed: 0, older: 0, refused: 0 })
}
