//! The merchants' stores on the policy's platforms: most as they should be, some with a fault to find.

use chrono::Duration;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::Plot;
use super::deeds::{Hand, Made};
use super::names::LINES;
use super::tenants::DAY;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{Instant, Ref, Secret};
use crate::floor::ledger::{Event, Witnessed};
use crate::stores::scopes::{may_use, used};
use crate::stores::{
    NewStore, Reading, RevocationReason, Revoking, Store, SubscribeStore, Tokens, add_store, disconnect_store,
    record_grant, revoke_scopes, turn_sync,
};
use crate::syncs;

/// What became of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fortune {
    AsItShouldBe,
    /// Its platform grants more than was asked for.
    GrantsTooMuch,
    /// The same, and ops has seen to it; the platform may have followed.
    Revoked,
    Misses,
    /// Something it grants is used by nothing.
    Unused,
    SyncIsOff,
    NeverConnected,
    NeedsReconnecting,
    Disconnected,
}

/// Of a hundred stores.
const FORTUNES: [(Fortune, u32); 9] = [
    (Fortune::AsItShouldBe, 66),
    (Fortune::GrantsTooMuch, 8),
    (Fortune::Revoked, 3),
    (Fortune::Misses, 6),
    (Fortune::Unused, 7),
    (Fortune::SyncIsOff, 4),
    (Fortune::NeverConnected, 2),
    (Fortune::NeedsReconnecting, 2),
    (Fortune::Disconnected, 2),
];

/// What platforms grant that nobody asked for.
const MORE: &[(&str, &[&str])] = &[
    ("shopify", &["read_all_orders", "read_gift_cards", "read_themes", "write_script_tags"]),
    (
        "ebay",
        &["https://api.ebay.com/oauth/api_scope/sell.account", "https://api.ebay.com/oauth/api_scope/sell.finances"],
    ),
    ("etsy", &["email_r", "billing_r", "address_r"]),
    ("woocommerce", &["manage_options"]),
];

pub(super) fn plan(plot: &mut Plot<'_>, mut dice: StdRng) {
    if plot.policy.platforms.is_empty() || plot.merchants.is_empty() {
        return;
    }
    // Few merchants have many stores, and each has one.
    let weights: Vec<(usize, u32)> =
        (0..plot.merchants.len()).map(|place| (place, dice.random_range(1..10_u32).pow(2))).collect();
    let (mut own, mut open) = (vec![0; plot.merchants.len()], 0);
    for number in 0..plot.amounts.stores {
        let drawn = weights.choose_weighted(&mut dice, |(_, weight)| *weight).map_or(0, |(place, _)| *place);
        let place = if number < own.len() { number } else { drawn };
        // Each fortune befalls one of the first, so that there is something to find at the smallest desk.
        let drawn =
            FORTUNES.choose_weighted(&mut dice, |(_, of_hundred)| *of_hundred).map_or(FORTUNES[0].0, |one| one.0);
        let fortune = FORTUNES.get(number).map_or(drawn, |(fortune, _)| *fortune);
        let is_open = open < OPEN && matches!(fortune, Fortune::AsItShouldBe | Fortune::SyncIsOff);
        open += usize::from(live(plot, &mut dice, (place, own[place]), (fortune, is_open)));
        own[place] += 1;
    }
}

/// So many stores are read from the first day on; the reading of the others is held, until somebody lets it go on.
const OPEN: usize = 5;

/// What a planted store's platform was let in by.
pub(super) fn token_of(domain: &str) -> String {
    format!("token of {domain}")
}

/// One that is connected to this day.
pub(super) struct Shop {
    /// Which of the merchants.
    pub merchant: usize,
    pub store: Made<Store>,
    pub platform: String,
    pub domain: String,
    /// It is read from the first day on.
    pub is_read: bool,
}

/// A store on its way through time.
struct Life {
    merchant: usize,
    store: Made<Store>,
    domain: String,
}

/// Whether it is one that is read from the first day on.
fn live(
    plot: &mut Plot<'_>,
    dice: &mut StdRng,
    (merchant, nth): (usize, usize),
    (fortune, is_open): (Fortune, bool),
) -> bool {
    let platforms: Vec<&str> = plot.policy.platforms.iter().map(|platform| platform.get_ref().as_str()).collect();
    // The first platform is the one that most are on.
    let platform =
        if dice.random_ratio(1, 2) { platforms[0] } else { platforms[dice.random_range(0..platforms.len())] };
    let (platform, listed) = (platform.to_owned(), listed(plot, platform));
    let new = sketch(plot, (merchant, nth), &platform);
    let life = Life { merchant, store: Made::nothing_yet(), domain: new.domain.clone() };
    let oldest = plot.now.since(plot.merchants[merchant].opened_at).num_seconds() - DAY;
    let connected = plot.ago(dice.random_range(120 * DAY..oldest.max(121 * DAY)));
    life.add(plot, connected.plus(-Duration::minutes(dice.random_range(2..300))), new);
    if fortune == Fortune::NeverConnected {
        return false;
    }
    life.told(plot, connected, listed.clone());
    if fortune != Fortune::SyncIsOff {
        life.sync(plot, connected.plus(Duration::minutes(dice.random_range(5..90))));
    }
    let in_use = life.fate(plot, dice, fortune, (&platform, listed));
    let is_connected = !matches!(fortune, Fortune::NeedsReconnecting | Fortune::Disconnected);
    if is_connected {
        life.used(plot, plot.ago(dice.random_range(600..20 * 3_600)), in_use);
    }
    let is_open = is_open && READ.contains(&platform.as_str()) && plot.on_street.contains(&platform.as_str());
    if is_open {
        life.begin(plot, plot.ago(300));
    } else if plot.platforms.find(&platform).is_some() && is_connected {
        life.hold(plot, connected.plus(Duration::minutes(1)));
    }
    if is_connected {
        plot.shops.push(Shop { merchant, store: life.store, platform, domain: life.domain, is_read: is_open });
    }
    is_open
}

/// The platforms whose planted stores are let in on the street.
const READ: [&str; 2] = ["shopify", "ebay"];

/// The scopes that the policy lists for a platform.
fn listed(plot: &Plot<'_>, platform: &str) -> Vec<String> {
    plot.policy.scopes_of(platform).map(|scope| scope.name.get_ref().clone()).collect()
}

fn sketch(plot: &Plot<'_>, (merchant, nth): (usize, usize), platform: &str) -> NewStore {
    let owner = &plot.merchants[merchant];
    let line = LINES[nth % LINES.len()];
    let round = nth / LINES.len();
    let mut name = owner.new.legal_name.clone();
    let mut slug = owner.slug.clone();
    if !line.is_empty() {
        name = format!("{name} {line}");
        slug = format!("{slug}-{}", line.to_lowercase());
    }
    if round > 0 {
        name = format!("{name} {}", round + 1);
        slug = format!("{slug}-{}", round + 1);
    }
    NewStore {
        // Known only when its day comes.
        tenant: crate::floor::kernel::TenantId::HOUSE,
        platform: platform.to_owned(),
        domain: match platform {
            "shopify" if plot.on_street.contains(&platform) => format!("{slug}.myshopify.com"),
            "ebay" if plot.on_street.contains(&platform) => slug,
            _ => format!("{slug}.{platform}.example"),
        },
        name,
        region: owner.new.region.clone(),
    }
}

impl Life {
    fn add(&self, plot: &mut Plot<'_>, at: Instant, new: NewStore) {
        let store = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let new = NewStore { tenant: hand.tenant, ..new };
            store.set(add_store(&hand.tools, &Caller::house(), new, None).await?);
            Ok(())
        });
    }

    /// The platform tells what it grants; the first time it gives a token.
    fn told(&self, plot: &mut Plot<'_>, at: Instant, scopes: Vec<String>) {
        let (made, domain) = (self.store.clone(), self.domain.clone());
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let store = made.get()?;
            let access = || Secret::new(token_of(&domain));
            let tokens = || Tokens { access: access(), ends_at: None, refresh: None };
            let reading = Reading { scopes, tokens: store.connected_at.is_none().then(tokens) };
            made.set(
                record_grant(&hand.tools, &Caller::house(), Ref::new(hand.tenant, store.id), reading, None).await?,
            );
            Ok(())
        });
    }

    /// All of it is read from now on, and it is asked to tell what happens.
    fn begin(&self, plot: &mut Plot<'_>, at: Instant) {
        let made = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let id = made.get()?.id;
            syncs::start(&hand.tools, &Caller::house(), Ref::new(hand.tenant, id), None).await?;
            let scope = Caller::house().permit(Permission::KeepHouse, hand.tenant)?;
            let written = hand.tools.ledger.write(scope, move |tx| {
                jobs::enqueue(tx, &SubscribeStore { store: id })?;
                Ok(Witnessed::new((), Event::new("store.asked_to_tell", "store", id.uuid())))
            });
            written.await
        });
    }

    /// Nothing is read of it until somebody lets that go on.
    fn hold(&self, plot: &mut Plot<'_>, at: Instant) {
        let made = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let at = Ref::new(hand.tenant, made.get()?.id);
            syncs::pause(&hand.tools, &Caller::house(), at, None).await
        });
    }

    fn sync(&self, plot: &mut Plot<'_>, at: Instant) {
        let made = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let store = made.get()?;
            let at = (Ref::new(hand.tenant, store.id), store.version);
            made.set(turn_sync(&hand.tools, &Caller::house(), at, true, None).await?);
            Ok(())
        });
    }

    fn revoke(&self, plot: &mut Plot<'_>, at: Instant, scopes: Vec<String>) {
        let made = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let store = made.get()?;
            let at = (Ref::new(hand.tenant, store.id), store.version);
            let revoking = Revoking { scopes, reason: RevocationReason::NotListed };
            made.set(revoke_scopes(&hand.tools, &Caller::house(), at, revoking, None).await?);
            Ok(())
        });
    }

    fn disconnect(&self, plot: &mut Plot<'_>, at: Instant) {
        let made = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let store = made.get()?;
            let at = (Ref::new(hand.tenant, store.id), store.version);
            made.set(disconnect_store(&hand.tools, &Caller::house(), at, None).await?);
            Ok(())
        });
    }

    /// Work was done that needed these.
    fn used(&self, plot: &mut Plot<'_>, at: Instant, scopes: Vec<String>) {
        let made = self.store.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let id = made.get()?.id;
            let scope = Caller::house().permit(Permission::KeepHouse, hand.tenant)?;
            let written = hand.tools.ledger.write(scope, move |tx| {
                for scope in &scopes {
                    may_use(tx, id, scope)?;
                    used(tx, id, scope)?;
                }
                let count = u64::try_from(scopes.len()).unwrap_or(u64::MAX);
                Ok(Witnessed::new((), Event::new("store.used", "store", id.uuid()).count("scopes", count)))
            });
            written.await
        });
    }

    /// What became of it, and which of its scopes are in use to this day.
    fn fate(
        &self,
        plot: &mut Plot<'_>,
        dice: &mut StdRng,
        fortune: Fortune,
        (platform, listed): (&str, Vec<String>),
    ) -> Vec<String> {
        let lately = plot.ago(dice.random_range(30 * DAY..60 * DAY));
        match fortune {
            Fortune::GrantsTooMuch | Fortune::Revoked => {
                let more = more(dice, platform, &listed);
                self.told(plot, lately, [&listed[..], &more].concat());
                if fortune == Fortune::Revoked {
                    self.revoke(plot, lately.plus(Duration::days(4)), more);
                    if dice.random_ratio(1, 2) {
                        self.told(plot, lately.plus(Duration::days(5)), listed.clone());
                    }
                }
                listed
            }
            Fortune::Misses if !listed.is_empty() => {
                let mut rest = listed;
                rest.remove(dice.random_range(0..rest.len()));
                self.told(plot, lately, rest.clone());
                rest
            }
            Fortune::Unused if !listed.is_empty() => {
                let mut rest = listed;
                let idle = rest.remove(dice.random_range(0..rest.len()));
                if dice.random_ratio(1, 2) {
                    self.used(plot, plot.ago(dice.random_range(91 * DAY..119 * DAY)), vec![idle]);
                }
                rest
            }
            Fortune::NeedsReconnecting => {
                self.told(plot, plot.ago(dice.random_range(DAY..10 * DAY)), Vec::new());
                Vec::new()
            }
            Fortune::Disconnected => {
                self.disconnect(plot, plot.ago(dice.random_range(DAY..25 * DAY)));
                Vec::new()
            }
            _ => listed,
        }
    }
}

/// One or two scopes that nobody asked for.
fn more(dice: &mut StdRng, platform: &str, listed: &[String]) -> Vec<String> {
    let known = MORE.iter().find(|(known, _)| *known == platform).map_or(&["everything"][..], |(_, scopes)| *scopes);
    let known: Vec<&str> = known.iter().copied().filter(|scope| !listed.iter().any(|own| own == scope)).collect();
    let count = dice.random_range(1..=2.min(known.len()));
    known.sample(dice, count).map(|scope| (*scope).to_owned()).collect()
}
