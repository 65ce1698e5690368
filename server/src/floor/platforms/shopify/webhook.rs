//! A delivery of Shopify's. It reads no header but the signature before that held.

use chrono::DateTime;
use data_encoding::HEXLOWER;
use http::HeaderMap;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::signature::{decoded, header, is_signed};
use super::super::{Delivery, Refusal};
use super::named;
use crate::floor::kernel::Instant;

/// The shop as bodies name it: in the compliance topics, and where the body is the shop itself.
#[derive(Deserialize)]
struct About {
    shop_domain: Option<String>,
    myshopify_domain: Option<String>,
}

pub(super) fn verify(keys: [&[u8]; 2], headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Refusal> {
    // The family of Events has the same headers under shorter names.
    let either = |long: &'static str, short: &'static str| header(headers, long).or_else(|| header(headers, short));
    let claimed = either("x-shopify-hmac-sha256", "shopify-hmac-sha256").and_then(decoded);
    if !claimed.is_some_and(|claimed| is_signed(keys, &[body], &claimed)) {
        return Err(Refusal("signature"));
    }
    let topic = either("x-shopify-topic", "shopify-topic").ok_or(Refusal("topic"))?;
    let shop = either("x-shopify-shop-domain", "shopify-shop-domain").and_then(named);
    // Headers are not signed: whoever holds one delivery could send its body in another shop's name.
    let about = serde_json::from_slice::<About>(body).ok();
    let inside = about.and_then(|about| about.shop_domain.or(about.myshopify_domain));
    if inside.as_deref().and_then(named).is_some_and(|inside| shop.as_ref() != Some(&inside)) {
        return Err(Refusal("shop"));
    }
    let id = either("x-shopify-webhook-id", "shopify-webhook-id");
    let at =
        either("x-shopify-triggered-at", "shopify-triggered-at").and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    Ok(Delivery {
        id: id.map_or_else(|| HEXLOWER.encode(&Sha256::digest(body)), str::to_owned),
        topic: topic.to_owned(),
        shop,
        at: at.map(|at| Instant::from_utc(at.to_utc())),
        body: body.to_vec(),
    })
}
