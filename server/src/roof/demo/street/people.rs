//! Whom a shop sells to, and what: invented, the same for the same shop every time. Names and addresses are of nobody;
//! domains and numbers are of those that are kept for examples.

use chrono::Duration;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::super::names::COUNTRIES;
use super::stand::Stand;
use crate::floor::kernel::Instant;

/// How many of each a shop has.
pub(super) const CUSTOMERS: usize = 130;
pub(super) const ORDERS: usize = 260;
pub(super) const PRODUCTS: usize = 60;

/// What a shop keeps, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Goods {
    Customer,
    Order,
    Product,
}

impl Goods {
    /// The number by which a platform knows the one at this place, and back.
    const fn base(self) -> u64 {
        match self {
            Self::Customer => 191_000,
            Self::Order => 450_000,
            Self::Product => 632_000,
        }
    }

    pub fn id(self, place: usize) -> u64 {
        self.base() + place as u64
    }

    pub fn place(self, id: u64) -> Option<usize> {
        let place = usize::try_from(id.checked_sub(self.base())?).ok()?;
        let count = match self {
            Self::Customer => CUSTOMERS,
            Self::Order => ORDERS,
            Self::Product => PRODUCTS,
        };
        (place < count).then_some(place)
    }
}

pub(super) struct Customer {
    pub id: u64,
    pub first: String,
    pub last: String,
    pub mail: String,
    pub phone: String,
    pub street: String,
    pub city: String,
    pub zip: String,
    pub country: &'static str,
}

impl Customer {
    pub fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

pub(super) struct Order {
    pub id: u64,
    pub customer: Customer,
    pub product: Product,
    pub quantity: u64,
    pub at: Instant,
}

impl Order {
    pub fn total(&self) -> String {
        money(self.product.cents * self.quantity)
    }
}

pub(super) struct Product {
    pub id: u64,
    pub title: String,
    pub sku: String,
    pub cents: u64,
    pub available: i64,
    pub at: Instant,
}

/// Everything that a shop keeps, as it was when the street opened.
pub(super) struct Stock<'a> {
    pub shop: &'a str,
    pub opened: Instant,
}

impl Stock<'_> {
    fn dice(&self, goods: Goods, place: usize) -> StdRng {
        StdRng::seed_from_u64(Stand::number(self.shop).wrapping_mul(1_000_003) + goods.id(place))
    }

    /// When the one at this place was changed last: each later than the one before, the last some days ago.
    fn at(&self, place: usize) -> Instant {
        self.opened.plus(Duration::hours(2 * i64::try_from(place).unwrap_or_default()) - Duration::days(30))
    }

    pub fn customer(&self, place: usize) -> Customer {
        let mut dice = self.dice(Goods::Customer, place);
        let country = &COUNTRIES[dice.random_range(0..COUNTRIES.len())];
        let [first, last] = country.people.map(|names| names.choose(&mut dice).copied().unwrap_or_default());
        Customer {
            id: Goods::Customer.id(place),
            first: first.0.to_owned(),
            last: last.0.to_owned(),
            mail: format!("{}.{}.{place}@customers.example.com", first.1, last.1),
            phone: format!("+1202555{:04}", 100 + place % 100),
            street: format!("{} Example Street", dice.random_range(1..200)),
            city: "Exampleton".to_owned(),
            zip: format!("{:05}", dice.random_range(10_000..99_999)),
            country: country.region,
        }
    }

    pub fn product(&self, place: usize) -> Product {
        let mut dice = self.dice(Goods::Product, place);
        let country = &COUNTRIES[dice.random_range(0..COUNTRIES.len())];
        let [first, second] =
            [country.first, country.second].map(|names| names.choose(&mut dice).copied().unwrap_or_default());
        Product {
            id: Goods::Product.id(place),
            title: format!("{}{}{}", first.0, country.gap, second.0),
            sku: format!("SKU-{place:04}"),
            cents: dice.random_range(300..20_000),
            available: dice.random_range(0..50),
            at: self.at(place),
        }
    }

    pub fn order(&self, place: usize) -> Order {
        let mut dice = self.dice(Goods::Order, place);
        Order {
            id: Goods::Order.id(place),
            customer: self.customer(dice.random_range(0..CUSTOMERS)),
            product: self.product(dice.random_range(0..PRODUCTS)),
            quantity: dice.random_range(1..4),
            at: self.at(place),
        }
    }
}

/// Cents as platforms write money.
pub(super) fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
