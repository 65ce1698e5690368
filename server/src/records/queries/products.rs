//! Rows of products and of the variants they are sold in, which are replaced as a set.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::model::{Again, TakenIn, clean, columns};
use crate::floor::kernel::ids::ProductId;
use crate::floor::kernel::{Result, StoreId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::platforms::{Product, Variant};

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = SqlUuid)]
    id: ProductId,
    #[diesel(sql_type = Text)]
    platform_id: String,
    #[diesel(sql_type = Integer)]
    version: i32,
}

pub fn take_in(tx: &mut WriteTx, store: StoreId, sold: &[&Product], again: Again, taken: &mut TakenIn) -> Result<()> {
    if sold.is_empty() {
        return Ok(());
    }
    let written = write(tx, store, sold, again)?;
    let new = written.iter().filter(|written| written.version == 1).count();
    taken.new += new;
    taken.changed += written.len() - new;
    taken.older += sold.len() - written.len();
    if written.len() > new {
        let changed: Vec<_> = written.iter().filter(|written| written.version > 1).map(|written| written.id).collect();
        statement("delete from variants where tenant_id = ? and product_id = any(?)")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(changed)
            .execute(tx.conn())?;
    }
    let ids: HashMap<&str, ProductId> =
        written.iter().map(|written| (written.platform_id.as_str(), written.id)).collect();
    let mut variants = Variants::default();
    for product in sold {
        let Some(id) = ids.get(product.id.as_str()) else { continue };
        product.variants.iter().zip(0..).for_each(|(variant, place)| variants.push(*id, place, variant));
    }
    variants.write(tx, store)
}

/// Those that replace what is held.
fn write(tx: &mut WriteTx, store: StoreId, sold: &[&Product], again: Again) -> Result<Vec<Written>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let written = statement(
        "insert into products as p (tenant_id, store_id, taken_at, id, platform_id, title, status, updated_at)
         select ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?) as n
         on conflict (tenant_id, store_id, platform_id) do update set
           title = excluded.title, status = excluded.status, updated_at = excluded.updated_at, version = p.version + 1
         where p.updated_at < excluded.updated_at or (p.updated_at = excluded.updated_at and p.updated_at >= ?)
         returning id, platform_id, version",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(store)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(sold.iter().map(|_| ProductId::fresh()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(sold.iter().map(|product| product.id.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(sold.iter().map(|product| clean(&product.title)).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        sold.iter().map(|product| product.status.as_deref().map(clean)).collect::<Vec<_>>(),
    )
    .bind::<Array<Timestamptz>, _>(sold.iter().map(|product| product.updated_at.utc()).collect::<Vec<DateTime<Utc>>>())
    .bind::<Nullable<Timestamptz>, _>(again.utc())
    .load(tx.conn())?;
    Ok(written)
}

#[derive(Default)]
struct Variants {
    product: Vec<ProductId>,
    place: Vec<i32>,
    platform_id: Vec<String>,
    sku: Vec<Option<String>>,
    title: Vec<Option<String>>,
    price: Vec<Option<i64>>,
    currency: Vec<Option<String>>,
    item: Vec<Option<String>>,
}

impl Variants {
    fn push(&mut self, product: ProductId, place: i32, variant: &Variant) {
        let (price, currency) = columns(variant.price);
        self.product.push(product);
        self.place.push(place);
        self.platform_id.push(clean(&variant.id));
        self.sku.push(variant.sku.as_deref().map(clean));
        self.title.push(variant.title.as_deref().map(clean));
        self.price.push(price);
        self.currency.push(currency);
        self.item.push(variant.item.as_deref().map(clean));
    }

    fn write(self, tx: &mut WriteTx, store: StoreId) -> Result<()> {
        if self.product.is_empty() {
            return Ok(());
        }
        statement(
            "insert into variants (tenant_id, store_id, product_id, place, platform_id, sku, title, price, currency, item)
             select ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?, ?, ?) as n",
        )
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<SqlUuid>, _>(self.product)
        .bind::<Array<Integer>, _>(self.place)
        .bind::<Array<Text>, _>(self.platform_id)
        .bind::<Array<Nullable<Text>>, _>(self.sku)
        .bind::<Array<Nullable<Text>>, _>(self.title)
        .bind::<Array<Nullable<BigInt>>, _>(self.price)
        .bind::<Array<Nullable<Text>>, _>(self.currency)
        .bind::<Array<Nullable<Text>>, _>(self.item)
        .execute(tx.conn())?;
        Ok(())
    }
}

pub fn take_out(tx: &mut WriteTx, store: StoreId, ids: &[String]) -> Result<usize> {
    let gone = statement("delete from products where tenant_id = ? and store_id = ? and platform_id = any(?)")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<Text>, _>(ids.to_vec())
        .execute(tx.conn())?;
    Ok(gone)
}
