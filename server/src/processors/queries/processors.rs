//! Rows of sub-processors and of what was said of them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{Entry, Processor, ProcessorState, Received, Version};
use super::super::tables::{processor_versions, processors};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Day, Instant, ProcessorId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};
use crate::floor::policy::{Form, Transfer};

#[derive(Queryable, Selectable)]
#[diesel(table_name = processors)]
struct Row {
    id: ProcessorId,
    code: String,
    state: ProcessorState,
    shown_version: i32,
    listed_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    objection_until: Option<NaiveDate>,
}

impl Row {
    fn with(self, versions: Vec<Version>) -> Processor {
        Processor {
            id: self.id,
            code: self.code,
            state: self.state,
            shown_version: self.shown_version,
            listed_on: Day(self.listed_on),
            ends_on: self.ends_on.map(Day),
            objection_until: self.objection_until.map(Day),
            versions,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = processor_versions)]
struct VersionRow {
    tenant_id: TenantId,
    processor_id: ProcessorId,
    policy_version: i32,
    name: String,
    service: String,
    purposes: Vec<String>,
    receives: Vec<String>,
    forms: Vec<Form>,
    regions: Vec<String>,
    transfer: Transfer,
    agreement_on: Option<NaiveDate>,
    policy_url: Option<String>,
    from_on: NaiveDate,
    in_force_at: Option<DateTime<Utc>>,
    until_on: Option<NaiveDate>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl VersionRow {
    fn of(processor: ProcessorId, version: Version) -> Self {
        let (receives, forms) = version.entry.receives.into_iter().map(|one| (one.what, one.form)).unzip();
        Self {
            tenant_id: TenantId::HOUSE,
            processor_id: processor,
            policy_version: version.policy_version,
            name: version.entry.name,
            service: version.entry.service,
            purposes: version.entry.purposes,
            receives,
            forms,
            regions: version.entry.regions,
            transfer: version.entry.transfer,
            agreement_on: version.entry.agreement_on.map(|day| day.0),
            policy_url: version.entry.policy_url,
            from_on: version.from_on.0,
            in_force_at: version.in_force_at.map(Instant::utc),
            until_on: version.until_on.map(|day| day.0),
            withdrawn_at: version.withdrawn_at.map(Instant::utc),
        }
    }
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        let receives = row.receives.into_iter().zip(row.forms).map(|(what, form)| Received { what, form });
        Self {
            policy_version: row.policy_version,
            entry: Entry {
                name: row.name,
                service: row.service,
                purposes: row.purposes,
                receives: receives.collect(),
                regions: row.regions,
                transfer: row.transfer,
                agreement_on: row.agreement_on.map(Day),
                policy_url: row.policy_url,
            },
            from_on: Day(row.from_on),
            in_force_at: row.in_force_at.map(Instant::from_utc),
            until_on: row.until_on.map(Day),
            withdrawn_at: row.withdrawn_at.map(Instant::from_utc),
        }
    }
}

/// These sub-processors, in no order.
pub fn some(tx: &mut Tx, ids: &[ProcessorId]) -> Result<Vec<Processor>> {
    let rows = processors::table
        .filter(processors::tenant_id.eq(TenantId::HOUSE).and(processors::id.eq_any(ids)))
        .select(Row::as_select())
        .load(tx.conn())?;
    with_versions(tx, rows)
}

/// All that ever were on the list.
pub fn all(tx: &mut Tx) -> Result<Vec<Processor>> {
    let rows = filtered(None).select(Row::as_select()).order(processors::code).load(tx.conn())?;
    with_versions(tx, rows)
}

/// A page of them by code, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, states: Option<&[ProcessorState]>, page: &Page) -> Result<(Vec<Processor>, i64)> {
    let total = filtered(states).count().get_result(tx.conn())?;
    let (query, beyond) = (filtered(states).select(Row::as_select()), page.beyond.clone());
    let rows =
        walk!(query, (processors::code, processors::id), beyond, !page.is_backward, page.limit()).load(tx.conn())?;
    Ok((with_versions(tx, rows)?, total))
}

fn filtered(states: Option<&[ProcessorState]>) -> processors::BoxedQuery<'static, Pg> {
    let query = processors::table.filter(processors::tenant_id.eq(TenantId::HOUSE)).into_boxed();
    match states {
        Some(states) => query.filter(processors::state.eq_any(states.to_vec())),
        None => query,
    }
}

fn with_versions(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Processor>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let versions: Vec<VersionRow> = processor_versions::table
        .filter(processor_versions::tenant_id.eq(TenantId::HOUSE).and(processor_versions::processor_id.eq_any(ids)))
        .order(processor_versions::policy_version.desc())
        .select(VersionRow::as_select())
        .load(tx.conn())?;
    let mut of: HashMap<ProcessorId, Vec<Version>> = HashMap::new();
    for version in versions {
        of.entry(version.processor_id).or_default().push(version.into());
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let versions = of.remove(&row.id).unwrap_or_default();
            row.with(versions)
        })
        .collect())
}

/// Puts one on the list, or back on it.
pub fn put(tx: &mut WriteTx, processor: &Processor) -> Result<()> {
    let standing = (
        processors::state.eq(processor.state),
        processors::shown_version.eq(processor.shown_version),
        processors::listed_on.eq(processor.listed_on.0),
        processors::ends_on.eq(processor.ends_on.map(|day| day.0)),
        processors::objection_until.eq(processor.objection_until.map(|day| day.0)),
    );
    diesel::insert_into(processors::table)
        .values((
            processors::tenant_id.eq(TenantId::HOUSE),
            processors::id.eq(processor.id),
            processors::code.eq(&processor.code),
            standing,
        ))
        .on_conflict((processors::tenant_id, processors::id))
        .do_update()
        .set(standing)
        .execute(tx.conn())?;
    Ok(())
}

/// Writes down what the list says of one.
pub fn say(tx: &mut WriteTx, processor: ProcessorId, version: Version) -> Result<()> {
    diesel::insert_into(processor_versions::table).values(VersionRow::of(processor, version)).execute(tx.conn())?;
    Ok(())
}

/// This version of the policy holds from now on: what it says of sub-processors takes the place of what was said, those
/// who were announced are on the list, those who were ending are not.
pub fn enter(tx: &mut WriteTx, policy_version: i32, on: Day) -> Result<()> {
    let now = tx.now()?.utc();
    let new: Vec<ProcessorId> = processor_versions::table
        .filter(processor_versions::tenant_id.eq(TenantId::HOUSE))
        .filter(processor_versions::policy_version.eq(policy_version).and(processor_versions::withdrawn_at.is_null()))
        .select(processor_versions::processor_id)
        .load(tx.conn())?;
    let ending: Vec<ProcessorId> = filtered(Some(&[ProcessorState::Ending])).select(processors::id).load(tx.conn())?;
    let over: Vec<_> = new.iter().chain(&ending).copied().collect();
    diesel::update(processor_versions::table)
        .filter(processor_versions::tenant_id.eq(TenantId::HOUSE).and(processor_versions::processor_id.eq_any(over)))
        .filter(processor_versions::in_force_at.is_not_null().and(processor_versions::until_on.is_null()))
        .filter(processor_versions::policy_version.ne(policy_version))
        .set(processor_versions::until_on.eq(on.0))
        .execute(tx.conn())?;
    diesel::update(processor_versions::table)
        .filter(processor_versions::tenant_id.eq(TenantId::HOUSE))
        .filter(processor_versions::policy_version.eq(policy_version).and(processor_versions::withdrawn_at.is_null()))
        .set(processor_versions::in_force_at.eq(now))
        .execute(tx.conn())?;
    diesel::update(processors::table)
        .filter(processors::tenant_id.eq(TenantId::HOUSE).and(processors::id.eq_any(new)))
        .set((
            processors::state.eq(ProcessorState::InForce),
            processors::shown_version.eq(policy_version),
            processors::objection_until.eq(None::<NaiveDate>),
        ))
        .execute(tx.conn())?;
    diesel::update(processors::table)
        .filter(processors::tenant_id.eq(TenantId::HOUSE).and(processors::id.eq_any(ending)))
        .set(processors::state.eq(ProcessorState::Ended))
        .execute(tx.conn())?;
    Ok(())
}

/// This version of the policy will not come: who was announced under it is as before, who was ending stays.
pub fn withdraw(tx: &mut WriteTx, policy_version: i32) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(processor_versions::table)
        .filter(processor_versions::tenant_id.eq(TenantId::HOUSE))
        .filter(processor_versions::policy_version.eq(policy_version).and(processor_versions::in_force_at.is_null()))
        .set(processor_versions::withdrawn_at.eq(now))
        .execute(tx.conn())?;
    let rows = filtered(Some(&[ProcessorState::Announced])).select(Row::as_select()).load(tx.conn())?;
    for announced in with_versions(tx, rows)? {
        // One that was on the list before left it the day it left.
        let former = announced.versions.iter().find(|version| version.in_force_at.is_some());
        let (state, shown_version, ends_on) = match former {
            Some(former) => (ProcessorState::Ended, former.policy_version, former.until_on),
            None => (ProcessorState::Withdrawn, announced.shown_version, None),
        };
        put(tx, &Processor { state, shown_version, ends_on, objection_until: None, ..announced })?;
    }
    diesel::update(processors::table)
        .filter(processors::tenant_id.eq(TenantId::HOUSE).and(processors::state.eq(ProcessorState::Ending)))
        .set((processors::state.eq(ProcessorState::InForce), processors::ends_on.eq(None::<NaiveDate>)))
        .execute(tx.conn())?;
    // At most one version is to come, so every window that was open was its.
    diesel::update(processors::table)
        .filter(processors::tenant_id.eq(TenantId::HOUSE).and(processors::objection_until.is_not_null()))
        .set(processors::objection_until.eq(None::<NaiveDate>))
        .execute(tx.conn())?;
    Ok(())
}
