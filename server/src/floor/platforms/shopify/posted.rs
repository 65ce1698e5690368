//! What Shopify's deliveries tell. Their bodies have the form of its older REST, where its lists have that of GraphQL: the
//! same thing comes out of both. Ids are kept as their number.

use serde_json::Value;

use super::super::goods::{Customer, Good, Level, Line, Order, Product, Shelf, Variant};
use super::super::read::{count, id, lower, moment, money, personal, rows, text};
use super::super::told::document;
use super::super::{Delivery, Notice, PrivacyNoticeKind, Refusal, Told};
use super::goods::address;
use crate::floor::kernel::Personal;

const PROVINCE: &str = "province_code";
const COUNTRY: &str = "country_code";

pub(super) fn told(delivery: &Delivery) -> Result<Told, Refusal> {
    let body = &document(&delivery.body)?;
    Ok(match delivery.topic.as_str() {
        "customers/data_request" => notice(PrivacyNoticeKind::DataRequest, body),
        "customers/redact" => notice(PrivacyNoticeKind::RedactCustomer, body),
        "shop/redact" => notice(PrivacyNoticeKind::RedactShop, body),
        "app/uninstalled" => Told::Uninstalled,
        "app/scopes_update" => {
            let current = body["current"].as_array().ok_or(Refusal("body"))?;
            let at = moment(&body["updated_at"]).or(delivery.at);
            Told::Scopes(current.iter().filter_map(text).collect(), at)
        }
        "customers/create" | "customers/update" | "customers/enable" | "customers/disable" => {
            good(Shelf::Customers, customer(body).map(Good::Customer))
        }
        "orders/create"
        | "orders/updated"
        | "orders/cancelled"
        | "orders/paid"
        | "orders/fulfilled"
        | "orders/partially_fulfilled" => good(Shelf::Orders, order(body).map(Good::Order)),
        "products/create" | "products/update" => good(Shelf::Products, product(body).map(Good::Product)),
        "inventory_levels/update" | "inventory_levels/connect" => good(Shelf::Inventory, level(body).map(Good::Level)),
        "customers/delete" => gone(Shelf::Customers, body),
        "orders/delete" => gone(Shelf::Orders, body),
        "products/delete" => gone(Shelf::Products, body),
        // These tell of a part, or of what changed alone.
        "customers/merge" => Told::Look(Shelf::Customers),
        "orders/edited" => Told::Look(Shelf::Orders),
        "inventory_levels/disconnect"
        | "inventory_items/create"
        | "inventory_items/update"
        | "inventory_items/delete" => Told::Look(Shelf::Inventory),
        _ => Told::Nothing,
    })
}

/// One that cannot be read is to be looked for.
fn good(shelf: Shelf, good: Option<Good>) -> Told {
    good.map_or(Told::Look(shelf), |good| Told::Goods(vec![good]))
}

fn gone(shelf: Shelf, body: &Value) -> Told {
    number(&body["id"]).map_or(Told::Look(shelf), |id| Told::Gone(shelf, id))
}

/// The number, which a global id has at its end.
fn number(value: &Value) -> Option<String> {
    let id = id(value)?;
    let number = id.rsplit('/').next()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}

fn notice(kind: PrivacyNoticeKind, body: &Value) -> Told {
    let customer = &body["customer"];
    let orders = rows(&body["orders_requested"]).iter().chain(rows(&body["orders_to_redact"]));
    let one = |name, value: Option<Personal>| value.map(|value| (name, value));
    let named = [
        one("shop", number(&body["shop_id"]).map(Personal::new)),
        one("customer", number(&customer["id"]).map(Personal::new)),
        one("mail", personal(&customer["email"])),
        one("phone", personal(&customer["phone"])),
    ];
    let orders = orders.filter_map(number).map(|order| ("order", Personal::new(order)));
    Told::Notice(Notice {
        kind,
        reference: number(&body["data_request"]["id"]),
        named: named.into_iter().flatten().chain(orders).collect(),
    })
}

fn customer(row: &Value) -> Option<Customer> {
    Some(Customer {
        id: number(&row["id"])?,
        given_name: personal(&row["first_name"]),
        family_name: personal(&row["last_name"]),
        mail: personal(&row["email"]),
        phone: personal(&row["phone"]),
        address: address(&row["default_address"], PROVINCE, COUNTRY),
        wants_mail: match lower(&row["email_marketing_consent"]["state"]).as_deref() {
            Some("subscribed") => Some(true),
            Some("not_subscribed" | "unsubscribed") => Some(false),
            _ => None,
        },
        created_at: moment(&row["created_at"]),
        updated_at: moment(&row["updated_at"])?,
    })
}

fn order(row: &Value) -> Option<Order> {
    Some(Order {
        id: number(&row["id"])?,
        name: text(&row["name"])?,
        placed_at: moment(&row["created_at"])?,
        cancelled_at: moment(&row["cancelled_at"]),
        updated_at: moment(&row["updated_at"])?,
        payment: lower(&row["financial_status"]),
        fulfilment: fulfilment(row),
        total: money(&row["current_total_price"], &row["currency"]),
        customer: number(&row["customer"]["id"]),
        handle: None,
        mail: personal(&row["email"]),
        phone: personal(&row["phone"]),
        ships_to: address(&row["shipping_address"], PROVINCE, COUNTRY),
        lines: rows(&row["line_items"]).iter().filter_map(|line| self::line(line, &row["currency"])).collect(),
    })
}

/// In the words of the lists: nothing sent yet is null here and a word there.
fn fulfilment(row: &Value) -> Option<String> {
    match row.get("fulfillment_status")? {
        Value::Null => Some("unfulfilled".to_owned()),
        told => lower(told).map(|told| if told == "partial" { "partially_fulfilled".to_owned() } else { told }),
    }
}

fn line(row: &Value, currency: &Value) -> Option<Line> {
    Some(Line {
        id: number(&row["id"])?,
        sku: text(&row["sku"]),
        title: text(&row["title"]),
        quantity: count(&row["quantity"])?,
        variant: number(&row["variant_id"]),
        price: money(&row["price"], currency),
    })
}

fn product(row: &Value) -> Option<Product> {
    let variant = |row: &Value| {
        Some(Variant {
            id: number(&row["id"])?,
            sku: text(&row["sku"]),
            title: text(&row["title"]),
            // A price stands there without its currency: it is the shop's, which no product tells.
            price: None,
            item: number(&row["inventory_item_id"]),
        })
    };
    Some(Product {
        id: number(&row["id"])?,
        title: text(&row["title"])?,
        status: lower(&row["status"]),
        updated_at: moment(&row["updated_at"])?,
        variants: rows(&row["variants"]).iter().filter_map(variant).collect(),
    })
}

fn level(row: &Value) -> Option<Level> {
    Some(Level {
        item: number(&row["inventory_item_id"])?,
        place: number(&row["location_id"])?,
        sku: None,
        available: count(&row["available"])?,
        updated_at: moment(&row["updated_at"])?,
    })
}
