//! Records and persons as the API tells them. What is personal answers with a mask.

use async_graphql::{ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::model::{self, Contact, Counts, Customer, Found, Order, Product};
use super::telling::ShipmentState;
use crate::floor::graphql::{Mask, MaskKind, handle, node_id};
use crate::floor::kernel::{Instant, Ref, SubjectId};
use crate::floor::platforms::Money;

/// A sum of money.
#[derive(SimpleObject)]
pub struct Amount {
    /// In decimals, such as 12.50.
    value: String,
    /// Its code by ISO 4217.
    currency: String,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        let currency = String::from_utf8_lossy(&money.currency).into_owned();
        Self::from(&model::Amount { micros: money.micros, currency })
    }
}

impl From<&model::Amount> for Amount {
    fn from(amount: &model::Amount) -> Self {
        Self { value: amount.to_string(), currency: amount.currency.clone() }
    }
}

/// A buyer's account.
pub struct CustomerNode(pub Customer);

/// A buyer with an account at a shop. Who it is stays sealed.
#[Object(name = "Customer")]
impl CustomerNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// Of which store.
    async fn store_id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.store))
    }

    /// A short name for the person that says nothing about them: the same wherever the tenant's records are about them.
    async fn person(&self) -> String {
        handle(self.0.subject)
    }

    /// The given name, sealed.
    async fn given_name(&self) -> Option<Mask> {
        mask(self.0.has_given_name, MaskKind::Name, self.0.subject)
    }

    /// The family name, sealed.
    async fn family_name(&self) -> Option<Mask> {
        mask(self.0.has_family_name, MaskKind::Name, self.0.subject)
    }

    /// The mail address, sealed.
    async fn mail(&self) -> Option<Mask> {
        mask(self.0.has_mail, MaskKind::Mail, self.0.subject)
    }

    /// The telephone, sealed.
    async fn phone(&self) -> Option<Mask> {
        mask(self.0.has_phone, MaskKind::Phone, self.0.subject)
    }

    /// The postal address, sealed.
    async fn address(&self) -> Option<Mask> {
        mask(self.0.has_address, MaskKind::Address, self.0.subject)
    }

    /// The country of that address.
    async fn country(&self) -> Option<&str> {
        self.0.country.as_deref()
    }

    /// Whether the person wishes to be written to, as far as the platform knows.
    async fn wants_mail(&self) -> Option<bool> {
        self.0.wants_mail
    }

    /// Since when the account is there, by the platform's clock.
    async fn created_at(&self) -> Option<DateTime<Utc>> {
        self.0.created_at.map(Instant::utc)
    }

    /// When it last changed, by the platform's clock.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at.utc()
    }

    /// When we first heard of it.
    async fn taken_at(&self) -> DateTime<Utc> {
        self.0.taken_at.utc()
    }
}

/// What was bought.
pub struct OrderNode(pub Order);

/// What was bought at a shop, and whom it was sent to, sealed.
#[Object(name = "Order")]
impl OrderNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// Of which store.
    async fn store_id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.store))
    }

    /// The number the shop gave it, such as #1001.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// A short name for the buyer that says nothing about them; none where the policy keeps orders without buyers, and
    /// none once the buyer is forgotten.
    async fn person(&self) -> Option<String> {
        self.0.subject.map(handle)
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime<Utc> {
        self.0.placed_at.utc()
    }

    /// When it was called off.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.0.cancelled_at.map(Instant::utc)
    }

    /// How far it is paid, in the platform's word.
    async fn payment(&self) -> Option<&str> {
        self.0.payment.as_deref()
    }

    /// How far it is sent, in the platform's word.
    async fn fulfilment(&self) -> Option<&str> {
        self.0.fulfilment.as_deref()
    }

    /// What it came to.
    async fn total(&self) -> Option<Amount> {
        self.0.total.as_ref().map(Amount::from)
    }

    /// What it holds.
    async fn lines(&self) -> Vec<OrderLine> {
        let line = |line: &model::Line| OrderLine {
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            price: line.price.as_ref().map(Amount::from),
        };
        self.0.lines.iter().map(line).collect()
    }

    /// Who ordered and where it was sent; none where nothing of it is kept.
    async fn contact(&self) -> Option<OrderContact> {
        Some(OrderContact { of: self.0.contact.clone()?, subject: self.0.subject? })
    }

    /// Its parcels.
    async fn shipments(&self) -> Vec<Shipment> {
        let shipment = |sent: &model::Shipment| Shipment {
            number: sent.number,
            courier: sent.courier.clone(),
            tracking: sent.subject.and_then(|subject| mask(sent.has_tracking, MaskKind::Tracking, subject)),
            state: sent.state.into(),
            shipped_at: sent.shipped_at.map(Instant::utc),
            delivered_at: sent.delivered_at.map(Instant::utc),
        };
        self.0.shipments.iter().map(shipment).collect()
    }

    /// When it last changed, by the platform's clock.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at.utc()
    }

    /// When we first heard of it.
    async fn taken_at(&self) -> DateTime<Utc> {
        self.0.taken_at.utc()
    }
}

/// One parcel of an order.
#[derive(SimpleObject)]
pub struct Shipment {
    /// Which of the order's parcels.
    number: i32,
    /// Who carries it.
    courier: String,
    /// The courier's reference, sealed.
    tracking: Option<Mask>,
    /// How far it has come.
    state: ShipmentState,
    /// When it went.
    shipped_at: Option<DateTime<Utc>>,
    /// When it came.
    delivered_at: Option<DateTime<Utc>>,
}

/// One thing of an order.
#[derive(SimpleObject)]
pub struct OrderLine {
    /// Its stock-keeping unit.
    sku: Option<String>,
    /// What it is called.
    title: Option<String>,
    /// How many.
    quantity: i32,
    /// What one costs.
    price: Option<Amount>,
}

/// The personal half of an order.
pub struct OrderContact {
    of: Contact,
    subject: SubjectId,
}

/// Who ordered and where it was sent, sealed.
#[Object]
impl OrderContact {
    /// What the platform calls the buyer in public, sealed.
    async fn handle(&self) -> Option<Mask> {
        mask(self.of.has_handle, MaskKind::Name, self.subject)
    }

    /// The mail address, sealed.
    async fn mail(&self) -> Option<Mask> {
        mask(self.of.has_mail, MaskKind::Mail, self.subject)
    }

    /// The telephone, sealed.
    async fn phone(&self) -> Option<Mask> {
        mask(self.of.has_phone, MaskKind::Phone, self.subject)
    }

    /// Where it was sent, sealed.
    async fn address(&self) -> Option<Mask> {
        mask(self.of.has_address, MaskKind::Address, self.subject)
    }

    /// Into which country.
    async fn country(&self) -> Option<&str> {
        self.of.country.as_deref()
    }
}

/// What is sold.
pub struct ProductNode(pub Product);

/// What a shop sells.
#[Object(name = "Product")]
impl ProductNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.id))
    }

    /// Of which store.
    async fn store_id(&self) -> ID {
        node_id(Ref::new(self.0.tenant, self.0.store))
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Whether it is on sale, in the platform's word.
    async fn status(&self) -> Option<&str> {
        self.0.status.as_deref()
    }

    /// The kinds it is sold in.
    async fn variants(&self) -> Vec<ProductVariant> {
        let variant = |variant: &model::Variant| ProductVariant {
            platform_id: variant.platform_id.clone(),
            sku: variant.sku.clone(),
            title: variant.title.clone(),
            price: variant.price.as_ref().map(Amount::from),
        };
        self.0.variants.iter().map(variant).collect()
    }

    /// When it last changed, by the platform's clock.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at.utc()
    }

    /// When we first heard of it.
    async fn taken_at(&self) -> DateTime<Utc> {
        self.0.taken_at.utc()
    }
}

/// One kind a product is sold in.
#[derive(SimpleObject)]
pub struct ProductVariant {
    /// What its platform calls it.
    platform_id: String,
    /// Its stock-keeping unit.
    sku: Option<String>,
    /// What it is called.
    title: Option<String>,
    /// What one costs.
    price: Option<Amount>,
}

/// How much is kept of a store.
#[derive(SimpleObject)]
pub struct RecordCounts {
    /// Buyers with an account.
    customers: i64,
    /// What was bought.
    orders: i64,
    /// What is sold.
    products: i64,
    /// The kinds it is sold in.
    variants: i64,
    /// Stock levels, one for each place.
    inventory: i64,
}

impl From<Counts> for RecordCounts {
    fn from(Counts { customers, orders, products, variants, inventory }: Counts) -> Self {
        Self { customers, orders, products, variants, inventory }
    }
}

/// A person that a tenant's records are about, as far as that may be told without opening anything.
#[derive(SimpleObject)]
pub struct Subject {
    /// The id.
    id: ID,
    /// A short name that says nothing about the person.
    person: String,
    /// The stores that know the person.
    store_ids: Vec<ID>,
    /// How much is kept about the person.
    rows: Vec<SubjectRows>,
}

/// How much one table holds about a person.
#[derive(SimpleObject)]
pub struct SubjectRows {
    /// The table, as the data map names it.
    table: String,
    /// How many rows.
    count: i64,
}

impl From<Found> for Subject {
    fn from(found: Found) -> Self {
        Self {
            id: node_id(Ref::new(found.tenant, found.subject)),
            person: handle(found.subject),
            store_ids: found.stores.into_iter().map(|store| node_id(Ref::new(found.tenant, store))).collect(),
            rows: found.rows.into_iter().map(|(table, count)| SubjectRows { table, count }).collect(),
        }
    }
}

fn mask(is_there: bool, kind: MaskKind, subject: SubjectId) -> Option<Mask> {
    is_there.then(|| Mask::of(kind, subject))
}
