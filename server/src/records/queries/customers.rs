//! Rows of customers.

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::super::model::{Again, Fields, TakenIn, address};
use super::corrected::PutRight;
use super::{Look, first, slots};
use crate::floor::kernel::ids::CustomerId;
use crate::floor::kernel::{Error, Instant, Result, StoreId, SubjectId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::platforms::Customer;
use crate::floor::vault::{Place, Vault};
use crate::subjects::{Passed, Standing};

const HELD: Look = Look {
    known: "select known.id from (select ?::uuid as tenant_id, ?::uuid as store_id) as at, unnest(?) as told (id),
        lateral (select id from customers where tenant_id is not distinct from at.tenant_id and store_id = at.store_id
                    and platform_id = told.id limit 1) as known order by known.id",
    held: "select held.*, exists (select from corrected_values where tenant_id is not distinct from at.tenant_id
                                     and row_id = known.id and until is null) as is_corrected
         from (select ?::uuid as tenant_id) as at, unnest(?) as known (id),
        lateral (select platform_id, id, generation, updated_at from customers
                  where tenant_id is not distinct from at.tenant_id and id = known.id for update) as held",
};

const PUT_RIGHT: &str = "select v.*, c.subject_id, c.generation, case v.field when 'given_name' then c.given_name
         when 'family_name' then c.family_name when 'mail' then c.mail when 'phone' then c.phone
         when 'address' then c.address end as sealed
       from (select ?::uuid as tenant_id) as at, unnest(?) as told (id),
            lateral (select id, row_id, field, salt, was_digest from corrected_values
                      where tenant_id is not distinct from at.tenant_id and row_id = told.id and about = 'customers'
                        and until is null) as v,
            lateral (select subject_id, generation, given_name, family_name, mail, phone, address from customers
                      where tenant_id is not distinct from at.tenant_id and id = told.id) as c";

/// The columns of those that are written.
const NEW: &str =
    "insert into customers (tenant_id, store_id, taken_at, id, platform_id, subject_id, given_name, family_name,
    mail, phone, address, generation, country, wants_mail, created_at, updated_at)
  select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as n";

/// When it was first taken in stays.
const CHANGED: &str = "update customers c set subject_id = n.subject_id, given_name = n.given_name,
    family_name = n.family_name, mail = n.mail, phone = n.phone, address = n.address, generation = n.generation,
    country = n.country, wants_mail = n.wants_mail, created_at = n.created_at, updated_at = n.updated_at
  from (select ?::uuid as tenant_id, ?::uuid as store_id, ?::timestamptz as taken_at) as at,
       unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as n (id, platform_id, subject_id, given_name, family_name, mail,
         phone, address, generation, country, wants_mail, created_at, updated_at)
  where c.tenant_id = at.tenant_id and c.store_id = at.store_id and c.platform_id = n.platform_id and c.id = n.id";

#[derive(Default)]
struct Columns {
    id: Vec<CustomerId>,
    platform_id: Vec<String>,
    subject: Vec<SubjectId>,
    given_name: Vec<Option<Vec<u8>>>,
    family_name: Vec<Option<Vec<u8>>>,
    mail: Vec<Option<Vec<u8>>>,
    phone: Vec<Option<Vec<u8>>>,
    address: Vec<Option<Vec<u8>>>,
    generation: Vec<i32>,
    country: Vec<Option<String>>,
    wants_mail: Vec<Option<bool>>,
    created_at: Vec<Option<DateTime<Utc>>>,
    updated_at: Vec<DateTime<Utc>>,
}

pub fn take_in(
    tx: &mut WriteTx,
    vault: &Vault,
    store: StoreId,
    kept: &Fields,
    people: &[(&Customer, Passed)],
    again: Again,
    taken: &mut TakenIn,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant()?;
    let versions = people.iter().map(|(customer, _)| (customer.id.as_str(), customer.updated_at));
    let slots = slots(tx, HELD, store, versions, || CustomerId::fresh().uuid(), again, taken)?;
    let told = people.iter().zip(&slots).filter_map(|((_, passed), slot)| Some(((*slot)?, passed.subject)));
    let mut put_right = PutRight::of(tx, vault, PUT_RIGHT, told)?;
    let (mut new, mut changed) = (Columns::default(), Columns::default());
    for ((customer, passed), slot) in people.iter().zip(slots) {
        let (Some(slot), Standing::Welcome(sealer)) = (slot, &passed.standing) else { continue };
        let generation = slot.generation.unsigned_abs();
        let place = Place { tenant, table: "customer", column: "", row: slot.id, generation };
        let mut under = |column, value| put_right.sealed(sealer, &place, column, value);
        let names = (customer.given_name.as_ref(), customer.family_name.as_ref());
        let columns = if slot.generation == 0 { &mut new } else { &mut changed };
        columns.id.push(CustomerId::from_uuid(slot.id));
        columns.platform_id.push(customer.id.clone());
        columns.subject.push(passed.subject);
        columns.given_name.push(under("given_name", kept.keep("name", names.0))?);
        columns.family_name.push(under("family_name", kept.keep("name", names.1))?);
        columns.mail.push(under("mail", kept.keep("mail", customer.mail.as_ref()))?);
        columns.phone.push(under("phone", kept.keep("phone", customer.phone.as_ref()))?);
        columns.address.push(under("address", address(customer.address.as_ref(), kept)?.as_ref())?);
        columns.generation.push(slot.generation);
        columns.country.push(customer.address.as_ref().and_then(|address| address.country.clone()));
        columns.wants_mail.push(customer.wants_mail);
        columns.created_at.push(customer.created_at.map(Instant::utc));
        columns.updated_at.push(customer.updated_at.utc());
    }
    put_right.end(tx)?;
    write(tx, store, changed, CHANGED)?;
    write(tx, store, new, NEW)
}

fn write(tx: &mut WriteTx, store: StoreId, columns: Columns, sql: &'static str) -> Result<()> {
    if columns.id.is_empty() {
        return Ok(());
    }
    let (tenant, now, wanted) = (tx.tenant()?, tx.now()?.utc(), columns.id.len());
    let written = statement(sql)
        .planned_anew()
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(store)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<SqlUuid>, _>(columns.id)
        .bind::<Array<Text>, _>(columns.platform_id)
        .bind::<Array<SqlUuid>, _>(columns.subject)
        .bind::<Array<Nullable<Binary>>, _>(columns.given_name)
        .bind::<Array<Nullable<Binary>>, _>(columns.family_name)
        .bind::<Array<Nullable<Binary>>, _>(columns.mail)
        .bind::<Array<Nullable<Binary>>, _>(columns.phone)
        .bind::<Array<Nullable<Binary>>, _>(columns.address)
        .bind::<Array<Integer>, _>(columns.generation)
        .bind::<Array<Nullable<Text>>, _>(columns.country)
        .bind::<Array<Nullable<Bool>>, _>(columns.wants_mail)
        .bind::<Array<Nullable<Timestamptz>>, _>(columns.created_at)
        .bind::<Array<Timestamptz>, _>(columns.updated_at)
        .execute(tx.conn())
        .map_err(|error| first(error, "customers_once"))?;
    if written == wanted { Ok(()) } else { Err(Error::Conflict) }
}

pub fn take_out(tx: &mut WriteTx, store: StoreId, ids: &[String]) -> Result<usize> {
    let gone = statement("delete from customers where tenant_id = ? and store_id = ? and platform_id = any(?)")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<Text>, _>(ids.to_vec())
        .execute(tx.conn())?;
    Ok(gone)
}
