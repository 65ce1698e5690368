//! What merchants' own programs tell: what they give, and what comes of it.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{self, NewBilling, NewEntry, NewLink, NewShipment, NewSnapshot, NewUsage, OrderAt, Written};
use super::super::queries::telling;
use super::OrderNode;
use super::nodes::Amount;
use crate::floor::graphql::{asking, handle, node_id, once, payload, place, tenant_place};
use crate::floor::kernel::{Instant, Personal, Ref, Result};

/// How far a parcel has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ShipmentState")]
pub enum ShipmentState {
    /// The courier knows of it.
    Announced,
    /// It is on its way.
    Shipped,
    /// It is where it should be.
    Delivered,
    /// It came back.
    Returned,
    /// Nobody knows where it is.
    Lost,
}

/// What money was.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::LedgerKind")]
pub enum LedgerKind {
    /// Paid at the door.
    CashOnDelivery,
    /// Paid before.
    Payment,
    /// Paid by the merchant.
    Expense,
}

/// A line of a merchant's books of money.
#[derive(SimpleObject)]
pub struct LedgerEntry {
    /// What it was.
    kind: LedgerKind,
    /// How much.
    amount: Amount,
    /// When.
    at: DateTime<Utc>,
    /// For which order; it may be gone by now.
    order_id: Option<ID>,
}

impl From<telling::LedgerEntry> for LedgerEntry {
    fn from(row: telling::LedgerEntry) -> Self {
        Self {
            kind: row.kind.into(),
            amount: Amount::from(&model::Amount { micros: row.amount, currency: row.currency }),
            at: row.at,
            order_id: row.order_id.map(|order| node_id(Ref::new(row.tenant_id, order))),
        }
    }
}

/// Where a merchant buys what he sells.
#[derive(SimpleObject)]
pub struct SupplierLink {
    /// The merchant's stock-keeping unit.
    sku: String,
    /// The supplier's page.
    url: String,
    /// What the supplier calls it.
    supplier_sku: Option<String>,
    /// Since when.
    linked_at: DateTime<Utc>,
}

impl From<telling::SupplierLink> for SupplierLink {
    fn from(telling::SupplierLink { sku, url, supplier_sku, linked_at, .. }: telling::SupplierLink) -> Self {
        Self { sku, url, supplier_sku, linked_at }
    }
}

/// What a supplier asked at a time.
#[derive(SimpleObject)]
pub struct SupplierSnapshot {
    /// When.
    at: DateTime<Utc>,
    /// For one.
    price: Option<Amount>,
    /// How many there were.
    stock: Option<i32>,
}

impl From<telling::SupplierSnapshot> for SupplierSnapshot {
    fn from(row: telling::SupplierSnapshot) -> Self {
        let price = model::Amount::of(row.price, row.currency);
        Self { at: row.at, price: price.as_ref().map(Amount::from), stock: row.stock }
    }
}

/// What a member used.
#[derive(SimpleObject)]
pub struct UsageEvent {
    /// A short name for the member that says nothing about the person.
    person: String,
    /// Its code.
    kind: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<telling::UsageEvent> for UsageEvent {
    fn from(telling::UsageEvent { subject_id, kind, at, .. }: telling::UsageEvent) -> Self {
        Self { person: handle(subject_id), kind, at }
    }
}

/// What a billing provider told.
#[derive(SimpleObject)]
pub struct BillingEvent {
    /// Its code.
    kind: String,
    /// How much.
    amount: Amount,
    /// When.
    at: DateTime<Utc>,
}

impl From<telling::BillingEvent> for BillingEvent {
    fn from(row: telling::BillingEvent) -> Self {
        let amount = Amount::from(&model::Amount { micros: row.amount, currency: row.currency });
        Self { kind: row.kind, amount, at: row.at }
    }
}

/// A sum of money as it is told.
#[derive(InputObject)]
pub struct AmountInput {
    /// In decimals, such as 12.50.
    value: String,
    /// Its code by ISO 4217.
    currency: String,
}

impl From<AmountInput> for Written {
    fn from(AmountInput { value, currency }: AmountInput) -> Self {
        Self { value, currency }
    }
}

/// An order, by what its platform calls it.
#[derive(InputObject)]
pub struct OrderAtInput {
    /// Of which store.
    store: ID,
    /// The platform's own id of the order.
    platform_id: String,
}

impl OrderAtInput {
    fn read(self) -> Result<OrderAt> {
        Ok(OrderAt { store: place(&self.store, "store")?, platform_id: self.platform_id })
    }
}

/// How far a parcel has come.
#[derive(InputObject)]
pub struct RecordShipmentInput {
    /// Of which order.
    order: OrderAtInput,
    /// Which parcel of the order, counted from 1; what was told of it before is written over.
    number: i32,
    /// Who carries it.
    courier: String,
    /// The courier's reference; sealed under the buyer's key, and kept only where the policy lists it.
    tracking: Option<String>,
    /// How far it has come.
    state: ShipmentState,
    /// When it went.
    shipped_at: Option<DateTime<Utc>>,
    /// When it came.
    delivered_at: Option<DateTime<Utc>>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// A line for a merchant's books of money.
#[derive(InputObject)]
pub struct RecordLedgerEntryInput {
    /// Of which tenant.
    tenant: ID,
    /// For which order, if for one.
    order: Option<OrderAtInput>,
    /// What it was.
    kind: LedgerKind,
    /// How much.
    amount: AmountInput,
    /// When.
    at: DateTime<Utc>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// Where a merchant buys what he sells.
#[derive(InputObject)]
pub struct LinkSupplierInput {
    /// Which tenant.
    tenant: ID,
    /// The merchant's stock-keeping unit.
    sku: String,
    /// The supplier's page.
    url: String,
    /// What the supplier calls it.
    supplier_sku: Option<String>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// What a supplier asks.
#[derive(InputObject)]
pub struct RecordSupplierSnapshotInput {
    /// Of which tenant.
    tenant: ID,
    /// The merchant's stock-keeping unit, as it was linked.
    sku: String,
    /// The supplier's page, as it was linked.
    url: String,
    /// For one.
    price: Option<AmountInput>,
    /// How many there are.
    stock: Option<i32>,
    /// When.
    at: DateTime<Utc>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// What a member used.
#[derive(InputObject)]
pub struct RecordUsageInput {
    /// Which member.
    member: ID,
    /// A code, in which nobody is named.
    kind: String,
    /// When.
    at: DateTime<Utc>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// What a billing provider told.
#[derive(InputObject)]
pub struct RecordBillingInput {
    /// Of which tenant.
    tenant: ID,
    /// A code, such as charged or refunded.
    kind: String,
    /// How much.
    amount: AmountInput,
    /// What the provider calls it; told twice, it is one.
    reference: String,
    /// When.
    at: DateTime<Utc>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

payload! {
    /// What came of telling of a parcel.
    RecordShipmentPayload {
        /// The order, with its parcels as they are now.
        order: OrderNode
    }
}
payload! {
    /// What came of telling of money.
    RecordLedgerEntryPayload {
        /// The line.
        entry: LedgerEntry
    }
}
payload! {
    /// What came of linking a supplier.
    LinkSupplierPayload {
        /// The link.
        link: SupplierLink
    }
}
payload! {
    /// What came of telling what a supplier asks.
    RecordSupplierSnapshotPayload {
        /// What was written down.
        snapshot: SupplierSnapshot
    }
}
payload! {
    /// What came of telling what a member used.
    RecordUsagePayload {
        /// What was written down.
        event: UsageEvent
    }
}
payload! {
    /// What came of telling what a billing provider told.
    RecordBillingPayload {
        /// What was written down.
        event: BillingEvent
    }
}

/// What can be told beside what platforms tell.
#[derive(Default)]
pub struct RecordMutation;

#[Object]
impl RecordMutation {
    /// Writes down how far a parcel of an order has come.
    async fn record_shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The parcel.")] input: RecordShipmentInput,
    ) -> Result<RecordShipmentPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let new = NewShipment {
            order: input.order.read()?,
            number: input.number,
            courier: input.courier,
            tracking: input.tracking.map(Personal::new),
            state: input.state.into(),
            shipped_at: input.shipped_at.map(Instant::from_utc),
            delivered_at: input.delivered_at.map(Instant::from_utc),
        };
        let done = actions::record_shipment(&asking.tools, caller, new, once).await;
        RecordShipmentPayload::of(done.map(OrderNode))
    }

    /// Writes a line of a merchant's books of money.
    async fn record_ledger_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line.")] input: RecordLedgerEntryInput,
    ) -> Result<RecordLedgerEntryPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&input.tenant)?;
        let new = NewEntry {
            order: input.order.map(OrderAtInput::read).transpose()?,
            kind: input.kind.into(),
            amount: input.amount.into(),
            at: Instant::from_utc(input.at),
        };
        let done = actions::record_entry(&asking.tools, caller, tenant, new, once).await;
        RecordLedgerEntryPayload::of(done.map(LedgerEntry::from))
    }

    /// Writes down where a merchant buys what he sells.
    async fn link_supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thing and its supplier.")] input: LinkSupplierInput,
    ) -> Result<LinkSupplierPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&input.tenant)?;
        let new = NewLink { sku: input.sku, url: input.url, supplier_sku: input.supplier_sku };
        let done = actions::link_supplier(&asking.tools, caller, tenant, new, once).await;
        LinkSupplierPayload::of(done.map(SupplierLink::from))
    }

    /// Writes down what a supplier asks for a thing that is linked.
    async fn record_supplier_snapshot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What he asks.")] input: RecordSupplierSnapshotInput,
    ) -> Result<RecordSupplierSnapshotPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&input.tenant)?;
        let (price, at) = (input.price.map(Written::from), Instant::from_utc(input.at));
        let new = NewSnapshot { sku: input.sku, url: input.url, price, stock: input.stock, at };
        let done = actions::record_snapshot(&asking.tools, caller, tenant, new, once).await;
        RecordSupplierSnapshotPayload::of(done.map(SupplierSnapshot::from))
    }

    /// Writes down what a member used.
    async fn record_usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who used what.")] input: RecordUsageInput,
    ) -> Result<RecordUsagePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let member = place(&input.member, "member")?;
        let new = NewUsage { member, kind: input.kind, at: Instant::from_utc(input.at) };
        let done = actions::record_usage(&asking.tools, caller, new, once).await;
        RecordUsagePayload::of(done.map(UsageEvent::from))
    }

    /// Writes down what a billing provider told.
    async fn record_billing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it told.")] input: RecordBillingInput,
    ) -> Result<RecordBillingPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        let tenant = tenant_place(&input.tenant)?;
        let (amount, at) = (input.amount.into(), Instant::from_utc(input.at));
        let new = NewBilling { kind: input.kind, amount, reference: input.reference, at };
        let done = actions::record_billing(&asking.tools, caller, tenant, new, once).await;
        RecordBillingPayload::of(done.map(BillingEvent::from))
    }
}
