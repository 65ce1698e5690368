//! Whom a shop sells to, and what: invented, the same for the same shop every time. Names and addresses are of nobody;
//! domains and numbers are of those that are kept for examples.

use std::collections::HashMap;

use chrono::Duration;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::super::names::COUNTRIES;
use super::stand::Stand;
use crate::floor::kernel::{Instant, Personal};
use crate::floor::platforms::{self, Good};

/// What a shop keeps, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goods {
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

    pub(super) fn id(self, place: usize) -> u64 {
        self.base() + place as u64
    }
}

/// How many of each a shop has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub customers: usize,
    pub orders: usize,
    pub products: usize,
}

impl Default for Counts {
    fn default() -> Self {
        Self { customers: 130, orders: 260, products: 60 }
    }
}

/// What became of one of them since the street opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Edit {
    pub at: Option<Instant>,
    /// How often; each time shows.
    pub times: u64,
    pub is_gone: bool,
    /// How many there are of a product by now.
    pub available: Option<i64>,
    /// What somebody calls it by now, and what it costs.
    pub title: Option<String>,
    pub cents: Option<u64>,
    /// Nobody can buy it: it is on no marketplace.
    pub is_off_sale: bool,
    /// When it came to be, if that was since.
    pub born: Option<Instant>,
}

pub(super) struct Customer {
    pub id: u64,
    pub first: String,
    pub last: String,
    /// What a platform calls them where it shows a name of its own.
    pub handle: String,
    pub mail: String,
    pub phone: String,
    pub street: String,
    pub city: String,
    pub zip: String,
    pub country: &'static str,
    pub locale: &'static str,
    pub at: Instant,
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
    pub born: Instant,
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
    pub is_off_sale: bool,
    pub at: Instant,
}

/// Everything that a shop keeps, made up as it is asked for: however much there is, only what changed is remembered.
pub(super) struct Stock<'a> {
    pub shop: &'a str,
    pub opened: Instant,
    pub counts: Counts,
    pub edits: HashMap<(Goods, usize), Edit>,
    /// What every value of its people holds besides; nothing as a rule.
    pub mark: String,
}

/// The longest time over which a shop's past is spread.
const PAST: Duration = Duration::days(500);

impl Stock<'_> {
    fn dice(&self, goods: Goods, place: usize) -> StdRng {
        StdRng::seed_from_u64(Stand::number(self.shop).wrapping_mul(1_000_003) + goods.id(place))
    }

    pub fn count(&self, goods: Goods) -> usize {
        match goods {
            Goods::Customer => self.counts.customers,
            Goods::Order => self.counts.orders,
            Goods::Product => self.counts.products,
        }
    }

    /// The place of the one that a platform knows by this number, if there is one.
    pub fn place(&self, goods: Goods, id: u64) -> Option<usize> {
        let place = usize::try_from(id.checked_sub(goods.base())?).ok()?;
        (place < self.count(goods) && !self.edit(goods, place).is_gone).then_some(place)
    }

    fn edit(&self, goods: Goods, place: usize) -> Edit {
        self.edits.get(&(goods, place)).cloned().unwrap_or_default()
    }

    /// When the one at this place came to be: each later than the one before, the last of those that were there from the
    /// beginning some days before the street opened.
    fn born(&self, goods: Goods, place: usize) -> Instant {
        if let Some(born) = self.edit(goods, place).born {
            return born;
        }
        let (count, place) = (seconds(self.count(goods).max(1)), seconds(place));
        let apart = Duration::hours(2).num_seconds().min(PAST.num_seconds() / count);
        self.opened.plus(Duration::seconds(apart * (place - count)) - Duration::days(8))
    }

    /// When it was changed last.
    pub fn at(&self, goods: Goods, place: usize) -> Instant {
        self.edit(goods, place).at.unwrap_or_else(|| self.born(goods, place))
    }

    /// Those that changed within this time, the oldest change first.
    pub fn listed(&self, goods: Goods, since: Option<Instant>, until: Option<Instant>) -> Listing {
        let begins = |is_before: &dyn Fn(Instant) -> bool| {
            let (mut low, mut high) = (0, self.count(goods));
            while low < high {
                let middle = usize::midpoint(low, high);
                if is_before(self.born(goods, middle)) { low = middle + 1 } else { high = middle }
            }
            low
        };
        let low = since.map_or(0, |since| begins(&|at| at < since));
        let high = until.map_or(self.count(goods), |until| begins(&|at| at <= until)).max(low);
        let edits =
            || self.edits.iter().filter(|((kind, _), edit)| *kind == goods && (edit.is_gone || edit.at.is_some()));
        let mut moved: Vec<usize> =
            edits().map(|((_, place), _)| *place).filter(|place| (low..high).contains(place)).collect();
        moved.sort_unstable();
        let fits = |at: Instant| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at <= until);
        let mut later: Vec<(Instant, usize)> = edits()
            .filter(|(_, edit)| !edit.is_gone)
            .filter_map(|((_, place), edit)| Some((edit.at?, *place)))
            .filter(|(at, _)| fits(*at))
            .collect();
        later.sort_unstable();
        Listing {
            low,
            still: high - low - moved.len(),
            moved,
            later: later.into_iter().map(|(_, place)| place).collect(),
        }
    }

    /// All of them by their numbers.
    pub fn numbered(&self, goods: Goods) -> Listing {
        let gone = self.edits.iter().filter(|((kind, _), edit)| *kind == goods && edit.is_gone);
        let mut moved: Vec<usize> = gone.map(|((_, place), _)| *place).collect();
        moved.sort_unstable();
        Listing { low: 0, still: self.count(goods) - moved.len(), moved, later: Vec::new() }
    }

    pub fn customer(&self, place: usize) -> Customer {
        let edit = self.edit(Goods::Customer, place);
        let mut dice = self.dice(Goods::Customer, place);
        let country = &COUNTRIES[dice.random_range(0..COUNTRIES.len())];
        let [first, last] = country.people.map(|names| names.choose(&mut dice).copied().unwrap_or_default());
        let (id, mark) = (Goods::Customer.id(place), &self.mark);
        Customer {
            id,
            first: format!("{}{mark}", first.0),
            last: format!("{}{mark}", last.0),
            handle: format!("buyer_{id}{mark}"),
            mail: format!("{}.{}{mark}.{place}@customers.example.com", first.1, last.1),
            phone: format!("+1202555{:04}", 100 + place % 100),
            street: format!("{} Example{mark} Street", dice.random_range(1..200) + edit.times),
            city: format!("Exampleton{mark}"),
            zip: format!("{:05}{mark}", dice.random_range(10_000..99_999)),
            country: country.region,
            locale: country.locale,
            at: self.at(Goods::Customer, place),
        }
    }

    pub fn product(&self, place: usize) -> Product {
        let edit = self.edit(Goods::Product, place);
        let mut dice = self.dice(Goods::Product, place);
        let country = &COUNTRIES[dice.random_range(0..COUNTRIES.len())];
        let [first, second] =
            [country.first, country.second].map(|names| names.choose(&mut dice).copied().unwrap_or_default());
        Product {
            id: Goods::Product.id(place),
            title: edit.title.unwrap_or_else(|| {
                let again = " again".repeat(usize::try_from(edit.times).unwrap_or(1));
                format!("{}{}{}{again}", first.0, country.gap, second.0)
            }),
            sku: sku(place),
            cents: edit.cents.unwrap_or(dice.random_range(300..20_000)),
            available: edit.available.unwrap_or(dice.random_range(0..50)),
            is_off_sale: edit.is_off_sale,
            at: self.at(Goods::Product, place),
        }
    }

    pub fn order(&self, place: usize) -> Order {
        let edit = self.edit(Goods::Order, place);
        let mut dice = self.dice(Goods::Order, place);
        Order {
            id: Goods::Order.id(place),
            customer: self.customer(dice.random_range(0..self.counts.customers.max(1))),
            product: self.product(dice.random_range(0..self.counts.products.max(1))),
            quantity: dice.random_range(1..4) + edit.times,
            at: self.at(Goods::Order, place),
            born: self.born(Goods::Order, place),
        }
    }
}

/// Somebody who buys at a shop, as it knows them from the beginning.
pub struct Buyer {
    pub id: u64,
    pub name: String,
    pub mail: String,
    pub phone: String,
    pub locale: &'static str,
}

/// Whoever is at this place among the buyers of a shop, open or not.
pub fn buyer(shop: &str, place: usize) -> Buyer {
    let (counts, mark) = (Counts::default(), String::new());
    let stock = Stock { shop, opened: Instant::EPOCH, counts, edits: HashMap::new(), mark };
    let customer = stock.customer(place);
    let name = customer.name();
    let Customer { id, mail, phone, locale, .. } = customer;
    Buyer { id, name, mail, phone, locale }
}

/// What a shop that opened then tells of the buyer whom it knows by this number: who they are, and what they bought.
pub fn bought(shop: &str, opened: Instant, id: u64) -> Vec<Good> {
    let stock = Stock { shop, opened, counts: Counts::default(), edits: HashMap::new(), mark: String::new() };
    let Some(place) = stock.place(Goods::Customer, id) else { return Vec::new() };
    let customer = stock.customer(place);
    let said = |text: &str| Some(Personal::new(text));
    let lives = || platforms::Address {
        name: said(&customer.name()),
        lines: vec![Personal::new(customer.street.as_str())],
        city: said(&customer.city),
        zip: said(&customer.zip),
        country: Some(customer.country.to_owned()),
        ..platforms::Address::default()
    };
    let money =
        |cents: u64| platforms::Money { micros: i64::try_from(cents).unwrap_or_default() * 10_000, currency: *b"EUR" };
    let own = (0..stock.counts.orders).map(|place| stock.order(place)).filter(|order| order.customer.id == id);
    let orders = own.map(|order| {
        let (title, sku) = (Some(order.product.title.clone()), Some(order.product.sku.clone()));
        let quantity = i32::try_from(order.quantity).unwrap_or(1);
        let (number, price) = (order.id.to_string(), Some(money(order.product.cents)));
        let line = platforms::Line { id: number.clone(), sku, title, quantity, variant: None, price };
        Good::Order(platforms::Order {
            name: format!("#{number}"),
            id: number,
            placed_at: order.born,
            cancelled_at: None,
            updated_at: order.at,
            payment: Some("paid".to_owned()),
            fulfilment: Some("fulfilled".to_owned()),
            total: Some(money(order.product.cents * order.quantity)),
            customer: Some(id.to_string()),
            handle: None,
            mail: said(&customer.mail),
            phone: said(&customer.phone),
            ships_to: Some(lives()),
            lines: vec![line],
        })
    });
    let buyer = Good::Customer(platforms::Customer {
        id: id.to_string(),
        given_name: said(&customer.first),
        family_name: said(&customer.last),
        mail: said(&customer.mail),
        phone: said(&customer.phone),
        address: Some(lives()),
        wants_mail: Some(true),
        created_at: Some(customer.at),
        updated_at: customer.at,
    });
    std::iter::once(buyer).chain(orders).collect()
}

fn seconds(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 100_000)
}

/// Places in the order of their changes. Those that nothing happened to are told by reckoning alone.
pub(super) struct Listing {
    low: usize,
    still: usize,
    /// Those among them that something happened to.
    moved: Vec<usize>,
    /// What is left of those and of others, by when.
    later: Vec<usize>,
}

impl Listing {
    pub fn len(&self) -> usize {
        self.still + self.later.len()
    }

    pub fn place(&self, index: usize) -> Option<usize> {
        if index >= self.still {
            return self.later.get(index - self.still).copied();
        }
        let mut place = self.low + index;
        for moved in &self.moved {
            if *moved > place {
                break;
            }
            place += 1;
        }
        Some(place)
    }

    /// The places of one page.
    pub fn places(&self, from: usize, most: usize) -> impl Iterator<Item = usize> {
        (from..self.len().min(from.saturating_add(most))).filter_map(|index| self.place(index))
    }
}

/// What merchants call the product at this place, in every shop.
pub(super) fn sku(place: usize) -> String {
    format!("SKU-{place:04}")
}

/// The place of what merchants call so.
pub(super) fn place_of(sku: &str) -> Option<usize> {
    sku.strip_prefix("SKU-")?.parse().ok()
}

/// Money as platforms write it, in cents.
pub(super) fn cents(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    (part.len() <= 2).then(|| format!("{whole}{part:0<2}").parse().ok())?
}

/// Cents as platforms write money.
pub(super) fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
