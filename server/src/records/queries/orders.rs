//! Rows of orders, of whom they were sent to, and of what they hold. The latter two are replaced as a set.

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::super::model::{Again, Fields, TakenIn, address, clean, columns};
use super::corrected::PutRight;
use super::{Look, Slot, first, slots};
use crate::floor::kernel::ids::OrderId;
use crate::floor::kernel::{Error, Instant, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::platforms::{Line, Order};
use crate::floor::vault::{Place, Vault};
use crate::subjects::{Passed, Standing};

const HELD: Look = Look {
    known: "select known.id from (select ?::uuid as tenant_id, ?::uuid as store_id) as at, unnest(?) as told (id),
        lateral (select id from orders where tenant_id is not distinct from at.tenant_id and store_id = at.store_id
                    and platform_id = told.id limit 1) as known order by known.id",
    held: "select held.*, exists (select from corrected_values where tenant_id is not distinct from at.tenant_id
                                     and row_id = known.id and until is null) as is_corrected
         from (select ?::uuid as tenant_id) as at, unnest(?) as known (id),
        lateral (select platform_id, id, generation, updated_at from orders
                  where tenant_id is not distinct from at.tenant_id and id = known.id for update) as held",
};

const PUT_RIGHT: &str =
    "select v.*, o.subject_id, c.generation, case v.field when 'handle' then c.handle when 'mail' then c.mail
         when 'phone' then c.phone when 'address' then c.address end as sealed
       from (select ?::uuid as tenant_id) as at, unnest(?) as told (id),
            lateral (select id, row_id, field, salt, was_digest from corrected_values
                      where tenant_id is not distinct from at.tenant_id and row_id = told.id and about = 'order_contacts'
                        and until is null) as v,
            lateral (select generation, handle, mail, phone, address from order_contacts
                      where tenant_id is not distinct from at.tenant_id and id = told.id) as c,
            lateral (select subject_id from orders
                      where tenant_id is not distinct from at.tenant_id and id = told.id and subject_id is not null) as o";

const NEW: &str =
    "insert into orders (tenant_id, store_id, taken_at, id, platform_id, subject_id, customer, name, placed_at,
    cancelled_at, payment, fulfilment, total, currency, generation, updated_at)
  select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as n";

/// When it was first taken in stays.
const CHANGED: &str = "update orders o set subject_id = n.subject_id, customer = n.customer, name = n.name,
    placed_at = n.placed_at, cancelled_at = n.cancelled_at, payment = n.payment, fulfilment = n.fulfilment,
    total = n.total, currency = n.currency, generation = n.generation, updated_at = n.updated_at
  from (select ?::uuid as tenant_id, ?::uuid as store_id, ?::timestamptz as taken_at) as at,
       unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as n (id, platform_id, subject_id, customer, name, placed_at,
         cancelled_at, payment, fulfilment, total, currency, generation, updated_at)
  where o.tenant_id = at.tenant_id and o.store_id = at.store_id and o.platform_id = n.platform_id and o.id = n.id";

#[derive(Default)]
struct Orders {
    id: Vec<OrderId>,
    platform_id: Vec<String>,
    subject: Vec<Option<SubjectId>>,
    customer: Vec<Option<String>>,
    name: Vec<String>,
    placed_at: Vec<DateTime<Utc>>,
    cancelled_at: Vec<Option<DateTime<Utc>>>,
    payment: Vec<Option<String>>,
    fulfilment: Vec<Option<String>>,
    total: Vec<Option<i64>>,
    currency: Vec<Option<String>>,
    generation: Vec<i32>,
    updated_at: Vec<DateTime<Utc>>,
}

#[derive(Default)]
struct Contacts {
    id: Vec<OrderId>,
    handle: Vec<Option<Vec<u8>>>,
    mail: Vec<Option<Vec<u8>>>,
    phone: Vec<Option<Vec<u8>>>,
    address: Vec<Option<Vec<u8>>>,
    country: Vec<Option<String>>,
    generation: Vec<i32>,
}

#[derive(Default)]
struct Lines {
    order: Vec<OrderId>,
    place: Vec<i32>,
    platform_id: Vec<String>,
    variant: Vec<Option<String>>,
    sku: Vec<Option<String>>,
    title: Vec<Option<String>>,
    quantity: Vec<i32>,
    price: Vec<Option<i64>>,
    currency: Vec<Option<String>>,
}

pub fn take_in(
    tx: &mut WriteTx,
    vault: &Vault,
    store: StoreId,
    kept: &Fields,
    bought: &[(&Order, Option<Passed>)],
    again: Again,
    taken: &mut TakenIn,
) -> Result<()> {
    if bought.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant()?;
    let versions = bought.iter().map(|(order, _)| (order.id.as_str(), order.updated_at));
    let slots = slots(tx, HELD, store, versions, || OrderId::fresh().uuid(), again, taken)?;
    let told = bought.iter().zip(&slots).filter_map(|((_, passed), slot)| Some(((*slot)?, passed.as_ref()?.subject)));
    let mut put_right = PutRight::of(tx, vault, PUT_RIGHT, told)?;
    let (mut new, mut changed) = (Orders::default(), Orders::default());
    let (mut contacts, mut lines) = (Contacts::default(), Lines::default());
    for ((order, passed), slot) in bought.iter().zip(slots) {
        let Some(slot) = slot else { continue };
        let id = OrderId::from_uuid(slot.id);
        let orders = if slot.generation == 0 { &mut new } else { &mut changed };
        orders.push(id, order, passed.as_ref().map(|passed| passed.subject), slot.generation);
        if let Some(passed) = passed {
            contacts.push((tenant, slot), order, passed, kept, &mut put_right)?;
        }
        order.lines.iter().zip(0..).for_each(|(line, place)| lines.push(id, place, line));
    }
    put_right.end(tx)?;
    clear(tx, &changed.id)?;
    changed.write(tx, store, CHANGED)?;
    new.write(tx, store, NEW)?;
    contacts.write(tx)?;
    lines.write(tx)
}

impl Orders {
    fn push(&mut self, id: OrderId, order: &Order, subject: Option<SubjectId>, generation: i32) {
        let (total, currency) = columns(order.total);
        self.id.push(id);
        self.platform_id.push(order.id.clone());
        self.subject.push(subject);
        self.customer.push(order.customer.as_deref().filter(|_| subject.is_some()).map(clean));
        self.name.push(clean(&order.name));
        self.placed_at.push(order.placed_at.utc());
        self.cancelled_at.push(order.cancelled_at.map(Instant::utc));
        self.payment.push(order.payment.as_deref().map(clean));
        self.fulfilment.push(order.fulfilment.as_deref().map(clean));
        self.total.push(total);
        self.currency.push(currency);
        self.generation.push(generation);
        self.updated_at.push(order.updated_at.utc());
    }

    fn write(self, tx: &mut WriteTx, store: StoreId, sql: &'static str) -> Result<()> {
        if self.id.is_empty() {
            return Ok(());
        }
        let (tenant, now, wanted) = (tx.tenant()?, tx.now()?.utc(), self.id.len());
        let written = statement(sql)
            .planned_anew()
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(store)
            .bind::<Timestamptz, _>(now)
            .bind::<Array<SqlUuid>, _>(self.id)
            .bind::<Array<Text>, _>(self.platform_id)
            .bind::<Array<Nullable<SqlUuid>>, _>(self.subject)
            .bind::<Array<Nullable<Text>>, _>(self.customer)
            .bind::<Array<Text>, _>(self.name)
            .bind::<Array<Timestamptz>, _>(self.placed_at)
            .bind::<Array<Nullable<Timestamptz>>, _>(self.cancelled_at)
            .bind::<Array<Nullable<Text>>, _>(self.payment)
            .bind::<Array<Nullable<Text>>, _>(self.fulfilment)
            .bind::<Array<Nullable<BigInt>>, _>(self.total)
            .bind::<Array<Nullable<Text>>, _>(self.currency)
            .bind::<Array<Integer>, _>(self.generation)
            .bind::<Array<Timestamptz>, _>(self.updated_at)
            .execute(tx.conn())
            .map_err(|error| first(error, "orders_once"))?;
        if written == wanted { Ok(()) } else { Err(Error::Conflict) }
    }
}

impl Contacts {
    /// Nothing where nothing of it is kept.
    fn push(
        &mut self,
        (tenant, slot): (TenantId, Slot),
        order: &Order,
        passed: &Passed,
        kept: &Fields,
        put_right: &mut PutRight,
    ) -> Result<()> {
        let Standing::Welcome(sealer) = &passed.standing else { return Ok(()) };
        let generation = slot.generation.unsigned_abs();
        let place = Place { tenant, table: "order_contact", column: "", row: slot.id, generation };
        let mut under = |column, value| put_right.sealed(sealer, &place, column, value);
        let handle = under("handle", kept.keep("name", order.handle.as_ref()))?;
        let mail = under("mail", kept.keep("mail", order.mail.as_ref()))?;
        let phone = under("phone", kept.keep("phone", order.phone.as_ref()))?;
        let address = under("address", address(order.ships_to.as_ref(), kept)?.as_ref())?;
        if [&handle, &mail, &phone, &address].iter().all(|value| value.is_none()) {
            return Ok(());
        }
        self.id.push(OrderId::from_uuid(slot.id));
        self.handle.push(handle);
        self.mail.push(mail);
        self.phone.push(phone);
        self.address.push(address);
        self.country.push(order.ships_to.as_ref().and_then(|address| address.country.as_deref()).map(clean));
        self.generation.push(slot.generation);
        Ok(())
    }

    fn write(self, tx: &mut WriteTx) -> Result<()> {
        if self.id.is_empty() {
            return Ok(());
        }
        statement(
            "insert into order_contacts (tenant_id, id, handle, mail, phone, address, country, generation)
             select ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?) as n",
        )
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Array<SqlUuid>, _>(self.id)
        .bind::<Array<Nullable<Binary>>, _>(self.handle)
        .bind::<Array<Nullable<Binary>>, _>(self.mail)
        .bind::<Array<Nullable<Binary>>, _>(self.phone)
        .bind::<Array<Nullable<Binary>>, _>(self.address)
        .bind::<Array<Nullable<Text>>, _>(self.country)
        .bind::<Array<Integer>, _>(self.generation)
        .execute(tx.conn())?;
        Ok(())
    }
}

impl Lines {
    fn push(&mut self, order: OrderId, place: i32, line: &Line) {
        let (price, currency) = columns(line.price);
        self.order.push(order);
        self.place.push(place);
        self.platform_id.push(clean(&line.id));
        self.variant.push(line.variant.as_deref().map(clean));
        self.sku.push(line.sku.as_deref().map(clean));
        self.title.push(line.title.as_deref().map(clean));
        self.quantity.push(line.quantity);
        self.price.push(price);
        self.currency.push(currency);
    }

    fn write(self, tx: &mut WriteTx) -> Result<()> {
        if self.order.is_empty() {
            return Ok(());
        }
        statement(
            "insert into order_lines (tenant_id, order_id, place, platform_id, variant, sku, title, quantity, price, currency)
             select ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) as n",
        )
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Array<SqlUuid>, _>(self.order)
        .bind::<Array<Integer>, _>(self.place)
        .bind::<Array<Text>, _>(self.platform_id)
        .bind::<Array<Nullable<Text>>, _>(self.variant)
        .bind::<Array<Nullable<Text>>, _>(self.sku)
        .bind::<Array<Nullable<Text>>, _>(self.title)
        .bind::<Array<Integer>, _>(self.quantity)
        .bind::<Array<Nullable<BigInt>>, _>(self.price)
        .bind::<Array<Nullable<Text>>, _>(self.currency)
        .execute(tx.conn())?;
        Ok(())
    }
}

/// What hung on an older version goes.
fn clear(tx: &mut WriteTx, orders: &[OrderId]) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    for sql in [
        "delete from order_contacts where tenant_id = ? and id = any(?)",
        "delete from order_lines where tenant_id = ? and order_id = any(?)",
    ] {
        statement(sql)
            .planned_anew()
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(orders.to_vec())
            .execute(tx.conn())?;
    }
    Ok(())
}

pub fn take_out(tx: &mut WriteTx, store: StoreId, ids: &[String]) -> Result<usize> {
    let gone = statement("delete from orders where tenant_id = ? and store_id = ? and platform_id = any(?)")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<Text>, _>(ids.to_vec())
        .execute(tx.conn())?;
    Ok(gone)
}
