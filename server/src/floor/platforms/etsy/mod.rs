//! Etsy: PKCE always, an access token of an hour, a refresh token of ninety days that is replaced each time. It never
//! asks Etsy to revoke: Etsy has no call for it.

mod goods;
mod listing;
mod shelves;
#[cfg(test)]
mod tests;

use chrono::Duration;
use data_encoding::{BASE64, BASE64_NOPAD};
use futures_util::FutureExt;
use http::HeaderMap;
use serde::Deserialize;
use url::Url;

use super::signature::{decoded, header, is_signed};
use super::talk::{exchange_refused, later, refresh_refused, send, tokens};
use super::{
    Answering, Ask, Back, By, Came, Code, Consent, Correction, Delivery, Fate, Forgotten, Keeps, Listed, Page,
    Platform, Query, Refusal, Revoked, SetListing, SetStock, Setup, Shelf, Shop, Stocked, Tokens, Told, Visit, Whom,
};
use crate::floor::egress::Call;
use crate::floor::kernel::{Instant, Secret};

pub(super) struct Etsy;

const BY_HAND: &str = "Sign in to Etsy, open Account settings, Apps, and revoke this app's access: Etsy lets no app do it \
     for you.";

const ITS_OWN: &str = "Send the buyer to Etsy's own privacy page: what stands on an Etsy receipt is Etsy's, and no shop or \
     app can change it.";

/// How long a refresh token lives; its answer does not say.
const REFRESH_DAYS: i64 = 90;
/// How far the two clocks may be apart. Etsy's page gives no measure; this is the one of Standard Webhooks, whose headers
/// it uses.
const SECONDS: u64 = 300;

/// The key in a signing secret as Etsy shows it.
pub(super) fn key(secret: &str) -> Option<Vec<u8>> {
    let text = secret.strip_prefix("whsec_")?.as_bytes();
    let key = BASE64.decode(text).or_else(|_| BASE64_NOPAD.decode(text)).ok()?;
    (!key.is_empty()).then_some(key)
}

/// A call with a member's token.
fn by_member(visit: Visit<'_>, access: &Secret, call: Call) -> Call {
    let bearer = Secret::new(["Bearer ", access.expose()].concat());
    call.with("x-api-key", app(visit.setup)).authorized(bearer)
}

/// Etsy wants to know whose app calls, on every call.
fn app(setup: &Setup) -> Secret {
    Secret::new([setup.said("client_id"), ":", setup.said("client_secret")].concat())
}

async fn token(
    visit: Visit<'_>,
    fields: &[(&str, &str)],
    refused: fn(&crate::floor::egress::Answer) -> Fate,
) -> Result<Tokens, Fate> {
    let call = Call::form(visit.at("/v3/public/oauth/token")?, fields.iter().copied());
    let answer = send(visit.out, call.with("x-api-key", app(visit.setup))).await?;
    if !answer.is_success() {
        return Err(refused(&answer));
    }
    let mut tokens = tokens(&answer, visit.now)?;
    let end = visit.now.plus(Duration::days(REFRESH_DAYS));
    tokens.refresh_ends = tokens.refresh_ends.or_else(|| tokens.refresh.is_some().then_some(end));
    Ok(tokens)
}

impl Platform for Etsy {
    fn code(&self) -> &'static str {
        "etsy"
    }

    fn title(&self) -> &'static str {
        "Etsy"
    }

    fn has_hosts(&self) -> bool {
        false
    }

    fn turns_refresh(&self) -> bool {
        true
    }

    fn uses_pkce(&self) -> bool {
        true
    }

    /// A shop's name, 4 to 20 letters and digits, or its number; also as the address of its page.
    fn shop(&self, _: &Setup, typed: &str) -> Option<Shop> {
        let name = typed.trim().to_ascii_lowercase();
        let name = name.strip_suffix(".etsy.com").unwrap_or(&name);
        let fits = (4..=20).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric());
        fits.then(|| Shop::kept(name))
    }

    fn consent(&self, setup: &Setup, ask: &Consent<'_>) -> Result<Url, Refusal> {
        let challenge = ask.challenge.ok_or(Refusal("challenge"))?;
        let mut url = setup.auth(ask.shop, "/oauth/connect").ok_or(Refusal("shop"))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", setup.said("client_id"))
            .append_pair("redirect_uri", ask.back.as_str())
            .append_pair("scope", &ask.scopes.join(" "))
            .append_pair("state", ask.state)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    fn returned(&self, _: &Setup, _: &Shop, query: &Query, _: Instant) -> Result<Came, Refusal> {
        super::talk::came(query)
    }

    fn exchange<'a>(&'a self, visit: Visit<'a>, code: Code<'a>) -> Answering<'a, Tokens> {
        async move {
            let verifier = code.verifier.ok_or(Fate::Over("verifier"))?;
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", visit.setup.said("client_id")),
                ("redirect_uri", code.back.as_str()),
                ("code", code.code.expose()),
                ("code_verifier", verifier.expose()),
            ];
            token(visit, &fields, exchange_refused).await
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, visit: Visit<'a>, refresh: &'a Secret) -> Answering<'a, Tokens> {
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", visit.setup.said("client_id")),
                ("refresh_token", refresh.expose()),
            ];
            token(visit, &fields, refresh_refused).await
        }
        .boxed()
    }

    fn granted<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Option<Vec<String>>> {
        #[derive(Deserialize)]
        struct Granted {
            scopes: Vec<String>,
        }
        async move {
            let call = Call::form(visit.at("/v3/application/scopes")?, [("token", access.expose())]);
            let answer = send(visit.out, by_member(visit, access, call)).await?;
            if answer.status == 401 {
                return Err(Fate::Stale);
            }
            // Its shape was not found in a document: a bare list is read as well as an object that holds one.
            let granted = answer.json::<Granted>().map(|granted| granted.scopes).or_else(|| answer.json());
            granted.filter(|_| answer.is_success()).map(Some).ok_or_else(|| later(&answer))
        }
        .boxed()
    }

    fn revoke<'a>(&'a self, _: Visit<'a>, _: &'a Secret, _: Back<'a>) -> Answering<'a, Revoked> {
        async { Ok(Revoked::ByHand(BY_HAND)) }.boxed()
    }

    fn ended_by_hand(&self) -> Option<&'static str> {
        Some(BY_HAND)
    }

    /// It calls itself by its number, and is on record as a host.
    fn domains(&self, shop: &Shop) -> Vec<String> {
        vec![shop.as_str().to_owned(), [shop.as_str(), ".etsy.com"].concat()]
    }

    fn keeps(&self, of: Shelf) -> Keeps {
        if of == Shelf::Customers { Keeps::Nothing } else { Keeps::Changes }
    }

    fn opens(&self, of: Shelf) -> &'static [&'static str] {
        match of {
            Shelf::Customers => &[],
            Shelf::Orders => &["transactions_r"],
            Shelf::Products | Shelf::Inventory => &["listings_r"],
        }
    }

    fn read<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, ask: Ask<'a>) -> Answering<'a, Page> {
        shelves::read(visit, access, ask).boxed()
    }

    fn lets_stock_be_set(&self) -> &'static [&'static str] {
        &["listings_w"]
    }

    fn set_stock<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetStock) -> Answering<'a, Stocked> {
        shelves::set_stock(visit, access, set).boxed()
    }

    fn lets_listings_be_set(&self) -> &'static [&'static str] {
        &["listings_w"]
    }

    fn set_listing<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetListing) -> Answering<'a, Listed> {
        listing::set(visit, access, set).boxed()
    }

    fn forget<'a>(&'a self, _: Visit<'a>, _: &'a Secret, _: &'a Whom) -> Answering<'a, Forgotten> {
        async { Ok(Forgotten::ByHand(ITS_OWN)) }.boxed()
    }

    fn correct<'a>(&'a self, _: Visit<'a>, _: &'a Secret, _: &'a Correction) -> Answering<'a, Forgotten> {
        async { Ok(Forgotten::ByHand(ITS_OWN)) }.boxed()
    }

    fn verify(
        &self,
        setup: &Setup,
        _: By<'_>,
        headers: &HeaderMap,
        body: &[u8],
        now: Instant,
    ) -> Result<Delivery, Refusal> {
        verify([setup.said("webhook_secret"), setup.said("former_webhook_secret")], headers, body, now)
    }

    /// It names a receipt by its address and tells nothing of it.
    fn told(&self, delivery: &Delivery) -> Result<Told, Refusal> {
        Ok(if delivery.topic == "order.paid" { Told::Look(Shelf::Orders) } else { Told::Nothing })
    }
}

#[derive(Deserialize)]
struct Envelope {
    event_type: String,
    shop_id: serde_json::Value,
}

/// The name of the headers and the envelope's fields are in Etsy's page; that the secret is base64 behind `whsec_`, and
/// that a header may hold several signatures, is Standard Webhooks' word.
fn verify(secrets: [&str; 2], headers: &HeaderMap, body: &[u8], now: Instant) -> Result<Delivery, Refusal> {
    let said = |name| header(headers, name).ok_or(Refusal("signature"));
    let (id, at, signatures) = (said("webhook-id")?, said("webhook-timestamp")?, said("webhook-signature")?);
    let keys: Vec<_> = secrets.into_iter().filter_map(key).collect();
    let keys = || keys.iter().map(Vec::as_slice);
    let parts = [id.as_bytes(), b".", at.as_bytes(), b".", body];
    let made = signatures.split(' ').filter_map(|one| decoded(one.strip_prefix("v1,")?));
    if !made.fold(false, |signed, one| signed | is_signed(keys(), &parts, &one)) {
        return Err(Refusal("signature"));
    }
    let seconds = at.parse::<i64>().map_err(|_| Refusal("timestamp"))?;
    if now.utc().timestamp().abs_diff(seconds) > SECONDS {
        return Err(Refusal("too_old"));
    }
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| Refusal("body"))?;
    let shop = match envelope.shop_id {
        serde_json::Value::String(id) => Some(Shop::kept(id)),
        serde_json::Value::Number(id) => Some(Shop::kept(id.to_string())),
        _ => None,
    };
    Ok(Delivery {
        id: id.to_owned(),
        topic: envelope.event_type,
        shop,
        at: Some(Instant::from_micros(seconds.saturating_mul(1_000_000))),
        body: body.to_vec(),
    })
}
