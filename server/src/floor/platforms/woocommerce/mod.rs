//! WooCommerce: a store is its own address and its own platform. It hands over keys that never end, for reading or for
//! reading and writing the whole store. In production it is spoken to over TLS alone, at a public address.

mod deeds;
pub(super) mod goods;
mod hooks;
mod listing;
mod oauth1;
mod shelves;
#[cfg(test)]
mod tests;
mod webhook;

use data_encoding::BASE64;
use futures_util::FutureExt;
use http::HeaderMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use super::talk::{later, send};
use super::{
    Answering, Ask, Back, By, Came, Code, Consent, Correction, Delivery, Fate, Forgotten, Handed, Keeps, KnownHook,
    Listed, NewHook, Page, Platform, Query, Refusal, Revoked, SetListing, SetStock, Setup, Shelf, Shop, Signer,
    Stocked, Tokens, Told, Topic, Visit, Whom,
};
use crate::floor::egress::{Answer, Call, address};
use crate::floor::kernel::{Instant, Reach, Secret};

pub(super) struct WooCommerce;

const BY_HAND: &str = "In WordPress, open WooCommerce, Settings, Advanced, REST API, and revoke the key that bears this \
     desk's name: no program can do it from outside.";

/// Longest address of a store.
const LONGEST: usize = 200;

/// The address of a store, and below it.
fn at(setup: &Setup, shop: &Shop, path: &str) -> Option<Url> {
    let scheme = if shop.as_str().contains("://") { "" } else { "https://" };
    let url = address("store", &[scheme, shop.as_str(), path].concat(), setup.reach).ok()?;
    (url.scheme() == "https" || setup.reach == Reach::House).then_some(url)
}

fn basic(access: &Secret) -> Secret {
    Secret::new(["Basic ", &BASE64.encode(access.expose().as_bytes())].concat())
}

/// What one store answers to `GET` with these keys.
fn ask(visit: Visit<'_>, path: &str, access: &Secret) -> Result<Call, Fate> {
    call(visit, "GET", path, access, Call::get)
}

fn call(
    visit: Visit<'_>,
    method: &str,
    path: &str,
    access: &Secret,
    call: impl FnOnce(Url) -> Call,
) -> Result<Call, Fate> {
    let url = at(visit.setup, visit.shop, path).ok_or(Fate::Over("address"))?;
    let (key, secret) = access.expose().split_once(':').ok_or(Fate::Over("keys"))?;
    if url.scheme() == "https" {
        return Ok(call(url).authorized(basic(access)).theirs());
    }
    // A store in the clear takes no password, but a signature in the address. Only a desk that is none of production's
    // comes here.
    let nonce = data_encoding::HEXLOWER.encode(&rand::random::<[u8; 16]>());
    let seconds = visit.now.utc().timestamp();
    let signed = oauth1::signed(method, url, (key, secret), &nonce, seconds);
    Ok(call(signed.ok_or(Fate::Over("keys"))?).theirs())
}

/// A yes of the store's, or why not.
fn yes(answer: Answer) -> Result<Answer, Fate> {
    #[derive(Deserialize)]
    struct Told {
        code: String,
    }
    match answer.status {
        200..=299 => Ok(answer),
        // A wall before the store answers with 401 and 403 too; only the store's own word is final.
        401 if answer.json::<Told>().is_some_and(|told| told.code.starts_with("woocommerce_rest_")) => {
            Err(Fate::Over("keys"))
        }
        // A redirect is not followed: the keys would go along.
        301 | 308 => Err(Fate::Over("moved")),
        _ => Err(later(&answer)),
    }
}

impl Platform for WooCommerce {
    fn code(&self) -> &'static str {
        "woocommerce"
    }

    fn title(&self) -> &'static str {
        "WooCommerce"
    }

    /// The address of the shop without its scheme; with it where it is not https on its port, away from production.
    fn shop(&self, setup: &Setup, typed: &str) -> Option<Shop> {
        let typed = typed.trim();
        let whole = if typed.contains("://") { typed.to_owned() } else { ["https://", typed].concat() };
        let url = address("store", &whole, setup.reach).ok().filter(|url| url.query().is_none())?;
        let is_usual = url.scheme() == "https" && url.port().is_none();
        let is_named = url.domain().is_some_and(|name| name.contains('.') && !name.ends_with('.'));
        if setup.reach == Reach::World && !(is_usual && is_named) {
            return None;
        }
        let text = url.as_str().trim_end_matches('/');
        let text = if is_usual { text.strip_prefix("https://")? } else { text };
        (text.len() <= LONGEST).then(|| Shop::kept(text))
    }

    fn consent(&self, setup: &Setup, ask: &Consent<'_>) -> Result<Url, Refusal> {
        let mut url = at(setup, ask.shop, "/wc-auth/v1/authorize").ok_or(Refusal("shop"))?;
        let writes = ask.scopes.iter().any(|scope| scope == "write" || scope == "read_write");
        url.query_pairs_mut()
            .append_pair("app_name", ask.asker)
            .append_pair("scope", if writes { "read_write" } else { "read" })
            .append_pair("user_id", ask.state)
            .append_pair("return_url", ask.back.as_str())
            .append_pair("callback_url", ask.keys_to.as_str());
        Ok(url)
    }

    fn returned(&self, _: &Setup, _: &Shop, query: &Query, _: Instant) -> Result<Came, Refusal> {
        match query.one("success") {
            Some("1") => Ok(Came::HandedOver),
            Some("0") => Ok(Came::Denied),
            _ => Err(Refusal("success")),
        }
    }

    fn handed_over(&self, body: &[u8]) -> Result<Handed, Refusal> {
        #[derive(Deserialize)]
        struct Keys {
            user_id: String,
            consumer_key: String,
            consumer_secret: String,
            key_permissions: String,
        }
        let keys: Keys = serde_json::from_slice(body).map_err(|_| Refusal("body"))?;
        let is_key = |key: &str, prefix| {
            key.strip_prefix(prefix)
                .is_some_and(|rest| (16..=80).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_alphanumeric()))
        };
        if !(is_key(&keys.consumer_key, "ck_") && is_key(&keys.consumer_secret, "cs_")) {
            return Err(Refusal("keys"));
        }
        if !matches!(keys.key_permissions.as_str(), "read" | "write" | "read_write") {
            return Err(Refusal("permissions"));
        }
        let tokens = Tokens {
            access: Secret::new([keys.consumer_key, keys.consumer_secret].join(":")),
            access_ends: None,
            refresh: None,
            refresh_ends: None,
            scopes: Some(vec![keys.key_permissions]),
        };
        Ok(Handed { state: Secret::new(keys.user_id), tokens })
    }

    fn exchange<'a>(&'a self, _: Visit<'a>, _: Code<'a>) -> Answering<'a, Tokens> {
        async { Err(Fate::Over("no_code")) }.boxed()
    }

    fn refresh<'a>(&'a self, _: Visit<'a>, _: &'a Secret) -> Answering<'a, Tokens> {
        async { Err(Fate::Over("keys")) }.boxed()
    }

    /// The store says of no key what it may; but this proves that the key is one of this store's. It asks for the number
    /// of a product: nothing of a shopper's comes along.
    fn granted<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Option<Vec<String>>> {
        async move {
            let call = ask(visit, "/wp-json/wc/v3/products?per_page=1&_fields=id", access)?;
            let answer = yes(send(visit.out, call).await?)?;
            answer.json::<Vec<IgnoredAny>>().map(|_| None).ok_or_else(|| later(&answer))
        }
        .boxed()
    }

    fn revoke<'a>(&'a self, _: Visit<'a>, _: &'a Secret, _: Back<'a>) -> Answering<'a, Revoked> {
        async { Ok(Revoked::ByHand(BY_HAND)) }.boxed()
    }

    fn ended_by_hand(&self) -> Option<&'static str> {
        Some(BY_HAND)
    }

    fn topics(&self) -> &'static [Topic] {
        hooks::TOPICS
    }

    fn has_own_hooks(&self) -> bool {
        true
    }

    fn hooks<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Vec<KnownHook>> {
        hooks::list(visit, access).boxed()
    }

    fn subscribe<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, hook: NewHook<'a>) -> Answering<'a, String> {
        hooks::create(visit, access, hook).boxed()
    }

    fn unsubscribe<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, id: &'a str) -> Answering<'a, ()> {
        hooks::delete(visit, access, id).boxed()
    }

    fn is_ping(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let id = body.strip_prefix(b"webhook_id=").unwrap_or_default();
        let is_number = (1..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit);
        is_number && !headers.contains_key("x-wc-webhook-signature")
    }

    /// Customers have no list by what changed; orders and products do.
    fn keeps(&self, of: Shelf) -> Keeps {
        if of == Shelf::Customers { Keeps::Whole } else { Keeps::Changes }
    }

    /// A key opens the whole store.
    fn opens(&self, _: Shelf) -> &'static [&'static str] {
        &["read", "read_write"]
    }

    fn read<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, ask: Ask<'a>) -> Answering<'a, Page> {
        shelves::read(visit, access, ask).boxed()
    }

    fn lets_stock_be_set(&self) -> &'static [&'static str] {
        &["read_write"]
    }

    fn set_stock<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetStock) -> Answering<'a, Stocked> {
        deeds::set_stock(visit, access, set).boxed()
    }

    fn lets_listings_be_set(&self) -> &'static [&'static str] {
        &["read_write"]
    }

    fn set_listing<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetListing) -> Answering<'a, Listed> {
        listing::set(visit, access, set).boxed()
    }

    fn hears_wishes(&self) -> bool {
        true
    }

    fn forget<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, whom: &'a Whom) -> Answering<'a, Forgotten> {
        deeds::forget(visit, access, whom).boxed()
    }

    fn correct<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, right: &'a Correction) -> Answering<'a, Forgotten> {
        deeds::correct(visit, access, right).boxed()
    }

    fn signer(&self, headers: &HeaderMap) -> Result<Signer, Refusal> {
        webhook::hook(headers).map(|id| Signer::Hook(id.to_owned())).ok_or(Refusal("signature"))
    }

    fn verify(
        &self,
        setup: &Setup,
        by: By<'_>,
        headers: &HeaderMap,
        body: &[u8],
        _: Instant,
    ) -> Result<Delivery, Refusal> {
        let By::Hook(secrets) = by else { return Err(Refusal("signature")) };
        let source = |text: &str| self.shop(setup, text);
        webhook::verify(secrets, source, headers, body)
    }

    fn told(&self, delivery: &Delivery) -> Result<Told, Refusal> {
        webhook::told(delivery)
    }
}
