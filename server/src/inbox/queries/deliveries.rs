//! Rows of deliveries. A body goes in sealed under the delivery's own key, and no list brings it out.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Text, Timestamptz, Uuid as SqlUuid};

use super::super::model::{Arrived, Delivered, DeliveryState};
use super::super::tables::deliveries;
use crate::floor::graphql::Page;
use crate::floor::kernel::{DeliveryId, Error, Instant, Result, Sealed, StoreId, TenantId};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement, walk};
use crate::floor::vault::{Clear, Opening, Place, RequestKey, Vault};

/// Where a body stands.
fn place_of_body(tenant: TenantId, id: DeliveryId) -> Place<'static> {
    Place { tenant, table: "delivery", column: "body", row: id.uuid(), generation: 0 }
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    is_known: bool,
}

/// Whether it came before.
pub fn is_known(tx: &mut Tx, new: &Arrived) -> Result<bool> {
    // A plan from when the table was empty reads a tenant's whole inbox, until somebody has counted its rows.
    let sql = "select exists (select from deliveries where tenant_id = ? and platform = ? and dedupe = ?) as is_known";
    let found: Known = statement(sql)
        .planned_anew()
        .bind::<SqlUuid, _>(new.tenant)
        .bind::<Text, _>(new.platform)
        .bind::<Binary, _>(new.dedupe.to_vec())
        .get_result(tx.conn())?;
    Ok(found.is_known)
}

/// Takes one in. `Conflict` where the same came at this very moment.
pub fn add(tx: &mut WriteTx, vault: &Vault, new: &Arrived) -> Result<()> {
    let sealer = vault.sealer::<RequestKey>(tx, new.id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a delivery's key does not seal: {}", shut.code())))?;
    let body = sealer.seal_blob(&place_of_body(new.tenant, new.id), &new.body)?.into_bytes();
    let received_at = tx.now()?.utc();
    let added = diesel::insert_into(deliveries::table)
        .values((
            deliveries::tenant_id.eq(new.tenant),
            deliveries::id.eq(new.id),
            deliveries::store_id.eq(new.store),
            deliveries::platform.eq(new.platform),
            deliveries::topic.eq(&new.topic),
            deliveries::dedupe.eq(&new.dedupe[..]),
            deliveries::happened_at.eq(new.happened_at.map(Instant::utc)),
            deliveries::received_at.eq(received_at),
            deliveries::body.eq(body),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if added == 1 { Ok(()) } else { Err(Error::Conflict) }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Row {
    id: DeliveryId,
    store_id: Option<StoreId>,
    platform: String,
    topic: String,
    happened_at: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
    state: DeliveryState,
    outcome: Option<String>,
}

impl From<Row> for Delivered {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            store: row.store_id,
            platform: row.platform,
            topic: row.topic,
            happened_at: row.happened_at.map(Instant::from_utc),
            received_at: Instant::from_utc(row.received_at),
            state: row.state,
            outcome: row.outcome,
        }
    }
}

/// One that waits, and what it brought, if its key still opens it. None once it was worked.
pub fn open(tx: &mut RevealTx, vault: &Vault, id: DeliveryId) -> Result<Option<(Delivered, Opening<Clear>)>> {
    let tenant = tx.tenant()?;
    let waiting = deliveries::table.find((tenant, id)).filter(deliveries::state.eq(DeliveryState::Waiting));
    let found: Option<(Row, Option<Vec<u8>>)> =
        waiting.select((Row::as_select(), deliveries::body)).first(tx.conn()).optional()?;
    let Some((row, Some(body))) = found else { return Ok(None) };
    let key = vault.request_key(tx, id.uuid(), "deliveries.body")?;
    let body = Sealed::from_bytes(body);
    Ok(Some((row.into(), key.and_then(|key| key.open_blob(&place_of_body(tenant, id), &body)))))
}

/// A page of a store's deliveries, newest first, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, store: StoreId, page: &Page) -> Result<(Vec<Delivered>, i64)> {
    let own = deliveries::table.filter(deliveries::tenant_id.eq(tx.tenant()?).and(deliveries::store_id.eq(store)));
    let total = own.count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = own.select(Row::as_select()).into_boxed();
    let rows = walk!(query, (deliveries::received_at, deliveries::id), beyond, page.is_backward, page.limit());
    Ok((rows.load(tx.conn())?.into_iter().map(Delivered::from).collect(), total))
}

/// Ends the work on one: its body goes, and with its key whatever of it stands in a backup.
pub fn end(tx: &mut WriteTx, vault: &Vault, id: DeliveryId, state: DeliveryState, outcome: &str) -> Result<bool> {
    let now = tx.now()?.utc();
    let ended = diesel::update(deliveries::table.find((tx.tenant()?, id)))
        .filter(deliveries::state.eq(DeliveryState::Waiting))
        .set((
            deliveries::state.eq(state),
            deliveries::outcome.eq(outcome),
            deliveries::done_at.eq(now),
            deliveries::body.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn())?;
    vault.forget::<RequestKey>(tx, id.uuid())?;
    Ok(ended == 1)
}

#[derive(QueryableByName)]
struct Tenant {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}

/// The tenants that have what is older than it may be. Asked at the desk.
pub fn overdue(tx: &mut Tx, (waits_since, known_since): (Instant, Instant)) -> Result<Vec<TenantId>> {
    let rows = statement(
        "select distinct tenant_id from deliveries where (state = 'waiting' and received_at < ?) or received_at < ?
          order by tenant_id",
    )
    .bind::<Timestamptz, _>(waits_since.utc())
    .bind::<Timestamptz, _>(known_since.utc())
    .load::<Tenant>(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// Those of the pinned tenant that have waited since before this.
pub fn waiting_since(tx: &mut Tx, before: Instant, most: i64) -> Result<Vec<DeliveryId>> {
    let rows = deliveries::table
        .filter(deliveries::tenant_id.eq(tx.tenant()?).and(deliveries::state.eq(DeliveryState::Waiting)))
        .filter(deliveries::received_at.lt(before.utc()))
        .order(deliveries::received_at)
        .limit(most)
        .select(deliveries::id)
        .load(tx.conn())?;
    Ok(rows)
}

/// Deletes those of the pinned tenant that came before this, and says how many.
pub fn delete_before(tx: &mut WriteTx, before: Instant, most: i64) -> Result<usize> {
    let tenant = tx.tenant()?;
    let old: Vec<DeliveryId> = deliveries::table
        .filter(deliveries::tenant_id.eq(tenant).and(deliveries::received_at.lt(before.utc())))
        .filter(deliveries::state.ne(DeliveryState::Waiting))
        .order(deliveries::received_at)
        .limit(most)
        .select(deliveries::id)
        .load(tx.conn())?;
    let gone = diesel::delete(deliveries::table)
        .filter(deliveries::tenant_id.eq(tenant).and(deliveries::id.eq_any(old)))
        .execute(tx.conn())?;
    Ok(gone)
}
