//! eBay: an access token of two hours, a refresh token of eighteen months that stays the same. It never asks eBay to
//! revoke: eBay has no call for it.
//!
//! Nor does it ask eBay to tell of anything. Closed accounts and revoked grants come to the one address that the operator
//! registers with the app, at eBay and not here; of orders, goods and stock eBay is asked instead, and whoever asks for
//! them finds what changed by its time.

mod goods;
mod listing;
mod notice;
mod shelves;
#[cfg(test)]
pub(super) mod tests;

pub use notice::{PublicKey, challenge, public_key};

use data_encoding::BASE64;
use futures_util::FutureExt;
use http::HeaderMap;
use url::Url;

use super::talk::{exchange_refused, refresh_refused, send, tokens};
use super::{
    Answering, Ask, Back, By, Came, Code, Consent, Correction, Delivery, Fate, Forgotten, Keeps, Listed, Page,
    Platform, Query, Refusal, Revoked, SetListing, SetStock, Setup, Shelf, Shop, Signer, Stocked, Tokens, Told, Visit,
    Whom,
};
use crate::floor::egress::{Answer, Call, Egress};
use crate::floor::kernel::{Instant, Secret};

pub(super) struct Ebay;

const BY_HAND: &str = "Sign in to eBay, open Account settings, Permissions, Third-party app access, and remove this app: \
     eBay lets no app do it for you.";

const ITS_OWN: &str = "Send the buyer to eBay's own privacy page: what stands on an eBay order is eBay's, and no seller or \
     app can change it.";

/// What stands in front of a client's own calls, encoded each by itself as RFC 6749 wants it.
fn client(setup: &Setup) -> Secret {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = [encode(setup.said("client_id")), encode(setup.said("client_secret"))].join(":");
    Secret::new(["Basic ", &BASE64.encode(pair.as_bytes())].concat())
}

async fn token<'a>(
    out: &Egress,
    setup: &Setup,
    shop: &Shop,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Answer, Fate> {
    let at = setup.api(shop, "/identity/v1/oauth2/token").ok_or(Fate::Over("address"))?;
    send(out, Call::form(at, fields).authorized(client(setup))).await
}

impl Platform for Ebay {
    fn code(&self) -> &'static str {
        "ebay"
    }

    fn title(&self) -> &'static str {
        "eBay"
    }

    fn has_hosts(&self) -> bool {
        false
    }

    /// A seller's name. What eBay allows in one was not found in a page of its own; this is what is seen in use.
    fn shop(&self, _: &Setup, typed: &str) -> Option<Shop> {
        let name = typed.trim().to_ascii_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*');
        ((1..=64).contains(&name.len()) && name.chars().all(fits)).then(|| Shop::kept(name))
    }

    fn consent(&self, setup: &Setup, ask: &Consent<'_>) -> Result<Url, Refusal> {
        let mut url = setup.auth(ask.shop, "/oauth2/authorize").ok_or(Refusal("shop"))?;
        // Where the browser comes back to is registered at eBay, and goes by a name.
        url.query_pairs_mut()
            .append_pair("client_id", setup.said("client_id"))
            .append_pair("redirect_uri", setup.said("redirect_name"))
            .append_pair("response_type", "code")
            .append_pair("scope", &ask.scopes.join(" "))
            .append_pair("state", ask.state);
        Ok(url)
    }

    fn returned(&self, _: &Setup, _: &Shop, query: &Query, _: Instant) -> Result<Came, Refusal> {
        super::talk::came(query)
    }

    fn exchange<'a>(&'a self, visit: Visit<'a>, code: Code<'a>) -> Answering<'a, Tokens> {
        async move {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.code.expose()),
                ("redirect_uri", visit.setup.said("redirect_name")),
            ];
            let answer = token(visit.out, visit.setup, visit.shop, fields).await?;
            if answer.is_success() { tokens(&answer, visit.now) } else { Err(exchange_refused(&answer)) }
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, visit: Visit<'a>, refresh: &'a Secret) -> Answering<'a, Tokens> {
        async move {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
            let answer = token(visit.out, visit.setup, visit.shop, fields).await?;
            if answer.is_success() { tokens(&answer, visit.now) } else { Err(refresh_refused(&answer)) }
        }
        .boxed()
    }

    /// eBay says of no token what it is good for. What was asked for was granted whole, or not at all.
    fn granted<'a>(&'a self, _: Visit<'a>, _: &'a Secret) -> Answering<'a, Option<Vec<String>>> {
        async { Ok(None) }.boxed()
    }

    fn revoke<'a>(&'a self, _: Visit<'a>, _: &'a Secret, _: Back<'a>) -> Answering<'a, Revoked> {
        async { Ok(Revoked::ByHand(BY_HAND)) }.boxed()
    }

    fn ended_by_hand(&self) -> Option<&'static str> {
        Some(BY_HAND)
    }

    fn keeps(&self, of: Shelf) -> Keeps {
        match of {
            Shelf::Customers => Keeps::Nothing,
            Shelf::Orders => Keeps::Changes,
            Shelf::Products | Shelf::Inventory => Keeps::Whole,
        }
    }

    fn opens(&self, of: Shelf) -> &'static [&'static str] {
        match of {
            Shelf::Customers => &[],
            Shelf::Orders => &[
                "https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly",
                "https://api.ebay.com/oauth/api_scope/sell.fulfillment",
            ],
            Shelf::Products | Shelf::Inventory => &[
                "https://api.ebay.com/oauth/api_scope/sell.inventory.readonly",
                "https://api.ebay.com/oauth/api_scope/sell.inventory",
            ],
        }
    }

    fn read<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, ask: Ask<'a>) -> Answering<'a, Page> {
        shelves::read(visit, access, ask).boxed()
    }

    fn lets_stock_be_set(&self) -> &'static [&'static str] {
        &["https://api.ebay.com/oauth/api_scope/sell.inventory"]
    }

    fn set_stock<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetStock) -> Answering<'a, Stocked> {
        shelves::set_stock(visit, access, set).boxed()
    }

    fn lets_listings_be_set(&self) -> &'static [&'static str] {
        &["https://api.ebay.com/oauth/api_scope/sell.inventory"]
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

    fn signer(&self, headers: &HeaderMap) -> Result<Signer, Refusal> {
        notice::Claim::of(headers).map(|claim| Signer::Key(claim.kid)).ok_or(Refusal("signature"))
    }

    fn verify(&self, _: &Setup, by: By<'_>, headers: &HeaderMap, body: &[u8], _: Instant) -> Result<Delivery, Refusal> {
        match by {
            By::Key(key) => notice::verify(key, headers, body),
            By::App | By::Hook(_) => Err(Refusal("signature")),
        }
    }

    fn told(&self, delivery: &Delivery) -> Result<Told, Refusal> {
        notice::told(delivery)
    }
}
