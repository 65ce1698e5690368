//! What a seller is to sell a thing as: its title stands on the item, its price on the offers of it. Both are looked at
//! first: eBay takes no key, and tells no version.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::page::{price_stands, title_stands};
use super::super::read::{money, rows};
use super::super::talk::{ODD, document, field, send, yes};
use super::super::{Fate, Listed, Money, Relisting, SetListing, VariantAt, Visit};
use super::shelves::{authorized, change};
use crate::floor::egress::Call;
use crate::floor::kernel::Secret;

const NO_OFFER: &str = "In eBay's Seller Hub, open Listings, Active, and change the price there: eBay shows this app no offer \
     of the item that it could change.";

pub(super) async fn set(visit: Visit<'_>, access: &Secret, set: &SetListing) -> Result<Listed, Fate> {
    match &set.wish {
        Relisting::Title { to, from } => {
            let done = change(visit, access, &set.product, |item| {
                let title = field(item, "/product", "title")?;
                let stands = title_stands(title.as_str(), to, from);
                *title = to.as_str().into();
                Ok(stands)
            });
            Ok(done.await?.map_or(Listed::Gone, |settled| settled.unwrap_or(Listed::Done)))
        }
        Relisting::Price { of, to, from } => price(visit, access, set, (of, *to, *from)).await,
    }
}

/// An item may have an offer on each of several marketplaces: it costs another on those that count in this currency.
async fn price(
    visit: Visit<'_>,
    access: &Secret,
    set: &SetListing,
    (of, to, from): (&VariantAt, Money, Option<Money>),
) -> Result<Listed, Fate> {
    let sku = utf8_percent_encode(&of.id, NON_ALPHANUMERIC);
    let at = visit.at(&format!("/sell/inventory/v1/offer?sku={sku}"))?;
    let answer = send(visit.out, authorized(Call::get(at), access)).await?;
    if answer.status == 404 {
        return Ok(Listed::ByHand(NO_OFFER));
    }
    let told = document(&yes(answer)?)?;
    let priced = |offer: &Value| {
        let price = &offer["pricingSummary"]["price"];
        Some((offer["offerId"].as_str()?.to_owned(), money(&price["value"], &price["currency"])?))
    };
    let offers: Vec<(String, Money)> = rows(&told["offers"]).iter().filter_map(priced).collect();
    if offers.is_empty() {
        return Ok(Listed::ByHand(NO_OFFER));
    }
    let mut changes = Vec::new();
    for (id, there) in offers.into_iter().filter(|(_, there)| there.currency == to.currency) {
        match price_stands((there, None), set, (to, from))? {
            Some(Listed::Done) => changes.push(None),
            Some(other) => return Ok(other),
            None => changes.push(Some(id)),
        }
    }
    if changes.is_empty() {
        return Err(Fate::Over("currency"));
    }
    let currency = String::from_utf8_lossy(&to.currency);
    let price = json!({ "value": to.decimals(), "currency": currency });
    let offers: Vec<Value> = changes.into_iter().flatten().map(|id| json!({ "offerId": id, "price": price })).collect();
    if offers.is_empty() {
        return Ok(Listed::Done);
    }
    let at = visit.at("/sell/inventory/v1/bulk_update_price_quantity")?;
    let call = Call::json(at, &json!({ "requests": [{ "sku": of.id, "offers": offers }] }));
    let told = document(&yes(send(visit.out, authorized(call, access)).await?)?)?;
    let answers = told["responses"].as_array().ok_or(ODD)?;
    let is_done = answers.iter().all(|answer| matches!(answer["statusCode"].as_u64(), Some(200..=299)));
    if is_done { Ok(Listed::Done) } else { Err(Fate::Over("refused")) }
}
