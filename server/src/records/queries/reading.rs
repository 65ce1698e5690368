//! Rows as they are shown: pages by keyset, and what hangs on a page's rows with one look at each table.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{IsNotNull, exists};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};

use super::super::model::{
    Amount, Contact, Counts, Customer, Found, Line, Order, Product, Shipment, ShipmentState, Variant,
};
use super::super::tables::{customers, order_contacts, order_lines, orders, products, shipments, variants};
use crate::floor::graphql::Page;
use crate::floor::kernel::ids::{CustomerId, OrderId, ProductId};
use crate::floor::kernel::{Instant, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, statement, walk};

diesel::allow_tables_to_appear_in_same_query!(products, variants);

/// Which orders a list holds; all that is said must fit.
#[derive(Default)]
pub struct OrderFilter {
    pub stores: Option<Vec<StoreId>>,
    pub placed_after: Option<Instant>,
    pub placed_before: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders)]
struct OrderRow {
    tenant_id: TenantId,
    id: OrderId,
    store_id: StoreId,
    subject_id: Option<SubjectId>,
    name: String,
    placed_at: DateTime<Utc>,
    cancelled_at: Option<DateTime<Utc>>,
    payment: Option<String>,
    fulfilment: Option<String>,
    total: Option<i64>,
    currency: Option<String>,
    updated_at: DateTime<Utc>,
    taken_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = order_contacts)]
#[expect(clippy::struct_excessive_bools, reason = "whether each sealed column holds anything")]
struct ContactRow {
    id: OrderId,
    #[diesel(select_expression = order_contacts::handle.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<order_contacts::handle>)]
    has_handle: bool,
    #[diesel(select_expression = order_contacts::mail.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<order_contacts::mail>)]
    has_mail: bool,
    #[diesel(select_expression = order_contacts::phone.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<order_contacts::phone>)]
    has_phone: bool,
    #[diesel(select_expression = order_contacts::address.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<order_contacts::address>)]
    has_address: bool,
    country: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = order_lines)]
struct LineRow {
    order_id: OrderId,
    sku: Option<String>,
    title: Option<String>,
    quantity: i32,
    price: Option<i64>,
    currency: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = shipments)]
struct ShipmentRow {
    order_id: OrderId,
    number: i32,
    subject_id: Option<SubjectId>,
    courier: String,
    #[diesel(select_expression = shipments::tracking.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<shipments::tracking>)]
    has_tracking: bool,
    state: ShipmentState,
    shipped_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
}

impl From<ShipmentRow> for Shipment {
    fn from(row: ShipmentRow) -> Self {
        Self {
            number: row.number,
            subject: row.subject_id,
            courier: row.courier,
            has_tracking: row.has_tracking,
            state: row.state,
            shipped_at: row.shipped_at.map(Instant::from_utc),
            delivered_at: row.delivered_at.map(Instant::from_utc),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = customers)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one column whether it is filled")]
struct CustomerRow {
    tenant_id: TenantId,
    id: CustomerId,
    store_id: StoreId,
    subject_id: SubjectId,
    #[diesel(select_expression = customers::given_name.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<customers::given_name>)]
    has_given_name: bool,
    #[diesel(select_expression = customers::family_name.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<customers::family_name>)]
    has_family_name: bool,
    #[diesel(select_expression = customers::mail.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<customers::mail>)]
    has_mail: bool,
    #[diesel(select_expression = customers::phone.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<customers::phone>)]
    has_phone: bool,
    #[diesel(select_expression = customers::address.is_not_null())]
    #[diesel(select_expression_type = IsNotNull<customers::address>)]
    has_address: bool,
    country: Option<String>,
    wants_mail: Option<bool>,
    created_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    taken_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = products)]
struct ProductRow {
    tenant_id: TenantId,
    id: ProductId,
    store_id: StoreId,
    title: String,
    status: Option<String>,
    updated_at: DateTime<Utc>,
    taken_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = variants)]
struct VariantRow {
    product_id: ProductId,
    platform_id: String,
    sku: Option<String>,
    title: Option<String>,
    price: Option<i64>,
    currency: Option<String>,
}

impl From<CustomerRow> for Customer {
    fn from(row: CustomerRow) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            subject: row.subject_id,
            has_given_name: row.has_given_name,
            has_family_name: row.has_family_name,
            has_mail: row.has_mail,
            has_phone: row.has_phone,
            has_address: row.has_address,
            country: row.country,
            wants_mail: row.wants_mail,
            created_at: row.created_at.map(Instant::from_utc),
            updated_at: Instant::from_utc(row.updated_at),
            taken_at: Instant::from_utc(row.taken_at),
        }
    }
}

/// A page of the pinned tenant's orders, newest first, and how many there are in all.
pub fn orders(tx: &mut Tx, filter: &OrderFilter, page: &Page) -> Result<(Vec<Order>, i64)> {
    let tenant = tx.tenant()?;
    let total = orders_of(tenant, filter).count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = orders_of(tenant, filter).select(OrderRow::as_select());
    let rows = walk!(query, (orders::placed_at, orders::id), beyond, page.is_backward, page.limit());
    let rows = rows.load(tx.conn())?;
    Ok((with_lines(tx, rows)?, total))
}

fn orders_of(tenant: TenantId, filter: &OrderFilter) -> orders::BoxedQuery<'static, Pg> {
    let mut query = orders::table.filter(orders::tenant_id.eq(tenant)).into_boxed();
    if let Some(stores) = &filter.stores {
        query = query.filter(orders::store_id.eq_any(stores.clone()));
    }
    if let Some(after) = filter.placed_after {
        query = query.filter(orders::placed_at.gt(after.utc()));
    }
    if let Some(before) = filter.placed_before {
        query = query.filter(orders::placed_at.lt(before.utc()));
    }
    query
}

/// One order of the pinned tenant.
pub fn order(tx: &mut Tx, id: OrderId) -> Result<Option<Order>> {
    let row = orders::table.find((tx.tenant()?, id)).select(OrderRow::as_select()).load(tx.conn())?;
    Ok(with_lines(tx, row)?.pop())
}

fn with_lines(tx: &mut Tx, rows: Vec<OrderRow>) -> Result<Vec<Order>> {
    let (tenant, ids) = (tx.tenant()?, rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let contacts: Vec<ContactRow> = order_contacts::table
        .filter(order_contacts::tenant_id.eq(tenant).and(order_contacts::id.eq_any(ids.clone())))
        .select(ContactRow::as_select())
        .load(tx.conn())?;
    let mut contacts: HashMap<OrderId, ContactRow> = contacts.into_iter().map(|row| (row.id, row)).collect();
    let found: Vec<LineRow> = order_lines::table
        .filter(order_lines::tenant_id.eq(tenant).and(order_lines::order_id.eq_any(ids.clone())))
        .order((order_lines::order_id, order_lines::place))
        .select(LineRow::as_select())
        .load(tx.conn())?;
    let mut lines: HashMap<OrderId, Vec<Line>> = HashMap::new();
    for LineRow { order_id, sku, title, quantity, price, currency } in found {
        lines.entry(order_id).or_default().push(Line { sku, title, quantity, price: Amount::of(price, currency) });
    }
    let sent: Vec<ShipmentRow> = shipments::table
        .filter(shipments::tenant_id.eq(tenant).and(shipments::order_id.eq_any(ids)))
        .order((shipments::order_id, shipments::number))
        .select(ShipmentRow::as_select())
        .load(tx.conn())?;
    let mut parcels: HashMap<OrderId, Vec<Shipment>> = HashMap::new();
    for row in sent {
        parcels.entry(row.order_id).or_default().push(Shipment::from(row));
    }
    let order = |row: OrderRow| Order {
        contact: contacts.remove(&row.id).map(|row| Contact {
            has_handle: row.has_handle,
            has_mail: row.has_mail,
            has_phone: row.has_phone,
            has_address: row.has_address,
            country: row.country,
        }),
        lines: lines.remove(&row.id).unwrap_or_default(),
        shipments: parcels.remove(&row.id).unwrap_or_default(),
        tenant: row.tenant_id,
        id: row.id,
        store: row.store_id,
        subject: row.subject_id,
        name: row.name,
        placed_at: Instant::from_utc(row.placed_at),
        cancelled_at: row.cancelled_at.map(Instant::from_utc),
        payment: row.payment,
        fulfilment: row.fulfilment,
        total: Amount::of(row.total, row.currency),
        updated_at: Instant::from_utc(row.updated_at),
        taken_at: Instant::from_utc(row.taken_at),
    };
    Ok(rows.into_iter().map(order).collect())
}

/// A page of the pinned tenant's buyers, the last that came first, and how many there are in all.
pub fn customers(tx: &mut Tx, stores: Option<&[StoreId]>, page: &Page) -> Result<(Vec<Customer>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let own = customers::table.filter(customers::tenant_id.eq(tenant)).into_boxed::<Pg>();
        match stores {
            Some(stores) => own.filter(customers::store_id.eq_any(stores.to_vec())),
            None => own,
        }
    };
    let total = own().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = own().select(CustomerRow::as_select());
    let rows = walk!(query, (customers::taken_at, customers::id), beyond, page.is_backward, page.limit());
    Ok((rows.load(tx.conn())?.into_iter().map(Customer::from).collect(), total))
}

/// One buyer of the pinned tenant.
pub fn customer(tx: &mut Tx, id: CustomerId) -> Result<Option<Customer>> {
    let query = customers::table.find((tx.tenant()?, id)).select(CustomerRow::as_select());
    Ok(query.first(tx.conn()).optional()?.map(Customer::from))
}

/// A page of the pinned tenant's products, the last that came first, and how many there are in all.
pub fn products(
    tx: &mut Tx,
    stores: Option<&[StoreId]>,
    sku_begins: Option<&str>,
    page: &Page,
) -> Result<(Vec<Product>, i64)> {
    let tenant = tx.tenant()?;
    let own = || {
        let mut own = products::table.filter(products::tenant_id.eq(tenant)).into_boxed::<Pg>();
        if let Some(stores) = stores {
            own = own.filter(products::store_id.eq_any(stores.to_vec()));
        }
        if let Some(begins) = sku_begins {
            let kinds = variants::table
                .filter(variants::tenant_id.eq(products::tenant_id).and(variants::product_id.eq(products::id)))
                .filter(variants::sku.like(format!("{}%", literal(begins))));
            own = own.filter(exists(kinds));
        }
        own
    };
    let total = own().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = own().select(ProductRow::as_select());
    let rows = walk!(query, (products::taken_at, products::id), beyond, page.is_backward, page.limit());
    let rows = rows.load(tx.conn())?;
    Ok((with_variants(tx, rows)?, total))
}

/// A text that matches itself and nothing else.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// One product of the pinned tenant.
pub fn product(tx: &mut Tx, id: ProductId) -> Result<Option<Product>> {
    let row = products::table.find((tx.tenant()?, id)).select(ProductRow::as_select()).load(tx.conn())?;
    Ok(with_variants(tx, row)?.pop())
}

fn with_variants(tx: &mut Tx, rows: Vec<ProductRow>) -> Result<Vec<Product>> {
    let ids: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
    let found: Vec<VariantRow> = variants::table
        .filter(variants::tenant_id.eq(tx.tenant()?).and(variants::product_id.eq_any(ids)))
        .order((variants::product_id, variants::place))
        .select(VariantRow::as_select())
        .load(tx.conn())?;
    let mut kinds: HashMap<ProductId, Vec<Variant>> = HashMap::new();
    for VariantRow { product_id, platform_id, sku, title, price, currency } in found {
        let price = Amount::of(price, currency);
        kinds.entry(product_id).or_default().push(Variant { platform_id, sku, title, price });
    }
    let product = |row: ProductRow| Product {
        variants: kinds.remove(&row.id).unwrap_or_default(),
        tenant: row.tenant_id,
        id: row.id,
        store: row.store_id,
        title: row.title,
        status: row.status,
        updated_at: Instant::from_utc(row.updated_at),
        taken_at: Instant::from_utc(row.taken_at),
    };
    Ok(rows.into_iter().map(product).collect())
}

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = BigInt)]
    customers: i64,
    #[diesel(sql_type = BigInt)]
    orders: i64,
    #[diesel(sql_type = BigInt)]
    products: i64,
    #[diesel(sql_type = BigInt)]
    variants: i64,
    #[diesel(sql_type = BigInt)]
    inventory: i64,
}

/// How much is kept of a store of the pinned tenant, if it has it.
pub fn counts(tx: &mut Tx, store: StoreId) -> Result<Option<Counts>> {
    let row: Option<CountsRow> = statement(
        "select (select count(*) from customers r where (r.tenant_id, r.store_id) = (s.tenant_id, s.id)) as customers,
                (select count(*) from orders r where (r.tenant_id, r.store_id) = (s.tenant_id, s.id)) as orders,
                (select count(*) from products r where (r.tenant_id, r.store_id) = (s.tenant_id, s.id)) as products,
                (select count(*) from variants r where (r.tenant_id, r.store_id) = (s.tenant_id, s.id)) as variants,
                (select count(*) from inventory r where (r.tenant_id, r.store_id) = (s.tenant_id, s.id)) as inventory
           from stores s where s.tenant_id = ? and s.id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .get_result(tx.conn())
    .optional()?;
    Ok(row.map(|CountsRow { customers, orders, products, variants, inventory }| Counts {
        customers,
        orders,
        products,
        variants,
        inventory,
    }))
}

#[derive(QueryableByName)]
struct AboutRow {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Array<SqlUuid>)]
    stores: Vec<StoreId>,
}

/// What is kept about a person of the pinned tenant, who is all of these: how many rows of which table, of which stores.
pub fn about(tx: &mut Tx, subject: SubjectId, persons: &[SubjectId]) -> Result<Found> {
    let tenant = tx.tenant()?;
    let rows: Vec<AboutRow> = statement(
        "with bought as (select id, store_id from orders where tenant_id = ? and subject_id = any(?))
         select 'customers' as of, count(*) as rows, coalesce(array_agg(distinct store_id), '{}') as stores
           from customers where tenant_id = ? and subject_id = any(?)
         union all
         select 'orders', count(*), coalesce(array_agg(distinct store_id), '{}') from bought
         union all
         select 'order_contacts', count(*), '{}' from order_contacts where tenant_id = ? and id in (select id from bought)
         union all
         select 'order_lines', count(*), '{}' from order_lines where tenant_id = ? and order_id in (select id from bought)
         union all
         select 'shipments', count(*), '{}' from shipments where tenant_id = ? and subject_id = any(?)
         union all
         select 'ledger_entries', count(*), '{}' from ledger_entries where tenant_id = ? and subject_id = any(?)
         union all
         select 'subject_identifiers', count(*), '{}' from subject_identifiers where tenant_id = ? and subject_id = any(?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    let mut stores: Vec<StoreId> = rows.iter().flat_map(|row| row.stores.iter().copied()).collect();
    stores.sort_unstable();
    stores.dedup();
    let rows = rows.into_iter().map(|row| (row.of, row.rows)).collect();
    Ok(Found { tenant, subject, stores, rows })
}
