//! What the admin lists, page by page, and the one thing that may be set: how much there is. It never shows a page of
//! more than it was asked for.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::super::graphql::Root;
use super::super::people::{Customer, Goods, Listing, Order, Product, Stock, money};
use super::super::stand::Stand;
use super::admin::{Call, Fault};
use crate::floor::kernel::Instant;

pub(super) const LOCATION: &str = "gid://shopify/Location/655441491";

pub(super) fn is_list(name: &str) -> bool {
    matches!(name, "orders" | "customers" | "products" | "inventoryItems")
}

pub(super) fn page(call: &Call<'_>, root: &Root) -> Result<Value, Fault> {
    let bad = |why: &str| (why.to_owned(), "BAD_USER_INPUT");
    let first = root.arguments["first"].as_u64().and_then(|first| usize::try_from(first).ok());
    let first =
        first.filter(|first| (1..=250).contains(first)).ok_or_else(|| bad("you must provide first, 1 to 250"))?;
    let since = root.arguments["query"].as_str().and_then(since);
    let stock = call.stand.stock(&call.lease.shop);
    let goods = kept(&root.name);
    let listing = stock.listed(goods, since, None);
    let from = match &root.arguments["after"] {
        Value::Null => 0,
        cursor => {
            begins(&stock, goods, &listing, cursor).ok_or_else(|| bad("Invalid cursor for current pagination sort."))?
        }
    };
    let edges: Vec<Value> = listing
        .places(from, first)
        .map(|place| json!({ "cursor": cursor(place, stock.at(goods, place)), "node": row(call.stand, &stock, &root.name, place) }))
        .collect();
    let nodes: Vec<Value> = edges.iter().map(|edge| edge["node"].clone()).collect();
    let ends = [edges.first(), edges.last()].map(|edge| edge.map(|edge| edge["cursor"].clone()));
    let is_more = from + edges.len() < listing.len();
    Ok(json!({
        "nodes": nodes,
        "edges": edges,
        "pageInfo": { "hasNextPage": is_more, "hasPreviousPage": from > 0, "startCursor": ends[0], "endCursor": ends[1] },
    }))
}

/// What a list is a list of.
pub(super) fn kept(list: &str) -> Goods {
    match list {
        "customers" => Goods::Customer,
        "orders" => Goods::Order,
        _ => Goods::Product,
    }
}

fn cursor(place: usize, at: Instant) -> String {
    BASE64.encode(format!("{{\"last_id\":{place},\"last_value\":{}}}", at.micros()).as_bytes())
}

/// Where the page after this cursor begins: behind whatever stands before or at it by now.
fn begins(stock: &Stock<'_>, goods: Goods, listing: &Listing, cursor: &Value) -> Option<usize> {
    let told: Value = serde_json::from_slice(&BASE64.decode(cursor.as_str()?.as_bytes()).ok()?).ok()?;
    let last = (told["last_value"].as_i64()?, usize::try_from(told["last_id"].as_u64()?).ok()?);
    let (mut low, mut high) = (0, listing.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let place = listing.place(middle)?;
        if (stock.at(goods, place).micros(), place) <= last { low = middle + 1 } else { high = middle }
    }
    Some(low)
}

/// The watermark of an `updated_at:>='…'`.
fn since(query: &str) -> Option<Instant> {
    let told = query.split("updated_at:>=").nth(1)?.trim_start_matches('\'').split(['\'', ' ']).next()?;
    let day = || Some(told.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(told).ok().map(|at| at.to_utc()).or_else(day).map(Instant::from_utc)
}

pub(super) fn row(stand: &Stand, stock: &Stock<'_>, list: &str, place: usize) -> Value {
    match list {
        "customers" => {
            let of = stock.customer(place);
            let put = stand.within().changed.get(&(stock.shop.to_owned(), Goods::Customer, of.id)).cloned();
            customer(&of, &put.unwrap_or_default())
        }
        "orders" => order(&stock.order(place)),
        "products" => product(&stock.product(place)),
        _ => item(&stock.product(place)),
    }
}

pub(super) fn stamp(at: Instant) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn address(of: &Customer) -> Value {
    json!({
        "name": of.name(), "address1": of.street, "address2": null, "city": of.city, "provinceCode": null,
        "zip": of.zip, "countryCodeV2": of.country, "phone": of.phone,
    })
}

/// As it was made up, with what was put right since.
fn customer(of: &Customer, put: &Value) -> Value {
    let said = |name: &str, otherwise: &str| put[name].as_str().unwrap_or(otherwise).to_owned();
    json!({
        "id": format!("gid://shopify/Customer/{}", of.id), "firstName": said("firstName", &of.first),
        "lastName": said("lastName", &of.last), "createdAt": stamp(of.at), "updatedAt": stamp(of.at),
        "numberOfOrders": "2", "state": "ENABLED", "dataSaleOptOut": false, "canDelete": false,
        "defaultEmailAddress": { "emailAddress": said("email", &of.mail), "marketingState": "NOT_SUBSCRIBED" },
        "defaultPhoneNumber": { "phoneNumber": said("phone", &of.phone) }, "defaultAddress": address(of),
    })
}

fn order(of: &Order) -> Value {
    let line = json!({
        "id": format!("gid://shopify/LineItem/{}", of.id), "sku": of.product.sku, "title": of.product.title,
        "quantity": of.quantity,
        "originalUnitPriceSet": { "shopMoney": { "amount": money(of.product.cents), "currencyCode": "EUR" } },
        "variant": { "id": format!("gid://shopify/ProductVariant/{}", of.product.id) },
    });
    json!({
        "id": format!("gid://shopify/Order/{}", of.id), "name": format!("#{}", of.id % 10_000 + 1000),
        "createdAt": stamp(of.born), "updatedAt": stamp(of.at), "processedAt": stamp(of.born), "cancelledAt": null,
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED",
        "email": of.customer.mail, "phone": of.customer.phone,
        "currentTotalPriceSet": { "shopMoney": { "amount": of.total(), "currencyCode": "EUR" } },
        "customer": { "id": format!("gid://shopify/Customer/{}", of.customer.id) },
        "shippingAddress": address(&of.customer),
        "lineItems": { "nodes": [line], "pageInfo": { "hasNextPage": false, "endCursor": null } },
    })
}

pub(super) fn product(of: &Product) -> Value {
    json!({
        "id": format!("gid://shopify/Product/{}", of.id), "title": of.title, "status": "ACTIVE",
        "createdAt": stamp(of.at), "updatedAt": stamp(of.at),
        "variants": { "nodes": [{
            "id": format!("gid://shopify/ProductVariant/{}", of.id), "sku": of.sku, "title": "Default Title",
            "price": money(of.cents), "inventoryItem": { "id": format!("gid://shopify/InventoryItem/{}", of.id) },
        }], "pageInfo": { "hasNextPage": false, "endCursor": null } },
    })
}

fn item(of: &Product) -> Value {
    let quantities: Value = [("available", of.available), ("on_hand", of.available), ("committed", 0)]
        .into_iter()
        .map(|(name, quantity)| json!({ "name": name, "quantity": quantity }))
        .collect();
    json!({
        "id": format!("gid://shopify/InventoryItem/{}", of.id), "sku": of.sku, "tracked": true,
        "updatedAt": stamp(of.at),
        "inventoryLevels": {
            "nodes": [{
                "id": format!("gid://shopify/InventoryLevel/{}?inventory_item_id={}", of.id, of.id),
                "updatedAt": stamp(of.at), "location": { "id": LOCATION }, "quantities": quantities,
            }],
            "pageInfo": { "hasNextPage": false, "endCursor": null },
        },
    })
}

/// Sets what there is, all or nothing: only if there was what the caller believes, and only once for the same key.
pub(super) fn set_quantities(call: &Call<'_>, root: &Root) -> Result<Value, Fault> {
    if root.idempotent.is_none() && call.version >= "2026-04" {
        return Err(("The @idempotent directive is required for this mutation".to_owned(), "BAD_REQUEST"));
    }
    let key = root.idempotent.as_ref().map(|key| format!("{} {key}", call.lease.shop));
    if let Some(told) = key.as_ref().and_then(|key| call.stand.within().answered.get(key).cloned()) {
        return Ok(told);
    }
    let input = &root.arguments["input"];
    let stock = call.stand.stock(&call.lease.shop);
    let (mut errors, mut sets) = (Vec::new(), Vec::new());
    for (row, wish) in input["quantities"].as_array().into_iter().flatten().enumerate() {
        let mut wrong = |field: &str, code: &str, message: &str| {
            let field = json!(["input", "quantities", row.to_string(), field]);
            errors.push(json!({ "field": field, "code": code, "message": message }));
        };
        let id = wish["inventoryItemId"].as_str().and_then(|gid| gid.rsplit('/').next()?.parse().ok());
        let Some(place) = id.and_then(|id| stock.place(Goods::Product, id)) else {
            wrong("inventoryItemId", "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.");
            continue;
        };
        let Some(quantity) = wish["quantity"].as_i64() else {
            wrong("quantity", "INVALID_QUANTITY", "The quantity must be a number.");
            continue;
        };
        let there = stock.product(place).available;
        if wish["changeFromQuantity"].as_i64().is_some_and(|believed| believed != there) {
            wrong("changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE", "The quantity has changed meanwhile.");
        }
        sets.push((place, there, quantity));
    }
    if !errors.is_empty() {
        return Ok(json!({ "inventoryAdjustmentGroup": null, "userErrors": errors }));
    }
    let mut changes = Vec::new();
    for (place, there, quantity) in sets {
        call.stand.set_level(&call.lease.shop, place, quantity, root.idempotent.as_deref());
        changes.push(json!({ "name": "available", "delta": quantity - there, "quantityAfterChange": quantity }));
    }
    let group = json!({ "createdAt": stamp(call.stand.now()), "reason": input["reason"], "changes": changes });
    let told = json!({ "inventoryAdjustmentGroup": group, "userErrors": [] });
    if let Some(key) = key {
        call.stand.within().answered.insert(key, told.clone());
    }
    Ok(told)
}

pub(super) fn shop(shop: &str) -> Value {
    let name = shop.trim_end_matches(".myshopify.com");
    json!({
        "id": Stand::number(shop), "name": name, "email": format!("owner@{name}.example.com"), "domain": null,
        "myshopify_domain": shop, "myshopifyDomain": shop, "country_code": "US", "currency": "EUR", "currencyCode": "EUR", "plan_name": "basic",
    })
}
