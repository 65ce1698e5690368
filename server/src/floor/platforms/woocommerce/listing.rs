//! What a store is asked to sell a thing as. It knows no key of ours, so it is asked how things stand before anything is
//! sent, and changes nothing but the one field.

use serde_json::json;

use super::super::page::{price_stands, title_stands};
use super::super::read::{code, micros};
use super::super::talk::{ODD, document, send};
use super::super::{Fate, Listed, Money, Relisting, SetListing, Visit};
use super::deeds::{path, put};
use super::{ask, goods, yes};
use crate::floor::kernel::Secret;

pub(super) async fn set(visit: Visit<'_>, access: &Secret, set: &SetListing) -> Result<Listed, Fate> {
    let item = match &set.wish {
        Relisting::Title { .. } => &set.product,
        Relisting::Price { of, .. } => of.item.as_ref().unwrap_or(&set.product),
    };
    let path = path(item)?;
    let answer = send(visit.out, ask(visit, &path, access)?).await?;
    if answer.status == 404 {
        return Ok(Listed::Gone);
    }
    let there = document(&yes(answer)?)?;
    let (stands, wish) = match &set.wish {
        Relisting::Title { to, from } => (title_stands(there["name"].as_str(), to, from), json!({ "name": to })),
        Relisting::Price { to, from, .. } => {
            let price = there["regular_price"].as_str().and_then(micros).ok_or(ODD)?;
            let price = Money { micros: price, currency: currency(visit, access).await? };
            let stands = price_stands((price, goods::updated(&there)), set, (*to, *from))?;
            (stands, json!({ "regular_price": to.decimals() }))
        }
    };
    match stands {
        Some(listed) => Ok(listed),
        None => put(visit, access, &path, &wish, false).await.map(|_| Listed::Done),
    }
}

/// A store has one currency, and its products do not say which.
async fn currency(visit: Visit<'_>, access: &Secret) -> Result<[u8; 3], Fate> {
    let answer = send(visit.out, ask(visit, "/wp-json/wc/v3/data/currencies/current", access)?).await?;
    code(&document(&yes(answer)?)?["code"]).ok_or(ODD)
}
