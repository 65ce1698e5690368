//! One platform: what it was told, what it handed out, what it saw. Whoever drives it looks and orders here. It shows a
//! token by its digest; all of them to whoever has to prove that none stands anywhere.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::Url;

use super::Platform;
use super::faults::{self, Fault, Kind};
use super::hooks::{Hook, Keys};
use super::people::{Counts, Edit, Goods, Stock, sku};
use super::tokens::{Lasts, Lease, Live, Tokens};
use super::wire::Seen;
use crate::floor::kernel::{Instant, Secret, Watch};

/// An app as its maker registered it with the platform.
#[derive(Clone)]
pub struct App {
    pub id: String,
    pub secret: Secret,
    pub title: String,
    /// Where a browser is sent back to, and nowhere else.
    pub back: Url,
    /// What eBay wants to be told in place of that address.
    pub runame: Option<String>,
    /// What Shopify's managed install asks of everybody, and what it may ask later.
    pub required: Vec<String>,
    pub optional: Vec<String>,
}

/// A write of how much there is, as the platform took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub at: Instant,
    pub shop: String,
    pub sku: String,
    pub quantity: i64,
    /// What the caller made it known again by.
    pub key: Option<String>,
}

/// A change of what a thing is sold as, as the platform took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relisted {
    pub at: Instant,
    pub shop: String,
    pub sku: String,
    pub what: Sold,
}

/// What of it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sold {
    As(String),
    /// In cents.
    For(u64),
}

/// A file that a shop makes of a list.
pub(super) struct File {
    pub shop: String,
    pub list: String,
    pub is_grouped: bool,
    pub begun: Instant,
}

pub struct Stand {
    pub(super) platform: Platform,
    pub(super) url: Url,
    pub(super) keys: Keys,
    pub(super) out: reqwest::Client,
    watch: Watch,
    opened: Instant,
    within: Mutex<Within>,
}

#[derive(Default)]
pub(super) struct Within {
    pub apps: Vec<App>,
    pub tokens: Tokens,
    pub hooks: Vec<Hook>,
    /// How many there ever were: the number of one that is gone is no other's.
    pub hooked: u64,
    /// What somebody wrote over what was made up: a good by its kind and number.
    pub changed: HashMap<(String, Goods, u64), Value>,
    /// A word that every value of a shop's people holds, where somebody said one.
    pub marks: HashMap<String, String>,
    /// How much each shop keeps, where somebody said so.
    pub counts: HashMap<String, Counts>,
    pub edits: HashMap<String, HashMap<(Goods, usize), Edit>>,
    pub written: Vec<Written>,
    pub relisted: Vec<Relisted>,
    pub files: Vec<File>,
    /// Whom a shop was asked to forget, by the platform's number.
    pub erasures: Vec<(String, u64)>,
    /// What was answered to a key of idempotency.
    pub answered: HashMap<String, Value>,
    /// What is left to spend of each shop's budget, and since when.
    pub budgets: HashMap<String, (f64, Instant)>,
    /// What a signature may be made with only once.
    pub nonces: HashSet<String>,
    /// Who sits at the browser, where the platform asks the person and not the address.
    pub signed_in: Option<String>,
    pub is_secure: bool,
    instead: HashMap<String, Vec<String>>,
    faults: Vec<Fault>,
    calls: Vec<Seen>,
    arrived: usize,
}

impl Stand {
    pub(super) fn new(platform: Platform, url: Url, watch: Watch) -> io::Result<Self> {
        // Only the first provider in a process counts; `main` installs the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let out = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        let out = out.map_err(io::Error::other)?;
        Ok(Self { platform, url, keys: Keys::draw(), out, opened: watch.now(), watch, within: Mutex::default() })
    }

    /// Where it answers.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where it answers for one shop, on platforms on which each shop has an address of its own.
    pub fn shop_url(&self, shop: &str) -> String {
        format!("{}{shop}", self.url)
    }

    /// Registers an app; one of the same id is replaced.
    pub fn register(&self, app: App) {
        let mut within = self.within();
        within.apps.retain(|known| known.id != app.id);
        within.apps.push(app);
    }

    /// Whoever agrees from now on at this shop grants these, whatever is asked.
    pub fn grant_instead(&self, shop: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.within().instead.insert(shop.to_owned(), scopes);
    }

    /// Says who sits at the browser, where a platform asks the person which shop it is.
    pub fn sign_in(&self, shop: &str) {
        self.within().signed_in = Some(shop.to_owned());
    }

    /// Answers from now on as if it were called by https, although on this machine nobody does.
    pub fn as_if_secure(&self, is_secure: bool) {
        self.within().is_secure = is_secure;
    }

    /// Lets an app in as if its merchant had agreed to these scopes long ago.
    pub fn admit(&self, client: &str, shop: &str, token: String, scopes: Vec<String>) {
        let lease = Lease { shop: shop.to_owned(), client: client.to_owned(), scopes };
        let now = self.now();
        self.within().tokens.hand_out(lease, token, None, now, Lasts { access: None, refresh: None });
    }

    /// The merchant throws the app out: its tokens are dead at once.
    pub fn throw_out(&self, shop: &str) {
        self.within().tokens.end(shop, None);
    }

    /// Nothing is left of a shop's budget of calls until time gives it back.
    pub fn drain(&self, shop: &str) {
        let now = self.now();
        self.within().budgets.insert(shop.to_owned(), (0.0, now));
    }

    pub fn order(&self, fault: Fault) {
        self.within().faults.push(fault);
    }

    /// Lifts every fault.
    pub fn lift(&self) {
        self.within().faults.clear();
    }

    /// Every call so far, in the order in which they were answered.
    pub fn calls(&self) -> Vec<Seen> {
        self.within().calls.clone()
    }

    /// How many calls have come so far, answered or not.
    pub fn arrived(&self) -> usize {
        self.within().arrived
    }

    /// The tokens of a shop that would be let in now.
    pub fn tokens(&self, shop: &str) -> Vec<Live> {
        self.within().tokens.live(shop, self.now())
    }

    /// Every code, token and key that was handed out so far.
    pub fn handed_out(&self) -> Vec<Secret> {
        self.within().tokens.all()
    }

    /// From now on whatever is about a person of this shop's holds this word.
    pub fn mark(&self, shop: &str, word: &str) {
        self.within().marks.insert(shop.to_owned(), word.to_owned());
    }

    /// Whether any app holds a token of this shop, be it out of date.
    pub fn is_installed(&self, shop: &str) -> bool {
        self.within().tokens.is_installed(shop)
    }

    pub(super) fn within(&self) -> MutexGuard<'_, Within> {
        self.within.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        self.watch.now()
    }

    /// From now on a shop keeps so many.
    pub fn keep(&self, shop: &str, counts: Counts) {
        self.within().counts.insert(shop.to_owned(), counts);
    }

    /// The one at this place changes, as of now.
    pub fn edit(&self, shop: &str, goods: Goods, place: usize) {
        self.edited(shop, goods, place, |edit| edit.times += 1);
    }

    /// Somebody buys something now. Says at which place the order is.
    pub fn sell(&self, shop: &str) -> usize {
        let mut within = self.within();
        let counts = within.counts.entry(shop.to_owned()).or_default();
        let place = counts.orders;
        counts.orders += 1;
        drop(within);
        let now = self.now();
        self.edited(shop, Goods::Order, place, |edit| edit.born = Some(now));
        place
    }

    /// The one at this place is deleted.
    pub fn remove(&self, shop: &str, goods: Goods, place: usize) {
        self.edited(shop, goods, place, |edit| edit.is_gone = true);
    }

    pub(super) fn edited(&self, shop: &str, goods: Goods, place: usize, change: impl FnOnce(&mut Edit)) {
        let now = self.now();
        let mut within = self.within();
        let edit = within.edits.entry(shop.to_owned()).or_default().entry((goods, place)).or_default();
        edit.at = Some(now);
        change(edit);
    }

    /// Somebody set how many there are of the product at this place.
    pub(super) fn set_level(&self, shop: &str, place: usize, quantity: i64, key: Option<&str>) {
        self.edited(shop, Goods::Product, place, |edit| edit.available = Some(quantity));
        let (shop, sku) = (shop.to_owned(), sku(place));
        let written = Written { at: self.now(), shop, sku, quantity, key: key.map(str::to_owned) };
        self.within().written.push(written);
    }

    /// The shop itself counts so many of the product at this place from now on.
    pub fn count(&self, shop: &str, place: usize, quantity: i64) {
        self.edited(shop, Goods::Product, place, |edit| edit.available = Some(quantity));
    }

    /// Somebody set what the product at this place is sold as.
    pub(super) fn relist(&self, shop: &str, place: usize, what: Sold) {
        self.edited(shop, Goods::Product, place, |edit| match &what {
            Sold::As(title) => edit.title = Some(title.clone()),
            Sold::For(cents) => edit.cents = Some(*cents),
        });
        let relisted = Relisted { at: self.now(), shop: shop.to_owned(), sku: sku(place), what };
        self.within().relisted.push(relisted);
    }

    /// The shop itself calls the product at this place so from now on.
    pub fn call(&self, shop: &str, place: usize, title: &str) {
        self.edited(shop, Goods::Product, place, |edit| edit.title = Some(title.to_owned()));
    }

    /// The shop takes the product at this place off every marketplace, and keeps it.
    pub fn take_off_sale(&self, shop: &str, place: usize) {
        self.edited(shop, Goods::Product, place, |edit| edit.is_off_sale = true);
    }

    /// Every change of what things are sold as, in the order in which they were taken.
    pub fn relisted(&self) -> Vec<Relisted> {
        self.within().relisted.clone()
    }

    /// Every write of how much there is, in the order in which they were taken.
    pub fn written(&self) -> Vec<Written> {
        self.within().written.clone()
    }

    /// How many there are of the product at this place.
    pub fn available(&self, shop: &str, place: usize) -> i64 {
        self.stock(shop).product(place).available
    }

    /// Whom shops were asked to forget.
    pub fn erasures(&self) -> Vec<(String, u64)> {
        self.within().erasures.clone()
    }

    /// What a shop keeps.
    pub(super) fn stock<'a>(&self, shop: &'a str) -> Stock<'a> {
        let within = self.within();
        let counts = within.counts.get(shop).copied().unwrap_or_default();
        let edits = within.edits.get(shop).cloned().unwrap_or_default();
        let mark = within.marks.get(shop).cloned().unwrap_or_default();
        Stock { shop, opened: self.opened, counts, edits, mark }
    }

    pub(super) fn comes(&self) {
        self.within().arrived += 1;
    }

    pub(super) fn note(&self, seen: Seen) {
        self.within().calls.push(seen);
    }

    pub(super) fn meets(&self, path: &str) -> Option<Kind> {
        faults::met(&mut self.within().faults, path)
    }

    pub(super) fn app(&self, id: &str) -> Option<App> {
        self.within().apps.iter().find(|app| app.id == id).cloned()
    }

    /// The app of this id, if this is its secret.
    pub(super) fn client(&self, id: &str, secret: &str) -> Option<App> {
        self.app(id).filter(|app| app.secret.expose() == secret)
    }

    /// What a merchant grants who is asked for these.
    pub(super) fn granted(&self, shop: &str, asked: &[String]) -> Vec<String> {
        self.within().instead.get(shop).cloned().unwrap_or_else(|| asked.to_vec())
    }

    /// Who holds this token, if it is let in now.
    pub(super) fn lets_in(&self, token: &str) -> Option<Lease> {
        self.within().tokens.lets_in(token, self.now()).map(|pair| pair.lease.clone())
    }

    /// A number that the platform knows a shop by.
    pub(super) fn number(shop: &str) -> u64 {
        shop.parse().unwrap_or_else(|_| {
            let hash = shop.bytes().fold(5381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte));
            10_000_000 + hash % 90_000_000
        })
    }
}
