//! eBay's documents: an order of a seller's, an item of its inventory. eBay tells of an item when nothing changed it, so it
//! is as it is when it is read.

use serde_json::Value;

use super::super::goods::{Address, Good, Level, Line, Order, Product, Variant};
use super::super::read::{count, country, id, lower, moment, money, personal, personals, rows, text};
use crate::floor::kernel::Instant;

pub fn order(row: &Value) -> Option<Order> {
    let total = |amount: &Value| money(&amount["value"], &amount["currency"]);
    let step = &rows(&row["fulfillmentStartInstructions"]).first().map_or(&Value::Null, |first| &first["shippingStep"]);
    let ships_to = &step["shipTo"];
    let cancelled =
        rows(&row["cancelStatus"]["cancelRequests"]).iter().find_map(|one| moment(&one["cancelCompletedDate"]));
    let order = id(&row["orderId"])?;
    Some(Order {
        name: order.clone(),
        id: order,
        placed_at: moment(&row["creationDate"])?,
        cancelled_at: cancelled,
        updated_at: moment(&row["lastModifiedDate"])?,
        payment: lower(&row["orderPaymentStatus"]),
        fulfilment: lower(&row["orderFulfillmentStatus"]),
        total: total(&row["pricingSummary"]["total"]),
        customer: None,
        handle: personal(&row["buyer"]["username"]),
        mail: personal(&ships_to["email"]),
        phone: personal(&ships_to["primaryPhone"]["phoneNumber"]),
        ships_to: address(ships_to),
        lines: rows(&row["lineItems"]).iter().filter_map(line).collect(),
    })
}

fn line(row: &Value) -> Option<Line> {
    let quantity = count(&row["quantity"])?;
    let cost = &row["lineItemCost"];
    Some(Line {
        id: id(&row["lineItemId"])?,
        sku: text(&row["sku"]),
        title: text(&row["title"]),
        quantity,
        variant: text(&row["sku"]),
        price: money(&cost["value"], &cost["currency"]).and_then(|all| all.shared(quantity)),
    })
}

fn address(of: &Value) -> Option<Address> {
    let at = &of["contactAddress"];
    (of.is_object()).then(|| Address {
        name: personal(&of["fullName"]),
        lines: personals(["addressLine1", "addressLine2"].map(|name| &at[name])),
        city: personal(&at["city"]),
        province: personal(&at["stateOrProvince"]),
        zip: personal(&at["postalCode"]),
        country: country(&at["countryCode"]),
        phone: personal(&of["primaryPhone"]["phoneNumber"]),
    })
}

pub fn product(row: &Value, now: Instant) -> Option<Good> {
    let sku = text(&row["sku"])?;
    let title = text(&row["product"]["title"]).unwrap_or_else(|| sku.clone());
    // Prices stand on offers, of which one item may have several.
    let variant =
        Variant { id: sku.clone(), sku: Some(sku.clone()), title: None, price: None, item: Some(sku.clone()) };
    let status = lower(&row["condition"]);
    Some(Good::Product(Product { id: sku, title, status, updated_at: now, variants: vec![variant] }))
}

pub fn level(row: &Value, now: Instant) -> Option<Good> {
    let item = text(&row["sku"])?;
    let available = count(&row["availability"]["shipToLocationAvailability"]["quantity"])?;
    Some(Good::Level(Level { sku: Some(item.clone()), item, place: String::new(), available, updated_at: now }))
}
