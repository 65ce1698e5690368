//! What platforms send by themselves: made, signed as each platform signs, and posted. Made and posted are two steps,
//! so that whoever drives may repeat, alter or reorder. Nothing is ever posted beyond this machine.

use axum::http::StatusCode;
use chrono::SecondsFormat;
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use super::Platform;
use super::stand::Stand;
use crate::floor::kernel::Secret;
use crate::floor::kernel::reach::is_loopback;

/// More failures in a row than these, and WooCommerce sends no more.
const PATIENCE: u32 = 5;

/// An address that wants to be told.
#[derive(Clone)]
pub struct Hook {
    /// Of one shop, or of all of them.
    pub shop: Option<String>,
    /// Of one topic, or of all of them.
    pub topic: Option<String>,
    pub to: Url,
    /// What deliveries are signed with: Shopify's is the app's, Etsy's begins with `whsec_`, eBay needs none.
    pub secret: Secret,
    pub id: u64,
    pub(super) is_pinged: bool,
    pub(super) failures: u32,
}

impl Hook {
    pub fn new(to: Url, secret: Secret) -> Self {
        Self { shop: None, topic: None, to, secret, id: 1, is_pinged: false, failures: 0 }
    }

    fn wants(&self, shop: &str, topic: &str) -> bool {
        self.shop.as_deref().is_none_or(|own| own == shop) && self.topic.as_deref().is_none_or(|own| own == topic)
    }
}

/// One post, made and signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub hook: u64,
    pub to: Url,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came of a post: none where nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered(pub Option<u16>);

/// What eBay signs with.
pub(super) struct Keys {
    signs: SigningKey,
    pub kid: String,
}

impl Keys {
    pub fn draw() -> Self {
        let signs = loop {
            if let Ok(key) = SigningKey::from_slice(&rand::random::<[u8; 32]>()) {
                break key;
            }
        };
        Self { signs, kid: Uuid::new_v4().to_string() }
    }

    /// On one line, as eBay writes it.
    pub fn public(&self) -> String {
        self.signs.verifying_key().to_public_key_pem(LineEnding::LF).unwrap_or_default().replace('\n', "")
    }

    fn sign(&self, body: &[u8]) -> Vec<u8> {
        let signed: Result<Signature, _> = self.signs.sign_prehash(&Sha1::digest(body));
        signed.map(|signature| signature.to_der().as_bytes().to_vec()).unwrap_or_default()
    }
}

pub(super) fn hmac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(secret).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

impl Stand {
    /// From now on this address is told.
    pub fn subscribe(&self, mut hook: Hook) -> u64 {
        let mut within = self.within();
        within.hooked += 1;
        hook.id = within.hooked;
        let id = hook.id;
        within.hooks.push(hook);
        id
    }

    /// Nothing is told of a shop any more, as where the app was thrown out or the merchant tidied up.
    pub fn forget_hooks(&self, shop: &str) {
        self.within().hooks.retain(|hook| hook.shop.as_deref() != Some(shop));
    }

    /// The hooks of one shop that are sent to.
    pub fn hooks(&self, shop: &str) -> Vec<Hook> {
        let is_own = |hook: &&Hook| hook.shop.as_deref() == Some(shop) && hook.failures <= PATIENCE;
        self.within().hooks.iter().filter(is_own).cloned().collect()
    }

    /// The shops that tell of this topic, or of anything, by name.
    pub(super) fn telling(&self, topic: Option<&str>) -> Vec<String> {
        let within = self.within();
        let told = within.hooks.iter().filter(|hook| topic.is_none() || hook.topic.as_deref() == topic);
        let mut shops: Vec<String> = told.filter_map(|hook| hook.shop.clone()).collect();
        shops.sort();
        shops.dedup();
        shops
    }

    /// Takes a hook of a shop's away, if there is one of this number.
    pub(super) fn unsubscribe(&self, shop: &str, id: &str) -> bool {
        let mut within = self.within();
        let were = within.hooks.len();
        within.hooks.retain(|hook| hook.shop.as_deref() != Some(shop) || hook.id.to_string() != id);
        within.hooks.len() < were
    }

    /// What would be sent, to each who wants it, in order; a ping first to whoever had none.
    pub fn deliveries(&self, shop: &str, topic: &str, body: &Value) -> Vec<Delivery> {
        let mut made = Vec::new();
        for hook in self.within().hooks.iter_mut().filter(|hook| hook.wants(shop, topic)) {
            if self.platform == Platform::Woocommerce {
                if hook.failures > PATIENCE {
                    continue;
                }
                if !std::mem::replace(&mut hook.is_pinged, true) {
                    made.push(ping(hook));
                }
            }
            made.push(self.signed(hook, shop, topic, body));
        }
        made
    }

    /// Posts one, and takes note of whether it was taken.
    pub async fn post(&self, delivery: &Delivery) -> Delivered {
        let status = self.post_out(&delivery.to, &delivery.headers, delivery.body.clone()).await;
        let is_well = status.is_some_and(|status| (200..300).contains(&status));
        for hook in self.within().hooks.iter_mut().filter(|hook| hook.id == delivery.hook) {
            hook.failures = if is_well { 0 } else { hook.failures + 1 };
        }
        Delivered(status)
    }

    /// Makes and posts, once each.
    pub async fn send(&self, shop: &str, topic: &str, body: &Value) -> Vec<Delivered> {
        let mut fates = Vec::new();
        for delivery in self.deliveries(shop, topic, body) {
            fates.push(self.post(&delivery).await);
        }
        fates
    }

    /// eBay's question whether an address is who it says it is: true if it answers as it must.
    pub async fn challenge(&self, endpoint: &Url, verification: &Secret) -> bool {
        let code = Uuid::new_v4().to_string();
        let mut hash = Sha256::new();
        for part in [&code, verification.expose(), endpoint.as_str()] {
            hash.update(part.as_bytes());
        }
        let mut asked = endpoint.clone();
        asked.query_pairs_mut().append_pair("challenge_code", &code);
        if !stays_here(&asked) {
            return false;
        }
        let Ok(answer) = self.out.get(asked).send().await else { return false };
        let is_well = answer.status() == StatusCode::OK;
        let told: Value =
            answer.bytes().await.ok().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
        is_well && told["challengeResponse"] == HEXLOWER.encode(&hash.finalize())
    }

    /// The status of a post, if it was made and somebody answered.
    pub(super) async fn post_out(&self, to: &Url, headers: &[(String, String)], body: Vec<u8>) -> Option<u16> {
        if !stays_here(to) {
            return None;
        }
        let mut call = self.out.post(to.clone()).body(body);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().await.ok().map(|answer| answer.status().as_u16())
    }

    fn signed(&self, hook: &Hook, shop: &str, topic: &str, body: &Value) -> Delivery {
        let (headers, body) = match self.platform {
            Platform::Shopify => self.shopify(hook, shop, topic, body),
            Platform::Ebay => self.ebay(topic, body),
            Platform::Etsy => self.etsy(hook, shop, topic, body),
            Platform::Woocommerce => self.woocommerce(hook, shop, topic, body),
        };
        let json = [("content-type", "application/json".to_owned())];
        let headers = json.into_iter().chain(headers).map(|(name, value)| (name.to_owned(), value)).collect();
        Delivery { hook: hook.id, to: hook.to.clone(), headers, body }
    }

    fn shopify(&self, hook: &Hook, shop: &str, topic: &str, body: &Value) -> Made {
        let body = body.to_string().into_bytes();
        let headers = vec![
            ("x-shopify-topic", topic.to_owned()),
            ("x-shopify-hmac-sha256", BASE64.encode(&hmac(hook.secret.expose().as_bytes(), &body))),
            ("x-shopify-shop-domain", shop.to_owned()),
            ("x-shopify-api-version", "2026-10".to_owned()),
            ("x-shopify-webhook-id", Uuid::new_v4().to_string()),
            ("x-shopify-event-id", Uuid::new_v4().to_string()),
            ("x-shopify-triggered-at", self.stamp()),
            ("x-shopify-name", format!("hook-{}", hook.id)),
        ];
        (headers, body)
    }

    fn ebay(&self, topic: &str, data: &Value) -> Made {
        let (at, id) = (self.stamp(), format!("{}_{}", Uuid::new_v4(), Uuid::new_v4()));
        let body = json!({
            "metadata": { "topic": topic, "schemaVersion": "1.0", "deprecated": false },
            "notification": {
                "notificationId": id, "eventDate": at, "publishDate": at, "publishAttemptCount": 1, "data": data,
            },
        });
        let body = body.to_string().into_bytes();
        let signature = BASE64.encode(&self.keys.sign(&body));
        let told = json!({ "alg": "ecdsa", "kid": self.keys.kid, "signature": signature, "digest": "SHA1" });
        (vec![("x-ebay-signature", BASE64.encode(told.to_string().as_bytes()))], body)
    }

    fn etsy(&self, hook: &Hook, shop: &str, topic: &str, body: &Value) -> Made {
        let mut told = body.clone();
        told["event_type"] = topic.into();
        told["shop_id"] = Self::number(shop).into();
        let body = told.to_string();
        let (id, at) = (format!("msg_{}", Uuid::new_v4().simple()), self.now().utc().timestamp().to_string());
        let secret = hook.secret.expose().trim_start_matches("whsec_");
        let secret = BASE64.decode(secret.as_bytes()).unwrap_or_default();
        let signature = BASE64.encode(&hmac(&secret, format!("{id}.{at}.{body}").as_bytes()));
        let headers =
            vec![("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", format!("v1,{signature}"))];
        (headers, body.into_bytes())
    }

    fn woocommerce(&self, hook: &Hook, shop: &str, topic: &str, body: &Value) -> Made {
        let body = body.to_string().into_bytes();
        let (resource, event) = topic.split_once('.').unwrap_or((topic, ""));
        // Two in one second have the same, as with the platform.
        let delivery = format!("{}{}", hook.id, self.now().utc().timestamp());
        let headers = vec![
            ("x-wc-webhook-source", format!("{}/", self.shop_url(shop))),
            ("x-wc-webhook-topic", topic.to_owned()),
            ("x-wc-webhook-resource", resource.to_owned()),
            ("x-wc-webhook-event", event.to_owned()),
            ("x-wc-webhook-signature", BASE64.encode(&hmac(hook.secret.expose().as_bytes(), &body))),
            ("x-wc-webhook-id", hook.id.to_string()),
            ("x-wc-webhook-delivery-id", HEXLOWER.encode(&Sha256::digest(delivery)[..16])),
        ];
        (headers, body)
    }

    fn stamp(&self) -> String {
        self.now().utc().to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// Headers beside the kind of the body, and the body.
type Made = (Vec<(&'static str, String)>, Vec<u8>);

fn ping(hook: &Hook) -> Delivery {
    let form = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
    let body = format!("webhook_id={}", hook.id).into_bytes();
    Delivery { hook: hook.id, to: hook.to.clone(), headers: vec![form], body }
}

pub(super) fn stays_here(to: &Url) -> bool {
    to.host_str().is_some_and(is_loopback)
}
