//! Rows of policies, all of them the house's.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::model::{PolicyState, Version, digest};
use super::tables::policies;
use crate::floor::kernel::{Day, Instant, PolicyId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx};

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

/// The versions that came into force after another, and how many days before that each was announced.
pub fn lead_times(tx: &mut Tx) -> Result<Vec<(i32, i64)>> {
    let came: Vec<(i32, Option<DateTime<Utc>>, Option<DateTime<Utc>>)> = policies::table
        .filter(policies::tenant_id.eq(TenantId::HOUSE).and(policies::in_force_at.is_not_null()))
        .order((policies::in_force_at, policies::version))
        .select((policies::version, policies::published_at, policies::in_force_at))
        .load(tx.conn())?;
    let days = |(version, published, in_force): (i32, Option<DateTime<Utc>>, Option<DateTime<Utc>>)| {
        let days = published.zip(in_force).map_or(0, |(told, held)| (held.date_naive() - told.date_naive()).num_days());
        (version, days)
    };
    Ok(came.into_iter().skip(1).map(days).collect())
}
