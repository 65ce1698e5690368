//! What a platform tells of a shop, in one form for all of them. Whatever is about a person is `Personal`; what a
//! platform does not say is `None`, and is never made up.

use super::super::kernel::vocabulary::vocabulary;
use super::super::kernel::{Instant, Personal};

vocabulary! {
    /// What can be read from a shop, a list each.
    pub enum Shelf {
        Customers = "customers",
        Orders = "orders",
        Products = "products",
        Inventory = "inventory",
    }
}

/// One thing on a shelf, as it stands at the platform.
pub enum Good {
    Customer(Customer),
    Order(Order),
    Product(Product),
    Level(Level),
}

impl Good {
    pub const fn shelf(&self) -> Shelf {
        match self {
            Self::Customer(_) => Shelf::Customers,
            Self::Order(_) => Shelf::Orders,
            Self::Product(_) => Shelf::Products,
            Self::Level(_) => Shelf::Inventory,
        }
    }
}

/// A buyer with an account at the shop, or one that the platform names by an id.
pub struct Customer {
    pub id: String,
    pub given_name: Option<Personal>,
    pub family_name: Option<Personal>,
    pub mail: Option<Personal>,
    pub phone: Option<Personal>,
    pub address: Option<Address>,
    pub wants_mail: Option<bool>,
    pub created_at: Option<Instant>,
    /// By the platform's clock; the newer one wins.
    pub updated_at: Instant,
}

/// Where something is sent, or somebody lives.
#[derive(Default)]
pub struct Address {
    pub name: Option<Personal>,
    /// Street and house, a line each.
    pub lines: Vec<Personal>,
    pub city: Option<Personal>,
    pub province: Option<Personal>,
    pub zip: Option<Personal>,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: Option<String>,
    pub phone: Option<Personal>,
}

pub struct Order {
    pub id: String,
    /// What the merchant calls it, like `#1042`.
    pub name: String,
    pub placed_at: Instant,
    pub cancelled_at: Option<Instant>,
    pub updated_at: Instant,
    /// In the platform's own words, lower case.
    pub payment: Option<String>,
    pub fulfilment: Option<String>,
    pub total: Option<Money>,
    /// The platform's id of the buyer; a guest has none.
    pub customer: Option<String>,
    /// What the platform calls the buyer where it shows a name of its own, such as a user name.
    pub handle: Option<Personal>,
    pub mail: Option<Personal>,
    pub phone: Option<Personal>,
    pub ships_to: Option<Address>,
    pub lines: Vec<Line>,
}

pub struct Line {
    pub id: String,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub quantity: i32,
    /// The platform's id of the variant.
    pub variant: Option<String>,
    /// Of one piece.
    pub price: Option<Money>,
}

pub struct Product {
    pub id: String,
    pub title: String,
    pub status: Option<String>,
    pub updated_at: Instant,
    pub variants: Vec<Variant>,
}

pub struct Variant {
    pub id: String,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub price: Option<Money>,
    /// The platform's id of what is counted in stock; several variants may share one.
    pub item: Option<String>,
}

/// How much of one item there is at one place.
pub struct Level {
    pub item: String,
    /// The platform's id of the place; empty where a shop has but one.
    pub place: String,
    pub sku: Option<String>,
    pub available: i32,
    pub updated_at: Instant,
}

/// An amount to the millionth, which holds every currency's smallest coin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub micros: i64,
    /// ISO 4217.
    pub currency: [u8; 3],
}

impl Money {
    /// In decimals, two of them at least.
    pub(super) fn decimals(self) -> String {
        let (micros, sign) = (self.micros.unsigned_abs(), if self.micros < 0 { "-" } else { "" });
        let decimals = format!("{:06}", micros % 1_000_000);
        let wanted = decimals.trim_end_matches('0').len().max(2);
        format!("{sign}{}.{}", micros / 1_000_000, decimals.get(..wanted).unwrap_or(&decimals))
    }

    /// What each of so many is, where that is exact.
    pub(super) fn shared(self, among: i32) -> Option<Self> {
        let among = i64::from(among);
        (among > 0 && self.micros % among == 0).then(|| Self { micros: self.micros / among, ..self })
    }
}
