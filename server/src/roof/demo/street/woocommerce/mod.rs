//! WooCommerce: a page that posts keys to the app before it lets the browser go, and the REST of a store: lists, and the
//! two calls that erase. Keys cannot be given back by a call; the merchant deletes them.

mod rest;

use std::time::Duration;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use data_encoding::BASE64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use url::Url;

use super::asked::{Asked, Refused, pair, sent_back, settled, value, with};
use super::hooks::{hmac, stays_here};
use super::page::{self, Consent};
use super::stand::Stand;
use super::tokens::{Lasts, Lease, drawn};
use crate::floor::kernel::Secret;

const FOR_EVER: Lasts = Lasts { access: None, refresh: None };

/// How far a signature's time may be from the store's.
const LATE: i64 = 15 * 60;

pub(super) fn too_many(after: Duration) -> Response {
    let told = settled(Err(failed(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests.")));
    with(told, "retry-after", &after.as_secs().to_string())
}

pub(super) async fn answer(stand: &Stand, asked: &Asked) -> Response {
    let shop = asked.shop.clone().unwrap_or_else(|| stand.url.authority().to_owned());
    match asked.steps().as_slice() {
        ["wc-auth", "v1", "authorize"] => authorize(stand, asked, &shop).await,
        ["wp-json", "wc", "v3", steps @ ..] => {
            let store = rest::Store { stand, asked, stock: stand.stock(&shop) };
            settled(let_in(stand, asked, &shop).and_then(|()| rest::rest(&store, steps)))
        }
        _ => settled(Err(no_route())),
    }
}

fn failed(status: StatusCode, code: &str, message: &str) -> Refused {
    (status, json!({ "code": code, "message": message, "data": { "status": status.as_u16() } }))
}

fn no_route() -> Refused {
    failed(StatusCode::NOT_FOUND, "rest_no_route", "No route was found matching the URL and request method.")
}

async fn authorize(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    let answer = page::answered(asked);
    let told = answer.as_ref().map_or(&asked.query, |(form, _)| form);
    let scope = value(told, "scope");
    if let Some(name) = ["app_name", "user_id", "return_url", "callback_url", "scope"]
        .into_iter()
        .find(|name| value(told, name).is_empty())
    {
        return page::refused(StatusCode::UNAUTHORIZED, &format!("Error: Missing parameter {name}."));
    }
    if !matches!(scope, "read" | "write" | "read_write") {
        return page::refused(StatusCode::UNAUTHORIZED, "Error: Invalid scope.");
    }
    let (Ok(back), Ok(callback)) = (Url::parse(value(told, "return_url")), Url::parse(value(told, "callback_url")))
    else {
        return page::refused(
            StatusCode::UNAUTHORIZED,
            "Error: The return_url or the callback_url is not a valid URL.",
        );
    };
    // A store wants TLS; to this very machine nobody speaks it.
    if callback.scheme() != "https" && !stays_here(&callback) {
        return page::refused(StatusCode::UNAUTHORIZED, "Error: The callback_url needs to be over SSL.");
    }
    let user = value(told, "user_id");
    let returned = |success: &str| sent_back(&back, &[pair("success", success), pair("user_id", user)]);
    match answer {
        None => {
            let (app, scopes) = (value(told, "app_name"), [scope.to_owned()]);
            let told = Consent { platform: "WooCommerce", app, shop, is_open: false, scopes: &scopes };
            page::consent(asked, &told)
        }
        Some((_, false)) => returned("0"),
        Some((_, true)) => {
            if post_keys(stand, shop, &callback, (user, scope)).await {
                returned("1")
            } else {
                let why =
                    "Error: An error occurred in the request and at the time were unable to send the consumer data.";
                page::refused(StatusCode::UNAUTHORIZED, why)
            }
        }
    }
}

/// Makes a pair of keys and posts it; one that did not arrive never was.
async fn post_keys(stand: &Stand, shop: &str, callback: &Url, (user, scope): (&str, &str)) -> bool {
    let scopes = stand.granted(shop, &[scope.to_owned()]);
    let (key, secret) = (drawn("ck_"), drawn("cs_"));
    let body = {
        let lease = Lease { shop: shop.to_owned(), client: key.clone(), scopes: scopes.clone() };
        let mut within = stand.within();
        let number = within.tokens.hand_out(lease, key.clone(), None, stand.now(), FOR_EVER).number();
        within.tokens.sign_with(number, &Secret::new(secret.clone()));
        json!({
            "key_id": number + 1, "user_id": user, "consumer_key": key, "consumer_secret": secret,
            "key_permissions": scopes.join(","),
        })
    };
    let json = [pair("content-type", "application/json;charset=UTF-8")];
    let is_taken = stand.post_out(callback, &json, body.to_string().into_bytes()).await == Some(200);
    if !is_taken {
        stand.within().tokens.end(shop, Some(&key));
    }
    is_taken
}

/// Looks at the keys that a call shows: in its header if it came by https, else in what it is signed with.
fn let_in(stand: &Stand, asked: &Asked, shop: &str) -> Result<(), Refused> {
    let cannot = |code: &str, why: &str| failed(StatusCode::UNAUTHORIZED, code, why);
    let stranger = || cannot("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.");
    let wrong = |why: &str| cannot("woocommerce_rest_authentication_error", why);
    let is_secure = stand.within().is_secure;
    let basic = asked.basic().filter(|_| is_secure);
    let key = basic.as_ref().map_or_else(|| asked.query("oauth_consumer_key"), |(key, _)| key);
    let (secret, scopes) = {
        let within = stand.within();
        let pair = within.tokens.lets_in(key, stand.now()).filter(|pair| pair.lease.shop == shop);
        let pair = pair.ok_or_else(stranger)?;
        let secret = pair.signs.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default();
        (secret, pair.lease.scopes.clone())
    };
    match &basic {
        Some((_, shown)) if *shown != secret => return Err(wrong("Consumer secret is invalid.")),
        Some(_) => {}
        None => signed(stand, asked, &secret).map_err(wrong)?,
    }
    let needs = if matches!(asked.method, Method::GET | Method::HEAD | Method::OPTIONS) { "read" } else { "write" };
    if scopes.iter().any(|scope| scope.split('_').any(|word| word == needs)) {
        Ok(())
    } else {
        Err(wrong(&format!("The API key provided does not have {needs} permissions.")))
    }
}

/// The signature in the query, over the method, the address and everything else in the query.
fn signed(stand: &Stand, asked: &Asked, secret: &str) -> Result<(), &'static str> {
    if asked.query("oauth_signature_method") != "HMAC-SHA256" {
        return Err("Invalid signature - signature method is invalid.");
    }
    let address = format!("{}{}", asked.site, asked.path);
    let base = base(asked.method.as_str(), &address, &asked.query);
    if BASE64.encode(&hmac(format!("{secret}&").as_bytes(), base.as_bytes())) != asked.query("oauth_signature") {
        return Err("Invalid signature - provided signature does not match.");
    }
    let at: i64 = asked.query("oauth_timestamp").parse().unwrap_or_default();
    if (stand.now().utc().timestamp() - at).abs() > LATE {
        return Err("Invalid timestamp.");
    }
    let nonce = format!("{} {}", asked.query("oauth_consumer_key"), asked.query("oauth_nonce"));
    if !stand.within().nonces.insert(nonce) {
        return Err("Invalid nonce - nonce has already been used.");
    }
    Ok(())
}

fn base(method: &str, address: &str, query: &[(String, String)]) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let encoded = |text: &str| utf8_percent_encode(text, &KEPT).to_string();
    let mut pairs: Vec<String> = query
        .iter()
        .filter(|(name, _)| name != "oauth_signature")
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    format!("{method}&{}&{}", encoded(address), encoded(&pairs.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_made_as_the_platforms_own_client_makes_it() {
        let query = [
            pair("per_page", "1"),
            pair("oauth_version", "1.0"),
            pair("oauth_timestamp", "1795229918"),
            pair("oauth_signature_method", "HMAC-SHA256"),
            pair("oauth_nonce", "ievUITBJhVHZKZ0K8hifdPiBMof60qrQ"),
            pair("oauth_consumer_key", "ck_a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"),
        ];
        let base = base("GET", "http://127.0.0.1:8099/wp-json/wc/v3/products", &query);
        let signature = BASE64.encode(&hmac(b"cs_b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2&", base.as_bytes()));
        assert_eq!(signature, "oG2AseFobD55/eR8eesl+9srPpPjkWQxDFh6Gay5OAI=");
    }
}
