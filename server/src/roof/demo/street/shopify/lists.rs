//! What the admin lists, page by page, and the one thing that may be set: how much there is. It never shows a page of
//! more than it was asked for.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::super::graphql::Root;
use super::super::people::{CUSTOMERS, Customer, Goods, ORDERS, Order, PRODUCTS, Product, Stock, money};
use super::super::stand::Stand;
use super::admin::{Call, Fault};
use crate::floor::kernel::Instant;

const LOCATION: &str = "gid://shopify/Location/655441491";

pub(super) fn is_list(name: &str) -> bool {
    matches!(name, "orders" | "customers" | "products" | "inventoryItems")
}

pub(super) fn page(call: &Call<'_>, root: &Root) -> Result<Value, Fault> {
    let bad = |why: &str| (why.to_owned(), "BAD_USER_INPUT");
    let first = root.arguments["first"].as_u64().and_then(|first| usize::try_from(first).ok());
    let first =
        first.filter(|first| (1..=250).contains(first)).ok_or_else(|| bad("you must provide first, 1 to 250"))?;
    let after = match &root.arguments["after"] {
        Value::Null => 0,
        cursor => place(cursor).ok_or_else(|| bad("Invalid cursor for current pagination sort."))?,
    };
    let since = root.arguments["query"].as_str().and_then(since);
    let stock = call.stand.stock(&call.lease.shop);
    let count = match root.name.as_str() {
        "customers" => CUSTOMERS,
        "orders" => ORDERS,
        _ => PRODUCTS,
    };
    let rows: Vec<(usize, Value)> = (after..count)
        .map(|place| (place, row(call, &stock, &root.name, place)))
        .filter(|(_, (at, _))| since.is_none_or(|since| *at >= since))
        .take(first + 1)
        .map(|(place, (_, row))| (place, row))
        .collect();
    let is_more = rows.len() > first;
    let edges: Vec<Value> =
        rows.into_iter().take(first).map(|(place, node)| json!({ "cursor": cursor(place), "node": node })).collect();
    let nodes: Vec<Value> = edges.iter().map(|edge| edge["node"].clone()).collect();
    let ends = [edges.first(), edges.last()].map(|edge| edge.map(|edge| edge["cursor"].clone()));
    Ok(json!({
        "nodes": nodes,
        "edges": edges,
        "pageInfo": { "hasNextPage": is_more, "hasPreviousPage": after > 0, "startCursor": ends[0], "endCursor": ends[1] },
    }))
}

fn cursor(place: usize) -> String {
    BASE64.encode(format!("{{\"last_id\":{place}}}").as_bytes())
}

/// Where the page after this cursor begins.
fn place(cursor: &Value) -> Option<usize> {
    let told: Value = serde_json::from_slice(&BASE64.decode(cursor.as_str()?.as_bytes()).ok()?).ok()?;
    Some(usize::try_from(told["last_id"].as_u64()?).ok()? + 1)
}

/// The watermark of an `updated_at:>='…'`.
fn since(query: &str) -> Option<Instant> {
    let told = query.split("updated_at:>=").nth(1)?.trim_start_matches('\'').split(['\'', ' ']).next()?;
    let day = || Some(told.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(told).ok().map(|at| at.to_utc()).or_else(day).map(Instant::from_utc)
}

fn row(call: &Call<'_>, stock: &Stock<'_>, list: &str, place: usize) -> (Instant, Value) {
    match list {
        "customers" => (stock.opened, customer(&stock.customer(place))),
        "orders" => {
            let sold = stock.order(place);
            (sold.at, order(&sold))
        }
        "products" => {
            let sold = stock.product(place);
            (sold.at, product(&sold))
        }
        _ => {
            let sold = stock.product(place);
            (sold.at, item(&sold, available(call.stand, stock, place)))
        }
    }
}

fn stamp(at: Instant) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn address(of: &Customer) -> Value {
    json!({
        "name": of.name(), "address1": of.street, "address2": null, "city": of.city, "provinceCode": null,
        "zip": of.zip, "countryCodeV2": of.country, "phone": of.phone,
    })
}

fn customer(of: &Customer) -> Value {
    json!({
        "id": format!("gid://shopify/Customer/{}", of.id), "firstName": of.first, "lastName": of.last,
        "numberOfOrders": "2", "state": "ENABLED", "dataSaleOptOut": false, "canDelete": false,
        "defaultEmailAddress": { "emailAddress": of.mail, "marketingState": "NOT_SUBSCRIBED" },
        "defaultPhoneNumber": { "phoneNumber": of.phone }, "defaultAddress": address(of),
    })
}

fn order(of: &Order) -> Value {
    let line = json!({
        "id": format!("gid://shopify/LineItem/{}", of.id), "sku": of.product.sku, "quantity": of.quantity,
        "variant": { "id": format!("gid://shopify/ProductVariant/{}", of.product.id) },
    });
    json!({
        "id": format!("gid://shopify/Order/{}", of.id), "name": format!("#{}", of.id % 10_000 + 1000),
        "createdAt": stamp(of.at), "updatedAt": stamp(of.at), "processedAt": stamp(of.at), "cancelledAt": null,
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED",
        "email": of.customer.mail, "phone": of.customer.phone,
        "currentTotalPriceSet": { "shopMoney": { "amount": of.total(), "currencyCode": "EUR" } },
        "customer": { "id": format!("gid://shopify/Customer/{}", of.customer.id) },
        "shippingAddress": address(&of.customer),
        "lineItems": { "nodes": [line], "pageInfo": { "hasNextPage": false, "endCursor": null } },
    })
}

fn product(of: &Product) -> Value {
    json!({
        "id": format!("gid://shopify/Product/{}", of.id), "title": of.title, "status": "ACTIVE",
        "createdAt": stamp(of.at), "updatedAt": stamp(of.at),
        "variants": { "nodes": [{
            "id": format!("gid://shopify/ProductVariant/{}", of.id), "sku": of.sku, "price": money(of.cents),
            "inventoryItem": { "id": format!("gid://shopify/InventoryItem/{}", of.id) },
        }] },
    })
}

fn item(of: &Product, available: i64) -> Value {
    let quantities: Value = [("available", available), ("on_hand", available), ("committed", 0)]
        .into_iter()
        .map(|(name, quantity)| json!({ "name": name, "quantity": quantity }))
        .collect();
    json!({
        "id": format!("gid://shopify/InventoryItem/{}", of.id), "sku": of.sku, "tracked": true,
        "inventoryLevels": { "nodes": [{ "location": { "id": LOCATION }, "quantities": quantities }] },
    })
}

fn available(stand: &Stand, stock: &Stock<'_>, place: usize) -> i64 {
    let key = (stock.shop.to_owned(), Goods::Product, Goods::Product.id(place));
    let set = stand.within().changed.get(&key).cloned().flatten();
    set.and_then(|set| set["available"].as_i64()).unwrap_or_else(|| stock.product(place).available)
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
        let Some((id, place)) = id.and_then(|id| Some((id, Goods::Product.place(id)?))) else {
            wrong("inventoryItemId", "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.");
            continue;
        };
        let Some(quantity) = wish["quantity"].as_i64() else {
            wrong("quantity", "INVALID_QUANTITY", "The quantity must be a number.");
            continue;
        };
        let there = available(call.stand, &stock, place);
        if wish["changeFromQuantity"].as_i64().is_some_and(|believed| believed != there) {
            wrong("changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE", "The quantity has changed meanwhile.");
        }
        sets.push((id, there, quantity));
    }
    if !errors.is_empty() {
        return Ok(json!({ "inventoryAdjustmentGroup": null, "userErrors": errors }));
    }
    let mut within = call.stand.within();
    let mut changes = Vec::new();
    for (id, there, quantity) in sets {
        let key = (call.lease.shop.clone(), Goods::Product, id);
        within.changed.insert(key, Some(json!({ "available": quantity })));
        changes.push(json!({ "name": "available", "delta": quantity - there, "quantityAfterChange": quantity }));
    }
    let group = json!({ "createdAt": stamp(call.stand.now()), "reason": input["reason"], "changes": changes });
    let told = json!({ "inventoryAdjustmentGroup": group, "userErrors": [] });
    if let Some(key) = key {
        within.answered.insert(key, told.clone());
    }
    Ok(told)
}

pub(super) fn shop(shop: &str) -> Value {
    let name = shop.trim_end_matches(".myshopify.com");
    json!({
        "id": Stand::number(shop), "name": name, "email": format!("owner@{name}.example.com"), "domain": null,
        "myshopify_domain": shop, "myshopifyDomain": shop, "country_code": "US", "currency": "EUR", "plan_name": "basic",
    })
}
