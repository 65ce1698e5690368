//! A shop on a platform, and how far its connection has come.

use sha2::{Digest, Sha256};

use crate::floor::kernel::text::normalise;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Flaws, HookId, Instant, Result, StoreId, TenantId};
use crate::floor::platforms::{self, Platform, Shop};
use crate::floor::policy::Policy;
use crate::tenants::{is_line, is_region};

vocabulary! {
    /// How far a store's connection has come.
    pub enum StoreState {
        /// On record; it has granted nothing yet.
        Pending = "pending",
        /// It grants us something.
        Connected = "connected",
        /// It was connected, and its platform says that it grants nothing any more.
        NeedsReconnecting = "needs_reconnecting",
        /// Over; a new connection is a new store.
        Disconnected = "disconnected",
    }
}

/// A shop on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    pub tenant: TenantId,
    pub id: StoreId,
    pub platform: String,
    /// Its address at the platform, in the form in which addresses are compared.
    pub domain: String,
    pub name: String,
    pub region: String,
    pub state: StoreState,
    pub sync_is_on: bool,
    pub added_at: Instant,
    pub connected_at: Option<Instant>,
    /// When the platform last told what it grants.
    pub read_at: Option<Instant>,
    pub disconnected_at: Option<Instant>,
    /// Until when its token opens anything, where it has one that ends.
    pub token_ends_at: Option<Instant>,
    /// When nothing renews the token any more.
    pub lapses_at: Option<Instant>,
    pub version: i32,
}

impl StoreState {
    /// The states in which what is granted and what is listed are to be the same.
    pub const HELD: [Self; 2] = [Self::Connected, Self::NeedsReconnecting];
}

impl Store {
    pub fn is_held(&self) -> bool {
        StoreState::HELD.contains(&self.state)
    }

    /// Refuses what is only done with a store that is connected.
    pub fn require_held(&self) -> Result<()> {
        match self.state {
            StoreState::Connected | StoreState::NeedsReconnecting => Ok(()),
            StoreState::Pending => Err(Error::refused("REFUSED", "this store is not connected yet")),
            StoreState::Disconnected => Err(over()),
        }
    }

    /// Refuses what is no longer done once the connection is over.
    pub fn require_open(&self) -> Result<()> {
        if self.state == StoreState::Disconnected { Err(over()) } else { Ok(()) }
    }

    /// The same store, over.
    pub fn disconnected(self, now: Instant) -> Result<Self> {
        self.require_open()?;
        Ok(Self { state: StoreState::Disconnected, sync_is_on: false, disconnected_at: Some(now), ..self })
    }

    /// What is wrong with what people wrote, all of it at once. A shop that its platform knows has the platform's form.
    pub fn checked(self, policy: &Policy, known: Option<Shop>) -> Result<Self> {
        let mut flaws = Flaws::default();
        let platforms: Vec<&str> = policy.platforms.iter().map(|platform| platform.get_ref().as_str()).collect();
        if !platforms.contains(&self.platform.as_str()) {
            flaws.add("platform", format!("choose among those of the policy: {}", platforms.join(", ")));
        }
        let is_known = known.is_some();
        let domain = known.map_or_else(|| normalise(&self.domain), |shop| shop.as_str().to_owned());
        if !is_known && !is_called_so(&self.platform, &domain) {
            flaws.add(
                "domain",
                "give the shop's address at its platform, such as zaitoon-home.example, or its name there",
            );
        }
        if !is_line(&self.name, 400) {
            flaws.add("name", "name the shop, on one line, up to 400 bytes");
        }
        if !is_region(&self.region) {
            flaws.add("region", "give a country or region, such as DE, EU or US-CA");
        }
        flaws.or(Self { domain, ..self })
    }
}

fn over() -> Error {
    Error::refused("REFUSED", "this store is disconnected: add it anew to connect it again")
}

/// Whether a shop may be called so at a platform that this desk cannot ask.
fn is_called_so(platform: &str, domain: &str) -> bool {
    if platforms::find(platform).is_none_or(Platform::has_hosts) {
        return is_host(domain);
    }
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.*".contains(&byte);
    (1..=64).contains(&domain.len()) && domain.bytes().all(fits)
}

/// Letters, digits and dashes between dots, at least one dot.
fn is_host(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label)
}

/// What the keyhole of a connected store is cut for.
pub fn domain_digest(platform: &str, domain: &str) -> [u8; 32] {
    Sha256::digest(format!("store_domain\0{platform}\0{domain}")).into()
}

/// What the keyhole at a hook's address is cut for.
pub fn hook_digest(id: HookId) -> [u8; 32] {
    Sha256::digest(format!("store_hook\0{}", id.uuid())).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};

    fn zaitoon() -> Store {
        Store {
            tenant: TenantId::fresh(),
            id: StoreId::fresh(),
            platform: "shopify".to_owned(),
            domain: " Zaitoon-Home.Example ".to_owned(),
            name: "Zaitoon Home".to_owned(),
            region: "EU".to_owned(),
            state: StoreState::Pending,
            sync_is_on: false,
            added_at: Instant::EPOCH,
            connected_at: None,
            read_at: None,
            disconnected_at: None,
            token_ends_at: None,
            lapses_at: None,
            version: 1,
        }
    }

    #[test]
    fn a_domain_is_kept_in_one_form_and_all_that_is_wrong_is_told_at_once() {
        let policy = parse(shipped("sooperseller").expect("shipped")).expect("sound");
        let kept = zaitoon().checked(&policy, None).expect("nothing is wrong");
        assert_eq!(kept.domain, "zaitoon-home.example");
        let bad = Store {
            platform: "etsy".to_owned(),
            domain: "https://zaitoon-home.example/".to_owned(),
            name: "two\nlines".to_owned(),
            region: "Europe".to_owned(),
            ..zaitoon()
        };
        let Err(Error::Invalid(flaws)) = bad.checked(&policy, None) else { panic!("flaws") };
        assert_eq!(flaws.iter().count(), 4);
        for domain in ["zaitoon", "zaitoon..example", "", "北山.example"] {
            assert!(Store { domain: domain.to_owned(), ..zaitoon() }.checked(&policy, None).is_err(), "{domain}");
        }
    }

    #[test]
    fn what_is_over_is_over() {
        let over = zaitoon().disconnected(Instant::EPOCH).expect("it was open");
        assert!(over.require_open().is_err() && over.require_held().is_err());
        assert!(over.disconnected(Instant::EPOCH).is_err());
        assert!(zaitoon().require_held().is_err() && zaitoon().require_open().is_ok());
    }
}
