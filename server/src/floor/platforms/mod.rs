//! The platforms that merchants' stores stand on: how a store is connected, its token kept fresh and given back, and how
//! what a platform sends is told from what anybody sends.
//!
//! It never keeps a token, never decides what a scope is good for, never follows a redirect, and parses nothing of a
//! delivery before its signature held. What goes wrong is told by a code of ours, never in a platform's words.

mod ebay;
mod etsy;
mod goods;
mod json;
mod page;
mod read;
mod setup;
mod shop;
mod shopify;
mod signature;
mod talk;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_shelves;
#[cfg(test)]
mod tests_of_told;
mod told;
mod woocommerce;

pub use ebay::{PublicKey, challenge, public_key};
pub use goods::{Address, Customer, Good, Level, Line, Money, Order, Product, Shelf, Variant};
pub use page::{
    Ask, Correction, Forgotten, Keeps, Listed, Page, Relisting, SetListing, SetStock, Stocked, VariantAt, Whom,
};
pub use setup::{Platforms, Settings, Setup};
pub use shop::Shop;
pub use signature::sign;
pub use talk::Visit;
pub use told::{Notice, PrivacyNoticeKind, Told};

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use url::Url;

use super::kernel::{Instant, Secret};

/// Every platform that is spoken.
pub const REGISTRY: &[&dyn Platform] = &[&shopify::Shopify, &ebay::Ebay, &etsy::Etsy, &woocommerce::WooCommerce];

/// The platform that policies call so.
pub fn find(code: &str) -> Option<&'static dyn Platform> {
    REGISTRY.iter().copied().find(|platform| platform.code() == code)
}

/// What a merchant is asked for.
#[derive(Clone, Copy)]
pub struct Consent<'a> {
    pub shop: &'a Shop,
    pub scopes: &'a [String],
    /// Unguessable, good once, bound to this attempt by the caller.
    pub state: &'a str,
    /// Of the verifier that goes along with the code, where the platform knows PKCE.
    pub challenge: Option<&'a str>,
    /// Who asks, as the merchant is to read it, where the platform does not know that itself.
    pub asker: &'a str,
    /// Where the browser comes back to.
    pub back: &'a Url,
    /// Where a store that hands its keys over posts them.
    pub keys_to: &'a Url,
}

/// What the browser brought back: decoded, in order.
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// The value of what is there once. A second one of its name may be somebody's who hopes that we read that one.
    pub fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        first.filter(|_| values.next().is_none())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

/// How a merchant answered.
pub enum Came {
    Code(Secret),
    /// The keys were handed over before the browser came.
    HandedOver,
    Denied,
}

/// Keys that a store posted. Nothing but the state ties them to an attempt: prove them by
/// [`granted`](Platform::granted) before they are kept.
pub struct Handed {
    pub state: Secret,
    pub tokens: Tokens,
}

/// What goes along when a code is exchanged.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    pub code: &'a Secret,
    pub verifier: Option<&'a Secret>,
    /// The same as in [`Consent`].
    pub back: &'a Url,
}

/// What a platform gave. A new pair replaces the former one whole, in one transaction.
pub struct Tokens {
    pub access: Secret,
    /// None where it lives until it is revoked.
    pub access_ends: Option<Instant>,
    /// None where there is none, or the former one stays good.
    pub refresh: Option<Secret>,
    pub refresh_ends: Option<Instant>,
    /// None where the platform does not say.
    pub scopes: Option<Vec<String>>,
}

/// What is to be given back.
#[derive(Clone, Copy)]
pub enum Back<'a> {
    Everything,
    Scopes(&'a [String]),
}

/// What became of giving back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    Done,
    /// The platform knows of nothing to revoke.
    AlreadyGone,
    /// The platform does not let an app do it: what the merchant does.
    ByHand(&'static str),
}

/// Why something that came is not taken: a code of ours, never what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal(pub &'static str);

/// Why a call to a platform brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Not now. The same token may be brought again.
    Again { after: Duration },
    /// The access token is not taken: refresh it. Where that is [`Over`](Fate::Over) too, so is the connection.
    Stale,
    /// The platform's last word: the merchant has to connect the store anew.
    Over(&'static str),
}

impl Fate {
    /// The token is good, and not for this: the merchant has not granted it.
    pub const NOT_GRANTED: Self = Self::Over("scope");
}

/// By what a delivery wants to be verified, as its headers say. Nothing of it is proved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// By what the settings hold.
    App,
    /// By the secret of the webhook of this id.
    Hook(String),
    /// By the platform's key of this id, see [`public_key`].
    Key(String),
}

/// What a delivery is verified by.
#[derive(Clone, Copy)]
pub enum By<'a> {
    App,
    /// The webhook's secret, and its former one while it is turned.
    Hook(&'a [Secret]),
    Key(&'a PublicKey),
}

/// Something a platform sent, verified.
pub struct Delivery {
    /// The same when the same is delivered again.
    pub id: String,
    pub topic: String,
    /// The shop it says it is about. It may be another's than the connection that the caller thinks of: compare.
    pub shop: Option<Shop>,
    /// When it happened, by the platform's clock.
    pub at: Option<Instant>,
    /// Exactly what the signature covers; nothing else is to be acted on.
    pub body: Vec<u8>,
}

/// Something that a platform tells where it was asked to.
pub struct Topic {
    pub name: &'static str,
    /// The scopes each of which lets it be told; none where none is needed.
    pub scopes: &'static [&'static str],
}

/// A hook that stands at a platform and tells.
pub struct KnownHook {
    pub id: String,
    pub topic: String,
    /// Where it posts to.
    pub to: String,
}

/// A hook that is to be.
#[derive(Clone, Copy)]
pub struct NewHook<'a> {
    pub topic: &'a str,
    pub to: &'a Url,
    /// What it is to sign with, where each has a secret of its own.
    pub secret: Option<&'a Secret>,
}

/// A call to a platform under way.
pub type Answering<'a, T> = BoxFuture<'a, Result<T, Fate>>;

/// One platform. What it checks is pure; what it calls goes through a [`Visit`].
pub trait Platform: Send + Sync {
    /// As policies call it.
    fn code(&self) -> &'static str;

    fn title(&self) -> &'static str;

    fn uses_pkce(&self) -> bool {
        false
    }

    /// Whether a refresh token is replaced by its use, so that what is used does not lapse.
    fn turns_refresh(&self) -> bool {
        false
    }

    /// Whether a shop is called by a host of its own there; by a name or a number where not.
    fn has_hosts(&self) -> bool {
        true
    }

    /// The shop that a merchant means, in its one form, if the platform has shops of such names.
    fn shop(&self, setup: &Setup, typed: &str) -> Option<Shop>;

    /// Where the merchant is sent to consent.
    fn consent(&self, setup: &Setup, ask: &Consent<'_>) -> Result<Url, Refusal>;

    /// What the browser brought back. The caller has found the state to be its own, and used it up.
    fn returned(&self, setup: &Setup, shop: &Shop, query: &Query, now: Instant) -> Result<Came, Refusal>;

    /// Keys that a store posts to us, where a platform connects so.
    fn handed_over(&self, body: &[u8]) -> Result<Handed, Refusal> {
        let _ = body;
        Err(Refusal("no_hand_over"))
    }

    fn exchange<'a>(&'a self, visit: Visit<'a>, code: Code<'a>) -> Answering<'a, Tokens>;

    /// A new access token. One refresher per connection: two at once may make a platform revoke both.
    fn refresh<'a>(&'a self, visit: Visit<'a>, refresh: &'a Secret) -> Answering<'a, Tokens>;

    /// What is granted now; none where the platform does not say.
    fn granted<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Option<Vec<String>>>;

    fn revoke<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, back: Back<'a>) -> Answering<'a, Revoked>;

    /// What the merchant does to end what was granted, where the platform lets no app do it.
    fn ended_by_hand(&self) -> Option<&'static str> {
        None
    }

    /// The address at which a store is on record that calls itself so, in the forms it may have there.
    fn domains(&self, shop: &Shop) -> Vec<String> {
        vec![shop.as_str().to_owned()]
    }

    /// Whether this only tries if anybody is there. It is signed by nobody and tells nothing.
    fn is_ping(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let _ = (headers, body);
        false
    }

    /// What a store is asked to tell, where that is asked store by store.
    fn topics(&self) -> &'static [Topic] {
        &[]
    }

    /// Whether each hook has an address and a secret of its own.
    fn has_own_hooks(&self) -> bool {
        false
    }

    /// The hooks that stand there and tell.
    fn hooks<'a>(&'a self, visit: Visit<'a>, access: &'a Secret) -> Answering<'a, Vec<KnownHook>> {
        let _ = (visit, access);
        async { Ok(Vec::new()) }.boxed()
    }

    /// Makes one, and says what it is called there.
    fn subscribe<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, hook: NewHook<'a>) -> Answering<'a, String> {
        let _ = (visit, access, hook);
        async { Err(Fate::Over("no_hooks")) }.boxed()
    }

    /// Takes one away, where it does not go with the token.
    fn unsubscribe<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, id: &'a str) -> Answering<'a, ()> {
        let _ = (visit, access, id);
        async { Ok(()) }.boxed()
    }

    /// How it tells of this shelf.
    fn keeps(&self, of: Shelf) -> Keeps;

    /// The scopes each of which lets a shelf be read.
    fn opens(&self, of: Shelf) -> &'static [&'static str];

    /// One page of a shelf. Asked for changes, it tells of every one since that moment, and may tell of some again.
    fn read<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, ask: Ask<'a>) -> Answering<'a, Page>;

    /// The scopes each of which lets stock be set.
    fn lets_stock_be_set(&self) -> &'static [&'static str];

    /// Sets how much there is of one item. Asked again with the same key it changes nothing more.
    fn set_stock<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetStock) -> Answering<'a, Stocked>;

    /// The scopes each of which lets what is sold be changed.
    fn lets_listings_be_set(&self) -> &'static [&'static str];

    /// Changes what a product is called or one kind of it costs. Asked again it changes nothing more.
    fn set_listing<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, set: &'a SetListing) -> Answering<'a, Listed>;

    /// Whether it lets an app pass on what a person wishes. Where not, the merchant does it by hand.
    fn hears_wishes(&self) -> bool {
        false
    }

    /// Passes on that a person wants to be forgotten.
    fn forget<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, whom: &'a Whom) -> Answering<'a, Forgotten>;

    /// Puts right what a shop holds of a buyer.
    fn correct<'a>(&'a self, visit: Visit<'a>, access: &'a Secret, right: &'a Correction) -> Answering<'a, Forgotten>;

    /// By what a delivery wants to be verified.
    fn signer(&self, headers: &HeaderMap) -> Result<Signer, Refusal> {
        let _ = headers;
        Ok(Signer::App)
    }

    /// A delivery, if it was signed as it should be: over the raw body, compared in constant time.
    fn verify(
        &self,
        setup: &Setup,
        by: By<'_>,
        headers: &HeaderMap,
        body: &[u8],
        now: Instant,
    ) -> Result<Delivery, Refusal>;

    /// What a delivery that was verified tells.
    fn told(&self, delivery: &Delivery) -> Result<Told, Refusal>;
}
