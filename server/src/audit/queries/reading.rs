//! Both books, a page at a time, newest first; and where a chain ends.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use crate::audit::model::{Access, Head, Told, is_envelope};

use crate::floor::graphql::Page;
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, GrantId, Instant, Result, SubjectId, TenantId};
use crate::floor::ledger::tables::{access_log, audit_events, audit_heads};
use crate::floor::ledger::{Tx, walk};

/// As far as rows are counted for a list: beyond, nobody reads on page by page.
const COUNTED: i64 = 10_000;

/// Which events a list holds; all that is said must fit.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub actor: Option<String>,
    pub action: Option<String>,
    pub object: Option<String>,
    pub since: Option<Instant>,
    pub until: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events)]
struct EventRow {
    seq: i64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    object: String,
    payload: Option<Vec<u8>>,
    payload_hash: Option<Vec<u8>>,
    hash: Vec<u8>,
}

/// A page of the pinned tenant's chain, and how many rows fit, as far as they are counted.
pub fn events(tx: &mut Tx, filter: &EventFilter, page: &Page, counts: bool) -> Result<(Vec<Told>, i64)> {
    let total = if counts {
        let fits = fitting_events(tx.tenant()?, filter);
        fits.select(audit_events::seq).limit(COUNTED).load::<i64>(tx.conn())?.len()
    } else {
        0
    };
    let mut query = fitting_events(tx.tenant()?, filter).select(EventRow::as_select());
    if let Some((seq, _)) = &page.beyond {
        let seq: i64 =
            seq.parse().map_err(|_| Error::invalid("after", "this cursor is not one of this list: begin anew"))?;
        query = if page.is_backward {
            query.filter(audit_events::seq.gt(seq))
        } else {
            query.filter(audit_events::seq.lt(seq))
        };
    }
    query = if page.is_backward { query.order(audit_events::seq.asc()) } else { query.order(audit_events::seq.desc()) };
    let rows = query.limit(page.limit()).load(tx.conn())?;
    Ok((rows.into_iter().map(Told::from).collect(), i64::try_from(total).unwrap_or(i64::MAX)))
}

fn fitting_events(tenant: TenantId, filter: &EventFilter) -> audit_events::BoxedQuery<'_, Pg> {
    let mut query = audit_events::table.filter(audit_events::tenant_id.eq(tenant.uuid())).into_boxed();
    if let Some(actor) = &filter.actor {
        query = query.filter(audit_events::actor.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_events::action.eq(action));
    }
    if let Some(object) = &filter.object {
        query = query.filter(audit_events::object.eq(object));
    }
    if let Some(since) = filter.since {
        query = query.filter(audit_events::at.ge(since.utc()));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_events::at.lt(until.utc()));
    }
    query
}

impl From<EventRow> for Told {
    fn from(row: EventRow) -> Self {
        let facts = row.payload.filter(|payload| !is_envelope(payload));
        Self {
            seq: row.seq,
            at: Instant::from_utc(row.at),
            actor: row.actor,
            action: row.action,
            object: row.object,
            facts: facts.map(|facts| String::from_utf8_lossy(&facts).into_owned()),
            payload_hash: row.payload_hash,
            hash: row.hash,
        }
    }
}

/// Which accesses a list holds; all that is said must fit.
#[derive(Debug, Clone, Default)]
pub struct AccessFilter {
    pub actor: Option<String>,
    pub subject: Option<SubjectId>,
    pub grant: Option<GrantId>,
    pub ticket: Option<String>,
    pub since: Option<Instant>,
    pub until: Option<Instant>,
}

/// The sealed words stay where they are: only whether there are any is read.
fn columns() -> (
    access_log::id,
    access_log::at,
    access_log::actor,
    access_log::subject_id,
    access_log::view,
    access_log::purpose,
    access_log::ticket,
    access_log::grant_id,
    diesel::dsl::IsNotNull<access_log::reason>,
) {
    (
        access_log::id,
        access_log::at,
        access_log::actor,
        access_log::subject_id,
        access_log::view,
        access_log::purpose,
        access_log::ticket,
        access_log::grant_id,
        access_log::reason.is_not_null(),
    )
}

type AccessRow =
    (AccessId, DateTime<Utc>, String, Option<SubjectId>, String, String, Option<String>, Option<GrantId>, bool);

/// A page of the pinned tenant's accesses, and how many rows fit, as far as they are counted.
pub fn accesses(tx: &mut Tx, filter: &AccessFilter, page: &Page, counts: bool) -> Result<(Vec<Access>, i64)> {
    let tenant = tx.tenant()?;
    let total = if counts {
        let fits = fitting_accesses(tenant, filter);
        fits.select(access_log::id).limit(COUNTED).load::<AccessId>(tx.conn())?.len()
    } else {
        0
    };
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let mut query = fitting_accesses(tenant, filter);
    if let Some((at, _)) = beyond {
        // What `walk` says too, in a form that an index can begin at.
        query =
            if page.is_backward { query.filter(access_log::at.ge(at)) } else { query.filter(access_log::at.le(at)) };
    }
    let query = walk!(query, (access_log::at, access_log::id), beyond, page.is_backward, page.limit());
    let rows = query.select(columns()).load::<AccessRow>(tx.conn())?;
    let rows = rows.into_iter().map(|row| read(tenant, row)).collect();
    Ok((rows, i64::try_from(total).unwrap_or(i64::MAX)))
}

/// One access of the pinned tenant.
pub fn access(tx: &mut Tx, id: AccessId) -> Result<Option<Access>> {
    let tenant = tx.tenant()?;
    let row = access_log::table.find((tenant.uuid(), id.uuid())).select(columns()).first::<AccessRow>(tx.conn());
    Ok(row.optional()?.map(|row| read(tenant, row)))
}

fn fitting_accesses(tenant: TenantId, filter: &AccessFilter) -> access_log::BoxedQuery<'_, Pg> {
    let mut query = access_log::table.filter(access_log::tenant_id.eq(tenant.uuid())).into_boxed();
    if let Some(actor) = &filter.actor {
        query = query.filter(access_log::actor.eq(actor));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(access_log::subject_id.eq(subject.uuid()));
    }
    if let Some(grant) = filter.grant {
        query = query.filter(access_log::grant_id.eq(grant.uuid()));
    }
    if let Some(ticket) = &filter.ticket {
        query = query.filter(access_log::ticket.eq(ticket));
    }
    if let Some(since) = filter.since {
        query = query.filter(access_log::at.ge(since.utc()));
    }
    if let Some(until) = filter.until {
        query = query.filter(access_log::at.lt(until.utc()));
    }
    query
}

fn read(tenant: TenantId, row: AccessRow) -> Access {
    let (id, at, actor, subject, view, purpose, ticket, grant, has_reason) = row;
    Access { tenant, id, at: Instant::from_utc(at), actor, subject, view, purpose, ticket, grant, has_reason }
}

/// Where the pinned tenant's chain ends; none where no books were begun.
pub fn head(tx: &mut Tx) -> Result<Option<Head>> {
    let row = audit_heads::table
        .find(tx.tenant()?.uuid())
        .select((audit_heads::seq, audit_heads::hash))
        .first::<(i64, Vec<u8>)>(tx.conn())
        .optional()?;
    Ok(row.map(|(seq, hash)| Head { seq, hash }))
}
