//! Rows of changes of what stores sell, and the products they are about.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::super::leave::PersonsLeave;
use super::super::listing::{CatalogueWrite, Change, Wish};
use super::kept::{StandingRow, kept};
use crate::floor::kernel::{CatalogueWriteId, Error, Instant, ProductId, Result, StoreId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::platforms::{Money, VariantAt};

/// A product as far as a change of it asks.
#[derive(QueryableByName)]
pub struct Sold {
    #[diesel(sql_type = SqlUuid)]
    pub store_id: StoreId,
    #[diesel(sql_type = Text)]
    pub platform_id: String,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// A product of the pinned tenant's, as it is until the transaction ends.
pub fn sold(tx: &mut WriteTx, id: ProductId) -> Result<Option<Sold>> {
    let sold =
        statement("select store_id, platform_id, updated_at from products where tenant_id = ? and id = ? for share")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(id)
            .get_result::<Sold>(tx.conn())
            .optional()?;
    Ok(sold)
}

#[derive(QueryableByName)]
struct VariantRow {
    #[diesel(sql_type = Nullable<Text>)]
    item: Option<String>,
}

/// One kind of a product, by what its platform calls it.
pub fn variant(tx: &mut Tx, product: ProductId, id: String) -> Result<Option<VariantAt>> {
    let row = statement("select item from variants where tenant_id = ? and product_id = ? and platform_id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(product)
        .bind::<Text, _>(id.clone())
        .get_result::<VariantRow>(tx.conn())
        .optional()?;
    Ok(row.map(|row| VariantAt { id, item: row.item }))
}

/// Puts a wish on record.
pub fn add(tx: &mut WriteTx, leave: &PersonsLeave, wish: &Wish) -> Result<CatalogueWriteId> {
    let (id, now, actor) = (CatalogueWriteId::fresh(), tx.now()?.utc(), tx.actor().to_string());
    let (title, price) = match &wish.change {
        Change::Title(title) => (Some(title.clone()), None),
        Change::Price(of, to) => (None, Some((of.clone(), *to))),
    };
    let (of, to) = price.unzip();
    let (variant, item) = of.map(|of| (of.id, of.item)).unzip();
    statement(
        "insert into catalogue_writes (tenant_id, id, store_id, product_id, product, variant, item, title, price, currency,
                                       seen_at, key, cause_id, actor, at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(leave.store())
    .bind::<SqlUuid, _>(wish.product)
    .bind::<Text, _>(wish.platform_id.clone())
    .bind::<Nullable<Text>, _>(variant)
    .bind::<Nullable<Text>, _>(item.flatten())
    .bind::<Nullable<Text>, _>(title)
    .bind::<Nullable<BigInt>, _>(to.map(|to| to.micros))
    .bind::<Nullable<Text>, _>(to.map(|to| String::from_utf8_lossy(&to.currency).into_owned()))
    .bind::<Timestamptz, _>(wish.seen_at.utc())
    .bind::<Binary, _>(wish.key(leave.action()).to_vec())
    .bind::<SqlUuid, _>(leave.action())
    .bind::<Text, _>(actor)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(id)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: CatalogueWriteId,
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
    #[diesel(sql_type = SqlUuid)]
    product_id: ProductId,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Nullable<Text>)]
    variant: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    item: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    price: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    was_title: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    was_price: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    seen_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    known_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    by_hand: Option<String>,
    #[diesel(embed)]
    standing: StandingRow,
}

impl Row {
    fn read(self) -> Result<CatalogueWrite> {
        let currency = self.currency.and_then(|code| code.into_bytes().try_into().ok());
        let money = |micros: Option<i64>| Some(Money { micros: micros?, currency: currency? });
        let price = self.variant.map(|id| VariantAt { id, item: self.item }).zip(money(self.price));
        let change = match (self.title, price) {
            (Some(title), None) => Change::Title(title),
            (None, Some((of, to))) => Change::Price(of, to),
            _ => return Err(Error::internal("a change of a product changes one thing")),
        };
        let wish = Wish {
            store: self.store_id,
            product: self.product_id,
            platform_id: self.product,
            seen_at: Instant::from_utc(self.seen_at),
            change,
        };
        Ok(CatalogueWrite {
            id: self.id,
            wish,
            was_title: self.was_title,
            was_price: money(self.was_price),
            known_at: self.known_at.map(Instant::from_utc),
            by_hand: self.by_hand,
            standing: self.standing.read()?,
        })
    }
}

kept!("catalogue_writes", CatalogueWriteId, Row, CatalogueWrite);

/// What one action of a person's asked for, in the order in which it goes.
pub fn of_action(tx: &mut Tx, action: Uuid) -> Result<Vec<CatalogueWrite>> {
    let rows: Vec<Row> =
        statement("select * from catalogue_writes where tenant_id = ? and cause_id = ? order by at, id")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(action)
            .load(tx.conn())?;
    rows.into_iter().map(Row::read).collect()
}

/// Earlier changes of the same product that were not answered.
pub fn forerunners(tx: &mut WriteTx, write: &CatalogueWrite) -> Result<Vec<CatalogueWrite>> {
    let earlier: Vec<Row> = statement(
        "select * from catalogue_writes
          where tenant_id = ? and product_id = ? and state = 'waiting' and (at, id) < (?, ?) order by at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(write.wish.product)
    .bind::<Timestamptz, _>(write.standing.at.utc())
    .bind::<SqlUuid, _>(write.id)
    .load(tx.conn())?;
    earlier.into_iter().map(Row::read).collect()
}

/// It goes out now. What it is believed to be is settled by its first try: what the store told, or what we wrote since.
pub fn tried(tx: &mut WriteTx, id: CatalogueWriteId) -> Result<CatalogueWrite> {
    let now = tx.now()?.utc();
    let row = statement(
        "with own as (
           select o.* from catalogue_writes o
             join catalogue_writes w on w.tenant_id = o.tenant_id and w.product_id = o.product_id
             left join products p on p.tenant_id = w.tenant_id and p.id = w.product_id
            where w.tenant_id = ? and w.id = ? and o.state = 'sent' and o.answered_at > coalesce(p.updated_at, '-infinity')
            order by o.at desc, o.id desc)
         update catalogue_writes w set
           tried_at = ?,
           known_at = greatest(w.seen_at, (select max(answered_at) from own)),
           was_title = case when w.title is not null then coalesce(
             (select title from own where title is not null limit 1),
             (select title from products p where p.tenant_id = w.tenant_id and p.id = w.product_id)) end,
           was_price = coalesce(
             (select price from own where variant = w.variant and currency = w.currency limit 1),
             (select v.price from variants v where v.tenant_id = w.tenant_id and v.product_id = w.product_id
                 and v.platform_id = w.variant and v.currency = w.currency))
          where w.tenant_id = ? and w.id = ? and w.tried_at is null returning w.*",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result::<Row>(tx.conn())
    .optional()?;
    match row {
        Some(row) => row.read(),
        None => held(tx, id),
    }
}

/// Writes down what the merchant does where no program may.
pub fn leave_to_the_merchant(tx: &mut WriteTx, id: CatalogueWriteId, sentence: &'static str) -> Result<()> {
    statement("update catalogue_writes set by_hand = ? where tenant_id = ? and id = ?")
        .bind::<Text, _>(sentence)
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}
