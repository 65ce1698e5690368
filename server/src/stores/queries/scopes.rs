//! Rows of scopes: what each store lets us do now.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{Held, Store};
use super::super::tables::store_scopes;
use crate::floor::kernel::{Instant, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};

/// How finely the last use is kept.
const GRAIN: chrono::Duration = chrono::Duration::hours(1);

#[derive(Queryable, Selectable)]
#[diesel(table_name = store_scopes)]
struct Row {
    tenant_id: TenantId,
    store_id: StoreId,
    name: String,
    granted_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    gone_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Row> for Held {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            granted_at: Instant::from_utc(row.granted_at),
            last_used_at: row.last_used_at.map(Instant::from_utc),
            gone_at: row.gone_at.map(Instant::from_utc),
            revoked_at: row.revoked_at.map(Instant::from_utc),
        }
    }
}

/// The scopes of these stores, by name, in one look.
pub fn of_all(tx: &mut Tx, stores: &[Store]) -> Result<HashMap<(TenantId, StoreId), Vec<Held>>> {
    let tenants: Vec<_> = stores.iter().map(|store| store.tenant).collect();
    let ids: Vec<_> = stores.iter().map(|store| store.id).collect();
    let rows: Vec<Row> = store_scopes::table
        .filter(store_scopes::tenant_id.eq_any(tenants).and(store_scopes::store_id.eq_any(ids)))
        .order(store_scopes::name)
        .select(Row::as_select())
        .load(tx.conn())?;
    let mut scopes: HashMap<_, Vec<Held>> = HashMap::new();
    for row in rows {
        scopes.entry((row.tenant_id, row.store_id)).or_default().push(Held::from(row));
    }
    Ok(scopes)
}

/// The scopes of one store, by name.
pub fn of(tx: &mut Tx, store: &Store) -> Result<Vec<Held>> {
    Ok(of_all(tx, std::slice::from_ref(store))?.into_values().next().unwrap_or_default())
}

/// One scope of a store of the pinned tenant.
pub fn one(tx: &mut Tx, store: StoreId, name: &str) -> Result<Option<Held>> {
    let row = store_scopes::table.find((tx.tenant()?, store, name));
    Ok(row.select(Row::as_select()).first(tx.conn()).optional()?.map(Held::from))
}

/// These are granted from now on. One that was granted before begins anew.
pub fn grant(tx: &mut WriteTx, store: &Store, names: &[String]) -> Result<()> {
    let now = tx.now()?.utc();
    let rows: Vec<_> = names
        .iter()
        .map(|name| {
            (
                store_scopes::tenant_id.eq(store.tenant),
                store_scopes::store_id.eq(store.id),
                store_scopes::name.eq(name),
                store_scopes::granted_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(store_scopes::table)
        .values(rows)
        .on_conflict((store_scopes::tenant_id, store_scopes::store_id, store_scopes::name))
        .do_update()
        .set((
            store_scopes::granted_at.eq(now),
            store_scopes::last_used_at.eq(None::<DateTime<Utc>>),
            store_scopes::gone_at.eq(None::<DateTime<Utc>>),
            store_scopes::revoked_at.eq(None::<DateTime<Utc>>),
            store_scopes::revoked_by.eq(None::<String>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The platform's word holds these no more.
pub fn end(tx: &mut WriteTx, store: &Store, names: &[String]) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(store_scopes::table)
        .filter(store_scopes::tenant_id.eq(store.tenant).and(store_scopes::store_id.eq(store.id)))
        .filter(store_scopes::name.eq_any(names).and(store_scopes::gone_at.is_null()))
        .set(store_scopes::gone_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// We use these no more.
pub fn revoke(tx: &mut WriteTx, store: &Store, names: &[String]) -> Result<()> {
    let (now, by) = (tx.now()?.utc(), tx.actor().to_string());
    diesel::update(store_scopes::table)
        .filter(store_scopes::tenant_id.eq(store.tenant).and(store_scopes::store_id.eq(store.id)))
        .filter(store_scopes::name.eq_any(names).and(store_scopes::revoked_at.is_null()))
        .set((store_scopes::revoked_at.eq(now), store_scopes::revoked_by.eq(by)))
        .execute(tx.conn())?;
    Ok(())
}

/// Moves the last use, unless it was moved within the grain.
pub fn mark_used(tx: &mut WriteTx, store: StoreId, name: &str) -> Result<()> {
    let now = tx.now()?;
    diesel::update(store_scopes::table.find((tx.tenant()?, store, name)))
        .filter(store_scopes::last_used_at.is_null().or(store_scopes::last_used_at.le(now.plus(-GRAIN).utc())))
        .set(store_scopes::last_used_at.eq(now.utc()))
        .execute(tx.conn())?;
    Ok(())
}
