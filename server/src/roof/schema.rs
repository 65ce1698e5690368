//! The sum of the GraphQL roots, and the contract it publishes as `server/schema.graphql`. It asks no question of its own
//! but the one for any object by its id.

use async_graphql::{
    Context, ID, Interface, MergedObject, MergedSubscription, Object, SDLExportOptions, Schema, SimpleObject,
};

use crate::apps;
use crate::audit;
use crate::catalogue;
use crate::feed;
use crate::floor::graphql::{Needs, Rule, asking, rule};
use crate::floor::kernel::{Error, Result};
use crate::grants;
use crate::inbox;
use crate::propagation;
use crate::records;
use crate::relay;
use crate::reports;
use crate::requests;
use crate::staff::SignIn;
use crate::staff::graphql as staff;
use crate::stores;
use crate::syncs;
use crate::tenants;
use crate::{processors, promises, reviews};

pub type Desk = Schema<Query, Mutation, Subscription>;

/// The schema, with the library's own limits as the second line behind the gate.
pub fn desk(introspection: bool, sign_in: SignIn) -> Desk {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .data(sign_in)
        .data(feed::Heads::default())
        .data(syncs::Followed::default())
        .limit_depth(10)
        .limit_complexity(500)
        .limit_directives(5)
        .limit_recursive_depth(32)
        .disable_suggestions();
    if introspection { schema.finish() } else { schema.disable_introspection().finish() }
}

/// The contract, as it is committed.
pub fn contract() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let sdl = desk(true, SignIn::default()).sdl_with_options(options);
    format!("{}\n", sdl.replace('\t', "  ").trim())
}

/// What clients may follow.
#[derive(MergedSubscription, Default)]
pub struct Subscription(feed::graphql::FeedSubscription, syncs::SyncSubscription);

/// What every field of the schema asks of a caller.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        OWN_RULES,
        catalogue::RULES,
        tenants::RULES,
        staff::RULES,
        grants::RULES,
        processors::RULES,
        stores::RULES,
        inbox::RULES,
        apps::RULES,
        records::RULES,
        reports::RULES,
        syncs::RULES,
        propagation::RULES,
        requests::RULES,
        relay::RULES,
        reviews::RULES,
        promises::RULES,
        audit::RULES,
        feed::graphql::RULES,
    ]
    .into_iter()
    .flatten()
}

const OWN_RULES: &[Rule] = &[
    rule("Query.server", Needs::Nothing),
    rule("Query.node", Needs::Caller),
    rule("Query.nodes", Needs::Caller),
    rule("Server.*", Needs::Parent),
    rule("Mask.*", Needs::Parent),
    rule("PageInfo.*", Needs::Parent),
    rule("UserError.*", Needs::Parent),
];

/// What clients may ask. Roots that stand side by side nest in each other, so a few stand together.
#[derive(MergedObject, Default)]
pub struct Query(AskedOfDesk, AskedOfShops, AskedOfWishes);

/// What is asked of the desk itself and of whom it works for.
#[derive(MergedObject, Default)]
pub struct AskedOfDesk(
    RoofQuery,
    catalogue::CatalogueQuery,
    tenants::TenantQuery,
    staff::StaffQuery,
    grants::GrantQuery,
    processors::ProcessorQuery,
);

/// What is asked of shops and what is held of them.
#[derive(MergedObject, Default)]
pub struct AskedOfShops(
    stores::StoreQuery,
    inbox::InboxQuery,
    apps::AppQuery,
    records::RecordQuery,
    reports::ReportQuery,
    syncs::SyncQuery,
);

/// What is asked of what people wish, and of what the desk owes.
#[derive(MergedObject, Default)]
pub struct AskedOfWishes(
    requests::RequestQuery,
    propagation::PropagationQuery,
    relay::RelayQuery,
    reviews::ReviewQuery,
    promises::PromiseQuery,
    audit::AuditQuery,
);

/// What clients may do.
#[derive(MergedObject, Default)]
pub struct Mutation(DoneAtDesk, DoneWithShops, DoneForPeople);

/// What is done at the desk itself and with whom it works for.
#[derive(MergedObject, Default)]
pub struct DoneAtDesk(
    catalogue::CatalogueMutation,
    tenants::TenantMutation,
    staff::StaffMutation,
    grants::GrantMutation,
    processors::ProcessorMutation,
);

/// What is done with shops and what is held of them.
#[derive(MergedObject, Default)]
pub struct DoneWithShops(
    stores::StoreMutation,
    apps::AppMutation,
    syncs::SyncMutation,
    records::RecordMutation,
    reports::ReportMutation,
);

/// What is done for people who ask, and for what the desk owes.
#[derive(MergedObject, Default)]
pub struct DoneForPeople(
    requests::RequestMutation,
    propagation::PropagationMutation,
    relay::RelayMutation,
    reviews::ReviewMutation,
    promises::PromiseMutation,
);

/// What belongs to no slice.
#[derive(Default)]
pub struct RoofQuery;

#[Object]
impl RoofQuery {
    /// The server that answers.
    async fn server(&self) -> Server {
        Server { version: env!("CARGO_PKG_VERSION") }
    }

    /// Whatever has this id; null where there is none, or none for the caller.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: ID) -> Result<Option<Node>> {
        asking(ctx)?.caller()?;
        found(ctx, &id).await
    }

    /// Whatever has these ids, in their order; null where there is none, or none for the caller.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100 ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        asking(ctx)?.caller()?;
        if ids.len() > MOST_NODES {
            return Err(Error::invalid("ids", "ask for up to 100"));
        }
        let mut nodes = Vec::with_capacity(ids.len());
        for id in &ids {
            nodes.push(found(ctx, id).await?);
        }
        Ok(nodes)
    }
}

const MOST_NODES: usize = 100;

/// Anything with an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id."))]
pub enum Node {
    Tenant(tenants::TenantNode),
    Member(tenants::MemberNode),
    ApiKey(tenants::ApiKeyNode),
    StaffMember(staff::StaffMember),
    Session(staff::Session),
    Access(audit::AccessNode),
    Grant(grants::GrantNode),
    PolicyVersion(catalogue::PolicyVersionNode),
    Processor(processors::ProcessorNode),
    Notice(processors::NoticeNode),
    Subscriber(processors::SubscriberNode),
    Objection(processors::ObjectionNode),
    Campaign(reviews::CampaignNode),
    ReviewItem(reviews::ReviewItemNode),
    Store(stores::StoreNode),
    StoreGrant(stores::StoreGrantNode),
    App(apps::AppNode),
    Order(records::OrderNode),
    Customer(records::CustomerNode),
    Product(records::ProductNode),
    AppReceipt(apps::AppReceiptNode),
    ProviderTask(apps::ProviderTaskNode),
    Promise(promises::PromiseNode),
    Request(requests::RequestNode),
    RecipientTask(propagation::RecipientTaskNode),
}

/// What is not there and what is not the caller's are the same: nothing.
async fn found(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let found = match id.split_once('_').map_or("", |(kind, _)| kind) {
        "ten" => tenants::find_tenant(ctx, id).await.map(|found| found.map(Node::Tenant)),
        "mem" => tenants::find_member(ctx, id).await.map(|found| found.map(Node::Member)),
        "apk" => tenants::find_api_key(ctx, id).await.map(|found| found.map(Node::ApiKey)),
        "stf" => staff::find_staff_member(ctx, id).await.map(|found| found.map(Node::StaffMember)),
        "acc" => audit::find_access(ctx, id).await.map(|found| found.map(Node::Access)),
        "ses" => staff::find_session(ctx, id).await.map(|found| found.map(Node::Session)),
        "pol" => catalogue::find_policy_version(ctx, id).await.map(|found| found.map(Node::PolicyVersion)),
        "grt" => grants::find_grant(ctx, id).await.map(|found| found.map(Node::Grant)),
        "prc" => processors::find_processor(ctx, id).await.map(|found| found.map(Node::Processor)),
        "ntc" => processors::find_notice(ctx, id).await.map(|found| found.map(Node::Notice)),
        "sbs" => processors::find_subscriber(ctx, id).await.map(|found| found.map(Node::Subscriber)),
        "obn" => processors::find_objection(ctx, id).await.map(|found| found.map(Node::Objection)),
        "cmp" => reviews::find_campaign(ctx, id).await.map(|found| found.map(Node::Campaign)),
        "rvi" => reviews::find_review_item(ctx, id).await.map(|found| found.map(Node::ReviewItem)),
        "sto" => stores::find_store_node(ctx, id).await.map(|found| found.map(Node::Store)),
        "sgr" => stores::find_store_grant(ctx, id).await.map(|found| found.map(Node::StoreGrant)),
        "app" => apps::find_app(ctx, id).await.map(|found| found.map(Node::App)),
        "rct" => apps::find_receipt(ctx, id).await.map(|found| found.map(Node::AppReceipt)),
        "ptk" => apps::find_task(ctx, id).await.map(|found| found.map(Node::ProviderTask)),
        "ord" => records::find_order(ctx, id).await.map(|found| found.map(Node::Order)),
        "cus" => records::find_customer(ctx, id).await.map(|found| found.map(Node::Customer)),
        "pdt" => records::find_product(ctx, id).await.map(|found| found.map(Node::Product)),
        "prm" => promises::find_promise(ctx, id).await.map(|found| found.map(Node::Promise)),
        "req" => requests::find_request_node(ctx, id).await.map(|found| found.map(Node::Request)),
        "rtk" => propagation::find_task_node(ctx, id).await.map(|found| found.map(Node::RecipientTask)),
        _ => Ok(None),
    };
    match found {
        Err(Error::NotFound(_) | Error::Forbidden(_)) => Ok(None),
        found => found,
    }
}

/// The server that answers.
#[derive(SimpleObject)]
pub struct Server {
    /// Its version, as in its package.
    version: &'static str,
}
