//! What a demo stands on: a street of its own, for every platform that the settings say nothing of, with the desk's app
//! registered at each. Stores that were planted as connected are let in there as they were, at each start; what was handed
//! out since goes with the street.
//!
//! It takes no platform that whoever started the demo set up, and reaches nothing beyond this machine.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::task::JoinHandle;

use super::SEED;
use super::fulfilment::KEY;
use super::stores::token_of;
use super::street::{App, Hook, NOTICES, Stand, Standing, Street};
use crate::floor::access::{Caller, Permission};
use crate::floor::egress::{Host, address};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Reach, Result, Secret, Watch};
use crate::floor::platforms::Settings;
use crate::floor::tools::Tools;
use crate::propagation::{self, NewWay, RecipientWay};
use crate::stores::{self, Filter, Held, Order, Shown, StoreState, WEBHOOKS};
use crate::tenants;

/// What the desk's app is called at every stand.
const APP: &str = "desk-app";
/// What eBay calls the address that merchants come back to.
const BACK: &str = "Desk-Name";

/// What addresses on a street of this machine begin with.
const HERE: &str = "http://127.0.0.1:";

/// More stores than any demo has.
const MOST: usize = 1_000_000;

/// Between two things that happen on the street by themselves.
const PACE: Duration = Duration::from_secs(20);

pub struct Ground {
    street: Arc<Street>,
    secret: Secret,
    /// The platforms that are met here, by their codes.
    pub codes: Vec<&'static str>,
    day: Option<JoinHandle<()>>,
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Some(day) = &self.day {
            day.abort();
        }
    }
}

impl Ground {
    /// Opens the street, and the settings with what it adds to them.
    pub async fn open(watch: Watch, mut settings: Settings) -> io::Result<(Self, Settings)> {
        let street = Street::open(watch).await?;
        let secret = Secret::new(format!("{:032x}", rand::random::<u128>()));
        let said =
            |more: &str| Some(Secret::new(["client_id=", APP, " client_secret=", secret.expose(), more].concat()));
        let bare = |stand: &Stand| stand.url().as_str().trim_end_matches('/').to_owned();
        let is_placed = |code: &str, addresses: &[String]| addresses.iter().any(|one| one.trim().starts_with(code));
        let mut codes = Vec::new();
        if settings.shopify.is_none() && !is_placed("shopify", &settings.addresses) {
            codes.push("shopify");
            settings.shopify = said("");
            settings.addresses.push(format!("shopify={}", street.shopify.shop_url("{shop}")));
        }
        if settings.ebay.is_none() && !is_placed("ebay", &settings.addresses) {
            codes.push("ebay");
            let token = format!("{:064x}", rand::random::<u128>());
            settings.ebay = said(&format!(" redirect_name={BACK} verification_token={token}"));
            settings.addresses.extend(["ebay", "ebay_auth"].map(|name| format!("{name}={}", bare(&street.ebay))));
        }
        if settings.etsy.is_none() && !is_placed("etsy", &settings.addresses) {
            codes.push("etsy");
            settings.etsy = said("");
            settings.addresses.extend(["etsy", "etsy_auth"].map(|name| format!("{name}={}", bare(&street.etsy))));
        }
        let woocommerce = street.woocommerce.url().port().unwrap_or_default();
        settings.hosts.push(format!("127.0.0.1:{woocommerce}"));
        Ok((Self { street: street.into(), secret, codes, day: None }, settings))
    }

    /// The desk's app, at every stand that knows apps; merchants come back to this desk, and Shopify's notices go there.
    pub fn register(&self, desk: &str) -> Result<()> {
        let Street { shopify, ebay, etsy, .. } = &*self.street;
        for (stand, code) in [(shopify, "shopify"), (ebay, "ebay"), (etsy, "etsy")] {
            stand.register(App {
                id: APP.to_owned(),
                secret: self.secret.clone(),
                title: "The privacy desk".to_owned(),
                back: address("http.public_url", &format!("{desk}/connect/{code}/back"), Reach::House)?,
                runame: (code == "ebay").then(|| BACK.to_owned()),
                required: Vec::new(),
                optional: Vec::new(),
            });
        }
        if self.codes.contains(&"shopify") {
            let to = address("http.public_url", &format!("{desk}{WEBHOOKS}/shopify"), Reach::House)?;
            for topic in NOTICES {
                let mut hook = Hook::new(to.clone(), self.secret.clone());
                hook.topic = Some(topic.to_owned());
                shopify.subscribe(hook);
            }
        }
        Ok(())
    }

    /// The street itself, for whoever plants on it.
    pub(super) fn street(&self) -> Arc<Street> {
        Arc::clone(&self.street)
    }

    /// Where recipients of the street are called.
    pub fn host(&self) -> Option<Host> {
        Host::of(&self.street.recipients.url)
    }

    /// Where Shopify's stand takes orders to send a notice, if it is the one that this desk hears.
    pub fn orders_at(&self) -> Option<String> {
        self.codes.contains(&"shopify").then(|| self.street.shopify.shop_url("notices"))
    }

    /// Lets in the stores that were planted as connected.
    pub async fn admit(&self, tools: &Tools) -> Result<()> {
        for (stand, platform) in [(&self.street.shopify, "shopify"), (&self.street.ebay, "ebay")] {
            if !self.codes.contains(&platform) {
                continue;
            }
            let states = Some(vec![StoreState::Connected]);
            let filter = Filter { platform: Some(platform.to_owned()), states, ..Filter::default() };
            let all = Page { size: MOST, beyond: None, is_backward: false };
            let order = (Order::Domain, true);
            let (stores, _) = stores::list_stores(tools, &Caller::house(), filter, order, all).await?;
            for Shown { store, scopes, .. } in stores {
                let granted = scopes.into_iter().filter(|scope| scope.held.as_ref().is_some_and(Held::is_granted));
                let scopes = granted.map(|scope| scope.name).collect();
                stand.admit(APP, &store.domain, token_of(&store.domain), scopes);
            }
        }
        self.move_in(tools).await
    }

    /// Recipients that were set up on a street stand on this one now.
    async fn move_in(&self, tools: &Tools) -> Result<()> {
        let (recipients, house) = (&self.street.recipients, Caller::house());
        let desk = tools.ledger.desk_scope(house.permit_desk(Permission::SeeQueue)?, "tenants").await?;
        for tenant in tools.ledger.desk(&desk, tenants::open_tenants).await? {
            let tenant = tenant.id;
            for way in propagation::list_ways(tools, &house, tenant).await? {
                let Some(address) = way.address.as_deref().filter(|address| address.starts_with(HERE)) else {
                    continue;
                };
                let now = recipients.at(address.rsplit('/').next().unwrap_or_default());
                if now != address {
                    let RecipientWay { recipient, kind, parts, .. } = way;
                    let moved = NewWay {
                        tenant,
                        recipient,
                        kind,
                        address: Some(now),
                        parts,
                        credential: Some(Secret::new(KEY)),
                    };
                    propagation::set_way(tools, &house, moved, None).await?;
                }
            }
        }
        Ok(())
    }

    /// From now on something is sold there now and then, and whoever asked to be told is told.
    pub fn open_shops(&mut self) {
        let (street, mut dice) = (self.street.clone(), StdRng::seed_from_u64(SEED));
        self.day = Some(tokio::spawn(async move {
            loop {
                tokio::time::sleep(PACE).await;
                street.sell_something(&mut dice).await;
                // By then whoever takes their time has done what they were asked.
                street.recipients.finish();
                street.recipients.stands(Standing::Completed);
            }
        }));
    }
}
