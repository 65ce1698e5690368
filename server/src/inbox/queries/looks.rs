//! Rows of looks: which shelves of a store are to be read.

use diesel::prelude::*;

use super::super::tables::looks;
use crate::floor::kernel::{Result, StoreId};
use crate::floor::ledger::WriteTx;
use crate::floor::platforms::Shelf;

/// This shelf is to be read, if it was not before.
pub fn mark(tx: &mut WriteTx, store: StoreId, shelf: Shelf) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::insert_into(looks::table)
        .values((
            looks::tenant_id.eq(tx.tenant()?),
            looks::store_id.eq(store),
            looks::shelf.eq(shelf),
            looks::since.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}
