//! The face of tenants, their members and their keys.

mod api_keys;
mod inputs;
mod members;
mod tenants;
mod words;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use api_keys::ApiKeyNode;
pub use members::MemberNode;
pub use tenants::TenantNode;

use self::inputs::{
    AddMemberInput, ChangeMemberInput, ChangeTenantInput, CloseTenantInput, CreateApiKeyInput, OpenTenantInput,
    RemoveMemberInput, ReopenTenantInput, RevokeApiKeyInput, RotateApiKeyInput, TenantFilter, TenantOrder,
};
use super::actions;
use super::model::Login;
use super::queries::tenants::{Filter, Order};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Direction, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule, tenant_place,
};
use crate::floor::kernel::{ApiKeyId, Error, Instant, MemberId, Personal, Result};

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.tenant", Needs::Permission(Permission::SeeTenants)),
    rule("Query.tenants", Needs::AnyOf(&[Permission::SeeQueue, Permission::SeeTenants])),
    rule("Tenant.*", Needs::Parent),
    rule("TenantConnection.*", Needs::Parent),
    rule("TenantEdge.*", Needs::Parent),
    rule("Member.*", Needs::Parent),
    rule("MemberConnection.*", Needs::Parent),
    rule("MemberEdge.*", Needs::Parent),
    rule("ApiKey.*", Needs::Parent),
    rule("ApiKeyConnection.*", Needs::Parent),
    rule("ApiKeyEdge.*", Needs::Parent),
    rule("CreatedApiKey.*", Needs::Parent),
    rule("Mutation.openTenant", Needs::Permission(Permission::KeepTenants)),
    rule("Mutation.changeTenant", Needs::Permission(Permission::KeepTenants)),
    rule("Mutation.closeTenant", Needs::Permission(Permission::KeepTenants)),
    rule("Mutation.reopenTenant", Needs::Permission(Permission::KeepTenants)),
    rule("Mutation.addMember", KEEPERS),
    rule("Mutation.changeMember", KEEPERS),
    rule("Mutation.removeMember", KEEPERS),
    rule("Mutation.createApiKey", Needs::Permission(Permission::KeepApiKeys)),
    rule("Mutation.rotateApiKey", Needs::Permission(Permission::KeepApiKeys)),
    rule("Mutation.revokeApiKey", Needs::Permission(Permission::KeepApiKeys)),
    rule("OpenTenantPayload.*", Needs::Parent),
    rule("ChangeTenantPayload.*", Needs::Parent),
    rule("CloseTenantPayload.*", Needs::Parent),
    rule("ReopenTenantPayload.*", Needs::Parent),
    rule("AddMemberPayload.*", Needs::Parent),
    rule("ChangeMemberPayload.*", Needs::Parent),
    rule("RemoveMemberPayload.*", Needs::Parent),
    rule("CreateApiKeyPayload.*", Needs::Parent),
    rule("RotateApiKeyPayload.*", Needs::Parent),
    rule("RevokeApiKeyPayload.*", Needs::Parent),
];

const KEEPERS: Needs = Needs::AnyOf(&[Permission::KeepMembers, Permission::KeepTenants]);

/// A list as it is answered.
pub(super) type List<N> = Connection<String, N, Listed, EmptyFields>;

/// What can be asked about tenants.
#[derive(Default)]
pub struct TenantQuery;

#[Object]
impl TenantQuery {
    /// One tenant, if it exists for the caller.
    async fn tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's id.")] id: ID,
    ) -> Result<Option<TenantNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let Ok(id) = tenant_place(&id) else { return Ok(None) };
        match actions::find_tenant(&asking.tools, caller, id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => Ok(found?.map(TenantNode)),
        }
    }

    /// The tenants that exist for the caller, by name unless another order is asked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list, and its filter and order")]
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<TenantFilter>,
        #[graphql(desc = "Sorted so.")] order_by: Option<TenantOrder>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<TenantNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let order = order_by.as_ref().map_or(Order::Name, |order| order.field.into());
        let is_rising = order_by.is_none_or(|order| order.direction == Direction::Asc);
        let sort = match (order, is_rising) {
            (Order::Name, true) => "tenants.name",
            (Order::Name, false) => "tenants.name.desc",
            (Order::OpenedAt, true) => "tenants.opened",
            (Order::OpenedAt, false) => "tenants.opened.desc",
        };
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map_or_else(Filter::default, TenantFilter::read);
        let (rows, total) =
            actions::list_tenants(&asking.tools, caller, filter, (order, is_rising), page.clone()).await?;
        let key = |tenant: &super::Tenant| match order {
            Order::Name => (tenant.legal_name.clone(), tenant.id.uuid()),
            Order::OpenedAt => (instant_key(tenant.opened_at), tenant.id.uuid()),
        };
        Ok(connection(sort, &page, rows, total, key, TenantNode))
    }
}

payload! {
    /// What came of opening a tenant.
    OpenTenantPayload {
        /// The tenant, with its books begun.
        tenant: TenantNode
    }
}
payload! {
    /// What came of changing a tenant.
    ChangeTenantPayload {
        /// The tenant as it is now.
        tenant: TenantNode
    }
}
payload! {
    /// What came of the wish to close a tenant.
    CloseTenantPayload {
        /// The tenant, with the day it closes on.
        tenant: TenantNode
    }
}
payload! {
    /// What came of taking that wish back.
    ReopenTenantPayload {
        /// The tenant, active again.
        tenant: TenantNode
    }
}
payload! {
    /// What came of adding a member.
    AddMemberPayload {
        /// The member, masked.
        member: MemberNode
    }
}
payload! {
    /// What came of changing a member.
    ChangeMemberPayload {
        /// The member as it is now, masked.
        member: MemberNode
    }
}
payload! {
    /// What came of removing a member.
    RemoveMemberPayload {
        /// The member, removed.
        member: MemberNode
    }
}
payload! {
    /// What came of making a key.
    CreateApiKeyPayload {
        /// The key and, once, its token.
        created: api_keys::CreatedApiKey
    }
}
payload! {
    /// What came of replacing a key.
    RotateApiKeyPayload {
        /// The successor and, once, its token.
        created: api_keys::CreatedApiKey
    }
}
payload! {
    /// What came of taking a key back.
    RevokeApiKeyPayload {
        /// The key, revoked.
        api_key: ApiKeyNode
    }
}

/// What can be done to tenants.
#[derive(Default)]
pub struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Opens a merchant's account: its books begin, and it is active.
    async fn open_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] input: OpenTenantInput,
    ) -> Result<OpenTenantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let opened = actions::open_tenant(&asking.tools, asking.caller()?, input.read(), once).await;
        OpenTenantPayload::of(opened.map(TenantNode))
    }

    /// Changes what is said of a tenant; what is left out stays.
    async fn change_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be otherwise.")] input: ChangeTenantInput,
    ) -> Result<ChangeTenantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (tenant_place(&input.id)?, input.version);
        let changed = actions::change_tenant(&asking.tools, asking.caller()?, at, input.read(), once).await;
        ChangeTenantPayload::of(changed.map(TenantNode))
    }

    /// Begins to close a tenant: 30 days later it is closed, and until then it may be reopened.
    async fn close_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant.")] input: CloseTenantInput,
    ) -> Result<CloseTenantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (tenant_place(&input.id)?, input.version);
        let closing = actions::close_tenant(&asking.tools, asking.caller()?, at, once).await;
        CloseTenantPayload::of(closing.map(TenantNode))
    }

    /// Takes back the wish to close a tenant, while it is closing.
    async fn reopen_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant.")] input: ReopenTenantInput,
    ) -> Result<ReopenTenantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (tenant_place(&input.id)?, input.version);
        let reopened = actions::reopen_tenant(&asking.tools, asking.caller()?, at, once).await;
        ReopenTenantPayload::of(reopened.map(TenantNode))
    }

    /// Adds one of the merchant's own users. Name and mail are sealed under a key of that person's own.
    async fn add_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member.")] input: AddMemberInput,
    ) -> Result<AddMemberPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let new = actions::NewMember {
            tenant: tenant_place(&input.tenant)?,
            name: Personal::new(input.name),
            mail: Personal::new(input.mail),
            role: input.role.into(),
            login: input.login.map(Login::from),
        };
        let added = actions::add_member(&asking.tools, asking.caller()?, new, once).await;
        AddMemberPayload::of(members::whole(asking, added).await)
    }

    /// Changes a member; what is left out stays, and a login of null is taken away.
    async fn change_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be otherwise.")] input: ChangeMemberInput,
    ) -> Result<ChangeMemberPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<MemberId>(&input.id, "member")?, input.version);
        let changed = actions::change_member(&asking.tools, asking.caller()?, at, input.read(), once).await;
        ChangeMemberPayload::of(members::whole(asking, changed).await)
    }

    /// Takes a member out of the organisation: he comes in no more.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which member.")] input: RemoveMemberInput,
    ) -> Result<RemoveMemberPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<MemberId>(&input.id, "member")?, input.version);
        let removed = actions::remove_member(&asking.tools, asking.caller()?, at, once).await;
        RemoveMemberPayload::of(members::whole(asking, removed).await)
    }

    /// Makes a key for a frontend. Its token is shown once; wants a second factor of the last five minutes.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let new = actions::NewKey {
            tenant: tenant_place(&input.tenant)?,
            name: input.name,
            permissions: input.permissions.into_iter().map(Permission::from).collect(),
            expires_at: Instant::from_utc(input.expires_at),
        };
        let made = actions::create_api_key(&asking.tools, asking.caller()?, new, once).await;
        CreateApiKeyPayload::of(api_keys::made(asking, made).await)
    }

    /// Replaces a key; for the overlap both open. The new token is shown once; wants a second factor of the last five
    /// minutes.
    async fn rotate_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key, and how.")] input: RotateApiKeyInput,
    ) -> Result<RotateApiKeyPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<ApiKeyId>(&input.id, "API key")?;
        let made = actions::rotate_api_key(&asking.tools, asking.caller()?, at, input.read(), once).await;
        RotateApiKeyPayload::of(api_keys::made(asking, made).await)
    }

    /// Takes a key back, at once; wants a second factor of the last five minutes.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RevokeApiKeyInput,
    ) -> Result<RevokeApiKeyPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<ApiKeyId>(&input.id, "API key")?;
        let revoked = actions::revoke_api_key(&asking.tools, asking.caller()?, at, once).await;
        RevokeApiKeyPayload::of(api_keys::whole(asking, revoked).await)
    }
}

/// The tenant behind an id, for `node`.
pub async fn find_tenant(ctx: &Context<'_>, id: &ID) -> Result<Option<TenantNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_tenant(&asking.tools, asking.caller()?, tenant_place(id)?).await?;
    Ok(found.map(TenantNode))
}

/// The member behind an id, for `node`.
pub async fn find_member(ctx: &Context<'_>, id: &ID) -> Result<Option<MemberNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_member(&asking.tools, asking.caller()?, place(id, "member")?).await?;
    Ok(found.map(|(member, tenant)| MemberNode { member, tenant }))
}

/// The key behind an id, for `node`.
pub async fn find_api_key(ctx: &Context<'_>, id: &ID) -> Result<Option<ApiKeyNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_api_key(&asking.tools, asking.caller()?, place(id, "API key")?).await?;
    Ok(found.map(|(key, tenant)| ApiKeyNode { key, tenant }))
}
