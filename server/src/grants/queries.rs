//! Rows of grants. The reason goes in sealed under the grant's own key, and no list brings it out.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};

use super::model::{Grant, GrantKind};
use super::tables::grants;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, GrantId, Instant, Personal, Result, Sealed, StaffId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement, walk};
use crate::floor::vault::{Place, RequestKey, Vault};

#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
struct Row {
    tenant_id: TenantId,
    id: GrantId,
    kind: GrantKind,
    staff_id: StaffId,
    ticket: Option<String>,
    given_by: Option<StaffId>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    reviewed_at: Option<DateTime<Utc>>,
    reviewed_by: Option<StaffId>,
}

impl From<Row> for Grant {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            kind: row.kind,
            staff: row.staff_id,
            ticket: row.ticket,
            given_by: row.given_by,
            starts_at: Instant::from_utc(row.starts_at),
            ends_at: Instant::from_utc(row.ends_at),
            ended_at: row.ended_at.map(Instant::from_utc),
            reviewed: row.reviewed_at.map(Instant::from_utc).zip(row.reviewed_by),
        }
    }
}

/// The leave that this person has at this very moment to open the pinned tenant's data. Asked in the transaction that
/// opens it.
pub fn live(tx: &mut Tx, staff: StaffId) -> Result<Option<GrantId>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let found = grants::table
        .filter(grants::tenant_id.eq(tenant).and(grants::staff_id.eq(staff)))
        .filter(grants::ended_at.is_null().and(grants::starts_at.le(now)).and(grants::ends_at.gt(now)))
        .order(grants::ends_at.desc())
        .select(grants::id)
        .first(tx.conn())
        .optional()?;
    Ok(found)
}

/// One grant of the pinned tenant.
pub fn one(tx: &mut Tx, id: GrantId) -> Result<Option<Grant>> {
    let row = grants::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Grant::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: GrantId) -> Result<Grant> {
    let query = grants::table.find((tx.tenant()?, id)).select(Row::as_select()).for_update();
    query.first(tx.conn()).optional()?.map(Grant::from).ok_or(Error::NotFound("grant"))
}

pub fn add(tx: &mut WriteTx, vault: &Vault, grant: &Grant, reason: Option<&Personal>) -> Result<()> {
    let reason = reason.map(|reason| sealed(tx, vault, grant, reason)).transpose()?;
    diesel::insert_into(grants::table)
        .values((
            grants::tenant_id.eq(grant.tenant),
            grants::id.eq(grant.id),
            grants::kind.eq(grant.kind),
            grants::staff_id.eq(grant.staff),
            grants::ticket.eq(&grant.ticket),
            grants::reason.eq(reason),
            grants::given_by.eq(grant.given_by),
            grants::starts_at.eq(grant.starts_at.utc()),
            grants::ends_at.eq(grant.ends_at.utc()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Where a reason in words stands.
pub fn place_of_reason(tenant: TenantId, id: GrantId) -> Place<'static> {
    Place { tenant, table: "grant", column: "reason", row: id.uuid(), generation: 0 }
}

/// The sealed words of a grant, where there are any.
pub fn reason(tx: &mut Tx, id: GrantId) -> Result<Option<Sealed>> {
    let found: Option<Option<Vec<u8>>> =
        grants::table.find((tx.tenant()?, id)).select(grants::reason).first(tx.conn()).optional()?;
    Ok(found.flatten().map(Sealed::from_bytes))
}

fn sealed(tx: &mut WriteTx, vault: &Vault, grant: &Grant, reason: &Personal) -> Result<Vec<u8>> {
    let place = place_of_reason(grant.tenant, grant.id);
    let sealer = vault.sealer::<RequestKey>(tx, grant.id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a grant's key does not seal: {}", shut.code())))?;
    Ok(sealer.seal_blob(&place, reason.disclose().as_bytes())?.into_bytes())
}

/// Ends a grant that is held, now.
pub fn end(tx: &mut WriteTx, grant: &Grant, by: Option<StaffId>) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(grants::table.find((grant.tenant, grant.id)))
        .set((grants::ended_at.eq(now), grants::ended_by.eq(by)))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes who looked into a grant that is held.
pub fn review(tx: &mut WriteTx, grant: &Grant, by: StaffId) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(grants::table.find((grant.tenant, grant.id)))
        .set((grants::reviewed_at.eq(now), grants::reviewed_by.eq(by)))
        .execute(tx.conn())?;
    Ok(())
}

/// Whether the letters about this broken glass have all left.
pub fn is_alarmed(tx: &mut Tx, id: GrantId) -> Result<bool> {
    let at: Option<DateTime<Utc>> =
        grants::table.find((tx.tenant()?, id)).select(grants::alarmed_at).first(tx.conn()).optional()?.flatten();
    Ok(at.is_some())
}

/// Notes that they have. `false` where another run did.
pub fn set_alarmed(tx: &mut WriteTx, id: GrantId) -> Result<bool> {
    let now = tx.now()?.utc();
    let set = diesel::update(grants::table.find((tx.tenant()?, id)))
        .filter(grants::alarmed_at.is_null())
        .set(grants::alarmed_at.eq(now))
        .execute(tx.conn())?;
    Ok(set == 1)
}

/// The looks of staff into the pinned tenant's people: how many there were, how many of them under no leave that covered
/// them, and how many under broken glass that nobody has looked into for a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Looks {
    #[diesel(sql_type = BigInt)]
    pub all: i64,
    #[diesel(sql_type = BigInt)]
    pub without_leave: i64,
    #[diesel(sql_type = BigInt)]
    pub unreviewed: i64,
}

pub fn looks(tx: &mut Tx) -> Result<Looks> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let found = statement(
        "select count(*) as all,
                count(*) filter (where g.id is null) as without_leave,
                count(*) filter (where g.kind = 'break_glass' and g.reviewed_at is null
                                   and g.starts_at < ? - interval '1 day') as unreviewed
           from access_log a
           left join grants g on g.tenant_id = a.tenant_id and g.id = a.grant_id
                             and a.actor = 'staff:' || g.staff_id and a.at >= g.starts_at
                             and a.at < least(g.ends_at, coalesce(g.ended_at, g.ends_at))
          where a.tenant_id = ? and a.subject_id is not null and a.actor like 'staff:%'",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .get_result(tx.conn())?;
    Ok(found)
}

/// Which grants a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tenants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    pub tenant: Option<TenantId>,
    pub staff: Option<StaffId>,
    pub kind: Option<GrantKind>,
    pub live: Option<bool>,
    pub awaits_review: Option<bool>,
}

/// A page of grants, newest first, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<(Vec<Grant>, i64)> {
    let now = tx.now()?;
    let total = filtered(filter, now).count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = filtered(filter, now).select(Row::as_select());
    let rows = walk!(query, (grants::starts_at, grants::id), beyond, page.is_backward, page.limit()).load(tx.conn())?;
    Ok((rows.into_iter().map(Grant::from).collect(), total))
}

fn filtered(filter: &Filter, now: Instant) -> grants::BoxedQuery<'static, Pg> {
    let mut query = grants::table.into_boxed();
    if let Some(reach) = &filter.reach {
        query = query.filter(grants::tenant_id.eq_any(reach.clone()));
    }
    if let Some(tenant) = filter.tenant {
        query = query.filter(grants::tenant_id.eq(tenant));
    }
    if let Some(staff) = filter.staff {
        query = query.filter(grants::staff_id.eq(staff));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(grants::kind.eq(kind));
    }
    if let Some(live) = filter.live {
        let now = now.utc();
        let is_live = grants::ended_at.is_null().and(grants::starts_at.le(now)).and(grants::ends_at.gt(now));
        query = if live { query.filter(is_live) } else { query.filter(diesel::dsl::not(is_live)) };
    }
    if let Some(awaits) = filter.awaits_review {
        let waiting = grants::kind.eq(GrantKind::BreakGlass).and(grants::reviewed_at.is_null());
        query = if awaits { query.filter(waiting) } else { query.filter(diesel::dsl::not(waiting)) };
    }
    query
}
