//! Rows of destinations, and what stands above them: the regions of their tenant and store.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::super::model::{Destination, DestinationState};
use super::super::tables::destinations;
use crate::floor::kernel::{DestinationId, Instant, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::vault::SecretId;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = destinations, primary_key(tenant_id, id))]
struct Row {
    tenant_id: TenantId,
    id: DestinationId,
    store_id: Option<StoreId>,
    recipient: String,
    url: String,
    region: String,
    secret_id: SecretId,
    state: DestinationState,
    since: DateTime<Utc>,
}

impl From<Row> for Destination {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            recipient: row.recipient,
            url: row.url,
            region: row.region,
            secret: row.secret_id,
            state: row.state,
            since: Instant::from_utc(row.since),
        }
    }
}

impl From<&Destination> for Row {
    fn from(one: &Destination) -> Self {
        Self {
            tenant_id: one.tenant,
            id: one.id,
            store_id: one.store,
            recipient: one.recipient.clone(),
            url: one.url.clone(),
            region: one.region.clone(),
            secret_id: one.secret,
            state: one.state,
            since: one.since.utc(),
        }
    }
}

/// One of the pinned tenant's.
pub fn one(tx: &mut Tx, id: DestinationId) -> Result<Option<Destination>> {
    let row = destinations::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Destination::from))
}

/// The one for this recipient, held until the transaction ends.
pub fn held(tx: &mut WriteTx, store: Option<StoreId>, recipient: &str) -> Result<Option<Destination>> {
    let row = destinations::table
        .filter(destinations::tenant_id.eq(tx.tenant()?).and(destinations::recipient.eq(recipient)))
        .filter(destinations::store_id.is_not_distinct_from(store))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn())
        .optional()?;
    Ok(row.map(Destination::from))
}

/// All of the pinned tenant's; where a store is named, those that get its events.
pub fn all(tx: &mut Tx, store: Option<StoreId>) -> Result<Vec<Destination>> {
    let mut query = destinations::table
        .filter(destinations::tenant_id.eq(tx.tenant()?))
        .order((destinations::recipient, destinations::id))
        .select(Row::as_select())
        .into_boxed();
    if let Some(store) = store {
        query = query.filter(destinations::store_id.is_null().or(destinations::store_id.eq(store)));
    }
    Ok(query.load(tx.conn())?.into_iter().map(Destination::from).collect())
}

pub fn add(tx: &mut WriteTx, one: &Destination) -> Result<()> {
    diesel::insert_into(destinations::table).values(Row::from(one)).execute(tx.conn())?;
    Ok(())
}

pub fn save(tx: &mut WriteTx, one: &Destination) -> Result<()> {
    diesel::update(destinations::table.find((one.tenant, one.id))).set(Row::from(one)).execute(tx.conn())?;
    Ok(())
}

/// Takes away those that get one store's events alone, and says what they were signed with.
pub fn remove_of(tx: &mut WriteTx, store: StoreId) -> Result<Vec<SecretId>> {
    let own =
        destinations::table.filter(destinations::tenant_id.eq(tx.tenant()?).and(destinations::store_id.eq(store)));
    Ok(diesel::delete(own).returning(destinations::secret_id).get_results(tx.conn())?)
}

/// A tenant and one of its stores, as far as the relay asks.
#[derive(QueryableByName)]
pub struct Bounds {
    #[diesel(sql_type = Nullable<Text>)]
    pub tenant: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub store: Option<String>,
    #[diesel(sql_type = Bool)]
    pub store_is_over: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub connected_at: Option<DateTime<Utc>>,
}

impl Bounds {
    pub fn regions(&self) -> Vec<&str> {
        [self.tenant.as_deref(), self.store.as_deref()].into_iter().flatten().collect()
    }
}

/// Where the pinned tenant and this store of it keep their data; nothing where there is no such store.
pub fn bounds(tx: &mut Tx, store: Option<StoreId>) -> Result<Option<Bounds>> {
    let tenant = tx.tenant()?;
    let bounds = statement(
        "select t.region as tenant, s.region as store, coalesce(s.state = 'disconnected', false) as store_is_over,
                s.connected_at
           from tenants t left join stores s on s.tenant_id = t.tenant_id and s.id = ?
          where t.tenant_id = ?",
    )
    .bind::<Nullable<SqlUuid>, _>(store.map(StoreId::uuid))
    .bind::<SqlUuid, _>(tenant)
    .get_result::<Bounds>(tx.conn())
    .optional()?;
    Ok(bounds.filter(|bounds| store.is_none() || bounds.store.is_some()))
}
