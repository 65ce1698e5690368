//! Rows of stores.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Uuid as SqlUuid};

use super::super::model::{DriftKind, Store, StoreState};
use super::super::tables::stores;
use super::super::{ENDING, REFRESH, TOKEN};
use super::drift::{Promised, drifts};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Instant, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement, walk};
use crate::floor::vault::SecretId;

/// Which stores a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tenants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    pub tenants: Option<Vec<TenantId>>,
    pub platform: Option<String>,
    pub states: Option<Vec<StoreState>>,
    /// That differ in one of these ways.
    pub drift: Option<Vec<DriftKind>>,
    /// That differ in any way, or in none.
    pub has_drift: Option<bool>,
    pub domain_begins: Option<String>,
}

/// What a list of stores is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Domain,
    AddedAt,
}

// The token's secret is not among them: the desk may not so much as name it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = stores)]
struct Row {
    tenant_id: TenantId,
    id: StoreId,
    platform: String,
    domain: String,
    name: String,
    region: String,
    state: StoreState,
    sync_is_on: bool,
    added_at: DateTime<Utc>,
    connected_at: Option<DateTime<Utc>>,
    read_at: Option<DateTime<Utc>>,
    disconnected_at: Option<DateTime<Utc>>,
    token_ends_at: Option<DateTime<Utc>>,
    refresh_ends_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for Store {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            platform: row.platform,
            domain: row.domain,
            name: row.name,
            region: row.region,
            state: row.state,
            sync_is_on: row.sync_is_on,
            added_at: Instant::from_utc(row.added_at),
            connected_at: row.connected_at.map(Instant::from_utc),
            read_at: row.read_at.map(Instant::from_utc),
            disconnected_at: row.disconnected_at.map(Instant::from_utc),
            token_ends_at: row.token_ends_at.map(Instant::from_utc),
            lapses_at: row.refresh_ends_at.map(Instant::from_utc),
            version: row.version,
        }
    }
}

/// One store of the pinned tenant.
pub fn one(tx: &mut Tx, id: StoreId) -> Result<Option<Store>> {
    let row = stores::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Store::from))
}

/// Those of these stores that are in reach.
pub fn some(tx: &mut Tx, places: &[(TenantId, StoreId)]) -> Result<Vec<Store>> {
    let (tenants, ids): (Vec<TenantId>, Vec<StoreId>) = places.iter().copied().unzip();
    let rows = stores::table
        .filter(stores::tenant_id.eq_any(tenants).and(stores::id.eq_any(ids)))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Store::from).collect())
}

/// The store that was last under this domain, of whichever tenant. Asked at the desk.
pub fn last_under(tx: &mut Tx, platform: &str, domain: &str) -> Result<Option<(TenantId, StoreId)>> {
    let row = stores::table
        .filter(stores::domain.eq(domain).and(stores::platform.eq(platform)))
        .filter(stores::connected_at.is_not_null())
        .order((stores::disconnected_at.desc(), stores::id.desc()))
        .select((stores::tenant_id, stores::id))
        .first(tx.conn())
        .optional()?;
    Ok(row)
}

/// The stores that are or were connected at a platform, of all tenants. Asked at the desk.
pub fn ever_at(tx: &mut Tx, platform: &str) -> Result<Vec<(TenantId, StoreId)>> {
    let rows = stores::table
        .filter(stores::platform.eq(platform).and(stores::connected_at.is_not_null()))
        .order((stores::tenant_id, stores::id))
        .select((stores::tenant_id, stores::id))
        .load(tx.conn())?;
    Ok(rows)
}

/// One of the pinned tenant's, held until the transaction ends: whoever changes it comes one by one.
pub fn held(tx: &mut WriteTx, id: StoreId) -> Result<Store> {
    let query = stores::table.find((tx.tenant()?, id)).select(Row::as_select()).for_no_key_update();
    query.first(tx.conn()).optional()?.map(Store::from).ok_or(Error::NotFound("store"))
}

/// Adds a store. `false` where the tenant has one under this domain that is not over.
pub fn add(tx: &mut WriteTx, store: &Store) -> Result<bool> {
    let added = diesel::insert_into(stores::table)
        .values((
            stores::tenant_id.eq(store.tenant),
            stores::id.eq(store.id),
            stores::platform.eq(&store.platform),
            stores::domain.eq(&store.domain),
            stores::name.eq(&store.name),
            stores::region.eq(&store.region),
            stores::added_at.eq(store.added_at.utc()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Writes a store that is held, as its next version.
pub fn save(tx: &mut WriteTx, store: &Store) -> Result<()> {
    diesel::update(stores::table.find((store.tenant, store.id)))
        .set((
            stores::state.eq(store.state),
            stores::sync_is_on.eq(store.sync_is_on),
            stores::connected_at.eq(store.connected_at.map(Instant::utc)),
            stores::read_at.eq(store.read_at.map(Instant::utc)),
            stores::disconnected_at.eq(store.disconnected_at.map(Instant::utc)),
            stores::version.eq(store.version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes that the platform told at this moment what it told before.
pub fn seen(tx: &mut WriteTx, store: &Store, at: Instant) -> Result<()> {
    let row = stores::table.find((store.tenant, store.id));
    diesel::update(row).set(stores::read_at.eq(at.utc())).execute(tx.conn())?;
    Ok(())
}

/// Where a store's tokens are kept, and until when they open anything.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub token: SecretId,
    pub ends_at: Option<Instant>,
    pub refresh: Option<(SecretId, Option<Instant>)>,
}

/// Where a store's token is kept.
pub fn token(tx: &mut Tx, id: StoreId) -> Result<Option<SecretId>> {
    let row = stores::table.find((tx.tenant()?, id)).select(stores::token_id).first(tx.conn()).optional()?;
    Ok(row.flatten())
}

/// Puts other secrets in the place of the tokens, or none, and says which stood there.
pub fn swap_tokens(tx: &mut WriteTx, store: &Store, kept: Option<Kept>) -> Result<Vec<SecretId>> {
    let row = stores::table.find((store.tenant, store.id));
    let (token, refresh): (Option<SecretId>, Option<SecretId>) =
        row.select((stores::token_id, stores::refresh_id)).first(tx.conn())?;
    let fresh = kept.and_then(|kept| kept.refresh);
    diesel::update(row)
        .set((
            stores::token_id.eq(kept.map(|kept| kept.token)),
            stores::token_ends_at.eq(kept.and_then(|kept| kept.ends_at).map(Instant::utc)),
            stores::refresh_id.eq(fresh.map(|(refresh, _)| refresh)),
            stores::refresh_ends_at.eq(fresh.and_then(|(_, ends_at)| ends_at).map(Instant::utc)),
            // Whoever renews the former ones is too late.
            stores::renewing_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    Ok([token, refresh].into_iter().flatten().collect())
}

/// A page of stores, one row more than it holds, and how many there are in all.
pub fn list(
    tx: &mut Tx,
    (filter, promised): (&Filter, &Promised),
    order: Order,
    is_rising: bool,
    page: &Page,
) -> Result<(Vec<Store>, i64)> {
    let now = tx.now()?;
    let total = filtered(filter, promised, now).count().get_result(tx.conn())?;
    let is_up = is_rising != page.is_backward;
    let query = filtered(filter, promised, now).select(Row::as_select());
    let rows = match order {
        Order::Domain => {
            let beyond = page.beyond.clone();
            walk!(query, (stores::domain, stores::id), beyond, is_up, page.limit()).load(tx.conn())?
        }
        Order::AddedAt => {
            let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
            walk!(query, (stores::added_at, stores::id), beyond, is_up, page.limit()).load(tx.conn())?
        }
    };
    Ok((rows.into_iter().map(Store::from).collect(), total))
}

fn filtered(filter: &Filter, promised: &Promised, now: Instant) -> stores::BoxedQuery<'static, Pg> {
    let mut query = stores::table.into_boxed();
    for tenants in [&filter.reach, &filter.tenants].into_iter().flatten() {
        query = query.filter(stores::tenant_id.eq_any(tenants.clone()));
    }
    if let Some(platform) = &filter.platform {
        query = query.filter(stores::platform.eq(platform.clone()));
    }
    if let Some(states) = &filter.states {
        query = query.filter(stores::state.eq_any(states.clone()));
    }
    if let Some(begins) = &filter.domain_begins {
        query = query.filter(stores::domain.like(format!("{}%", literal(&begins.to_lowercase()))));
    }
    if let Some(kinds) = &filter.drift {
        query = query.filter(drifts(kinds, promised, now));
    }
    match filter.has_drift {
        Some(true) => query.filter(drifts(&DriftKind::ALL, promised, now)),
        Some(false) => query.filter(diesel::dsl::not(drifts(&DriftKind::ALL, promised, now))),
        None => query,
    }
}

/// A text that matches itself and nothing else.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = BigInt)]
    over: i64,
    #[diesel(sql_type = BigInt)]
    tokens: i64,
}

/// How many stores of the pinned tenant are over, and how many tokens are left that no connection accounts for: of an open
/// account those that no connected store names, of a closed one every token there is.
pub fn tokens_left(tx: &mut Tx, is_open: bool) -> Result<(i64, i64)> {
    let found = statement(
        "select (select count(*) from stores where tenant_id = t.id and (state = 'disconnected' or not t.is_open)) as over,
                (select count(*) from secrets x where x.tenant_id = t.id and x.kind in (?, ?, ?)
                    and not (x.kind = ? and x.sealed_at > now() - interval '1 day')
                    and not (t.is_open and exists (select from stores s where s.tenant_id = t.id and s.state <> 'disconnected'
                                                      and x.id in (s.token_id, s.refresh_id)))) as tokens
           from (values (?, ?)) as t (id, is_open)",
    )
    .bind::<Text, _>(TOKEN.label())
    .bind::<Text, _>(REFRESH.label())
    .bind::<Text, _>(ENDING.label())
    .bind::<Text, _>(ENDING.label())
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Bool, _>(is_open)
    .get_result::<Left>(tx.conn())?;
    Ok((found.over, found.tokens))
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = BigInt)]
    over: i64,
    #[diesel(sql_type = BigInt)]
    asked: i64,
}

/// How many stores of the pinned tenant are over, and how many things they are still asked to tell us of.
pub fn still_asked(tx: &mut Tx) -> Result<(i64, i64)> {
    let found = statement(
        "select count(*) as over,
                coalesce(sum((select count(*) from hooks h where h.tenant_id = s.tenant_id and h.store_id = s.id)), 0)::bigint
                  as asked
           from stores s where s.tenant_id = ? and s.state = 'disconnected'",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .get_result::<Ended>(tx.conn())?;
    Ok((found.over, found.asked))
}
