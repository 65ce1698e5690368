//! The GraphQL of the admin: which root it is, whether the token may, what it costs, what it changes. It answers whole
//! objects whatever was chosen of them.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use url::Url;

use super::super::asked::{Asked, json as answered, settled, with};
use super::super::graphql::{Root, roots};
use super::super::hooks::Hook;
use super::super::people::Goods;
use super::super::stand::Stand;
use super::super::tokens::Lease;
use super::{bulk, holder, listing, lists};
use crate::floor::kernel::Secret;

/// Those that are spoken, the oldest first: a version that no longer is, or never was, falls forward to it.
const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];

/// What a shop may spend at once, and what comes back each second.
const BUDGET: f64 = 2000.0;
const RESTORES: f64 = 100.0;

/// One call to the admin: who, where, in which version.
pub(super) struct Call<'a> {
    pub stand: &'a Stand,
    pub lease: &'a Lease,
    pub version: &'static str,
}

pub(super) async fn answer(stand: &Stand, asked: &Asked, shop: &str, version: &str) -> Response {
    let lease = match holder(stand, asked, shop) {
        Ok(lease) => lease,
        Err(refused) => return settled(Err(refused)),
    };
    let version = VERSIONS.into_iter().find(|known| *known == version).unwrap_or(VERSIONS[0]);
    let told = asked.json();
    let Some(roots) = told["query"].as_str().and_then(|document| roots(document, &told["variables"])) else {
        return answered(StatusCode::OK, &json!({ "errors": [{ "message": "syntax error, unexpected end of file" }] }));
    };
    let call = Call { stand, lease: &lease, version };
    let answer = answered(StatusCode::OK, &paid(&call, &roots));
    if roots.iter().any(|root| root.name == "appUninstall") {
        stand.send(shop, "app/uninstalled", &lists::shop(shop)).await;
    }
    with(answer, "x-shopify-api-version", version)
}

/// Answers if the shop's budget allows it.
fn paid(call: &Call<'_>, roots: &[Root]) -> Value {
    let asks = roots.iter().map(price).sum::<f64>();
    let left = left(call, asks);
    let mut told = match left {
        Err(_) => json!({ "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }] }),
        Ok(_) => resolved(call, roots),
    };
    let spent = if left.is_ok() { json!(asks) } else { Value::Null };
    let (Ok(left) | Err(left)) = left;
    told["extensions"] = json!({ "cost": {
        "requestedQueryCost": asks,
        "actualQueryCost": spent,
        "throttleStatus": { "maximumAvailable": BUDGET, "currentlyAvailable": left, "restoreRate": RESTORES },
    } });
    told
}

fn price(root: &Root) -> f64 {
    let rows = root.arguments["first"].as_f64().unwrap_or_default();
    if lists::is_list(&root.name) { 2.0 + rows } else { 10.0 }
}

/// What is left after this is paid for, or what there is where it is not enough.
fn left(call: &Call<'_>, price: f64) -> Result<f64, f64> {
    let now = call.stand.now();
    let mut within = call.stand.within();
    let budget = within.budgets.entry(call.lease.shop.clone()).or_insert((BUDGET, now));
    let seconds = now.since(budget.1).as_seconds_f64().max(0.0);
    *budget = ((budget.0 + seconds * RESTORES).min(BUDGET).floor(), now);
    if price > budget.0 {
        return Err(budget.0);
    }
    budget.0 -= price;
    Ok(budget.0)
}

fn resolved(call: &Call<'_>, roots: &[Root]) -> Value {
    let (mut data, mut errors) = (Map::new(), Vec::new());
    for root in roots {
        match field(call, root) {
            Ok(value) => drop(data.insert(root.key.clone(), value)),
            Err((message, code)) => {
                errors.push(json!({ "message": message, "path": [root.key], "extensions": { "code": code } }));
                data.insert(root.key.clone(), Value::Null);
            }
        }
    }
    if errors.is_empty() { json!({ "data": data }) } else { json!({ "data": data, "errors": errors }) }
}

/// Why a field is not answered, and the code of it.
pub(super) type Fault = (String, &'static str);

fn field(call: &Call<'_>, root: &Root) -> Result<Value, Fault> {
    let bulk = root.arguments["query"].as_str().filter(|_| root.name == "bulkOperationRunQuery");
    let bulk = bulk.and_then(|document| Some(roots(document, &Value::Null)?.first()?.name.clone()));
    let needs = match bulk.as_deref().unwrap_or(&root.name) {
        "orders" => "read_orders",
        "customers" => "read_customers",
        "products" | "nodes" => "read_products",
        "inventoryItems" => "read_inventory",
        "inventorySetQuantities" => "write_inventory",
        "productUpdate" | "productVariantsBulkUpdate" => "write_products",
        "customerRequestDataErasure" => "write_customer_data_erasure",
        "customerUpdate" => "write_customers",
        _ => "",
    };
    if !needs.is_empty() && !may(&call.lease.scopes, needs) {
        let why = format!("Access denied for {} field. Required access: `{needs}` access scope.", root.name);
        return Err((why, "ACCESS_DENIED"));
    }
    match root.name.as_str() {
        "currentAppInstallation" => Ok(installation(call)),
        "appRevokeAccessScopes" => Ok(revoke(call, &root.arguments["scopes"])),
        "appUninstall" => Ok(uninstall(call)),
        "inventorySetQuantities" => lists::set_quantities(call, root),
        "nodes" => Ok(listing::nodes(call, root)),
        "productUpdate" => Ok(listing::rename(call, root)),
        "productVariantsBulkUpdate" => Ok(listing::reprice(call, root)),
        "webhookSubscriptions" => Ok(hooks(call)),
        "webhookSubscriptionCreate" => Ok(subscribe(call, &root.arguments)),
        "bulkOperationRunQuery" => Ok(bulk::begin(call, root, bulk.as_deref())),
        "bulkOperation" => Ok(bulk::told(call, root)),
        "customerRequestDataErasure" => Ok(erase(call, root)),
        "customerUpdate" => Ok(correct(call, root)),
        "shop" => Ok(lists::shop(&call.lease.shop)),
        name if lists::is_list(name) => lists::page(call, root),
        name => Err((format!("Field '{name}' doesn't exist on type 'QueryRoot'"), "undefinedField")),
    }
}

/// The place of the customer that a global id names.
fn customer(call: &Call<'_>, id: &Value) -> Option<(u64, usize)> {
    let id = id.as_str()?.strip_prefix("gid://shopify/Customer/")?.parse().ok()?;
    Some((id, call.stand.stock(&call.lease.shop).place(Goods::Customer, id)?))
}

/// Takes the wish down; the platform sees to it by itself, later.
fn erase(call: &Call<'_>, root: &Root) -> Value {
    let id = &root.arguments["customerId"];
    let Some((number, _)) = customer(call, id) else {
        let error = json!({ "field": ["customerId"], "code": "DOES_NOT_EXIST", "message": "Customer does not exist" });
        return json!({ "customerId": null, "userErrors": [error] });
    };
    call.stand.within().erasures.push((call.lease.shop.clone(), number));
    json!({ "customerId": id, "userErrors": [] })
}

fn correct(call: &Call<'_>, root: &Root) -> Value {
    let wish = &root.arguments["input"];
    let refused =
        |field: &str, why: &str| json!({ "customer": null, "userErrors": [{ "field": [field], "message": why }] });
    let Some((number, place)) = customer(call, &wish["id"]) else {
        return refused("id", "Customer does not exist");
    };
    if wish["email"].as_str().is_some_and(|mail| !mail.contains('@')) {
        return refused("email", "Email is invalid");
    }
    call.stand.edited(&call.lease.shop, Goods::Customer, place, |_| {});
    call.stand.within().changed.insert((call.lease.shop.clone(), Goods::Customer, number), wish.clone());
    json!({ "customer": { "id": wish["id"] }, "userErrors": [] })
}

/// Whoever may write may read.
fn may(scopes: &[String], needs: &str) -> bool {
    let write = needs.replacen("read_", "write_", 1);
    scopes.iter().any(|scope| scope == needs || *scope == write)
}

fn handles(scopes: &[String]) -> Value {
    scopes.iter().map(|scope| json!({ "handle": scope, "description": scope.replace('_', " ") })).collect()
}

fn installation(call: &Call<'_>) -> Value {
    let app = call.stand.app(&call.lease.client);
    let (required, optional) = app.map(|app| (app.required, app.optional)).unwrap_or_default();
    json!({
        "id": format!("gid://shopify/AppInstallation/{}", Stand::number(&call.lease.shop)),
        "accessScopes": handles(&call.lease.scopes),
        "app": { "requestedAccessScopes": handles(&required), "optionalAccessScopes": handles(&optional) },
    })
}

fn uninstall(call: &Call<'_>) -> Value {
    call.stand.within().tokens.end(&call.lease.shop, Some(&call.lease.client));
    json!({ "app": { "id": format!("gid://shopify/App/{}", Stand::number(&call.lease.client)) }, "userErrors": [] })
}

/// What an app may be told of, but for what its settings alone can ask for.
const TOPICS: [&str; 19] = [
    "app/uninstalled",
    "app/scopes_update",
    "customers/create",
    "customers/update",
    "customers/delete",
    "orders/create",
    "orders/updated",
    "orders/cancelled",
    "orders/paid",
    "orders/fulfilled",
    "orders/edited",
    "orders/delete",
    "products/create",
    "products/update",
    "products/delete",
    "inventory_levels/connect",
    "inventory_levels/update",
    "inventory_levels/disconnect",
    "bulk_operations/finish",
];

fn word(topic: &str) -> String {
    topic.replace('/', "_").to_ascii_uppercase()
}

fn named(hook: &Hook) -> Value {
    let topic = word(hook.topic.as_deref().unwrap_or_default());
    json!({ "id": format!("gid://shopify/WebhookSubscription/{}", hook.id), "topic": topic, "uri": hook.to })
}

fn hooks(call: &Call<'_>) -> Value {
    json!({ "nodes": call.stand.hooks(&call.lease.shop).iter().map(named).collect::<Vec<_>>() })
}

fn subscribe(call: &Call<'_>, told: &Value) -> Value {
    let bad = |field: &str, why: &str| json!({ "webhookSubscription": null, "userErrors": [{ "field": [field], "message": why }] });
    let Some(topic) = TOPICS.into_iter().find(|topic| word(topic) == told["topic"]) else {
        return bad("topic", "Invalid topic specified.");
    };
    let Some(to) = told["webhookSubscription"]["uri"].as_str().and_then(|uri| Url::parse(uri).ok()) else {
        return bad("webhookSubscription", "Address is invalid");
    };
    let own = call.stand.hooks(&call.lease.shop);
    if own.iter().any(|hook| hook.topic.as_deref() == Some(topic) && hook.to == to) {
        return bad("webhookSubscription", "Address for this topic has already been taken");
    }
    let secret = call.stand.app(&call.lease.client).map_or_else(|| Secret::new(""), |app| app.secret);
    let mut hook = Hook::new(to, secret);
    (hook.shop, hook.topic) = (Some(call.lease.shop.clone()), Some(topic.to_owned()));
    hook.id = call.stand.subscribe(hook.clone());
    json!({ "webhookSubscription": named(&hook), "userErrors": [] })
}

fn revoke(call: &Call<'_>, scopes: &Value) -> Value {
    let scopes: Vec<String> =
        scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let errors: Vec<Value> = scopes
        .iter()
        .filter_map(|scope| {
            let (code, why) = unrevocable(call, scope, &scopes)?;
            Some(json!({ "field": ["scopes"], "code": code, "message": format!("The scope {scope} {why}") }))
        })
        .collect();
    if !errors.is_empty() {
        return json!({ "revoked": null, "userErrors": errors });
    }
    call.stand.within().tokens.narrow(call.lease, &scopes);
    json!({ "revoked": handles(&scopes), "userErrors": [] })
}

/// Why a scope cannot be given back, if it cannot.
fn unrevocable(call: &Call<'_>, scope: &str, revoked: &[String]) -> Option<(&'static str, &'static str)> {
    let app = call.stand.app(&call.lease.client)?;
    let is_known = scope.strip_prefix("unauthenticated_").unwrap_or(scope);
    let is_known = is_known.starts_with("read_") || is_known.starts_with("write_");
    let writes = scope.replacen("read_", "write_", 1);
    let is_implied = writes != scope && call.lease.scopes.contains(&writes) && !revoked.contains(&writes);
    let has = |list: &[String]| list.iter().any(|known| known == scope);
    if !is_known {
        Some(("UNKNOWN_SCOPES", "is not known"))
    } else if has(&app.required) {
        Some(("CANNOT_REVOKE_REQUIRED_SCOPES", "is required by the app"))
    } else if is_implied {
        Some(("CANNOT_REVOKE_IMPLIED_SCOPES", "is implied by another"))
    } else if !has(&app.optional) {
        Some(("CANNOT_REVOKE_UNDECLARED_SCOPES", "was never declared"))
    } else {
        None
    }
}
