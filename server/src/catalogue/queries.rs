//! Rows of policies, all of them the house's.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::model::{PolicyState, Version, digest};
use super::tables::policies;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Day, Instant, PolicyId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = policies, primary_key(tenant_id, id), treat_none_as_null = true)]
struct Row {
    tenant_id: TenantId,
    id: PolicyId,
    name: String,
    version: i32,
    effective_on: NaiveDate,
    text: String,
    digest: Vec<u8>,
    state: PolicyState,
    proposed_at: DateTime<Utc>,
    proposed_by: String,
    published_at: Option<DateTime<Utc>>,
    published_by: Option<String>,
    in_force_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    held_back_on: Option<NaiveDate>,
}

impl From<Row> for Version {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            version: row.version,
            effective_on: Day(row.effective_on),
            text: row.text,
            state: row.state,
            proposed_at: Instant::from_utc(row.proposed_at),
            proposed_by: row.proposed_by,
            published_at: row.published_at.map(Instant::from_utc),
            published_by: row.published_by,
            in_force_at: row.in_force_at.map(Instant::from_utc),
            ended_at: row.ended_at.map(Instant::from_utc),
            held_back_on: row.held_back_on.map(Day),
        }
    }
}

impl From<Version> for Row {
    fn from(version: Version) -> Self {
        Self {
            tenant_id: TenantId::HOUSE,
            id: version.id,
            digest: digest(&version.text).to_vec(),
            name: version.name,
            version: version.version,
            effective_on: version.effective_on.0,
            text: version.text,
            state: version.state,
            proposed_at: version.proposed_at.utc(),
            proposed_by: version.proposed_by,
            published_at: version.published_at.map(Instant::utc),
            published_by: version.published_by,
            in_force_at: version.in_force_at.map(Instant::utc),
            ended_at: version.ended_at.map(Instant::utc),
            held_back_on: version.held_back_on.map(|day| day.0),
        }
    }
}

/// The version that holds.
pub fn in_force(tx: &mut Tx) -> Result<Option<Version>> {
    let row = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::state.eq(PolicyState::InForce)))
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?;
    Ok(row.map(Version::from))
}

/// The id of the version that holds: what a process looks at to see whether its own is still the one.
pub fn in_force_id(tx: &mut Tx) -> Result<Option<PolicyId>> {
    let id = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::state.eq(PolicyState::InForce)))
        .select(policies::id)
        .first(tx.conn())
        .optional()?;
    Ok(id)
}

/// Adds a version. `false` where one like it stands already, or one that is in force or to come.
pub fn add(tx: &mut WriteTx, version: Version) -> Result<bool> {
    let added =
        diesel::insert_into(policies::table).values(Row::from(version)).on_conflict_do_nothing().execute(tx.conn())?;
    Ok(added == 1)
}

/// The number of the version with which the desk began.
pub fn first(tx: &mut Tx) -> Result<Option<i32>> {
    let first = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::in_force_at.is_not_null()))
        .order((policies::in_force_at, policies::version))
        .select(policies::version)
        .first(tx.conn())
        .optional()?;
    Ok(first)
}

/// The versions that came into force after another, and how many days before that each was announced.
pub fn lead_times(tx: &mut Tx) -> Result<Vec<(i32, i64)>> {
    type Came = (i32, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let came: Vec<Came> = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::in_force_at.is_not_null()))
        .order((policies::in_force_at, policies::version))
        .select((policies::version, policies::published_at, policies::in_force_at))
        .load(tx.conn())?;
    let days = |(version, published, in_force): Came| {
        let days = published.zip(in_force).map_or(0, |(told, held)| (held.date_naive() - told.date_naive()).num_days());
        (version, days)
    };
    Ok(came.into_iter().skip(1).map(days).collect())
}

/// What holds, and what is to come after it: at most one of each.
pub struct Standing {
    pub in_force: Option<Version>,
    pub to_come: Option<Version>,
}

/// Both, held until the transaction ends and always in the same order: whoever changes one comes after the other.
pub fn held(tx: &mut WriteTx) -> Result<Standing> {
    let current = [PolicyState::Proposed, PolicyState::Announced, PolicyState::InForce];
    let rows: Vec<Row> = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::state.eq_any(current)))
        .order(policies::id)
        .select(Row::as_select())
        .for_update()
        .load(tx.conn())?;
    let mut standing = Standing { in_force: None, to_come: None };
    for version in rows.into_iter().map(Version::from) {
        if version.state == PolicyState::InForce {
            standing.in_force = Some(version);
        } else {
            standing.to_come = Some(version);
        }
    }
    Ok(standing)
}

/// The version that has this id.
pub fn one(tx: &mut Tx, id: PolicyId) -> Result<Option<Version>> {
    let row = policies::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Version::from))
}

/// The highest version that was ever written down.
pub fn highest(tx: &mut Tx) -> Result<i32> {
    let highest: Option<i32> = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE))
        .select(diesel::dsl::max(policies::version))
        .first(tx.conn())?;
    Ok(highest.unwrap_or_default())
}

/// The version that came into force last before this moment, and is not this one.
pub fn before(tx: &mut Tx, at: Instant, other_than: PolicyId) -> Result<Option<Version>> {
    let row = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::in_force_at.le(at.utc())))
        .filter(policies::id.ne(other_than))
        .order(policies::in_force_at.desc())
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?;
    Ok(row.map(Version::from))
}

/// Whether a version waits whose day has come.
pub fn is_due(tx: &mut Tx, today: Day) -> Result<bool> {
    let due = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::state.eq(PolicyState::Announced)))
        .filter(policies::effective_on.le(today.0));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(tx.conn())?)
}

/// Writes a held version as it is now.
pub fn keep(tx: &mut WriteTx, version: Version) -> Result<()> {
    let row = Row::from(version);
    diesel::update(policies::table.find((TenantId::HOUSE, row.id))).set(row).execute(tx.conn())?;
    Ok(())
}

/// Versions, newest first, and how many there are.
pub fn list(tx: &mut Tx, page: &Page) -> Result<(Vec<Version>, i64)> {
    let ours = policies::tenant_id.eq(TenantId::HOUSE);
    let total = policies::table.filter(ours).count().get_result(tx.conn())?;
    let query = policies::table.filter(ours).select(Row::as_select()).into_boxed();
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let rows: Vec<Row> =
        walk!(query, (policies::proposed_at, policies::id), beyond, page.is_backward, page.limit()).load(tx.conn())?;
    Ok((rows.into_iter().map(Version::from).collect(), total))
}
