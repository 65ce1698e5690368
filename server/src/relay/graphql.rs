//! The face of the relay: where events are sent, what went to whom, and the door for what a merchant's program tells.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::actions::{self, Accepted, NewDestination, NewEvent};
use super::model::{self, Destination, Disclosure, Fields};
use super::queries::Figure;
use super::queries::disclosures::Filter;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Listed, Needs, PageArgs, Rule, asking, connection, instant_key, node_id, once, payload, place, rule,
    tenant_node_id, tenant_place,
};
use crate::floor::kernel::{DestinationId, Error, Instant, Ref, Result, Secret, StoreId, SubjectId};
use crate::floor::policy;

/// What each field asks of a caller.
pub const RELAY_RULES: &[Rule] = &[
    rule("Query.destinations", Needs::Permission(Permission::SeeTenants)),
    rule("Query.shared", Needs::Permission(Permission::SeeTenants)),
    rule("Query.disclosures", Needs::Permission(Permission::ReadBooks)),
    rule("Query.disclosureFigures", Needs::Permission(Permission::SeeQueue)),
    rule("Destination.*", Needs::Parent),
    rule("SharedField.*", Needs::Parent),
    rule("SharedCell.*", Needs::Parent),
    rule("Disclosure.*", Needs::Parent),
    rule("DisclosureConnection.*", Needs::Parent),
    rule("DisclosureEdge.*", Needs::Parent),
    rule("DisclosureFigure.*", Needs::Parent),
    rule("SetDestination.*", Needs::Parent),
    rule("RelayedEvent.*", Needs::Parent),
    rule("Mutation.setDestination", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.turnDestination", Needs::Permission(Permission::KeepStores)),
    rule("Mutation.relayEvent", Needs::Permission(Permission::KeepStores)),
    rule("SetDestinationPayload.*", Needs::Parent),
    rule("TurnDestinationPayload.*", Needs::Parent),
    rule("RelayEventPayload.*", Needs::Parent),
];

/// What happened in a shop.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::RelayedKind")]
pub enum RelayedKind {
    /// Somebody bought something.
    Order,
    /// Somebody got money back.
    Refund,
    /// Somebody looked around.
    Browse,
}

/// Whether a destination gets anything.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::DestinationState")]
pub enum DestinationState {
    /// It gets events.
    On,
    /// It gets nothing.
    Off,
}

/// Where a merchant has events sent.
pub struct DestinationNode(Destination);

#[Object(name = "Destination")]
impl DestinationNode {
    /// Its id.
    async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// The one store whose events it gets; null where it gets those of all.
    async fn store(&self) -> Option<ID> {
        self.0.store.map(|store| node_id(Ref::new(self.0.tenant, store)))
    }

    /// Its recipient, by its code in the policy.
    async fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// Where it is called.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// The country or region it works in.
    async fn region(&self) -> &str {
        &self.0.region
    }

    /// Whether it gets anything.
    async fn state(&self) -> DestinationState {
        self.0.state.into()
    }

    /// From when on it is so.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since.utc()
    }
}

/// What one recipient got of a field, and gets of it now.
#[derive(SimpleObject)]
pub struct SharedCell {
    /// The recipient, by its code in the policy.
    recipient: String,
    /// Whether a destination of it is on.
    is_on: bool,
    /// The form it gets it in by the policy in force: `raw`, `truncated`, `hashed`, `truncated_hashed` or `never`.
    form: String,
    /// The forms it left in so far.
    forms_sent: Vec<String>,
    /// How often it left.
    times: i64,
    /// When it left last.
    last_at: Option<DateTime<Utc>>,
    /// How many events of the store were not sent to it, because whom they are about had forbidden it.
    withheld: i64,
}

/// A field of the policy, and what went to whom of it.
#[derive(SimpleObject)]
pub struct SharedField {
    /// Its code, below that of its category.
    field: String,
    /// What it is called.
    title: String,
    /// Recipient by recipient.
    cells: Vec<SharedCell>,
}

/// Fields of one category that left together in one form.
pub struct DisclosureNode(Disclosure);

#[Object(name = "Disclosure")]
impl DisclosureNode {
    /// When it left.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at.utc()
    }

    /// Of which tenant.
    async fn tenant(&self) -> ID {
        tenant_node_id(self.0.tenant)
    }

    /// To whom, by its code in the policy.
    async fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// Of which store.
    async fn store(&self) -> Option<ID> {
        self.0.store.map(|store| node_id(Ref::new(self.0.tenant, store)))
    }

    /// About whom, where that is one person who is known.
    async fn subject(&self) -> Option<ID> {
        self.0.subject.map(|subject| node_id(Ref::new(self.0.tenant, subject)))
    }

    /// Of which category.
    async fn category(&self) -> &str {
        &self.0.category
    }

    /// Which fields of it.
    async fn fields(&self) -> &[String] {
        &self.0.fields
    }

    /// In which form.
    async fn form(&self) -> &str {
        &self.0.form
    }

    /// How many persons or events it was about.
    async fn count(&self) -> i32 {
        self.0.count
    }

    /// What for, by its code in the policy.
    async fn purpose(&self) -> &str {
        &self.0.purpose
    }

    /// How it left.
    async fn way(&self) -> &'static str {
        self.0.way.code()
    }
}

/// Fields of one category that one recipient got in one form, over all tenants.
#[derive(SimpleObject)]
pub struct DisclosureFigure {
    /// To whom, by its code in the policy.
    recipient: String,
    /// Of which category.
    category: String,
    /// Which fields of it.
    fields: Vec<String>,
    /// In which form.
    form: String,
    /// How often.
    times: i64,
    /// When last.
    last_at: DateTime<Utc>,
}

impl From<Figure> for DisclosureFigure {
    fn from(of: Figure) -> Self {
        let Figure { recipient, category, fields, form, times, last_at } = of;
        Self { recipient, category, fields, form, times, last_at }
    }
}

/// Which disclosures a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct DisclosureFilter {
    /// Of this tenant's book.
    tenant: ID,
    /// To this recipient, by its code in the policy.
    recipient: Option<String>,
    /// About this person.
    subject: Option<ID>,
}

/// What can be asked about the relay.
#[derive(Default)]
pub struct RelayQuery;

#[Object]
impl RelayQuery {
    /// Where a tenant has events sent.
    async fn destinations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] tenant: ID,
    ) -> Result<Vec<DestinationNode>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&tenant)?;
        let found = actions::list_destinations(&asking.tools, caller, tenant).await?;
        Ok(found.into_iter().map(DestinationNode).collect())
    }

    /// What of a store's went to whom, field by field of the policy in force.
    async fn shared(&self, ctx: &Context<'_>, #[graphql(desc = "The store.")] store: ID) -> Result<Vec<SharedField>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let shared = actions::list_shared(&asking.tools, caller, place::<StoreId>(&store, "store")?).await?;
        Ok(matrix(&asking.tools.policy.in_force()?.policy, &shared))
    }

    /// What went to whom, newest first.
    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and which of them.")] filter: DisclosureFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, DisclosureNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "disclosures.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let tenant = tenant_place(&filter.tenant)?;
        let subject = filter.subject.as_ref().map(|id| place::<SubjectId>(id, "subject")).transpose()?;
        if subject.is_some_and(|subject| subject.tenant != tenant) {
            return Err(Error::NotFound("subject"));
        }
        let wanted = Filter { recipient: filter.recipient, subject: subject.map(|subject| subject.id) };
        let (rows, total) = actions::list_disclosures(&asking.tools, caller, tenant, wanted, page.clone()).await?;
        let key = |row: &Disclosure| (instant_key(row.at), row.id.uuid());
        Ok(connection(sort, &page, rows, total, key, DisclosureNode))
    }

    /// What went to whom over all tenants.
    async fn disclosure_figures(&self, ctx: &Context<'_>) -> Result<Vec<DisclosureFigure>> {
        let asking = asking(ctx)?;
        let figures = actions::list_figures(&asking.tools, asking.caller()?).await?;
        Ok(figures.into_iter().map(DisclosureFigure::from).collect())
    }
}

/// The policy's own table, with what was sent in its cells.
fn matrix(policy: &policy::Policy, shared: &actions::Shared) -> Vec<SharedField> {
    let destinations = policy.destinations();
    let is_on = |recipient: &str| {
        let state = |one: &&Destination| one.recipient == recipient && one.state == model::DestinationState::On;
        shared.destinations.iter().any(|one| state(&one))
    };
    let withheld =
        |recipient: &str| shared.withheld.iter().find(|kept| kept.recipient == recipient).map_or(0, |kept| kept.times);
    let row = |row: policy::Row<'_>| {
        let field = format!("{}.{}", row.category.code.get_ref(), row.field.code.get_ref());
        let cells = destinations.iter().zip(&row.forms).map(|(recipient, form)| {
            let recipient = recipient.code.get_ref();
            let given = shared.given.iter().find(|given| given.field == field && given.recipient == *recipient);
            SharedCell {
                recipient: recipient.clone(),
                is_on: is_on(recipient),
                form: form.code().to_owned(),
                forms_sent: given.map(|given| given.forms.clone()).unwrap_or_default(),
                times: given.map_or(0, |given| given.times),
                last_at: given.map(|given| given.last_at),
                withheld: withheld(recipient),
            }
        });
        let title = row.field.title.in_locale(policy.first_locale(), policy.first_locale()).to_owned();
        SharedField { cells: cells.collect(), field, title }
    };
    policy.matrix().into_iter().map(row).collect()
}

/// Where events are to be sent.
#[derive(InputObject)]
pub struct SetDestinationInput {
    /// Of which tenant.
    tenant: ID,
    /// The one store whose events it gets; those of all where nothing is said.
    store: Option<ID>,
    /// The recipient, by its code in the policy.
    recipient: String,
    /// Where it is called: at one of the hosts that the policy lists for it.
    url: String,
    /// The country or region it works in there.
    region: String,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// A destination that is to be turned on or off.
#[derive(InputObject)]
pub struct TurnDestinationInput {
    /// Which destination.
    id: ID,
    /// Whether it gets events.
    on: bool,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// What happened in a shop.
#[derive(InputObject)]
pub struct RelayEventInput {
    /// In which store.
    store: ID,
    /// What it was.
    kind: RelayedKind,
    /// When it was; now where nothing is said.
    happened_at: Option<DateTime<Utc>>,
    /// What is known of it.
    fields: Vec<RelayedFieldInput>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// A field of an event: a value, parts of a name or address, or the things in a cart.
#[derive(InputObject)]
pub struct RelayedFieldInput {
    /// Its code in the policy below that of its category, such as customer.email.
    field: String,
    /// Its value, where it is one.
    value: Option<String>,
    /// Its parts: first and last of a name; line1, line2, city, province, zip and country of an address.
    parts: Option<Vec<RelayedPartInput>>,
    /// The things in a cart.
    items: Option<Vec<RelayedItemInput>>,
}

/// A part of a value.
#[derive(InputObject)]
pub struct RelayedPartInput {
    /// Which part.
    part: String,
    /// Its value.
    value: String,
}

/// A thing in a cart.
#[derive(InputObject)]
pub struct RelayedItemInput {
    /// What it is called.
    name: Option<String>,
    /// What the merchant calls it.
    sku: Option<String>,
    /// How many of it.
    quantity: i32,
}

impl RelayedFieldInput {
    fn read(self) -> Option<(String, Value)> {
        let parts = |parts: Vec<RelayedPartInput>| {
            Value::Object(parts.into_iter().map(|one| (one.part, Value::from(one.value))).collect())
        };
        let item = |item: RelayedItemInput| {
            let mut parts = Map::from_iter([("quantity".to_owned(), Value::from(item.quantity.to_string()))]);
            parts.extend(item.name.map(|name| ("name".to_owned(), Value::from(name))));
            parts.extend(item.sku.map(|sku| ("sku".to_owned(), Value::from(sku))));
            Value::Object(parts)
        };
        let value = match (self.value, self.parts, self.items) {
            (Some(value), None, None) => Value::from(value),
            (None, Some(given), None) => parts(given),
            (None, None, Some(items)) => Value::Array(items.into_iter().map(item).collect()),
            _ => return None,
        };
        Some((self.field, value))
    }
}

/// A destination as it was set up.
#[derive(SimpleObject)]
pub struct SetDestination {
    /// The destination.
    destination: DestinationNode,
    /// What its deliveries are signed with, this once; null where the call is a repeated one.
    secret: Option<String>,
}

/// An event that was taken in.
#[derive(SimpleObject)]
pub struct RelayedEvent {
    /// Its id.
    id: String,
    /// Fields that were let go: the policy does not list them, or they fit no shape of theirs.
    dropped: Vec<String>,
}

payload! {
    /// What came of setting up a destination.
    SetDestinationPayload {
        /// The destination, and what signs what it gets.
        set: SetDestination
    }
}
payload! {
    /// What came of turning a destination.
    TurnDestinationPayload {
        /// The destination as it is now.
        destination: DestinationNode
    }
}
payload! {
    /// What came of telling of an event.
    RelayEventPayload {
        /// The event.
        event: RelayedEvent
    }
}

/// What can be said to the relay.
#[derive(Default)]
pub struct RelayMutation;

#[Object]
impl RelayMutation {
    /// Has events sent to a recipient, or moves where they are sent; its deliveries are signed anew from then on.
    async fn set_destination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to.")] input: SetDestinationInput,
    ) -> Result<SetDestinationPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&input.tenant)?;
        let store = input.store.as_ref().map(|id| place::<StoreId>(id, "store")).transpose()?;
        if store.is_some_and(|store| store.tenant != tenant) {
            return Err(Error::NotFound("store"));
        }
        let store = store.map(|store| store.id);
        let SetDestinationInput { recipient, url, region, .. } = input;
        let new = NewDestination { tenant, store, recipient, url, region };
        let done = actions::set_destination(&asking.tools, caller, new, once).await;
        SetDestinationPayload::of(done.map(|(set, secret): (Destination, Option<Secret>)| SetDestination {
            destination: DestinationNode(set),
            secret: secret.map(|secret| secret.expose().to_owned()),
        }))
    }

    /// Turns a destination on or off.
    async fn turn_destination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: TurnDestinationInput,
    ) -> Result<TurnDestinationPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<DestinationId>(&input.id, "destination")?;
        let done = actions::turn_destination(&asking.tools, asking.caller()?, at, input.on, once).await;
        TurnDestinationPayload::of(done.map(DestinationNode))
    }

    /// Tells of what happened in a shop, to be sent to its destinations in the forms that the policy gives each of them.
    async fn relay_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened.")] input: RelayEventInput,
    ) -> Result<RelayEventPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<StoreId>(&input.store, "store")?;
        let fields = Fields(input.fields.into_iter().filter_map(RelayedFieldInput::read).collect());
        let happened_at = input.happened_at.map(Instant::from_utc);
        let new = NewEvent { kind: input.kind.into(), happened_at, fields };
        let done = actions::accept_event(&asking.tools, asking.caller()?, at, new, once).await;
        RelayEventPayload::of(done.map(|Accepted { id, dropped }| RelayedEvent { id: id.to_string(), dropped }))
    }
}
