//! Rows of hooks: what each store tells us of by itself.

use diesel::prelude::*;

use super::super::tables::hooks;
use crate::floor::kernel::{HookId, Result, StoreId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::SecretId;

/// The store that a hook of the pinned tenant belongs to, and the secret it signs with.
pub fn one(tx: &mut Tx, id: HookId) -> Result<Option<(StoreId, Option<SecretId>)>> {
    let row = hooks::table.find((tx.tenant()?, id)).select((hooks::store_id, hooks::secret_id));
    Ok(row.first(tx.conn()).optional()?)
}

/// Takes a store's hooks away, and says which there were and with which secrets.
pub fn remove(tx: &mut WriteTx, store: StoreId) -> Result<Vec<(HookId, Option<SecretId>)>> {
    let rows = diesel::delete(hooks::table.filter(hooks::tenant_id.eq(tx.tenant()?).and(hooks::store_id.eq(store))))
        .returning((hooks::id, hooks::secret_id))
        .get_results(tx.conn())?;
    Ok(rows)
}
