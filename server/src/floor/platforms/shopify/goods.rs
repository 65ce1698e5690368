//! Shopify's documents as the admin's GraphQL tells them, in lists and in bulk files alike. Ids are kept as their number,
//! which is the same wherever Shopify writes them.

use serde_json::Value;

use super::super::goods::{Address, Customer, Good, Level, Line, Order, Product, Shelf, Variant};
use super::super::read::{count, country, lower, moment, money, personal, personals, rows, text};
use crate::floor::kernel::Instant;

/// What is chosen of each shelf: its list, what it chooses of a node, the list within a node and what of that.
pub(super) struct Chosen {
    pub list: &'static str,
    pub kind: &'static str,
    pub node: &'static str,
    pub within: Option<(&'static str, &'static str)>,
    pub is_sorted: bool,
    /// Nodes of one page, for a price that every shop's budget allows.
    pub most: u32,
}

const ORDER: &str = "id name createdAt updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus email phone \
     currentTotalPriceSet { shopMoney { amount currencyCode } } customer { id } \
     shippingAddress { name address1 address2 city provinceCode zip countryCodeV2 phone }";
const LINE: &str = "id sku title quantity variant { id } originalUnitPriceSet { shopMoney { amount currencyCode } }";
const CUSTOMER: &str = "id firstName lastName createdAt updatedAt defaultEmailAddress { emailAddress marketingState } \
     defaultPhoneNumber { phoneNumber } \
     defaultAddress { name address1 address2 city provinceCode zip countryCodeV2 phone }";
const LEVEL: &str = "id updatedAt location { id } quantities(names: [\"available\"]) { name quantity }";

pub(super) const fn chosen(of: Shelf) -> Chosen {
    match of {
        Shelf::Customers => {
            Chosen { list: "customers", kind: "Customer", node: CUSTOMER, within: None, is_sorted: false, most: 100 }
        }
        Shelf::Orders => Chosen {
            list: "orders",
            kind: "Order",
            node: ORDER,
            within: Some(("lineItems", LINE)),
            is_sorted: true,
            most: 40,
        },
        Shelf::Products => Chosen {
            list: "products",
            kind: "Product",
            node: "id title status updatedAt",
            within: Some(("variants", "id sku title price inventoryItem { id }")),
            is_sorted: true,
            most: 40,
        },
        Shelf::Inventory => Chosen {
            list: "inventoryItems",
            kind: "InventoryItem",
            node: "id sku updatedAt",
            within: Some(("inventoryLevels", LEVEL)),
            is_sorted: false,
            most: 60,
        },
    }
}

pub(super) fn read(of: Shelf, row: &Value) -> Option<Vec<Good>> {
    match of {
        Shelf::Customers => customer(row).map(|one| vec![Good::Customer(one)]),
        Shelf::Orders => order(row).map(|one| vec![Good::Order(one)]),
        Shelf::Products => product(row).map(|one| vec![Good::Product(one)]),
        Shelf::Inventory => levels(row),
    }
}

const PROVINCE: &str = "provinceCode";
const COUNTRY: &str = "countryCodeV2";

/// The number at the end of a global id, without what a level's carries behind it.
pub(super) fn number(value: &Value) -> Option<String> {
    let number = value.as_str()?.rsplit('/').next()?.split('?').next()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}

fn shop_money(set: &Value) -> Option<super::super::Money> {
    money(&set["shopMoney"]["amount"], &set["shopMoney"]["currencyCode"])
}

fn customer(row: &Value) -> Option<Customer> {
    let mail = &row["defaultEmailAddress"];
    Some(Customer {
        id: number(&row["id"])?,
        given_name: personal(&row["firstName"]),
        family_name: personal(&row["lastName"]),
        mail: personal(&mail["emailAddress"]),
        phone: personal(&row["defaultPhoneNumber"]["phoneNumber"]),
        address: address(&row["defaultAddress"], PROVINCE, COUNTRY),
        wants_mail: match mail["marketingState"].as_str() {
            Some("SUBSCRIBED") => Some(true),
            Some("NOT_SUBSCRIBED" | "UNSUBSCRIBED") => Some(false),
            _ => None,
        },
        created_at: moment(&row["createdAt"]),
        updated_at: moment(&row["updatedAt"])?,
    })
}

/// An address, with what this form calls a province and a country.
pub(super) fn address(row: &Value, province: &str, land: &str) -> Option<Address> {
    row.is_object().then(|| Address {
        name: personal(&row["name"]),
        lines: personals(["address1", "address2"].map(|name| &row[name])),
        city: personal(&row["city"]),
        province: personal(&row[province]),
        zip: personal(&row["zip"]),
        country: country(&row[land]),
        phone: personal(&row["phone"]),
    })
}

fn order(row: &Value) -> Option<Order> {
    Some(Order {
        id: number(&row["id"])?,
        name: text(&row["name"])?,
        placed_at: moment(&row["createdAt"])?,
        cancelled_at: moment(&row["cancelledAt"]),
        updated_at: moment(&row["updatedAt"])?,
        payment: lower(&row["displayFinancialStatus"]),
        fulfilment: lower(&row["displayFulfillmentStatus"]),
        total: shop_money(&row["currentTotalPriceSet"]),
        customer: number(&row["customer"]["id"]),
        handle: None,
        mail: personal(&row["email"]),
        phone: personal(&row["phone"]),
        ships_to: address(&row["shippingAddress"], PROVINCE, COUNTRY),
        lines: rows(&row["lineItems"]["nodes"]).iter().filter_map(line).collect(),
    })
}

fn line(row: &Value) -> Option<Line> {
    Some(Line {
        id: number(&row["id"])?,
        sku: text(&row["sku"]),
        title: text(&row["title"]),
        quantity: count(&row["quantity"])?,
        variant: number(&row["variant"]["id"]),
        price: shop_money(&row["originalUnitPriceSet"]),
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
            item: number(&row["inventoryItem"]["id"]),
        })
    };
    Some(Product {
        id: number(&row["id"])?,
        title: text(&row["title"])?,
        status: lower(&row["status"]),
        updated_at: moment(&row["updatedAt"])?,
        variants: rows(&row["variants"]["nodes"]).iter().filter_map(variant).collect(),
    })
}

fn levels(row: &Value) -> Option<Vec<Good>> {
    let (item, updated_at) = (number(&row["id"])?, moment(&row["updatedAt"])?);
    let level = |row_of_level: &Value| {
        let available = rows(&row_of_level["quantities"]).iter().find(|one| one["name"] == "available")?;
        Some(Good::Level(Level {
            item: item.clone(),
            place: number(&row_of_level["location"]["id"])?,
            sku: text(&row["sku"]),
            available: count(&available["quantity"])?,
            updated_at: newer(moment(&row_of_level["updatedAt"]), updated_at),
        }))
    };
    Some(rows(&row["inventoryLevels"]["nodes"]).iter().filter_map(level).collect())
}

fn newer(of_level: Option<Instant>, of_item: Instant) -> Instant {
    of_level.map_or(of_item, |at| at.max(of_item))
}
