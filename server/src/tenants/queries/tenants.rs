//! Rows of tenants.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{OurRole, Tenant, TenantState};
use super::super::tables::tenants;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Day, Error, Instant, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};

/// Which tenants a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tenants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    pub ids: Option<Vec<TenantId>>,
    pub states: Option<Vec<TenantState>>,
    pub name_begins: Option<String>,
}

/// What a list of tenants is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Name,
    OpenedAt,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tenants, primary_key(tenant_id), treat_none_as_null = true)]
struct Row {
    tenant_id: TenantId,
    legal_name: String,
    reference: Option<String>,
    locale: String,
    region: String,
    plan: String,
    app_slots: i32,
    our_role: OurRole,
    role_note: Option<String>,
    state: TenantState,
    opened_at: DateTime<Utc>,
    closing_at: Option<DateTime<Utc>>,
    closes_on: Option<NaiveDate>,
    closed_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for Tenant {
    fn from(row: Row) -> Self {
        Self {
            id: row.tenant_id,
            legal_name: row.legal_name,
            reference: row.reference,
            locale: row.locale,
            region: row.region,
            plan: row.plan,
            app_slots: row.app_slots,
            our_role: row.our_role,
            role_note: row.role_note,
            state: row.state,
            opened_at: Instant::from_utc(row.opened_at),
            closing_at: row.closing_at.map(Instant::from_utc),
            closes_on: row.closes_on.map(Day),
            closed_at: row.closed_at.map(Instant::from_utc),
            version: row.version,
        }
    }
}

impl From<Tenant> for Row {
    fn from(tenant: Tenant) -> Self {
        Self {
            tenant_id: tenant.id,
            legal_name: tenant.legal_name,
            reference: tenant.reference,
            locale: tenant.locale,
            region: tenant.region,
            plan: tenant.plan,
            app_slots: tenant.app_slots,
            our_role: tenant.our_role,
            role_note: tenant.role_note,
            state: tenant.state,
            opened_at: tenant.opened_at.utc(),
            closing_at: tenant.closing_at.map(Instant::utc),
            closes_on: tenant.closes_on.map(|day| day.0),
            closed_at: tenant.closed_at.map(Instant::utc),
            version: tenant.version,
        }
    }
}

/// One tenant in reach.
pub fn one(tx: &mut Tx, id: TenantId) -> Result<Option<Tenant>> {
    let row = tenants::table.find(id).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Tenant::from))
}

/// Those of these tenants that are in reach.
pub fn some(tx: &mut Tx, ids: &[TenantId]) -> Result<Vec<Tenant>> {
    let rows = tenants::table.filter(tenants::tenant_id.eq_any(ids)).select(Row::as_select()).load(tx.conn())?;
    Ok(rows.into_iter().map(Tenant::from).collect())
}

/// The pinned tenant, held until the transaction ends: whoever changes it or its people comes one by one.
pub fn held(tx: &mut WriteTx) -> Result<Tenant> {
    let id = tx.tenant()?;
    let row = tenants::table.find(id).select(Row::as_select()).for_no_key_update().first(tx.conn()).optional()?;
    row.map(Tenant::from).ok_or(Error::NotFound("tenant"))
}

/// Adds the pinned tenant's row. `false` where it stands already.
pub fn add(tx: &mut WriteTx, tenant: Tenant) -> Result<bool> {
    let added =
        diesel::insert_into(tenants::table).values(Row::from(tenant)).on_conflict_do_nothing().execute(tx.conn())?;
    Ok(added == 1)
}

/// Writes a tenant that is held, as its next version.
pub fn save(tx: &mut WriteTx, tenant: Tenant) -> Result<()> {
    let row = Row::from(Tenant { version: tenant.version + 1, ..tenant });
    diesel::update(tenants::table.find(row.tenant_id)).set(&row).execute(tx.conn())?;
    Ok(())
}

/// Turns the pinned tenant from closing into closed, if its day has come and nobody has turned back.
pub fn close_if_due(tx: &mut WriteTx) -> Result<bool> {
    let (id, now) = (tx.tenant()?, tx.now()?);
    let closed = diesel::update(tenants::table.find(id))
        .filter(tenants::state.eq(TenantState::Closing).and(tenants::closes_on.le(now.day().0)))
        .set((
            tenants::state.eq(TenantState::Closed),
            tenants::closed_at.eq(now.utc()),
            tenants::version.eq(tenants::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(closed == 1)
}

/// The tenants whose day has come, as the desk sees them.
pub fn due_to_close(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let today = tx.now()?.day().0;
    let due = tenants::table
        .filter(tenants::state.eq(TenantState::Closing).and(tenants::closes_on.le(today)))
        .select(tenants::tenant_id)
        .load(tx.conn())?;
    Ok(due)
}

/// Every tenant that is not closed, as the desk sees them.
pub fn open(tx: &mut Tx) -> Result<Vec<Tenant>> {
    let query = tenants::table.filter(tenants::state.ne(TenantState::Closed)).order(tenants::tenant_id);
    let rows = query.select(Row::as_select()).load(tx.conn())?;
    Ok(rows.into_iter().map(Tenant::from).collect())
}

/// Every tenant that is closed, as the desk sees them.
pub fn closed(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let query = tenants::table.filter(tenants::state.eq(TenantState::Closed)).order(tenants::tenant_id);
    Ok(query.select(tenants::tenant_id).load(tx.conn())?)
}

/// A page of tenants, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, filter: &Filter, order: Order, is_rising: bool, page: &Page) -> Result<(Vec<Tenant>, i64)> {
    let total = filtered(filter).count().get_result(tx.conn())?;
    let is_up = is_rising != page.is_backward;
    let query = filtered(filter).select(Row::as_select());
    let rows = match order {
        Order::Name => {
            let beyond = page.beyond.clone();
            walk!(query, (tenants::legal_name, tenants::tenant_id), beyond, is_up, page.limit()).load(tx.conn())?
        }
        Order::OpenedAt => {
            let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
            walk!(query, (tenants::opened_at, tenants::tenant_id), beyond, is_up, page.limit()).load(tx.conn())?
        }
    };
    Ok((rows.into_iter().map(Tenant::from).collect(), total))
}

fn filtered(filter: &Filter) -> tenants::BoxedQuery<'static, Pg> {
    let mut query = tenants::table.into_boxed();
    for ids in [&filter.reach, &filter.ids].into_iter().flatten() {
        query = query.filter(tenants::tenant_id.eq_any(ids.clone()));
    }
    if let Some(states) = &filter.states {
        query = query.filter(tenants::state.eq_any(states.clone()));
    }
    if let Some(begins) = &filter.name_begins {
        query = query.filter(tenants::legal_name.ilike(format!("{}%", literal(begins))));
    }
    query
}

/// A text that matches itself and nothing else.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
