//! Etsy: consent with a proof key, tokens that begin with the user's number and turn, receipts by offset, and the limits
//! told with every answer. A used refresh token is dead; the platform tells of no deletion.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::asked::{Asked, Refused, json as answered, not_found, pair, sent_back, settled, value, with};
use super::page::{self, Consent};
use super::people::{Goods, Order, Product, Stock, cents};
use super::stand::{Sold, Stand};
use super::tokens::{Asking, Lasts, Lease, Pair, Turning, drawn};
use crate::floor::kernel::{Instant, Secret};

const LASTS: Lasts = Lasts { access: Some(chrono::Duration::seconds(3600)), refresh: Some(chrono::Duration::days(90)) };

/// Who sits at the browser where nobody said who: a shop's number.
const SELLER: &str = "31415926";

/// What an app may call within a second, and within a day.
const PER_SECOND: u64 = 10;
const PER_DAY: usize = 10_000;

pub(super) fn too_many(after: Duration) -> Response {
    let told = answered(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": "Exceeded per second rate limit" }));
    let told = with(limits(told, PER_DAY / 2), "x-remaining-this-second", "0");
    with(told, "retry-after", &after.as_secs().max(1).to_string())
}

fn limits(answer: Response, left: usize) -> Response {
    let answer = with(answer, "x-limit-per-second", &PER_SECOND.to_string());
    let answer = with(answer, "x-remaining-this-second", &(PER_SECOND - 1).to_string());
    let answer = with(answer, "x-limit-per-day", &PER_DAY.to_string());
    with(answer, "x-remaining-today", &left.to_string())
}

pub(super) fn answer(stand: &Stand, asked: &Asked) -> Response {
    match (&asked.method, asked.steps().as_slice()) {
        (&Method::GET | &Method::POST, ["oauth", "connect"]) => connect(stand, asked),
        (&Method::POST, ["v3", "public", "oauth", "token"]) => settled(token(stand, asked)),
        (_, ["v3", "application", steps @ ..]) => {
            let answer = settled(application(stand, asked, steps));
            limits(answer, PER_DAY.saturating_sub(stand.calls().len()))
        }
        _ => not_found(),
    }
}

fn connect(stand: &Stand, asked: &Asked) -> Response {
    let answer = page::answered(asked);
    let told = answer.as_ref().map_or(&asked.query, |(form, _)| form);
    let app = stand.app(value(told, "client_id")).filter(|app| app.back.as_str() == value(told, "redirect_uri"));
    let Some(app) = app else {
        let why = "The application that is requesting authorization is not recognized, or its redirect URL is not.";
        return page::refused(StatusCode::BAD_REQUEST, why);
    };
    let challenge = value(told, "code_challenge");
    let is_proven = value(told, "code_challenge_method") == "S256" && challenge.len() == 43;
    if value(told, "response_type") != "code" || !is_proven || value(told, "state").is_empty() {
        return page::refused(StatusCode::BAD_REQUEST, "A code, a state and a code_challenge with S256 are required.");
    }
    let wanted: Vec<String> = value(told, "scope").split_whitespace().map(str::to_owned).collect();
    let state = pair("state", value(told, "state"));
    let seller = stand.within().signed_in.clone().unwrap_or_else(|| SELLER.to_owned());
    match &answer {
        None => {
            let told = Consent { platform: "Etsy", app: &app.title, shop: &seller, is_open: true, scopes: &wanted };
            page::consent(asked, &told)
        }
        Some((_, false)) => {
            let why = pair("error_description", "The member denied the request");
            sent_back(&app.back, &[pair("error", "access_denied"), why, state])
        }
        Some((form, true)) => {
            let shop = Some(value(form, "shop")).filter(|shop| !shop.is_empty()).unwrap_or(&seller).to_owned();
            let scopes = stand.granted(&shop, &wanted);
            let asking = Asking {
                lease: Lease { shop, client: app.id.clone(), scopes },
                back: app.back.to_string(),
                challenge: Some(challenge.to_owned()),
            };
            let code = stand.within().tokens.code(asking, stand.now());
            sent_back(&app.back, &[pair("code", code), state])
        }
    }
}

fn token(stand: &Stand, asked: &Asked) -> Result<Response, Refused> {
    let form = asked.form();
    let now = stand.now();
    let Some(app) = stand.app(value(&form, "client_id")) else {
        return Err(oauth_refused(StatusCode::UNAUTHORIZED, "invalid_client", "client_id is not recognized"));
    };
    let mut within = stand.within();
    match value(&form, "grant_type") {
        "authorization_code" => {
            let asking = within
                .tokens
                .redeem(value(&form, "code"), now)
                .filter(|asking| asking.lease.client == app.id && asking.back == value(&form, "redirect_uri"));
            let Some(asking) = asking else {
                return Err(oauth_refused(StatusCode::BAD_REQUEST, "invalid_grant", "code is invalid or has expired"));
            };
            let proof = BASE64URL_NOPAD.encode(&Sha256::digest(value(&form, "code_verifier").as_bytes()));
            if asking.challenge.as_deref() != Some(proof.as_str()) {
                let why = "code_verifier does not match the code_challenge";
                return Err(oauth_refused(StatusCode::BAD_REQUEST, "invalid_grant", why));
            }
            let (access, refresh) = two(&asking.lease.shop);
            Ok(handed(within.tokens.hand_out(asking.lease, access, Some(refresh), now, LASTS)))
        }
        "refresh_token" => {
            let found = within.tokens.refreshes(&app.id, value(&form, "refresh_token"), now);
            let found = found.map(|pair| (pair.number(), two(&pair.lease.shop)));
            let turned = found.and_then(|(number, (access, refresh))| {
                within.tokens.turn(number, access, refresh, now, (LASTS, Turning::Strict))
            });
            let why = "refresh_token is invalid or has expired";
            turned.map(handed).ok_or_else(|| oauth_refused(StatusCode::BAD_REQUEST, "invalid_grant", why))
        }
        _ => Err(oauth_refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant_type is not supported")),
    }
}

/// A pair that begins with the number of its user.
fn two(shop: &str) -> (String, String) {
    let beginning = format!("{}.", user(shop));
    (drawn(&beginning), drawn(&beginning))
}

fn user(shop: &str) -> u64 {
    Stand::number(shop) + 1_000_000_000
}

fn handed(pair: &Pair) -> Response {
    let refresh = pair.refresh.as_ref().map(Secret::expose);
    let told = json!({
        "access_token": pair.access.expose(), "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh,
    });
    answered(StatusCode::OK, &told)
}

fn oauth_refused(status: StatusCode, error: &str, why: &str) -> Refused {
    (status, json!({ "error": error, "error_description": why }))
}

fn failed(status: StatusCode, why: &str) -> Refused {
    (status, json!({ "error": why }))
}

/// Every call shows the app's key and a member's token.
fn application(stand: &Stand, asked: &Asked, steps: &[&str]) -> Result<Response, Refused> {
    let key = asked.header("x-api-key").split_once(':');
    let app = key.and_then(|(id, secret)| stand.client(id, secret));
    let app = app.ok_or_else(|| failed(StatusCode::FORBIDDEN, "Invalid API key: should be keystring:shared_secret"))?;
    let lease = stand.lets_in(asked.bearer()).filter(|lease| lease.client == app.id);
    let lease = lease.ok_or_else(|| {
        oauth_refused(StatusCode::UNAUTHORIZED, "invalid_token", "access token is expired or revoked")
    })?;
    let may = |scope: &str| {
        let has = lease.scopes.iter().any(|granted| granted == scope);
        let why = format!("{scope} is required");
        has.then_some(()).ok_or_else(|| oauth_refused(StatusCode::FORBIDDEN, "insufficient_scope", &why))
    };
    let number = Stand::number(&lease.shop);
    let own = |id: &str| {
        let is_own = id == number.to_string();
        is_own.then_some(()).ok_or_else(|| failed(StatusCode::FORBIDDEN, "The user does not own this shop"))
    };
    match (&asked.method, steps) {
        (&Method::GET, ["users", "me"]) => {
            Ok(answered(StatusCode::OK, &json!({ "user_id": user(&lease.shop), "shop_id": number })))
        }
        (&Method::POST, ["scopes"]) => scopes(stand, asked),
        (&Method::GET, ["shops", shop, "receipts"]) => {
            may("transactions_r")?;
            own(shop)?;
            let stock = stand.stock(&lease.shop);
            let since =
                asked.query("min_last_modified").parse().ok().map(|since: i64| Instant::from_micros(since * 1_000_000));
            let listing = stock.listed(Goods::Order, since, None);
            page(asked, listing.len(), |index| Some(receipt(&stock.order(listing.place(index)?))))
        }
        (&Method::GET, ["shops", shop, "listings"]) => {
            may("listings_r")?;
            own(shop)?;
            let stock = stand.stock(&lease.shop);
            let all = stock.listed(Goods::Product, None, None);
            let with_inventory = asked.query("includes") == "Inventory";
            page(asked, all.len(), |index| Some(listing(&stock.product(all.place(index)?), with_inventory)))
        }
        (&Method::GET, ["listings", id]) => {
            may("listings_r")?;
            let stock = stand.stock(&lease.shop);
            Ok(answered(StatusCode::OK, &listing(&stock.product(sold(&stock, id)?), false)))
        }
        (&Method::PATCH, ["shops", shop, "listings", id]) => {
            may("listings_w")?;
            own(shop)?;
            let (stock, form) = (stand.stock(&lease.shop), asked.form());
            let place = sold(&stock, id)?;
            let title = Some(value(&form, "title")).filter(|title| !title.is_empty());
            let title = title.ok_or_else(|| failed(StatusCode::BAD_REQUEST, "title is required"))?;
            stand.relist(&lease.shop, place, Sold::As(title.to_owned()));
            Ok(answered(StatusCode::OK, &listing(&stand.stock(&lease.shop).product(place), false)))
        }
        (method, ["listings", id, "inventory"]) => {
            may(if method == Method::GET { "listings_r" } else { "listings_w" })?;
            inventory(stand, asked, &lease.shop, id)
        }
        _ => Err(failed(StatusCode::NOT_FOUND, "Resource not found")),
    }
}

/// What a token may do.
fn scopes(stand: &Stand, asked: &Asked) -> Result<Response, Refused> {
    let lease = stand.lets_in(value(&asked.form(), "token"));
    let lease = lease.ok_or_else(|| failed(StatusCode::BAD_REQUEST, "The token is invalid"))?;
    Ok(answered(StatusCode::OK, &json!({ "scopes": lease.scopes })))
}

/// A page of so many rows, the oldest change first or last.
fn page(asked: &Asked, count: usize, row: impl Fn(usize) -> Option<Value>) -> Result<Response, Refused> {
    let (limit, offset) = (asked.number("limit", 25), asked.number("offset", 0));
    if limit == 0 || limit > 100 {
        return Err(failed(StatusCode::BAD_REQUEST, "limit must be between 1 and 100"));
    }
    let is_rising = asked.query("sort_order").starts_with("asc");
    let shown = offset.min(count)..offset.saturating_add(limit).min(count);
    let results: Vec<Value> =
        shown.filter_map(|index| row(if is_rising { index } else { count - 1 - index })).collect();
    Ok(answered(StatusCode::OK, &json!({ "count": count, "results": results })))
}

fn receipt(of: &Order) -> Value {
    let (at, born, buyer) = (of.at.utc().timestamp(), of.born.utc().timestamp(), &of.customer);
    json!({
        "receipt_id": of.id, "buyer_user_id": buyer.id, "buyer_email": buyer.mail, "name": buyer.name(),
        "first_line": buyer.street, "second_line": null, "city": buyer.city, "state": null, "zip": buyer.zip,
        "country_iso": buyer.country, "status": "Paid", "is_paid": true, "created_timestamp": born, "updated_timestamp": at,
        "grandtotal": { "amount": of.product.cents * of.quantity, "divisor": 100, "currency_code": "EUR" },
        "transactions": [{
            "transaction_id": of.id, "listing_id": of.product.id, "sku": of.product.sku, "title": of.product.title,
            "quantity": of.quantity, "product_id": of.product.id,
            "price": { "amount": of.product.cents, "divisor": 100, "currency_code": "EUR" },
        }],
    })
}

fn listing(of: &Product, with_inventory: bool) -> Value {
    json!({
        "listing_id": of.id, "title": of.title, "state": "active", "quantity": of.available, "skus": [of.sku],
        "updated_timestamp": of.at.utc().timestamp(),
        "price": { "amount": of.cents, "divisor": 100, "currency_code": "EUR" },
        "inventory": if with_inventory { products(of) } else { Value::Null },
    })
}

fn products(of: &Product) -> Value {
    let price = json!({ "amount": of.cents, "divisor": 100, "currency_code": "EUR" });
    let offer = json!({
        "offering_id": of.id, "quantity": of.available, "is_enabled": true, "is_deleted": false, "price": price,
    });
    let product = json!({
        "product_id": of.id, "sku": of.sku, "is_deleted": false, "offerings": [offer], "property_values": [],
    });
    json!({ "products": [product], "price_on_property": [], "quantity_on_property": [], "sku_on_property": [] })
}

/// The place of a listing.
fn sold(stock: &Stock<'_>, id: &str) -> Result<usize, Refused> {
    let place = id.parse().ok().and_then(|id| stock.place(Goods::Product, id));
    place.ok_or_else(|| failed(StatusCode::NOT_FOUND, "Resource not found"))
}

/// The whole document, read or replaced. It is taken without what only the platform says, its price as a number.
fn inventory(stand: &Stand, asked: &Asked, shop: &str, id: &str) -> Result<Response, Refused> {
    let stock = stand.stock(shop);
    let place = sold(&stock, id)?;
    if asked.method == Method::PUT {
        let whole = asked.json();
        let product = &whole["products"][0];
        let offer = &product["offerings"][0];
        let quantity = offer["quantity"].as_i64().filter(|_| offer["price"].is_number() && product["sku"].is_string());
        let is_bare =
            product["product_id"].is_null() && offer["offering_id"].is_null() && offer["is_deleted"].is_null();
        let why = "products is required, with sku and offerings, and without ids";
        let quantity = quantity.filter(|_| is_bare).ok_or_else(|| failed(StatusCode::BAD_REQUEST, why))?;
        let there = stock.product(place);
        let cents = cents(&offer["price"].to_string()).filter(|cents| *cents != there.cents);
        if let Some(cents) = cents {
            stand.relist(shop, place, Sold::For(cents));
        }
        if cents.is_none() || quantity != there.available {
            stand.set_level(shop, place, quantity, None);
        }
        return Ok(answered(StatusCode::OK, &products(&stand.stock(shop).product(place))));
    }
    Ok(answered(StatusCode::OK, &products(&stock.product(place))))
}
