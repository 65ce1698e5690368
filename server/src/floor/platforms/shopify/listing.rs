//! What a shop is asked to sell a thing as. The product is looked at first: these mutations take no key.

use serde_json::{Value, json};

use super::super::page::{price_stands, title_stands};
use super::super::read::{code, micros, moment, rows};
use super::super::talk::ODD;
use super::super::{Fate, Listed, Money, Relisting, SetListing, Visit};
use super::admin;
use super::deeds::{asked, gid};
use crate::floor::kernel::Secret;

const LOOK: &str = "query($ids: [ID!]!) { page: nodes(ids: $ids) { ... on Product { id title updatedAt } \
     ... on ProductVariant { id price } } shop { currencyCode } }";
const TITLE: &str = "mutation($product: ProductUpdateInput!) \
     { page: productUpdate(product: $product) { userErrors { field } } }";
const PRICE: &str = "mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!) \
     { page: productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { code } } }";

pub(super) async fn set(visit: Visit<'_>, access: &Secret, set: &SetListing) -> Result<Listed, Fate> {
    let product = gid("Product", &set.product);
    let (stands, mutation, variables) = match &set.wish {
        Relisting::Title { to, from } => {
            let (nodes, _) = look(visit, access, &[&product]).await?;
            let Some([there]) = nodes.first_chunk().filter(|[there]| !there.is_null()) else { return Ok(Listed::Gone) };
            let stands = title_stands(there["title"].as_str(), to, from);
            (stands, TITLE, json!({ "product": { "id": product, "title": to } }))
        }
        Relisting::Price { of, to, from } => {
            let variant = gid("ProductVariant", &of.id);
            let (nodes, currency) = look(visit, access, &[&product, &variant]).await?;
            let Some([whole, kind]) = nodes.first_chunk().filter(|nodes| nodes.iter().all(|node| !node.is_null()))
            else {
                return Ok(Listed::Gone);
            };
            let price = kind["price"].as_str().and_then(micros).ok_or(ODD)?;
            let there = Money { micros: price, currency: currency.ok_or(ODD)? };
            let stands = price_stands((there, moment(&whole["updatedAt"])), set, (*to, *from))?;
            (stands, PRICE, json!({ "id": product, "variants": [{ "id": variant, "price": to.decimals() }] }))
        }
    };
    if let Some(listed) = stands {
        return Ok(listed);
    }
    let errors = asked(visit, access, mutation, variables, false).await?;
    if errors.is_empty() { Ok(Listed::Done) } else { Err(Fate::Over("refused")) }
}

/// What there is of these, in their order, and what the shop counts its money in.
async fn look(visit: Visit<'_>, access: &Secret, ids: &[&str]) -> Result<(Vec<Value>, Option<[u8; 3]>), Fate> {
    let (told, _) = admin::page(visit, access, LOOK, json!({ "ids": ids })).await?;
    let nodes = rows(&told["page"]).to_vec();
    if nodes.len() == ids.len() { Ok((nodes, code(&told["shop"]["currencyCode"]))) } else { Err(ODD) }
}
