//! Orders of a seller by when they changed, items of the inventory, and how much there is of one. Whatever leaves a list
//! while it is walked pulls the rest forward, so a page begins before the gap.

use chrono::{Duration, SecondsFormat};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use super::super::goods::{Good, Shelf};
use super::super::read::{count, goods, rows};
use super::super::talk::{ODD, PAGE, document, field, send, yes};
use super::super::{Ask, Fate, Page, SetStock, Stocked, Visit};
use super::goods as own;
use crate::floor::egress::Call;
use crate::floor::kernel::{Instant, Secret};

const MOST: u32 = 200;

/// How far back eBay tells of orders.
const YEARS: Duration = Duration::days(729);

/// A walk through the orders that changed until it began.
struct Place {
    until: Instant,
    offset: u64,
    /// How many there were when the page before was read.
    total: Option<u64>,
}

impl Place {
    fn read(visit: Visit<'_>, ask: &Ask<'_>) -> Option<Self> {
        let Some(after) = ask.after else { return Some(Self { until: visit.now, offset: 0, total: None }) };
        let [until, offset, total] = after.splitn(3, '.').collect::<Vec<_>>().try_into().ok()?;
        let until = Instant::from_micros(until.parse().ok()?);
        Some(Self { until, offset: offset.parse().ok()?, total: total.parse().ok() })
    }

    /// Where it goes on from where eBay says. What changed meanwhile is no longer among these, and as many rows moved
    /// forward unseen.
    fn next(&self, offset: u64, total: u64) -> String {
        let gone = self.total.map_or(0, |before| before.saturating_sub(total));
        format!("{}.{}.{total}", self.until.micros(), offset.saturating_sub(gone))
    }
}

pub(super) fn authorized(call: Call, access: &Secret) -> Call {
    call.authorized(Secret::new(["Bearer ", access.expose()].concat()))
}

pub(super) async fn read(visit: Visit<'_>, access: &Secret, wish: Ask<'_>) -> Result<Page, Fate> {
    let place = Place::read(visit, &wish).ok_or(ODD)?;
    let limit = wish.most.clamp(1, MOST);
    let (path, list) = match wish.of {
        Shelf::Customers => return Ok(Page::empty()),
        Shelf::Orders => {
            let earliest = visit.now.plus(-YEARS);
            let stamp = |at: Instant| at.utc().to_rfc3339_opts(SecondsFormat::Millis, true);
            let from = stamp(wish.since.map_or(earliest, |since| since.max(earliest)));
            let filter = format!("lastmodifieddate:[{from}..{}]", stamp(place.until));
            let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
            (format!("/sell/fulfillment/v1/order?limit={limit}&offset={}&filter={filter}", place.offset), "orders")
        }
        Shelf::Products | Shelf::Inventory => {
            (format!("/sell/inventory/v1/inventory_item?limit={limit}&offset={}", place.offset), "inventoryItems")
        }
    };
    let answer = send(visit.out, authorized(Call::get(visit.at(&path)?), access).up_to(PAGE)).await?;
    let told = document(&yes(answer)?)?;
    let total = told["total"].as_u64().ok_or(ODD)?;
    let list = rows(&told[list]);
    let mut page = match wish.of {
        Shelf::Products => goods(list, |row| own::product(row, visit.now).map(|one| vec![one])),
        // An item that is not counted is none that cannot be read.
        Shelf::Inventory => goods(list, |row| Some(own::level(row, visit.now).into_iter().collect())),
        _ => goods(list, |row| own::order(row).map(|one| vec![Good::Order(one)])),
    }?;
    // Offsets count rows in one list and pages in the other; the way to the next page says which.
    page.next = told["next"].as_str().and_then(offset).map(|offset| place.next(offset, total));
    page.total = Some(total);
    Ok(page)
}

/// The offset in the address of a page. The address itself is not followed.
fn offset(next: &str) -> Option<u64> {
    let next = Url::options().base_url(Url::parse("https://api.ebay.com").ok().as_ref()).parse(next).ok()?;
    next.query_pairs().find(|(name, _)| name == "offset").and_then(|(_, offset)| offset.parse().ok())
}

pub(super) async fn set_stock(visit: Visit<'_>, access: &Secret, set: &SetStock) -> Result<Stocked, Fate> {
    let done = change(visit, access, &set.item, |item| {
        let quantity = field(item, "/availability/shipToLocationAvailability", "quantity")?;
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

/// The whole item is read and written back with what was changed, unless that is settled by what stands there: eBay knows
/// no smaller write. None where there is no such item.
pub(super) async fn change<T>(
    visit: Visit<'_>,
    access: &Secret,
    item: &str,
    change: impl FnOnce(&mut Value) -> Result<Option<T>, Fate>,
) -> Result<Option<Option<T>>, Fate> {
    let sku = utf8_percent_encode(item, NON_ALPHANUMERIC);
    let at = visit.at(&format!("/sell/inventory/v1/inventory_item/{sku}"))?;
    let answer = send(visit.out, authorized(Call::get(at.clone()), access)).await?;
    if answer.status == 404 {
        return Ok(None);
    }
    let mut item = document(&yes(answer)?)?;
    if let Some(settled) = change(&mut item)? {
        return Ok(Some(Some(settled)));
    }
    let Value::Object(fields) = &mut item else { return Err(ODD) };
    // What eBay says of the item and does not take back.
    for name in ["sku", "locale", "groupIds", "inventoryItemGroupKeys"] {
        fields.remove(name);
    }
    let call = authorized(Call::put(at, &item), access).with("content-language", Secret::new("en-US"));
    yes(send(visit.out, call).await?).map(|_| Some(None))
}
