//! Shopify: a shop is a name below `myshopify.com`; tokens live an hour and are refreshed in pairs that replace each
//! other. It never takes a shop's name that is not its own from end to end.

mod admin;
mod bulk;
mod callback;
mod deeds;
mod goods;
mod hooks;
mod listing;
mod posted;
mod shelves;
#[cfg(test)]
mod tests;
mod webhook;

use futures_util::FutureExt;
use http::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use super::talk::{exchange_refused, refresh_refused, send, tokens};
use super::{
    Answering, Ask, Back, By, Came, Code, Consent, Correction, Delivery, Fate, Forgotten, Keeps, KnownHook, Listed,
    NewHook, Page, Platform, Query, Refusal, Revoked, SetListing, SetStock, Setup, Shelf, Shop, Stocked, Tokens, Told,
    Topic, Visit, Whom,
};
use crate::floor::egress::{Answer, Call};
use crate::floor::kernel::{Instant, Secret};

/// Every shop is one label below it.
pub(super) const PARENT: &str = "myshopify.com";

pub(super) struct Shopify;

/// A shop's bare host. Slashes behind it are let go, as Shopify's own programs do; anything else that is not the name is
/// no shop.
fn named(typed: &str) -> Option<Shop> {
    let host = typed.trim_end_matches('/').to_ascii_lowercase();
    let label = host.strip_suffix(PARENT)?.strip_suffix('.')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_name =
        label.starts_with(|c: char| c.is_ascii_alphanumeric()) && label.chars().all(fits) && label.len() <= 63;
    is_name.then(|| Shop::kept(host))
}

async fn token(visit: Visit<'_>, document: Value) -> Result<Answer, Fate> {
    send(visit.out, Call::json(visit.at("/admin/oauth/access_token")?, &document)).await
}

impl Platform for Shopify {
    fn code(&self) -> &'static str {
        "shopify"
    }

    fn title(&self) -> &'static str {
        "Shopify"
    }

    fn turns_refresh(&self) -> bool {
        true
    }

    fn shop(&self, _: &Setup, typed: &str) -> Option<Shop> {
        named(typed.trim())
    }

    fn consent(&self, setup: &Setup, ask: &Consent<'_>) -> Result<Url, Refusal> {
        let mut url = setup.auth(ask.shop, "/admin/oauth/authorize").ok_or(Refusal("shop"))?;
        url.query_pairs_mut()
            .append_pair("client_id", setup.said("client_id"))
            .append_pair("scope", &ask.scopes.join(","))
            .append_pair("redirect_uri", ask.back.as_str())
            .append_pair("state", ask.state);
        Ok(url)
    }

    fn returned(&self, setup: &Setup, shop: &Shop, query: &Query, now: Instant) -> Result<Came, Refusal> {
        callback::check(setup.keys(["client_secret", "former_secret"]), shop, query, now)
    }

    fn exchange<'a>(&'a self, visit: Visit<'a>, code: Code<'a>) -> Answering<'a, Tokens> {
        async move {
            let document = json!({
                "client_id": visit.setup.said("client_id"),
                "client_secret": visit.setup.said("client_secret"),
                "code": code.code.expose(),
                "expiring": "1",
            });
            let answer = token(visit, document).await?;
            if answer.is_success() { tokens(&answer, visit.now) } else { Err(exchange_refused(&answer)) }
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, visit: Visit<'a>, refresh: &'a Secret) -> Answering<'a, Tokens> {
        async move {
            let document = json!({
                "client_id": visit.setup.said("client_id"),
                "client_secret": visit.setup.said("client_secret"),
                "grant_type": "refresh_token",
                "refresh_token": refresh.expose(),
            });
            let answer = token(visit, document).await?;
            if answer.is_success() {
                return tokens(&answer, visit.now);
            }
            // A wrong client secret may be answered with 401 too, and is no reason to ask a merchant again.
            let is_of_the_token = answer.status == 401 && answer.text().contains("active refresh_token");
            Err(if is_of_the_token { Fate::Over("ended") } else { refresh_refused(&answer) })
        }
        .boxed()
    }

    fn granted<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Option<Vec<String>>> {
        async move { admin::scopes(visit, access).await.map(Some) }.boxed()
    }

    fn revoke<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, back: Back<'a>) -> Answering<'a, Revoked> {
        match back {
            Back::Everything => admin::uninstall(visit, access).boxed(),
            Back::Scopes(scopes) => admin::revoke_scopes(visit, access, scopes).boxed(),
        }
    }

    fn topics(&self) -> &'static [Topic] {
        hooks::TOPICS
    }

    fn hooks<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Vec<KnownHook>> {
        hooks::list(visit, access).boxed()
    }

    fn subscribe<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, hook: NewHook<'a>) -> Answering<'a, String> {
        hooks::create(visit, access, hook).boxed()
    }

    fn keeps(&self, _: Shelf) -> Keeps {
        Keeps::Changes
    }

    fn opens(&self, of: Shelf) -> &'static [&'static str] {
        match of {
            Shelf::Customers => &["read_customers", "write_customers"],
            Shelf::Orders => &["read_orders", "write_orders"],
            Shelf::Products => &["read_products", "write_products"],
            Shelf::Inventory => &["read_inventory", "write_inventory"],
        }
    }

    fn read<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, ask: Ask<'a>) -> Answering<'a, Page> {
        shelves::read(visit, access, ask).boxed()
    }

    fn lets_stock_be_set(&self) -> &'static [&'static str] {
        &["write_inventory"]
    }

    fn set_stock<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetStock) -> Answering<'a, Stocked> {
        deeds::set_stock(visit, access, set).boxed()
    }

    fn lets_listings_be_set(&self) -> &'static [&'static str] {
        &["write_products"]
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

    fn verify(
        &self,
        setup: &Setup,
        _: By<'_>,
        headers: &HeaderMap,
        body: &[u8],
        _: Instant,
    ) -> Result<Delivery, Refusal> {
        webhook::verify(setup.keys(["client_secret", "former_secret"]), headers, body)
    }

    fn told(&self, delivery: &Delivery) -> Result<Told, Refusal> {
        posted::told(delivery)
    }
}
