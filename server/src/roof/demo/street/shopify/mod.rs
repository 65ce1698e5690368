//! Shopify: consent at the shop's own address, tokens that end and turn, scopes, and the GraphQL of the admin. It never
//! sends a browser anywhere but where the app registered, and never lets a code in twice.

mod admin;
mod bulk;
mod listing;
mod lists;
mod notices;

use std::time::Duration;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use data_encoding::{BASE64_NOPAD, HEXLOWER};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::asked::{Asked, Pairs, Refused, json as answered, not_found, pair, sent_back, settled, value, with};
use super::hooks::hmac;
use super::page::{self, Consent};
use super::people::Goods;
use super::stand::{App, Stand};
use super::tokens::{Asking, Lasts, Lease, Pair, Turning, drawn};
use crate::floor::kernel::Instant;

pub use self::notices::NOTICES;

/// What a shop tells when there is more or less of something.
pub(super) const SOLD: &str = "inventory_levels/update";

/// What it says then.
pub(super) fn sold(place: usize, left: i64, at: Instant) -> Value {
    let location: u64 = lists::LOCATION.rsplit('/').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    json!({
        "inventory_item_id": Goods::Product.id(place), "location_id": location, "available": left,
        "updated_at": lists::stamp(at),
    })
}

const LASTS: Lasts =
    Lasts { access: Some(chrono::Duration::seconds(3600)), refresh: Some(chrono::Duration::seconds(7_776_000)) };
const FOR_EVER: Lasts = Lasts { access: None, refresh: None };

pub(super) fn too_many(after: Duration) -> Response {
    let told = json!({ "errors": "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service." });
    with(answered(StatusCode::TOO_MANY_REQUESTS, &told), "retry-after", &format!("{:.1}", after.as_secs_f64()))
}

pub(super) async fn answer(stand: &Stand, asked: &Asked) -> Response {
    let steps = asked.steps();
    if let (&Method::POST, ["notices", about, what]) = (&asked.method, steps.as_slice()) {
        return notices::order(stand, asked, &format!("{about}/{what}")).await;
    }
    let Some(shop) = asked.shop.as_deref().filter(|shop| shop.ends_with(".myshopify.com")) else {
        return not_found();
    };
    match (&asked.method, steps.as_slice()) {
        (&Method::GET | &Method::POST, ["admin", "oauth", "authorize"]) => authorize(stand, asked, shop),
        (&Method::POST, ["admin", "oauth", "access_token"]) => token(stand, asked, shop),
        (&Method::GET, ["admin", "oauth", "access_scopes.json"]) => scopes(stand, asked, shop),
        (&Method::POST, ["admin", "api", version, "graphql.json"]) => admin::answer(stand, asked, shop, version).await,
        (&Method::GET, ["bulk", file, key]) => bulk::file(stand, asked, shop, (file, key)),
        _ => not_found(),
    }
}

fn authorize(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    let answer = page::answered(asked);
    let told = answer.as_ref().map_or(&asked.query, |(form, _)| form);
    let Some(app) = stand.app(value(told, "client_id")) else {
        return oauth_refused(
            StatusCode::BAD_REQUEST,
            "application_cannot_be_found",
            "The application cannot be found",
        );
    };
    let back = value(told, "redirect_uri");
    if back != app.back.as_str() {
        return oauth_refused(StatusCode::BAD_REQUEST, "invalid_request", "The redirect_uri is not whitelisted");
    }
    let wanted: Vec<String> =
        value(told, "scope").split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let state = pair("state", value(told, "state"));
    match answer {
        None => {
            let told = Consent { platform: "Shopify", app: &app.title, shop, is_open: false, scopes: &wanted };
            page::consent(asked, &told)
        }
        Some((_, false)) => {
            let denied =
                vec![pair("error", "access_denied"), pair("error_description", "The merchant declined"), state];
            sent_back(&app.back, &signed(stand, &app, shop, denied))
        }
        Some((_, true)) => {
            let lease = Lease { shop: shop.to_owned(), client: app.id.clone(), scopes: stand.granted(shop, &wanted) };
            let asking = Asking { lease, back: back.to_owned(), challenge: None };
            let code = stand.within().tokens.code(asking, stand.now());
            sent_back(&app.back, &signed(stand, &app, shop, vec![pair("code", code), state]))
        }
    }
}

/// With the shop, the time, and what proves that it was us who sent the browser back.
fn signed(stand: &Stand, app: &App, shop: &str, mut carried: Pairs) -> Pairs {
    let host = format!("admin.shopify.com/store/{}", shop.trim_end_matches(".myshopify.com"));
    carried.push(pair("host", BASE64_NOPAD.encode(host.as_bytes())));
    carried.push(pair("shop", shop));
    carried.push(pair("timestamp", stand.now().utc().timestamp().to_string()));
    carried.push(pair("hmac", proof(app.secret.expose(), &carried)));
    carried.sort();
    carried
}

/// Over the sorted pairs, each percent-encoded.
fn proof(secret: &str, carried: &[(String, String)]) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let mut pairs: Vec<_> = carried.iter().filter(|(name, _)| name != "hmac" && name != "signature").collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, &KEPT), utf8_percent_encode(value, &KEPT)))
        .collect();
    HEXLOWER.encode(&hmac(secret.as_bytes(), pairs.join("&").as_bytes()))
}

fn token(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    let told: Value = match asked.json() {
        Value::Object(told) => Value::Object(told),
        _ => asked.form().into_iter().map(|(name, value)| (name, Value::String(value))).collect(),
    };
    let text = |name: &str| match &told[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let (id, secret) = (text("client_id"), text("client_secret"));
    if stand.app(&id).is_none() {
        return oauth_refused(
            StatusCode::BAD_REQUEST,
            "application_cannot_be_found",
            "The application cannot be found",
        );
    }
    if stand.client(&id, &secret).is_none() {
        return oauth_refused(StatusCode::BAD_REQUEST, "invalid_client", "Client authentication failed");
    }
    match text("grant_type").as_str() {
        "refresh_token" => refresh(stand, shop, &id, &text("refresh_token")),
        "" | "authorization_code" => {
            let asking = stand.within().tokens.redeem(&text("code"), stand.now());
            let Some(Asking { lease, .. }) =
                asking.filter(|asking| asking.lease.shop == shop && asking.lease.client == id)
            else {
                let why = "The authorization code was not found or was already used";
                return oauth_refused(StatusCode::BAD_REQUEST, "invalid_request", why);
            };
            let ends = text("expiring") == "1";
            let (refresh, lasts) = if ends { (Some(drawn("shprt_")), LASTS) } else { (None, FOR_EVER) };
            let now = stand.now();
            let mut within = stand.within();
            handed(within.tokens.hand_out(lease, drawn("shpat_"), refresh, now, lasts))
        }
        _ => oauth_refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", "The grant type is not supported"),
    }
}

fn refresh(stand: &Stand, shop: &str, client: &str, shown: &str) -> Response {
    let now = stand.now();
    let mut within = stand.within();
    let found = within.tokens.refreshes(client, shown, now).filter(|pair| pair.lease.shop == shop).map(Pair::number);
    let (access, next) = (drawn("shpat_"), drawn("shprt_"));
    match found.and_then(|number| within.tokens.turn(number, access, next, now, (LASTS, Turning::Lenient))) {
        Some(pair) => handed(pair),
        None => {
            oauth_refused(StatusCode::UNAUTHORIZED, "invalid_request", "This request requires an active refresh_token")
        }
    }
}

fn handed(pair: &Pair) -> Response {
    let mut told = json!({ "access_token": pair.access.expose(), "scope": pair.lease.scopes.join(",") });
    if let Some(refresh) = &pair.refresh {
        told["expires_in"] = 3600.into();
        told["refresh_token"] = refresh.expose().into();
        told["refresh_token_expires_in"] = 7_776_000.into();
    }
    answered(StatusCode::OK, &told)
}

fn oauth_refused(status: StatusCode, error: &str, why: &str) -> Response {
    answered(status, &json!({ "error": error, "error_description": why }))
}

/// Who holds the token that a call shows, if it is one of this shop.
fn holder(stand: &Stand, asked: &Asked, shop: &str) -> Result<Lease, Refused> {
    stand.lets_in(asked.header("x-shopify-access-token")).filter(|lease| lease.shop == shop).ok_or_else(|| {
        let why = "[API] Invalid API key or access token (unrecognized login or wrong password)";
        (StatusCode::UNAUTHORIZED, json!({ "errors": why }))
    })
}

fn scopes(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    settled(holder(stand, asked, shop).map(|lease| {
        let scopes: Vec<Value> = lease.scopes.iter().map(|scope| json!({ "handle": scope })).collect();
        answered(StatusCode::OK, &json!({ "access_scopes": scopes }))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_the_one_of_the_platforms_own_documents() {
        let carried = [
            pair("timestamp", "1337178173"),
            pair("shop", "some-shop.myshopify.com"),
            pair("code", "a94a110d86d2452eb3e2af4cfb8a3828"),
            pair("hmac", "whatever"),
        ];
        assert_eq!(proof("hush", &carried), "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2");
        let spaced = [
            pair("code", "some code goes here"),
            pair("foo", "bar"),
            pair("shop", "the shop URL"),
            pair("state", "some nonce passed from auth"),
            pair("timestamp", "1337178173"),
        ];
        let expected = "a331c82c829093233ce91c97c6dd002ea618093aadda396f4888ee3975a78b81";
        assert_eq!(proof("my super secret key", &spaced), expected);
    }
}
