//! The face of the audit: both books, and where a chain stands.

mod inputs;
mod nodes;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use nodes::AccessNode;

use self::inputs::{AccessFilter, EventFilter};
use self::nodes::{AuditStanding, EventNode};
use super::actions::{self, Books};
use super::model::{Access, Told};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Listed, Needs, PageArgs, Rule, asking, connection, instant_key, place, rule, tenant_place,
};
use crate::floor::kernel::{MemberId, Result, TenantId};

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.events", Needs::Permission(Permission::ReadBooks)),
    rule("Query.accesses", Needs::Permission(Permission::ReadBooks)),
    rule("Query.auditStanding", Needs::Permission(Permission::ReadBooks)),
    rule("Event.*", Needs::Parent),
    rule("EventConnection.*", Needs::Parent),
    rule("EventEdge.*", Needs::Parent),
    rule("Access.*", Needs::Parent),
    rule("AccessConnection.*", Needs::Parent),
    rule("AccessEdge.*", Needs::Parent),
    rule("AuditStanding.*", Needs::Parent),
    rule("Checkpoint.*", Needs::Parent),
];

type List<N> = Connection<String, N, Listed, EmptyFields>;

/// What can be asked about the books.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Events of one chain, newest first; totalCount stops at 10000.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<EventFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<EventNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "events.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.unwrap_or_default();
        let wanted = (whose(filter.tenant.as_ref())?, filter.read());
        let Books { rows, total, tenant } =
            actions::list_events(&asking.tools, caller, wanted, page.clone(), counts(ctx)).await?;
        let key = |told: &Told| (told.seq.to_string(), uuid::Uuid::nil());
        Ok(connection(sort, &page, rows, total, key, |told| EventNode { told, tenant: tenant.clone() }))
    }

    /// Who looked at what, newest first; totalCount stops at 10000.
    async fn accesses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<AccessFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<AccessNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "accesses.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.unwrap_or_default();
        let tenant = whose(filter.tenant.as_ref())?;
        let member = filter.subject.as_ref().map(|id| place::<MemberId>(id, "member")).transpose()?;
        let wanted = (tenant, filter.read(tenant)?, member);
        let Books { rows, total, tenant } =
            actions::list_accesses(&asking.tools, caller, wanted, page.clone(), counts(ctx)).await?;
        let key = |access: &Access| (instant_key(access.at), access.id.uuid());
        Ok(connection(sort, &page, rows, total, key, |access| AccessNode { access, tenant: tenant.clone() }))
    }

    /// Where a chain ends, and how far the signed checkpoints outside the database vouch for it.
    async fn audit_standing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose chain; the house's where nobody is named.")] tenant: Option<ID>,
    ) -> Result<AuditStanding> {
        let asking = asking(ctx)?;
        let standing = actions::standing(&asking.tools, asking.caller()?, whose(tenant.as_ref())?).await?;
        Ok(AuditStanding::of(standing))
    }
}

/// The access behind an id, for `node`.
pub async fn find_access(ctx: &Context<'_>, id: &ID) -> Result<Option<AccessNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_access(&asking.tools, asking.caller()?, place(id, "access")?).await?;
    Ok(found.map(|(access, tenant)| AccessNode { access, tenant }))
}

fn whose(tenant: Option<&ID>) -> Result<TenantId> {
    tenant.map_or(Ok(TenantId::HOUSE), tenant_place)
}

/// Rows are counted only for who wants to know.
fn counts(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("totalCount").exists()
}
