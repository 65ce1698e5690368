//! Rows of hooks: what each store tells us of by itself.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::tables::hooks;
use crate::floor::kernel::{HookId, Instant, Result, StoreId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::SecretId;

/// The store that a hook of the pinned tenant belongs to, and the secret it signs with.
pub fn one(tx: &mut Tx, id: HookId) -> Result<Option<(StoreId, Option<SecretId>)>> {
    let row = hooks::table.find((tx.tenant()?, id)).select((hooks::store_id, hooks::secret_id));
    Ok(row.first(tx.conn()).optional()?)
}

/// What a store was asked to tell.
#[derive(Queryable, Selectable)]
#[diesel(table_name = hooks)]
pub struct Hook {
    pub id: HookId,
    pub topic: String,
    /// What it signs with, where that is its own.
    #[diesel(column_name = secret_id)]
    pub secret: Option<SecretId>,
    /// What the platform calls it, once it stands there.
    #[diesel(column_name = platform_hook)]
    pub called: Option<String>,
    since: Option<DateTime<Utc>>,
}

impl Hook {
    /// From when on it tells.
    pub fn since(&self) -> Option<Instant> {
        self.since.map(Instant::from_utc)
    }
}

/// The hooks of a store, by topic.
pub fn of(tx: &mut Tx, store: StoreId) -> Result<Vec<Hook>> {
    let own = hooks::table.filter(hooks::tenant_id.eq(tx.tenant()?).and(hooks::store_id.eq(store)));
    Ok(own.order(hooks::topic).select(Hook::as_select()).load(tx.conn())?)
}

/// Adds one that its platform does not know yet.
pub fn add(tx: &mut WriteTx, store: StoreId, (id, topic): (HookId, &str), secret: Option<SecretId>) -> Result<()> {
    diesel::insert_into(hooks::table)
        .values((
            hooks::tenant_id.eq(tx.tenant()?),
            hooks::id.eq(id),
            hooks::store_id.eq(store),
            hooks::topic.eq(topic),
            hooks::secret_id.eq(secret),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Its platform calls it so from now on.
pub fn stands(tx: &mut WriteTx, id: HookId, platform_hook: &str) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(hooks::table.find((tx.tenant()?, id)))
        .set((hooks::platform_hook.eq(platform_hook), hooks::since.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes a store's hooks away, and says which there were.
pub fn remove(tx: &mut WriteTx, store: StoreId) -> Result<Vec<Hook>> {
    let rows = diesel::delete(hooks::table.filter(hooks::tenant_id.eq(tx.tenant()?).and(hooks::store_id.eq(store))))
        .returning(Hook::as_returning())
        .get_results(tx.conn())?;
    Ok(rows)
}
