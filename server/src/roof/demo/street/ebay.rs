//! eBay: one consent page for all sellers, refresh tokens that live eighteen months and never turn, orders by offset,
//! and the key that its notifications are checked with. It knows no call that gives consent back: the seller does that.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::asked::{Asked, Pairs, json as answered, not_found, pair, sent_back, value, with};
use super::page::{self, Consent};
use super::people::{Goods, Listing, Order, Product, cents, money, place_of};
use super::stand::{App, Sold, Stand};
use super::tokens::{Asking, Lasts, Lease, drawn};
use crate::floor::kernel::Instant;

const LASTS: Lasts =
    Lasts { access: Some(chrono::Duration::seconds(7200)), refresh: Some(chrono::Duration::seconds(47_304_000)) };

/// Who sits at the browser where nobody said who.
const SELLER: &str = "invented_seller";

const SCOPES: &str = "https://api.ebay.com/oauth/api_scope";

pub(super) fn too_many(after: Duration) -> Response {
    let told = refusal(2001, "ACCESS", "Too many requests. The request limit has been reached for the resource.");
    with(answered(StatusCode::TOO_MANY_REQUESTS, &told), "retry-after", &after.as_secs().to_string())
}

pub(super) fn answer(stand: &Stand, asked: &Asked) -> Response {
    match (&asked.method, asked.steps().as_slice()) {
        (&Method::GET | &Method::POST, ["oauth2", "authorize"]) => authorize(stand, asked),
        (&Method::POST, ["identity", "v1", "oauth2", "token"]) => token(stand, asked),
        (&Method::GET, ["sell", "inventory", "v1", "offer"]) => {
            within(stand, asked, &["/sell.inventory", "/sell.inventory.readonly"], |lease| {
                match found(stand, &lease.shop, asked.query("sku")) {
                    Some((_, of)) if of.is_off_sale => no_offer(),
                    Some((_, of)) => answered(StatusCode::OK, &json!({ "offers": [offer(&of)] })),
                    None => no_item(),
                }
            })
        }
        (&Method::POST, ["sell", "inventory", "v1", "bulk_update_price_quantity"]) => {
            within(stand, asked, &["/sell.inventory"], |lease| reprice(stand, asked, &lease.shop))
        }
        (&Method::GET, ["commerce", "identity", "v1", "user"]) => {
            within(stand, asked, &["/commerce.identity.readonly"], |lease| {
                let told = json!({ "userId": format!("u{}", Stand::number(&lease.shop)), "username": lease.shop });
                answered(StatusCode::OK, &told)
            })
        }
        (&Method::GET, ["sell", "fulfillment", "v1", "order"]) => {
            within(stand, asked, &["/sell.fulfillment", "/sell.fulfillment.readonly"], |lease| {
                orders(stand, asked, &lease.shop)
            })
        }
        (&Method::GET, ["sell", "inventory", "v1", "inventory_item"]) => {
            within(stand, asked, &["/sell.inventory", "/sell.inventory.readonly"], |lease| {
                items(stand, asked, &lease.shop)
            })
        }
        (&Method::GET, ["sell", "inventory", "v1", "inventory_item", sku]) => {
            within(stand, asked, &["/sell.inventory", "/sell.inventory.readonly"], |lease| {
                found(stand, &lease.shop, sku).map_or_else(no_item, |(_, of)| answered(StatusCode::OK, &item(&of)))
            })
        }
        (&Method::PUT, ["sell", "inventory", "v1", "inventory_item", sku]) => {
            within(stand, asked, &["/sell.inventory"], |lease| put(stand, asked, &lease.shop, sku))
        }
        (&Method::GET, ["commerce", "notification", "v1", "public_key", kid]) => {
            within(stand, asked, &[""], |_| public_key(stand, kid))
        }
        _ => not_found(),
    }
}

/// The app whose name for an address this is; eBay is never told the address itself.
fn named(stand: &Stand, told: &Pairs) -> Option<App> {
    let app = stand.app(value(told, "client_id"))?;
    app.runame.as_deref().is_some_and(|name| name == value(told, "redirect_uri")).then_some(app)
}

fn authorize(stand: &Stand, asked: &Asked) -> Response {
    let answer = page::answered(asked);
    let told = answer.as_ref().map_or(&asked.query, |(form, _)| form);
    let Some(app) = named(stand, told).filter(|_| value(told, "response_type") == "code") else {
        return page::refused(StatusCode::BAD_REQUEST, "unauthorized_client: the OAuth client was not found");
    };
    let wanted: Vec<String> = value(told, "scope").split_whitespace().map(str::to_owned).collect();
    let state = pair("state", value(told, "state"));
    let seller = stand.within().signed_in.clone().unwrap_or_else(|| SELLER.to_owned());
    match &answer {
        None => {
            let told = Consent { platform: "eBay", app: &app.title, shop: &seller, is_open: true, scopes: &wanted };
            page::consent(asked, &told)
        }
        Some((_, false)) => sent_back(&app.back, &[pair("error", "access_denied"), state]),
        Some((form, true)) => {
            let shop = Some(value(form, "shop")).filter(|shop| !shop.is_empty()).unwrap_or(&seller).to_owned();
            let scopes = stand.granted(&shop, &wanted);
            let lease = Lease { shop, client: app.id.clone(), scopes };
            let asking = Asking { lease, back: value(form, "redirect_uri").to_owned(), challenge: None };
            let code = stand.within().tokens.code(asking, stand.now());
            sent_back(&app.back, &[state, pair("code", code)])
        }
    }
}

fn token(stand: &Stand, asked: &Asked) -> Response {
    let form = asked.form();
    let Some(app) = asked.basic().and_then(|(id, secret)| stand.client(&id, &secret)) else {
        return oauth_refused(StatusCode::UNAUTHORIZED, "invalid_client", "client authentication failed");
    };
    let now = stand.now();
    let mut within = stand.within();
    match value(&form, "grant_type") {
        "authorization_code" => {
            let asking = within.tokens.redeem(value(&form, "code"), now);
            let asking =
                asking.filter(|asking| asking.lease.client == app.id && asking.back == value(&form, "redirect_uri"));
            let Some(asking) = asking else {
                let why = "the provided authorization grant code is invalid or was issued to another client";
                return oauth_refused(StatusCode::BAD_REQUEST, "invalid_grant", why);
            };
            let (access, refresh) = (drawn("v^1.1#i^1#"), drawn("v^1.1#r^1#"));
            let mut told = handed(&access, "User Access Token");
            told["refresh_token"] = refresh.clone().into();
            told["refresh_token_expires_in"] = 47_304_000.into();
            within.tokens.hand_out(asking.lease, access, Some(refresh), now, LASTS);
            answered(StatusCode::OK, &told)
        }
        "refresh_token" => {
            let Some(pair) = within.tokens.refreshes(&app.id, value(&form, "refresh_token"), now) else {
                let why = "the provided authorization refresh token is invalid or was issued to another client";
                return oauth_refused(StatusCode::BAD_REQUEST, "invalid_grant", why);
            };
            let mut lease = pair.lease.clone();
            let narrower: Vec<String> = value(&form, "scope").split_whitespace().map(str::to_owned).collect();
            if narrower.iter().any(|scope| !pair.allows(scope)) {
                let why =
                    "The requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client";
                return oauth_refused(StatusCode::BAD_REQUEST, "invalid_scope", why);
            }
            if !narrower.is_empty() {
                lease.scopes = narrower;
            }
            let access = drawn("v^1.1#i^1#");
            let told = handed(&access, "User Access Token");
            within.tokens.hand_out(lease, access, None, now, LASTS);
            answered(StatusCode::OK, &told)
        }
        "client_credentials" => {
            let access = drawn("v^1.1#a^1#");
            let told = handed(&access, "Application Access Token");
            let lease = Lease { shop: String::new(), client: app.id, scopes: vec![SCOPES.to_owned()] };
            within.tokens.hand_out(lease, access, None, now, LASTS);
            answered(StatusCode::OK, &told)
        }
        _ => oauth_refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant type in request is not supported"),
    }
}

fn handed(access: &str, kind: &str) -> Value {
    json!({ "access_token": access, "expires_in": 7200, "token_type": kind })
}

fn oauth_refused(status: StatusCode, error: &str, why: &str) -> Response {
    answered(status, &json!({ "error": error, "error_description": why }))
}

fn refusal(id: u32, domain: &str, message: &str) -> Value {
    json!({ "errors": [{ "errorId": id, "domain": domain, "category": "REQUEST", "message": message }] })
}

/// Lets in whoever holds a token with any of these scopes.
fn within(stand: &Stand, asked: &Asked, any: &[&str], inside: impl Fn(&Lease) -> Response) -> Response {
    let Some(lease) = stand.lets_in(asked.bearer()) else {
        return answered(StatusCode::UNAUTHORIZED, &refusal(1001, "OAuth", "Invalid access token"));
    };
    let may = |scope: &str| lease.scopes.iter().any(|granted| granted.strip_prefix(SCOPES) == Some(scope));
    if any.iter().any(|scope| may(scope)) {
        inside(&lease)
    } else {
        let why = "Access denied: Insufficient permissions to fulfill the request.";
        answered(StatusCode::FORBIDDEN, &refusal(1100, "ACCESS", why))
    }
}

fn public_key(stand: &Stand, kid: &str) -> Response {
    if kid == stand.keys.kid {
        answered(StatusCode::OK, &json!({ "key": stand.keys.public(), "algorithm": "ECDSA", "digest": "SHA1" }))
    } else {
        answered(StatusCode::NOT_FOUND, &refusal(195_002, "API_NOTIFICATION", "Public key id not found."))
    }
}

/// A page of rows under their name, with the way to the next one.
fn page(asked: &Asked, name: &str, listing: &Listing, row: impl Fn(usize) -> Value) -> Response {
    const LARGEST: usize = 200;
    let (limit, offset) = (asked.number("limit", 50), asked.number("offset", 0));
    if limit == 0 || limit > LARGEST {
        let why = format!("Invalid limit: it is between 1 and {LARGEST}.");
        return answered(StatusCode::BAD_REQUEST, &refusal(30_800, "API_FULFILLMENT", &why));
    }
    let to = |offset: usize| format!("{}{}?limit={limit}&offset={offset}", asked.site, asked.path);
    let mut told = json!({ "href": to(offset), "total": listing.len(), "limit": limit, "offset": offset });
    if offset + limit < listing.len() {
        told["next"] = to(offset + limit).into();
    }
    if offset > 0 {
        told["prev"] = to(offset.saturating_sub(limit)).into();
    }
    told[name] = listing.places(offset, limit).map(row).collect();
    answered(StatusCode::OK, &told)
}

/// From and until of a `lastmodifieddate:[a..b]`.
fn between(filter: &str) -> (Option<Instant>, Option<Instant>) {
    let told = filter.split("lastmodifieddate:[").nth(1).and_then(|told| told.split(']').next()).unwrap_or_default();
    let (from, until) = told.split_once("..").unwrap_or_default();
    let at = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| Instant::from_utc(at.to_utc()));
    (at(from), at(until))
}

fn orders(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    let stock = stand.stock(shop);
    let (from, until) = between(asked.query("filter"));
    page(asked, "orders", &stock.listed(Goods::Order, from, until), |place| order(&stock.order(place), shop))
}

fn order(of: &Order, shop: &str) -> Value {
    let stamp = |at: Instant| at.utc().to_rfc3339_opts(SecondsFormat::Millis, true);
    let buyer = &of.customer;
    let address = json!({
        "fullName": buyer.name(), "primaryPhone": { "phoneNumber": buyer.phone }, "email": buyer.mail,
        "contactAddress": {
            "addressLine1": buyer.street, "city": buyer.city, "postalCode": buyer.zip, "countryCode": buyer.country,
        },
    });
    json!({
        "orderId": format!("03-{:05}-{:05}", of.id % 100_000, of.id / 100_000),
        "creationDate": stamp(of.born), "lastModifiedDate": stamp(of.at),
        "orderFulfillmentStatus": "NOT_STARTED", "orderPaymentStatus": "PAID", "sellerId": shop,
        "buyer": { "username": buyer.handle },
        "pricingSummary": { "total": { "value": of.total(), "currency": "EUR" } },
        "fulfillmentStartInstructions": [{ "shippingStep": { "shipTo": address } }],
        "lineItems": [{
            "lineItemId": of.id.to_string(), "sku": of.product.sku, "title": of.product.title, "quantity": of.quantity,
        }],
    })
}

fn items(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    let stock = stand.stock(shop);
    page(asked, "inventoryItems", &stock.listed(Goods::Product, None, None), |place| item(&stock.product(place)))
}

fn item(of: &Product) -> Value {
    json!({
        "sku": of.sku, "locale": "en_US", "condition": "NEW", "product": { "title": of.title, "epid": of.id.to_string() },
        "availability": { "shipToLocationAvailability": { "quantity": of.available } },
    })
}

fn found(stand: &Stand, shop: &str, sku: &str) -> Option<(usize, Product)> {
    let (stock, sku) = (stand.stock(shop), percent_decode_str(sku).decode_utf8_lossy());
    let place = stock.place(Goods::Product, Goods::Product.id(place_of(&sku)?))?;
    Some((place, stock.product(place)))
}

fn no_item() -> Response {
    answered(
        StatusCode::NOT_FOUND,
        &refusal(25_710, "API_INVENTORY", "We didn't find the resource/entity you are requesting."),
    )
}

fn no_offer() -> Response {
    answered(StatusCode::NOT_FOUND, &refusal(25_713, "API_INVENTORY", "This Offer is not available."))
}

/// The whole item takes the place of the one that is there.
fn put(stand: &Stand, asked: &Asked, shop: &str, sku: &str) -> Response {
    let bad = |why: &str| answered(StatusCode::BAD_REQUEST, &refusal(25_709, "API_INVENTORY", why));
    let Some((place, there)) = found(stand, shop, sku) else { return no_item() };
    if asked.header("content-language").is_empty() {
        return bad("Invalid value for header Content-Language.");
    }
    let told = asked.json();
    let quantity = told["availability"]["shipToLocationAvailability"]["quantity"].as_i64().filter(|count| *count >= 0);
    let Some(quantity) = quantity.filter(|_| told["product"]["title"].is_string() && told["sku"].is_null()) else {
        return bad("Invalid request: the item is to be given whole.");
    };
    let title = told["product"]["title"].as_str().filter(|title| *title != there.title);
    if let Some(title) = title {
        stand.relist(shop, place, Sold::As(title.to_owned()));
    }
    if title.is_none() || quantity != there.available {
        stand.set_level(shop, place, quantity, None);
    }
    answered(StatusCode::NO_CONTENT, &Value::Null)
}

fn offer(of: &Product) -> Value {
    let price = json!({ "value": money(of.cents), "currency": "EUR" });
    json!({ "offerId": of.id.to_string(), "sku": of.sku, "status": "PUBLISHED", "pricingSummary": { "price": price } })
}

/// Each offer is answered by itself.
fn reprice(stand: &Stand, asked: &Asked, shop: &str) -> Response {
    let told = asked.json();
    let mut answers = Vec::new();
    for request in told["requests"].as_array().into_iter().flatten() {
        let there = request["sku"].as_str().and_then(|sku| found(stand, shop, sku));
        for wish in request["offers"].as_array().into_iter().flatten() {
            let offer = wish["offerId"].as_str().and_then(|id| id.parse().ok());
            let place =
                there.as_ref().filter(|(_, of)| offer == Some(of.id) && !of.is_off_sale).map(|(place, _)| *place);
            let cents = wish["price"]["value"].as_str().and_then(cents);
            let is_told = place.zip(cents).filter(|_| wish["price"]["currency"] == "EUR");
            if let Some((place, cents)) = is_told {
                stand.relist(shop, place, Sold::For(cents));
            }
            let status = if is_told.is_some() { 200 } else { 400 };
            answers.push(json!({ "offerId": wish["offerId"], "statusCode": status }));
        }
    }
    answered(StatusCode::OK, &json!({ "responses": answers }))
}
