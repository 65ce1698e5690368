//! Rows of customers.

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::super::model::{Fields, TakenIn, address};
use super::{envelope, slots};
use crate::floor::kernel::ids::CustomerId;
use crate::floor::kernel::{Error, Instant, Result, StoreId, SubjectId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::platforms::Customer;
use crate::floor::vault::Place;
use crate::subjects::{Passed, Standing};

const HELD: &str = "select platform_id, id, generation, updated_at from customers
  where tenant_id = ? and store_id = ? and platform_id = any(?) order by id for update";

/// The columns of those that are written.
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
    store: StoreId,
    kept: &Fields,
    people: &[(&Customer, Passed)],
    taken: &mut TakenIn,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant()?;
    let versions = people.iter().map(|(customer, _)| (customer.id.as_str(), customer.updated_at));
    let slots = slots(tx, HELD, store, versions, || CustomerId::fresh().uuid(), taken)?;
    let mut columns = Columns::default();
    for ((customer, passed), slot) in people.iter().zip(slots) {
        let (Some(slot), Standing::Welcome(sealer)) = (slot, &passed.standing) else { continue };
        let generation = slot.generation.unsigned_abs();
        let place = Place { tenant, table: "customer", column: "", row: slot.id, generation };
        let under = |column, value| envelope(sealer, &place, column, value);
        let names = (customer.given_name.as_ref(), customer.family_name.as_ref());
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
    if columns.id.is_empty() { Ok(()) } else { write(tx, store, columns) }
}

fn write(tx: &mut WriteTx, store: StoreId, columns: Columns) -> Result<()> {
    let (tenant, now, wanted) = (tx.tenant()?, tx.now()?.utc(), columns.id.len());
    let written = statement(
        "insert into customers as c (tenant_id, store_id, taken_at, id, platform_id, subject_id, given_name, family_name,
           mail, phone, address, generation, country, wants_mail, created_at, updated_at)
         select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as n
         on conflict (tenant_id, store_id, platform_id) do update set
           (subject_id, given_name, family_name, mail, phone, address, generation, country, wants_mail, created_at,
            updated_at)
         = (excluded.subject_id, excluded.given_name, excluded.family_name, excluded.mail, excluded.phone,
            excluded.address, excluded.generation, excluded.country, excluded.wants_mail, excluded.created_at,
            excluded.updated_at)
         where c.id = excluded.id",
    )
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
    .execute(tx.conn())?;
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
