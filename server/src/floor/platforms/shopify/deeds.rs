//! What a shop is asked to change: stock, and what it holds of a person.

use serde_json::{Map, Value, json};

use super::super::talk::ODD;
use super::super::{Correction, Fate, Forgotten, SetStock, Stocked, Visit, Whom};
use super::admin;
use crate::floor::kernel::Secret;

const SET: &str = "mutation($input: InventorySetQuantitiesInput!, $key: String!) \
     { page: inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code } } }";
const FORGET: &str = "mutation($id: ID!) { page: customerRequestDataErasure(customerId: $id) { userErrors { code } } }";
const CORRECT: &str =
    "mutation($input: CustomerInput!) { page: customerUpdate(input: $input) { userErrors { field } } }";

const GUEST: &str = "In the Shopify admin, open Customers and ask Shopify to erase this buyer's personal data: the buyer has \
     no customer record that an app could name.";
const NOT_TAKEN: &str =
    "In the Shopify admin, open the customer and put the record right: Shopify did not take it from this app.";

pub(super) fn gid(kind: &str, number: &str) -> String {
    format!("gid://shopify/{kind}/{number}")
}

/// What Shopify did not like, by its codes; nothing where it was done.
pub(super) async fn asked(
    visit: Visit<'_>,
    access: &Secret,
    document: &str,
    variables: Value,
    is_of_one: bool,
) -> Result<Vec<Value>, Fate> {
    let told = if is_of_one {
        admin::of_one(visit, access, document, variables).await?
    } else {
        admin::page(visit, access, document, variables).await?.0
    };
    told["page"]["userErrors"].as_array().cloned().ok_or(ODD)
}

pub(super) async fn set_stock(visit: Visit<'_>, access: &Secret, set: &SetStock) -> Result<Stocked, Fate> {
    let quantity = json!({
        "inventoryItemId": gid("InventoryItem", &set.item), "locationId": gid("Location", &set.place),
        "quantity": set.quantity, "changeFromQuantity": set.from,
    });
    let input = json!({ "name": "available", "reason": "correction", "quantities": [quantity] });
    let errors = asked(visit, access, SET, json!({ "input": input, "key": set.key }), false).await?;
    let Some(code) = errors.first().map(|error| error["code"].as_str().unwrap_or_default()) else {
        return Ok(Stocked::Done);
    };
    match code {
        "CHANGE_FROM_QUANTITY_STALE" => Ok(Stocked::Moved),
        "INVALID_INVENTORY_ITEM" | "INVALID_LOCATION" | "ITEM_NOT_STOCKED_AT_LOCATION" => Ok(Stocked::Gone),
        _ => Err(ODD),
    }
}

pub(super) async fn forget(visit: Visit<'_>, access: &Secret, whom: &Whom) -> Result<Forgotten, Fate> {
    let Some(customer) = &whom.customer else { return Ok(Forgotten::ByHand(GUEST)) };
    let errors = asked(visit, access, FORGET, json!({ "id": gid("Customer", customer) }), true).await?;
    match errors.first() {
        None => Ok(Forgotten::Done),
        Some(error) if error["code"] == "DOES_NOT_EXIST" => Ok(Forgotten::AlreadyGone),
        Some(_) => Err(ODD),
    }
}

pub(super) async fn correct(visit: Visit<'_>, access: &Secret, right: &Correction) -> Result<Forgotten, Fate> {
    let said = [
        ("firstName", &right.given_name),
        ("lastName", &right.family_name),
        ("email", &right.mail),
        ("phone", &right.phone),
    ];
    let mut input: Map<String, Value> = said
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.as_ref()?.disclose().into())))
        .collect();
    input.insert("id".to_owned(), gid("Customer", &right.customer).into());
    let errors = asked(visit, access, CORRECT, json!({ "input": input }), true).await?;
    Ok(match errors.first() {
        None => Forgotten::Done,
        Some(error) if error["field"][0] == "id" => Forgotten::AlreadyGone,
        Some(_) => Forgotten::ByHand(NOT_TAKEN),
    })
}
