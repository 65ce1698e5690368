//! Lists of a store, page by page, the oldest change first. A page goes on from the time of its last row and not from its
//! number: what is changed meanwhile moves to the end, and nothing slips through the gap it leaves.

use std::fmt::Write;

use chrono::Duration;
use serde_json::Value;

use super::super::goods::{Good, Shelf};
use super::super::read::{goods, id};
use super::super::talk::{ODD, PAGE, document, send};
use super::super::{Ask, Fate, Page, Visit};
use super::{ask, goods as own, yes};
use crate::floor::egress::Answer;
use crate::floor::kernel::{Instant, Secret};

/// Rows that a store gives at once.
const MOST: u32 = 100;
/// Each product of several variations is one more call.
const MOST_PRODUCTS: u32 = 25;

/// Where a page begins: the first page, or the so-manyth, of what changed at this time or later.
struct Place {
    from: Option<Instant>,
    number: u32,
}

impl Place {
    fn read(ask: &Ask<'_>) -> Option<Self> {
        let Some(after) = ask.after else { return Some(Self { from: ask.since, number: 1 }) };
        let (from, number) = after.split_once('.')?;
        let from = if from.is_empty() { None } else { Some(Instant::from_micros(from.parse().ok()?)) };
        Some(Self { from, number: number.parse().ok()? })
    }

    fn write(&self) -> String {
        let from = self.from.map(|from| from.micros().to_string()).unwrap_or_default();
        format!("{from}.{}", self.number)
    }

    /// Where it goes on after a page from here, whose first and last rows are of these times.
    fn after(&self, times: Option<(Instant, Instant)>) -> Self {
        match times {
            Some((first, last)) if last > self.from.unwrap_or(first) => Self { from: Some(last), number: 1 },
            _ => Self { from: self.from, number: self.number + 1 },
        }
    }
}

pub(super) async fn read(visit: Visit<'_>, access: &Secret, wish: Ask<'_>) -> Result<Page, Fate> {
    let place = Place::read(&wish).ok_or(ODD)?;
    let is_customers = wish.of == Shelf::Customers;
    let (list, most) = match wish.of {
        Shelf::Customers => ("customers", MOST),
        Shelf::Orders => ("orders", MOST),
        Shelf::Products | Shelf::Inventory => ("products", MOST_PRODUCTS),
    };
    let order = if is_customers { "id" } else { "modified" };
    let most = wish.most.clamp(1, most);
    let mut path = format!(
        "/wp-json/wc/v3/{list}?per_page={most}&page={}&orderby={order}&order=asc&dates_are_gmt=true",
        place.number
    );
    if is_customers {
        path.push_str("&role=all");
    }
    if let Some(from) = place.from.filter(|_| !is_customers) {
        // It means later than that, and this means from then on.
        let before = from.plus(-Duration::seconds(1)).utc().format("%Y-%m-%dT%H:%M:%S");
        let _ = write!(path, "&modified_after={before}");
    }
    let answer = yes(send(visit.out, ask(visit, &path, access)?.up_to(PAGE)).await?)?;
    let (total, pages) = (told_in(&answer, "x-wp-total")?, told_in(&answer, "x-wp-totalpages")?);
    let rows: Vec<Value> = answer.json().ok_or(ODD)?;
    let mut page = match wish.of {
        Shelf::Customers => goods(&rows, |row| own::customer(row).map(|one| vec![Good::Customer(one)])),
        Shelf::Orders => goods(&rows, |row| own::order(row).map(|one| vec![Good::Order(one)])),
        Shelf::Products | Shelf::Inventory => of_products(visit, access, wish.of, &rows).await,
    }?;
    let times = rows.first().zip(rows.last()).and_then(|(first, last)| own::updated(first).zip(own::updated(last)));
    let next = place.after(times.filter(|_| !is_customers));
    page.next = (u64::from(place.number) < pages).then(|| next.write());
    page.total = Some(total);
    Ok(page)
}

/// How many there are, in a header that every list has.
fn told_in(answer: &Answer, name: &str) -> Result<u64, Fate> {
    answer.headers(name).next().and_then(|count| count.parse().ok()).ok_or(ODD)
}

/// Products or their stock, with the variations of those that come in several.
async fn of_products(visit: Visit<'_>, access: &Secret, of: Shelf, rows: &[Value]) -> Result<Page, Fate> {
    let (mut told, mut calls) = (Vec::with_capacity(rows.len()), 1);
    for row in rows {
        let mut variations = Vec::new();
        if row["type"] == "variable" {
            let product = id(&row["id"]).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).ok_or(ODD)?;
            let mut number = 1;
            loop {
                let path = format!("/wp-json/wc/v3/products/{product}/variations?per_page={MOST}&page={number}");
                let answer = yes(send(visit.out, ask(visit, &path, access)?.up_to(PAGE)).await?)?;
                variations.extend(document(&answer)?.as_array().cloned().ok_or(ODD)?);
                calls += 1;
                if number >= told_in(&answer, "x-wp-totalpages")? {
                    break;
                }
                number += 1;
            }
        }
        told.push((row, variations));
    }
    let both: Vec<Value> =
        told.into_iter().map(|(row, several)| Value::Array([vec![row.clone()], several].concat())).collect();
    let mut page = goods(&both, |both| {
        let (row, several) = both.as_array()?.split_first()?;
        match of {
            Shelf::Inventory => own::levels(row, several),
            _ => own::product(row, several).map(|one| vec![Good::Product(one)]),
        }
    })?;
    page.calls = calls;
    Ok(page)
}
