//! The face of the inbox: what came, and what platforms ask for people's sake. What was sealed stays shut.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};

use super::actions;
use super::model::{self, Delivered};
use super::queries::notices::Filter;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Date, Listed, Mask, Needs, PageArgs, Rule, asking, connection, instant_key, node_id, place, rule, tenant_node_id,
    tenant_place,
};
use crate::floor::kernel::{Instant, Ref, Result, StoreId};
use crate::floor::platforms;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.deliveries", Needs::Permission(Permission::SeeTenants)),
    rule("Query.privacyNotices", Needs::AnyOf(&[Permission::SeeQueue, Permission::SeeTenants])),
    rule("Delivery.*", Needs::Parent),
    rule("DeliveryConnection.*", Needs::Parent),
    rule("DeliveryEdge.*", Needs::Parent),
    rule("PrivacyNotice.*", Needs::Parent),
    rule("PrivacyNoticeConnection.*", Needs::Parent),
    rule("PrivacyNoticeEdge.*", Needs::Parent),
];

/// A list as it is answered.
type List<N> = Connection<String, N, Listed, EmptyFields>;

/// How far the work on a delivery has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::DeliveryState")]
pub enum DeliveryState {
    /// It came, and is sealed.
    Waiting,
    /// It was worked.
    Done,
    /// It could not be worked.
    Failed,
    /// There was nothing in it for us, or nothing new.
    Ignored,
}

/// What a platform asks for a person's sake.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "platforms::PrivacyNoticeKind")]
pub enum PrivacyNoticeKind {
    /// What is held of a customer is to be given to the merchant.
    DataRequest,
    /// What is held of a customer is to go.
    RedactCustomer,
    /// What is held of a shop is to go.
    RedactShop,
    /// A person's account at the platform is closed.
    AccountClosed,
}

/// How far a platform's notice has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::PrivacyNoticeState")]
pub enum PrivacyNoticeState {
    /// It came, its clock runs.
    Open,
    /// A request was opened for it, and answers it.
    Taken,
}

/// Which notices to list.
#[derive(InputObject)]
pub struct PrivacyNoticeFilter {
    /// In one of these states.
    state: Option<Vec<PrivacyNoticeState>>,
    /// Of this tenant.
    tenant: Option<ID>,
}

/// Something that came from a platform by itself.
pub struct DeliveryNode(Delivered);

/// Something that came from a platform by itself, and what came of it.
#[Object(name = "Delivery")]
impl DeliveryNode {
    /// Where it came from, as the policy names it.
    async fn platform(&self) -> &str {
        &self.0.platform
    }

    /// What it is about, as the platform calls it.
    async fn topic(&self) -> &str {
        &self.0.topic
    }

    /// When it came.
    async fn received_at(&self) -> DateTime<Utc> {
        self.0.received_at.utc()
    }

    /// When it happened, by the platform's clock.
    async fn happened_at(&self) -> Option<DateTime<Utc>> {
        self.0.happened_at.map(Instant::utc)
    }

    /// How far the work on it has come.
    async fn state(&self) -> DeliveryState {
        self.0.state.into()
    }

    /// What came of it, in a word.
    async fn outcome(&self) -> Option<&str> {
        self.0.outcome.as_deref()
    }
}

/// What a platform asks for a person's sake.
pub struct PrivacyNoticeNode(model::PrivacyNotice);

/// What a platform asks of us for a person's sake, with its clock.
#[Object(name = "PrivacyNotice")]
impl PrivacyNoticeNode {
    /// Its id.
    async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// Whose store it is about; the operator where nobody's is known.
    async fn tenant(&self) -> ID {
        tenant_node_id(self.0.tenant)
    }

    /// The store it is about, where one is known.
    async fn store(&self) -> Option<ID> {
        self.0.store.map(|store| node_id(Ref::new(self.0.tenant, store)))
    }

    /// Who asks, as the policy names it.
    async fn platform(&self) -> &str {
        &self.0.platform
    }

    /// What is asked.
    async fn kind(&self) -> PrivacyNoticeKind {
        self.0.kind.into()
    }

    /// When it came.
    async fn received_at(&self) -> DateTime<Utc> {
        self.0.received_at.utc()
    }

    /// The day by which it is to be done: thirty days from when it came.
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }

    /// What the platform calls its request, where it says so.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// How far it has come.
    async fn state(&self) -> PrivacyNoticeState {
        self.0.state.into()
    }

    /// Whom of the tenant's buyers it turned out to mean, where the platform closed an account.
    async fn subjects(&self) -> Vec<ID> {
        self.0.subjects.iter().map(|subject| node_id(Ref::new(self.0.tenant, *subject))).collect()
    }

    /// Whom it means.
    async fn identifiers(&self) -> Mask {
        Mask::words()
    }
}

/// What can be asked about the inbox.
#[derive(Default)]
pub struct InboxQuery;

#[Object]
impl InboxQuery {
    /// What a store told by itself, newest first.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] store: ID,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<DeliveryNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "deliveries.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let at = place::<StoreId>(&store, "store")?;
        let (rows, total) = actions::list_deliveries(&asking.tools, caller, at, page.clone()).await?;
        let key = |row: &Delivered| (instant_key(row.received_at), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, DeliveryNode))
    }

    /// What platforms ask for people's sake, what is due first.
    async fn privacy_notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<PrivacyNoticeFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<PrivacyNoticeNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "privacy_notices.due";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = match filter {
            Some(PrivacyNoticeFilter { state, tenant }) => Filter {
                tenant: tenant.map(|id| tenant_place(&id)).transpose()?,
                states: state.map(|states| states.into_iter().map(model::PrivacyNoticeState::from).collect()),
                reach: None,
            },
            None => Filter::default(),
        };
        let (rows, total) = actions::list_notices(&asking.tools, caller, filter, page.clone()).await?;
        let key = |row: &model::PrivacyNotice| (instant_key(row.received_at), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, PrivacyNoticeNode))
    }
}
