//! What the operator says about platforms: the desk's app at each, and where each is. One text per platform, so that an
//! app's id and secrets are turned together. It never repeats a value in a flaw.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::signature::sign;
use super::{Platform, Shop, Visit, etsy, find};
use crate::floor::egress::{Egress, Host, address};
use crate::floor::kernel::{Flaws, Instant, Reach, Result, Secret};

/// What stands in the settings, as it is written.
#[derive(Default)]
pub struct Settings {
    pub shopify: Option<Secret>,
    pub ebay: Option<Secret>,
    pub etsy: Option<Secret>,
    /// `name=address`, for platforms that are met elsewhere than where they are.
    pub addresses: Vec<String>,
    /// Hosts that the operator listed, for stores on this machine.
    pub hosts: Vec<String>,
}

/// Where a store's own name goes in an address.
const SHOP: &str = "{shop}";

/// Where the platforms are: calls of ours, and the page that a merchant is sent to.
const ADDRESSES: &[(&str, &str)] = &[
    ("shopify", "https://{shop}"),
    // Where its bulk files lie.
    ("shopify_files", "https://storage.googleapis.com"),
    ("ebay", "https://api.ebay.com"),
    ("ebay_auth", "https://auth.ebay.com"),
    ("etsy", "https://api.etsy.com"),
    ("etsy_auth", "https://www.etsy.com"),
];

/// Which words an app's text has to hold, and which it may.
const WORDS: &[(&str, &[&str], &[&str])] = &[
    ("shopify", &["client_id", "client_secret"], &["former_secret"]),
    ("ebay", &["client_id", "client_secret", "redirect_name"], &["verification_token"]),
    ("etsy", &["client_id", "client_secret"], &["webhook_secret", "former_webhook_secret"]),
];

/// One platform as this desk meets it.
pub struct Setup {
    pub(super) reach: Reach,
    words: HashMap<&'static str, Secret>,
    api: String,
    auth: String,
    /// Where files lie that the platform makes for us.
    files: Option<String>,
}

impl Setup {
    /// A word of the app's text; nothing where it is not said.
    pub(super) fn said(&self, word: &str) -> &str {
        self.words.get(word).map_or("", Secret::expose)
    }

    /// Those of these words that are said, as keys.
    pub(super) fn keys(&self, words: [&str; 2]) -> [&[u8]; 2] {
        words.map(|word| self.said(word).as_bytes())
    }

    /// What only this desk can say of a state that travels with a browser, to be shown along with the code. It stands
    /// nowhere, and is another for every state.
    pub fn verifier(&self, state: &Secret) -> Option<Secret> {
        let message = ["rightsdesk/pkce/1\0", state.expose()].concat();
        let signed = sign(self.said("client_secret").as_bytes(), message.as_bytes())?;
        Some(Secret::new(signed.trim_end_matches('=').replace('+', "-").replace('/', "_")))
    }

    /// An address to call. `path` is ours, never a stranger's.
    pub(super) fn api(&self, shop: &Shop, path: &str) -> Option<Url> {
        placed(&self.api, shop, path)
    }

    /// An address to send a merchant to.
    pub(super) fn auth(&self, shop: &Shop, path: &str) -> Option<Url> {
        placed(&self.auth, shop, path)
    }
}

fn placed(base: &str, shop: &Shop, path: &str) -> Option<Url> {
    let mut text = base.replace(SHOP, shop.as_str());
    text.push_str(path);
    Url::parse(&text).ok()
}

/// The platforms this desk is set up for, and the way to them. Cheap to clone.
#[derive(Clone)]
pub struct Platforms {
    setups: Arc<HashMap<&'static str, Setup>>,
    out: Egress,
}

impl Platforms {
    /// Nobody is called yet.
    pub fn open(settings: &Settings, reach: Reach) -> Result<Self> {
        let (setups, flaws) = read(settings, reach);
        let setups = flaws.or(setups)?;
        let hosts = setups.values().flat_map(|setup| [Some(&setup.api), setup.files.as_ref()]).flatten();
        let hosts = hosts.filter(|address| !is_family(address)).filter_map(|text| Host::of(&Url::parse(text).ok()?));
        let listed = settings.hosts.iter().filter_map(|text| Host::parse("egress.hosts", text).ok());
        let families = setups.values().any(|setup| is_family(&setup.api)).then_some(super::shopify::PARENT);
        let out = Egress::open(hosts.chain(listed), reach)?.with_families(families);
        Ok(Self { setups: Arc::new(setups), out })
    }

    /// What is wrong with the settings. Hosts are found fault with where they are read for everybody.
    pub fn flaws(settings: &Settings, reach: Reach) -> Flaws {
        read(settings, reach).1
    }

    /// The platform of this code, if this desk is set up for it.
    pub fn find(&self, code: &str) -> Option<(&'static dyn Platform, &Setup)> {
        find(code).zip(self.setups.get(code))
    }

    pub fn out(&self) -> &Egress {
        &self.out
    }

    /// A visit to a store at a platform that was found here.
    pub fn visit<'a>(&'a self, setup: &'a Setup, shop: &'a Shop, now: Instant) -> Visit<'a> {
        Visit { out: &self.out, setup, shop, now }
    }
}

/// Whether every shop has a host of its own there. With the name in its path an address has one host for all.
fn is_family(address: &str) -> bool {
    let host = address.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    host.contains(SHOP)
}

fn read(settings: &Settings, reach: Reach) -> (HashMap<&'static str, Setup>, Flaws) {
    let mut flaws = Flaws::default();
    let addresses = addresses(&settings.addresses, reach, &mut flaws);
    let at = |name: &str| addresses.get(name).cloned().unwrap_or_default();
    // A store of this platform is its own address, and knows no app.
    let own = Setup { reach, words: HashMap::new(), api: String::new(), auth: String::new(), files: None };
    let mut setups = HashMap::from([("woocommerce", own)]);
    let texts = [&settings.shopify, &settings.ebay, &settings.etsy];
    for ((code, needed, known), text) in WORDS.iter().zip(texts) {
        let Some(text) = text else { continue };
        let words = words(&["platforms.", code].concat(), text, needed, known, &mut flaws);
        let auth = addresses.get([code, "_auth"].concat().as_str()).cloned().unwrap_or_else(|| at(code));
        let files = addresses.get([code, "_files"].concat().as_str()).cloned();
        setups.insert(code, Setup { reach, words, api: at(code), auth, files });
    }
    (setups, flaws)
}

/// `name=value name=value`: neither ids nor secrets of these platforms hold a space.
fn words(
    field: &str,
    text: &Secret,
    needed: &[&'static str],
    known: &[&'static str],
    flaws: &mut Flaws,
) -> HashMap<&'static str, Secret> {
    let mut words = HashMap::new();
    for (name, value) in text.expose().split_whitespace().map(|word| word.split_once('=').unwrap_or((word, ""))) {
        let name = needed.iter().chain(known).copied().find(|one| *one == name);
        match name {
            Some(name) if !value.is_empty() => drop(words.insert(name, Secret::new(value))),
            _ => flaws.add(
                field,
                ["give name=value with spaces between them; names are ", &needed.join(" "), " ", &known.join(" ")]
                    .concat(),
            ),
        }
    }
    for name in needed.iter().filter(|name| !words.contains_key(**name)) {
        flaws.add(field, ["give its ", name, " too"].concat());
    }
    let fits_ebay = |token: &str| {
        (32..=80).contains(&token.len()) && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    if words.get("verification_token").is_some_and(|token| !fits_ebay(token.expose())) {
        flaws.add(field, "a verification_token is 32 to 80 letters, digits, _ and -");
    }
    let fits_etsy = |name| words.get(name).is_none_or(|secret: &Secret| etsy::key(secret.expose()).is_some());
    if !(fits_etsy("webhook_secret") && fits_etsy("former_webhook_secret")) {
        flaws.add(field, "a webhook_secret is whsec_ and base64, as Etsy shows it");
    }
    words
}

/// Where the platforms are, by name, with what the settings say over what is usual.
fn addresses(said: &[String], reach: Reach, flaws: &mut Flaws) -> HashMap<&'static str, String> {
    const FIELD: &str = "platforms.addresses";
    let mut addresses: HashMap<_, _> = ADDRESSES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    for one in said {
        let (name, text) = one.split_once('=').unwrap_or((one, ""));
        let Some((name, usual)) = ADDRESSES.iter().find(|(known, _)| *known == name.trim()) else {
            flaws.add(
                FIELD,
                "give name=address by commas; names are shopify, shopify_files, ebay, ebay_auth, etsy and etsy_auth",
            );
            continue;
        };
        let text = text.trim().trim_end_matches('/');
        if usual.contains(SHOP) != text.contains(SHOP) {
            flaws.add(
                FIELD,
                "write {shop} into Shopify's address and into no other, such as http://127.0.0.1:9001/{shop}",
            );
        }
        match address(FIELD, &text.replace(SHOP, "a.myshopify.com"), reach) {
            Ok(url) if url.query().is_some() => flaws.add(FIELD, "leave out what follows ?"),
            Ok(_) => drop(addresses.insert(name, text.to_owned())),
            Err(flaw) => flaws.add(flaw.field, flaw.advice),
        }
    }
    addresses
}
