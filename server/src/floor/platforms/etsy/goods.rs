//! Etsy's documents: a receipt of a shop's, a listing with its inventory.

use serde_json::Value;

use super::super::goods::{Address, Good, Level, Line, Order, Product, Variant};
use super::super::read::{coins, count, country, id, lower, personal, personals, rows, seconds, text};
use crate::floor::kernel::Instant;

pub fn receipt(row: &Value) -> Option<Order> {
    let status = lower(&row["status"]);
    let updated_at = updated(row)?;
    let number = id(&row["receipt_id"])?;
    Some(Order {
        name: number.clone(),
        id: number,
        placed_at: seconds(&row["created_timestamp"]).or_else(|| seconds(&row["create_timestamp"]))?,
        // Etsy tells that it is cancelled, and not when: not later than what it tells now.
        cancelled_at: (status.as_deref() == Some("canceled")).then_some(updated_at),
        updated_at,
        payment: row["is_paid"].as_bool().map(|is_paid| if is_paid { "paid" } else { "unpaid" }.to_owned()),
        fulfilment: status,
        total: coins(&row["grandtotal"]),
        customer: id(&row["buyer_user_id"]),
        handle: None,
        mail: personal(&row["buyer_email"]),
        phone: None,
        ships_to: address(row),
        lines: rows(&row["transactions"]).iter().filter_map(line).collect(),
    })
}

pub(super) fn updated(row: &Value) -> Option<Instant> {
    seconds(&row["updated_timestamp"]).or_else(|| seconds(&row["update_timestamp"]))
}

fn line(row: &Value) -> Option<Line> {
    Some(Line {
        id: id(&row["transaction_id"])?,
        sku: text(&row["sku"]),
        title: text(&row["title"]),
        quantity: count(&row["quantity"])?,
        variant: id(&row["product_id"]).or_else(|| id(&row["listing_id"])),
        price: coins(&row["price"]),
    })
}

fn address(row: &Value) -> Option<Address> {
    let address = Address {
        name: personal(&row["name"]),
        lines: personals(["first_line", "second_line"].map(|name| &row[name])),
        city: personal(&row["city"]),
        province: personal(&row["state"]),
        zip: personal(&row["zip"]),
        country: country(&row["country_iso"]),
        phone: None,
    };
    (address.name.is_some() || !address.lines.is_empty()).then_some(address)
}

/// What of a listing may be had: each with its price and what there is of it.
fn products(row: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let offered = |product: &'_ Value| !rows(&product["offerings"]).is_empty();
    rows(&row["inventory"]["products"])
        .iter()
        .filter(move |product| product["is_deleted"] != true && offered(product))
        .map(|product| (product, &product["offerings"][0]))
}

/// What is counted: by its SKU, for Etsy gives its products other ids with every change.
fn item(listing: &str, product: &Value) -> String {
    text(&product["sku"]).map_or_else(|| listing.to_owned(), |sku| [listing, ":", &sku].concat())
}

pub fn listing(row: &Value) -> Option<Product> {
    let own = id(&row["listing_id"])?;
    let variants = products(row).filter_map(|(product, offering)| {
        Some(Variant {
            id: id(&product["product_id"])?,
            sku: text(&product["sku"]),
            title: None,
            price: coins(&offering["price"]),
            item: Some(item(&own, product)),
        })
    });
    Some(Product {
        title: text(&row["title"])?,
        status: lower(&row["state"]),
        updated_at: updated(row)?,
        variants: variants.collect(),
        id: own,
    })
}

pub fn levels(row: &Value) -> Option<Vec<Good>> {
    let (own, updated_at) = (id(&row["listing_id"])?, updated(row)?);
    let level = |(product, offering): (&Value, &Value)| {
        Some(Good::Level(Level {
            item: item(&own, product),
            place: String::new(),
            sku: text(&product["sku"]),
            available: count(&offering["quantity"])?,
            updated_at,
        }))
    };
    Some(products(row).filter_map(level).collect())
}
