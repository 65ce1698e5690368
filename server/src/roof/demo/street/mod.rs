//! The street: a double of each platform that a desk talks to, and of those whom merchants have data of people sent to,
//! speaking their real HTTP on this machine. Tests drive the
//! desk against it; what it does is written from the platforms' own rules, so that both sides check each other.
//!
//! It never reaches beyond this machine, never names the code that talks to it, and holds nobody's data: whom it sells
//! to is invented from the name of the shop.

mod asked;
mod ebay;
mod etsy;
mod faults;
mod graphql;
mod hooks;
mod page;
mod people;
mod recipients;
mod shopify;
mod stand;
mod tokens;
mod wire;
mod woocommerce;

use std::io;
use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use tokio::task::JoinHandle;

pub use self::faults::{Fault, Kind};
pub use self::hooks::{Delivered, Delivery, Hook};
pub(super) use self::people::bought;
pub use self::people::{Buyer, Counts, Goods, buyer};
pub use self::recipients::{Recipients, Status as Standing};
pub use self::shopify::NOTICES;
pub use self::stand::{App, Relisted, Sold, Stand, Written};
pub use self::tokens::Live;
pub use self::wire::{Seen, digest};
use crate::floor::kernel::Watch;

/// Which platform a stand speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Shopify,
    Ebay,
    Etsy,
    Woocommerce,
}

/// The platforms, each at an address of its own until this is dropped.
pub struct Street {
    pub shopify: Arc<Stand>,
    pub ebay: Arc<Stand>,
    pub etsy: Arc<Stand>,
    pub woocommerce: Arc<Stand>,
    /// Whom merchants had data of people sent to.
    pub recipients: Arc<Recipients>,
    doors: Vec<JoinHandle<()>>,
}

impl Street {
    /// Opens every stand at a free port of this machine. Tokens age by this watch.
    pub async fn open(watch: Watch) -> io::Result<Self> {
        let mut doors = Vec::new();
        let mut stand = async |platform| {
            let (stand, door) = wire::open(platform, watch.clone()).await?;
            doors.push(door);
            io::Result::Ok(stand)
        };
        let shopify = stand(Platform::Shopify).await?;
        let ebay = stand(Platform::Ebay).await?;
        let etsy = stand(Platform::Etsy).await?;
        let woocommerce = stand(Platform::Woocommerce).await?;
        let (recipients, door) = recipients::open().await?;
        doors.push(door);
        Ok(Self { shopify, ebay, etsy, woocommerce, recipients, doors })
    }

    /// Somebody buys something in one of the shops that tell of it, and it tells.
    pub async fn sell_something(&self, dice: &mut StdRng) {
        let Some(shop) = self.shopify.telling(Some(shopify::SOLD)).choose(dice).cloned() else { return };
        let goods = Counts::default().products;
        let (place, left) = (dice.random_range(0..goods), dice.random_range(0..50));
        self.shopify.count(&shop, place, left);
        let body = shopify::sold(place, left, self.shopify.now());
        self.shopify.send(&shop, shopify::SOLD, &body).await;
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        self.doors.iter().for_each(JoinHandle::abort);
    }
}
