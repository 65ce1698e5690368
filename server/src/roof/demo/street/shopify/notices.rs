//! What Shopify sends for people's sake, and nobody at a shop can have sent: whoever tries the desk orders it here. One is
//! made up of a shop's own buyers and orders, signed as all it sends, and posted to whoever asked to be told. It never names
//! anybody whom the shop does not know.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::asked::{Asked, json as answered, not_found};
use super::super::hooks::Delivered;
use super::super::people::Goods;
use super::super::stand::Stand;

/// What the settings of an app ask for, and no call can.
pub const NOTICES: [&str; 3] = ["customers/data_request", "customers/redact", "shop/redact"];

/// The most orders that one notice names.
const ORDERS: usize = 20;

/// Sends a notice of a shop: of the one that the address names, or of any that tells of itself; about the buyer at the place
/// that the query names, or about any.
pub(super) async fn order(stand: &Stand, asked: &Asked, topic: &str) -> Response {
    if !NOTICES.contains(&topic) {
        return not_found();
    }
    let Some(shop) = asked.shop.clone().or_else(|| any(&stand.telling(None))) else {
        let why = "no shop tells of itself yet: name one, as in /NAME.myshopify.com/notices/customers/redact";
        return answered(StatusCode::CONFLICT, &json!({ "errors": why }));
    };
    let body = body(stand, asked, &shop, topic);
    let sent = stand.send(&shop, topic, &body).await;
    let status: Vec<Option<u16>> = sent.into_iter().map(|Delivered(status)| status).collect();
    answered(StatusCode::OK, &json!({ "topic": topic, "sent": body, "answered": status }))
}

fn any(shops: &[String]) -> Option<String> {
    shops.get(drawn(shops.len())).cloned()
}

/// One of so many.
fn drawn(count: usize) -> usize {
    usize::try_from(rand::random::<u32>()).unwrap_or_default() % count.max(1)
}

fn body(stand: &Stand, asked: &Asked, shop: &str, topic: &str) -> Value {
    let mut body = json!({ "shop_id": Stand::number(shop), "shop_domain": shop });
    if topic == "shop/redact" {
        return body;
    }
    let stock = stand.stock(shop);
    let count = stock.count(Goods::Customer);
    let customer = stock.customer(asked.number("customer", drawn(count)) % count.max(1));
    let orders = (0..stock.count(Goods::Order)).map(|place| stock.order(place));
    let own: Vec<u64> =
        orders.filter(|order| order.customer.id == customer.id).map(|order| order.id).take(ORDERS).collect();
    body["customer"] = json!({ "id": customer.id, "email": customer.mail, "phone": customer.phone });
    if topic == "customers/redact" {
        body["orders_to_redact"] = own.into();
    } else {
        body["orders_requested"] = own.into();
        body["data_request"] = json!({ "id": rand::random::<u32>() });
    }
    body
}
