//! Receipts and listings of a shop by when they changed, and how much there is of one. Receipts go on from the time of the
//! last row; listings, which cannot be asked for by time, are read from the newest on until they are old enough.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::goods::{Good, Shelf};
use super::super::read::{count, goods, id, rows, text};
use super::super::talk::{LATER, ODD, PAGE, document, field, send, yes};
use super::super::{Ask, Fate, Page, SetStock, Stocked, Visit};
use super::{by_member, goods as own};
use crate::floor::egress::{Answer, Call};
use crate::floor::kernel::Secret;

const MOST: u32 = 100;

/// The number of the shop, from which second on, and how many rows of that are read.
struct Place {
    shop: String,
    from: Option<i64>,
    offset: u64,
}

impl Place {
    fn read(after: &str) -> Option<Self> {
        let [shop, from, offset] = after.splitn(3, '.').collect::<Vec<_>>().try_into().ok()?;
        Some(Self { shop: shop.to_owned(), from: from.parse().ok(), offset: offset.parse().ok()? })
    }

    fn write(&self) -> String {
        format!("{}.{}.{}", self.shop, self.from.map(|from| from.to_string()).unwrap_or_default(), self.offset)
    }
}

pub(super) async fn read(visit: Visit<'_>, access: &Secret, wish: Ask<'_>) -> Result<Page, Fate> {
    let is_orders = match wish.of {
        Shelf::Customers => return Ok(Page::empty()),
        Shelf::Orders => true,
        Shelf::Products | Shelf::Inventory => false,
    };
    let since = wish.since.map(|since| since.utc().timestamp());
    let mut calls = 1;
    let place = if let Some(after) = wish.after {
        Place::read(after).ok_or(ODD)?
    } else {
        calls += 1;
        Place { shop: shop(visit, access).await?, from: since, offset: 0 }
    };
    let (limit, Place { shop, offset, .. }) = (wish.most.clamp(1, MOST), &place);
    let sorted = format!("limit={limit}&offset={offset}&sort_on=updated");
    let path = if is_orders {
        let from = place.from.map(|from| format!("&min_last_modified={from}")).unwrap_or_default();
        format!("/v3/application/shops/{shop}/receipts?{sorted}&sort_order=asc{from}")
    } else {
        format!("/v3/application/shops/{shop}/listings?{sorted}&sort_order=desc&includes=Inventory")
    };
    let answer = yes(send(visit.out, by_member(visit, access, Call::get(visit.at(&path)?)).up_to(PAGE)).await?)?;
    let (told, rest) = (document(&answer)?, rest(&answer));
    let (total, found) = (told["count"].as_u64().ok_or(ODD)?, told["results"].as_array().ok_or(ODD)?);
    let mut page = match wish.of {
        Shelf::Products => goods(found, |row| own::listing(row).map(|one| vec![Good::Product(one)])),
        Shelf::Inventory => goods(found, own::levels),
        _ => goods(found, |row| own::receipt(row).map(|one| vec![Good::Order(one)])),
    }?;
    let read = offset + found.len() as u64;
    let time = |row: Option<&Value>| row.and_then(own::updated).map(|at| at.utc().timestamp());
    let (first, last) = (time(found.first()), time(found.last()));
    let is_over = found.is_empty() || read >= total || (!is_orders && last < since);
    page.next = (!is_over).then(|| {
        let moved = last.filter(|last| is_orders && Some(*last) > place.from.or(first));
        match moved {
            Some(from) => Place { from: Some(from), offset: 0, ..place },
            None => Place { offset: read, ..place },
        }
        .write()
    });
    (page.total, page.rest, page.calls) = (Some(total), rest, calls);
    Ok(page)
}

/// The number that calls name a shop by: it is said, or asked of whom the token is.
pub(super) async fn shop(visit: Visit<'_>, access: &Secret) -> Result<String, Fate> {
    let said = visit.shop.as_str();
    if said.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(said.to_owned());
    }
    let call = Call::get(visit.at("/v3/application/users/me")?);
    let told = document(&yes(send(visit.out, by_member(visit, access, call)).await?)?)?;
    id(&told["shop_id"]).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).ok_or(ODD)
}

/// What Etsy leaves for this second and for this day.
fn rest(answer: &Answer) -> Duration {
    let left = |name: &str| answer.headers(name).next().and_then(|left| left.trim().parse::<u64>().ok());
    match (left("x-remaining-today"), left("x-remaining-this-second")) {
        (Some(0), _) => LATER,
        (_, Some(0)) => Duration::from_secs(1),
        _ => Duration::ZERO,
    }
}

pub(super) async fn set_stock(visit: Visit<'_>, access: &Secret, set: &SetStock) -> Result<Stocked, Fate> {
    let done = change(visit, access, &set.item, |offering| {
        let quantity = field(offering, "", "quantity")?;
        let there = count(quantity);
        if there == Some(set.quantity) {
            return Ok(Some(Stocked::Done));
        }
        if set.from.is_some() && set.from != there {
            return Ok(Some(Stocked::Moved));
        }
        *quantity = set.quantity.into();
        Ok(None)
    });
    Ok(done.await?.map_or(Stocked::Gone, |settled| settled.unwrap_or(Stocked::Done)))
}

/// A number of Etsy's; nothing else goes into an address.
pub(super) fn number(text: &str) -> Result<&str, Fate> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(text).ok_or(Fate::Over("id"))
}

/// The inventory of a listing is one document: it is read and written back with another offering, unless that is settled
/// by what stands there. None where there is no such item.
pub(super) async fn change<T>(
    visit: Visit<'_>,
    access: &Secret,
    item: &str,
    change: impl FnOnce(&mut Value) -> Result<Option<T>, Fate>,
) -> Result<Option<Option<T>>, Fate> {
    let (listing, sku) = item.split_once(':').map_or((item, None), |(one, sku)| (one, Some(sku)));
    let at = visit.at(&format!("/v3/application/listings/{}/inventory", number(listing)?))?;
    let answer = send(visit.out, by_member(visit, access, Call::get(at.clone())).up_to(PAGE)).await?;
    if answer.status == 404 {
        return Ok(None);
    }
    let mut whole = document(&yes(answer)?)?;
    let products = whole.get_mut("products").and_then(Value::as_array_mut).ok_or(ODD)?;
    products.retain(|product| product["is_deleted"] != true);
    let is_meant = |product: &Value| sku.is_none_or(|sku| text(&product["sku"]).as_deref() == Some(sku));
    let Some(meant) = products.iter().position(is_meant) else { return Ok(None) };
    if let Some(settled) = change(products[meant].pointer_mut("/offerings/0").ok_or(ODD)?)? {
        return Ok(Some(Some(settled)));
    }
    let written: Option<Vec<Value>> = products.iter().map(written).collect();
    let mut document = Map::from_iter([("products".to_owned(), Value::Array(written.ok_or(ODD)?))]);
    for name in ["price_on_property", "quantity_on_property", "sku_on_property"] {
        if whole[name].is_array() {
            document.insert(name.to_owned(), whole[name].clone());
        }
    }
    yes(send(visit.out, by_member(visit, access, Call::put(at, &document.into()))).await?).map(|_| Some(None))
}

/// A product as Etsy takes it: without what Etsy adds when it tells of one, and with its price as one number.
fn written(product: &Value) -> Option<Value> {
    let offerings: Option<Vec<Value>> = rows(&product["offerings"])
        .iter()
        .filter(|offering| offering["is_deleted"] != true)
        .map(|offering| {
            let mut kept = json!({ "quantity": offering["quantity"], "is_enabled": offering["is_enabled"] });
            kept["price"] = price(&offering["price"])?;
            if !offering["readiness_state_id"].is_null() {
                kept["readiness_state_id"] = offering["readiness_state_id"].clone();
            }
            Some(kept)
        })
        .collect();
    let values: Vec<Value> = rows(&product["property_values"])
        .iter()
        .map(|value| {
            let names = ["property_id", "property_name", "scale_id", "value_ids", "values"];
            names.into_iter().map(|name| (name.to_owned(), value[name].clone())).collect::<Map<_, _>>().into()
        })
        .collect();
    Some(json!({ "sku": product["sku"], "property_values": values, "offerings": offerings? }))
}

/// Written digit by digit: what goes back is what came.
fn price(price: &Value) -> Option<Value> {
    let micros = super::super::read::coins(price)?.micros;
    serde_json::from_str(&format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)).ok()
}
