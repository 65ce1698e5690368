//! Rows of tries to connect.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{Handshake, HandshakeOutcome};
use super::super::tables::handshakes;
use crate::floor::kernel::{Error, HandshakeId, Instant, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};

#[derive(Queryable, Selectable)]
#[diesel(table_name = handshakes)]
struct Row {
    tenant_id: TenantId,
    id: HandshakeId,
    store_id: StoreId,
    scopes: Vec<String>,
    begun_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    outcome: HandshakeOutcome,
    ended_at: Option<DateTime<Utc>>,
    code: Option<String>,
}

impl From<Row> for Handshake {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            scopes: row.scopes,
            begun_at: Instant::from_utc(row.begun_at),
            ends_at: Instant::from_utc(row.ends_at),
            outcome: row.outcome,
            ended_at: row.ended_at.map(Instant::from_utc),
            code: row.code,
        }
    }
}

/// Begins one, by whoever acts. None of its store may wait any more.
pub fn add(tx: &mut WriteTx, new: &Handshake) -> Result<()> {
    let by = tx.actor().to_string();
    diesel::insert_into(handshakes::table)
        .values((
            handshakes::tenant_id.eq(new.tenant),
            handshakes::id.eq(new.id),
            handshakes::store_id.eq(new.store),
            handshakes::scopes.eq(&new.scopes),
            handshakes::begun_at.eq(new.begun_at.utc()),
            handshakes::begun_by.eq(by),
            handshakes::ends_at.eq(new.ends_at.utc()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// One, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: HandshakeId) -> Result<Handshake> {
    let query = handshakes::table.find((tx.tenant()?, id)).select(Row::as_select()).for_no_key_update();
    query.first(tx.conn()).optional()?.map(Handshake::from).ok_or(Error::NotFound("try to connect"))
}

/// Those of a store that have no end yet, held until the transaction ends.
pub fn open(tx: &mut WriteTx, store: StoreId) -> Result<Vec<Handshake>> {
    let rows = handshakes::table
        .filter(handshakes::tenant_id.eq(tx.tenant()?).and(handshakes::store_id.eq(store)))
        .filter(handshakes::ended_at.is_null())
        .select(Row::as_select())
        .for_no_key_update()
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Handshake::from).collect())
}

/// One of the pinned tenant.
pub fn one(tx: &mut Tx, id: HandshakeId) -> Result<Option<Handshake>> {
    let row = handshakes::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Handshake::from))
}

/// The last one of a store.
pub fn last(tx: &mut Tx, store: StoreId) -> Result<Option<Handshake>> {
    let query = handshakes::table
        .filter(handshakes::tenant_id.eq(tx.tenant()?).and(handshakes::store_id.eq(store)))
        .order(handshakes::id.desc())
        .select(Row::as_select());
    Ok(query.first(tx.conn()).optional()?.map(Handshake::from))
}

/// Writes how far one has come.
pub fn save(tx: &mut WriteTx, handshake: &Handshake) -> Result<()> {
    diesel::update(handshakes::table.find((handshake.tenant, handshake.id)))
        .set((
            handshakes::outcome.eq(handshake.outcome),
            handshakes::ended_at.eq(handshake.ended_at.map(Instant::utc)),
            handshakes::code.eq(&handshake.code),
        ))
        .execute(tx.conn())?;
    Ok(())
}
