//! A delivery of a store's. Its own id of a delivery is made of the webhook and the second: two orders in one second have
//! the same. It is never used.

use data_encoding::HEXLOWER;
use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::read::{id, rows};
use super::super::signature::{decoded, header, is_signed};
use super::super::told::document;
use super::super::{Delivery, Good, Refusal, Shelf, Shop, Told};
use super::goods;
use crate::floor::kernel::Secret;

/// The webhook that a delivery says it comes by.
pub(super) fn hook(headers: &HeaderMap) -> Option<&str> {
    let id = header(headers, "x-wc-webhook-id")?;
    ((1..=20).contains(&id.len()) && id.chars().all(|c| c.is_ascii_digit())).then_some(id)
}

pub(super) fn verify(
    secrets: &[Secret],
    source: impl Fn(&str) -> Option<Shop>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Delivery, Refusal> {
    let claimed = header(headers, "x-wc-webhook-signature").and_then(decoded).ok_or(Refusal("signature"))?;
    let keys = secrets.iter().map(|secret| secret.expose().as_bytes());
    if !is_signed(keys, &[body], &claimed) {
        return Err(Refusal("signature"));
    }
    let (hook, topic) = hook(headers).zip(header(headers, "x-wc-webhook-topic")).ok_or(Refusal("topic"))?;
    Ok(Delivery {
        id: [hook, topic, &HEXLOWER.encode(&Sha256::digest(body))].join(":"),
        topic: topic.to_owned(),
        shop: header(headers, "x-wc-webhook-source").and_then(source),
        at: None,
        body: body.to_vec(),
    })
}

pub(super) fn told(delivery: &Delivery) -> Result<Told, Refusal> {
    let Some((resource, event)) = delivery.topic.split_once('.') else { return Ok(Told::Nothing) };
    let shelf = match resource {
        "order" => Shelf::Orders,
        "customer" => Shelf::Customers,
        "product" => Shelf::Products,
        _ => return Ok(Told::Nothing),
    };
    let body = document(&delivery.body)?;
    if event == "deleted" {
        return Ok(id(&body["id"]).map_or(Told::Look(shelf), |id| Told::Gone(shelf, id)));
    }
    let goods = match shelf {
        Shelf::Orders => goods::order(&body).map(|one| vec![Good::Order(one)]),
        Shelf::Customers => goods::customer(&body).map(|one| vec![Good::Customer(one)]),
        Shelf::Products | Shelf::Inventory => product(&body),
    };
    Ok(goods.map_or(Told::Look(shelf), Told::Goods))
}

/// A product and how much there is of it. What there is of several variations is not in it.
fn product(row: &Value) -> Option<Vec<Good>> {
    let one = goods::product(row, &[]).filter(|_| rows(&row["variations"]).is_empty())?;
    Some(goods::levels(row, &[])?.into_iter().chain([Good::Product(one)]).collect())
}
