//! A tenant as it is answered.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{ApiKey, Member, MemberState, Tenant};
use super::inputs::MemberFilter;
use super::words::{OurRole, TenantState};
use super::{ApiKeyNode, List, MemberNode};
use crate::floor::graphql::{Date, PageArgs, asking, connection, instant_key, tenant_node_id};
use crate::floor::kernel::{Instant, Result};

/// A merchant's organisation.
#[derive(Clone)]
pub struct TenantNode(pub Tenant);

/// A merchant's organisation: who it is to us and how long it stays.
#[Object(name = "Tenant")]
impl TenantNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        tenant_node_id(self.0.id)
    }

    /// The name as it is registered.
    async fn legal_name(&self) -> &str {
        &self.0.legal_name
    }

    /// What its own identity provider calls it.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// A language tag, such as de-AT.
    async fn locale(&self) -> &str {
        &self.0.locale
    }

    /// A country or region, such as EU or US-CA.
    async fn region(&self) -> &str {
        &self.0.region
    }

    /// The name of its plan.
    async fn plan(&self) -> &str {
        &self.0.plan
    }

    /// How many apps the plan lets it connect.
    async fn app_slots(&self) -> i32 {
        self.0.app_slots
    }

    /// What we are to its shoppers.
    async fn our_role(&self) -> OurRole {
        self.0.our_role.into()
    }

    /// Why, where it is not the usual.
    async fn role_note(&self) -> Option<&str> {
        self.0.role_note.as_deref()
    }

    /// How far its account has come.
    async fn state(&self) -> TenantState {
        self.0.state.into()
    }

    /// When the account was opened.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.opened_at.utc()
    }

    /// When the wish to close came.
    async fn closing_at(&self) -> Option<DateTime<Utc>> {
        self.0.closing_at.map(Instant::utc)
    }

    /// The day its account is over: 30 days from that wish.
    async fn closes_on(&self) -> Option<Date> {
        self.0.closes_on.map(Date)
    }

    /// When it was over.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at.map(Instant::utc)
    }

    /// Grows with each change; a change names the version it was made upon.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Its own users, oldest first, masked.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit.")] filter: Option<MemberFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<MemberNode>> {
        let asking = asking(ctx)?;
        let sort = "members.added";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let states = filter.and_then(|filter| filter.state);
        let states = states.map(|states| states.into_iter().map(MemberState::from).collect());
        let listed = actions::list_members(&asking.tools, asking.caller()?, self.0.id, states, page.clone());
        let (rows, total) = listed.await?;
        let key = |member: &Member| (instant_key(member.added_at), member.id.uuid());
        Ok(connection(sort, &page, rows, total, key, |member| MemberNode { member, tenant: self.0.clone() }))
    }

    /// The keys its frontends call with, oldest first.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<ApiKeyNode>> {
        let asking = asking(ctx)?;
        let sort = "api_keys.made";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let listed = actions::list_api_keys(&asking.tools, asking.caller()?, self.0.id, page.clone());
        let (rows, total) = listed.await?;
        let key = |key: &ApiKey| (instant_key(key.made_at), key.id.uuid());
        Ok(connection(sort, &page, rows, total, key, |key| ApiKeyNode { key, tenant: self.0.clone() }))
    }
}
