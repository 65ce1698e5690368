//! What is sold, looked up by id, called something else, or sold for another price. It takes no key: asked twice it does it
//! twice.

use serde_json::{Value, json};

use super::super::graphql::Root;
use super::super::people::{Goods, cents};
use super::super::stand::Sold;
use super::admin::Call;
use super::lists;

/// The kind of a global id and the place of the product it leads to.
fn led<'i>(call: &Call<'_>, id: &'i Value) -> Option<(&'i str, usize)> {
    let (kind, number) = id.as_str()?.strip_prefix("gid://shopify/")?.split_once('/')?;
    let place = call.stand.stock(&call.lease.shop).place(Goods::Product, number.parse().ok()?)?;
    matches!(kind, "Product" | "ProductVariant").then_some((kind, place))
}

pub(super) fn nodes(call: &Call<'_>, root: &Root) -> Value {
    let ids = root.arguments["ids"].as_array().into_iter().flatten();
    let node = |id: &Value| {
        let Some((kind, place)) = led(call, id) else { return Value::Null };
        let mut product = lists::product(&call.stand.stock(&call.lease.shop).product(place));
        if kind == "Product" { product } else { product["variants"]["nodes"][0].take() }
    };
    ids.map(node).collect()
}

pub(super) fn rename(call: &Call<'_>, root: &Root) -> Value {
    let wish = &root.arguments["product"];
    let refused =
        |field: &str, why: &str| json!({ "product": null, "userErrors": [{ "field": [field], "message": why }] });
    let Some(("Product", place)) = led(call, &wish["id"]) else { return refused("id", "Product does not exist") };
    let Some(title) = wish["title"].as_str().filter(|title| !title.is_empty() && title.len() <= 255) else {
        return refused("title", "Title can't be blank");
    };
    call.stand.relist(&call.lease.shop, place, Sold::As(title.to_owned()));
    json!({ "product": { "id": wish["id"] }, "userErrors": [] })
}

pub(super) fn reprice(call: &Call<'_>, root: &Root) -> Value {
    let refused = |code: &str| json!({ "productVariants": null, "userErrors": [{ "field": null, "code": code }] });
    let Some(("Product", product)) = led(call, &root.arguments["productId"]) else {
        return refused("PRODUCT_DOES_NOT_EXIST");
    };
    let mut wishes = Vec::new();
    for wish in root.arguments["variants"].as_array().into_iter().flatten() {
        let is_of_it = matches!(led(call, &wish["id"]), Some(("ProductVariant", place)) if place == product);
        let Some(cents) = wish["price"].as_str().and_then(cents) else { return refused("INVALID_INPUT") };
        if !is_of_it {
            return refused("PRODUCT_VARIANT_DOES_NOT_EXIST");
        }
        wishes.push(cents);
    }
    for cents in wishes {
        call.stand.relist(&call.lease.shop, product, Sold::For(cents));
    }
    json!({ "productVariants": [], "userErrors": [] })
}
