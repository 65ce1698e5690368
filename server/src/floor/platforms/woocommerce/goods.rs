//! A store's documents, the same in its lists and in its webhooks: one customer, order or product each.

use serde_json::Value;

use super::super::goods::{Address, Customer, Good, Level, Line, Order, Product, Variant};
use super::super::read::{bare_moment, count, country, id, lower, money, personal, personals, rows, text};
use crate::floor::kernel::{Instant, Personal};

/// When it was changed last; what never was is as old as it is.
pub(super) fn updated(row: &Value) -> Option<Instant> {
    bare_moment(&row["date_modified_gmt"]).or_else(|| bare_moment(&row["date_created_gmt"]))
}

pub fn customer(row: &Value) -> Option<Customer> {
    let billing = &row["billing"];
    Some(Customer {
        id: id(&row["id"])?,
        given_name: personal(&row["first_name"]),
        family_name: personal(&row["last_name"]),
        mail: personal(&row["email"]),
        phone: personal(&billing["phone"]),
        address: address(billing),
        wants_mail: None,
        created_at: bare_moment(&row["date_created_gmt"]),
        updated_at: updated(row)?,
    })
}

pub fn order(row: &Value) -> Option<Order> {
    let (billing, shipping) = (&row["billing"], &row["shipping"]);
    let paid = if row["date_paid_gmt"].is_null() { None } else { Some("paid".to_owned()) };
    let status = lower(&row["status"]);
    let is_cancelled = matches!(status.as_deref(), Some("cancelled" | "trash"));
    let updated_at = updated(row)?;
    Some(Order {
        id: id(&row["id"])?,
        name: id(&row["number"])?,
        placed_at: bare_moment(&row["date_created_gmt"])?,
        // A store tells that it is cancelled, and not when: not later than what it tells now.
        cancelled_at: is_cancelled.then_some(updated_at),
        updated_at,
        payment: paid,
        fulfilment: status,
        total: money(&row["total"], &row["currency"]),
        customer: id(&row["customer_id"]).filter(|id| id != "0"),
        handle: None,
        mail: personal(&billing["email"]),
        phone: personal(&billing["phone"]),
        ships_to: address(shipping).or_else(|| address(billing)),
        lines: rows(&row["line_items"]).iter().filter_map(|line| self::line(line, &row["currency"])).collect(),
    })
}

fn line(row: &Value, currency: &Value) -> Option<Line> {
    let variation = id(&row["variation_id"]).filter(|id| id != "0");
    let product = id(&row["product_id"]).filter(|id| id != "0");
    let quantity = count(&row["quantity"])?;
    Some(Line {
        id: id(&row["id"])?,
        sku: text(&row["sku"]),
        title: text(&row["name"]),
        quantity,
        variant: variation.or(product),
        // The price of one piece comes as a float, and floats are no money; what all of them cost is a text.
        price: money(&row["subtotal"], currency).and_then(|all| all.shared(quantity)),
    })
}

fn address(row: &Value) -> Option<Address> {
    let names: Vec<String> = ["first_name", "last_name"].iter().filter_map(|name| text(&row[*name])).collect();
    let address = Address {
        name: (!names.is_empty()).then(|| Personal::new(names.join(" "))),
        lines: personals(["company", "address_1", "address_2"].map(|name| &row[name])),
        city: personal(&row["city"]),
        province: personal(&row["state"]),
        zip: personal(&row["postcode"]),
        country: country(&row["country"]),
        phone: personal(&row["phone"]),
    };
    let is_any = !address.lines.is_empty() || address.city.is_some() || address.zip.is_some();
    is_any.then_some(address)
}

/// A product, with its variations where it comes in several.
pub fn product(row: &Value, variations: &[Value]) -> Option<Product> {
    let own = id(&row["id"])?;
    let variant = |row: &Value| {
        Some(Variant {
            id: id(&row["id"])?,
            sku: text(&row["sku"]),
            title: text(&row["name"]),
            // A store has one currency, and its products do not say which.
            price: None,
            item: item(&own, row),
        })
    };
    let variants = match variations {
        [] => vec![variant(row)?],
        several => several.iter().filter_map(variant).collect(),
    };
    Some(Product {
        title: text(&row["name"])?,
        status: lower(&row["status"]),
        updated_at: updated(row)?,
        variants,
        id: own,
    })
}

/// What is counted in stock: the product, or one of its variations.
fn item(product: &str, row: &Value) -> Option<String> {
    let own = id(&row["id"])?;
    Some(if own == product { own } else { [product, "/", &own].concat() })
}

/// How much there is of a product and its variations, as far as the store counts them.
pub fn levels(row: &Value, variations: &[Value]) -> Option<Vec<Good>> {
    let (product, updated_at) = (id(&row["id"])?, updated(row)?);
    let level = |row: &Value| {
        Some(Good::Level(Level {
            item: item(&product, row)?,
            place: String::new(),
            sku: text(&row["sku"]),
            available: count(&row["stock_quantity"])?,
            updated_at: updated(row).unwrap_or(updated_at),
        }))
    };
    Some(std::iter::once(row).chain(variations).filter_map(level).collect())
}
