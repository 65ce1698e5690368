//! What may be kept under a policy, what came of a page, and the shape of what is sealed as one.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::map::{CUSTOMERS, INVENTORY, ORDER_CONTACTS, ORDERS, PRODUCTS};
use crate::floor::datamap::Table;
use crate::floor::kernel::{Error, Instant, Personal, Result};
use crate::floor::platforms::{self, Good, Money, Shelf};
use crate::floor::policy::{About, Policy};

/// What came of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenIn {
    pub new: usize,
    pub changed: usize,
    /// What we hold is as new or newer.
    pub older: usize,
    /// The policy lists nothing of the kind, the person was erased or restricts what is done, or the platform's
    /// id is none.
    pub refused: usize,
}

/// Platforms tell whole seconds, and much happens in one: from when on a version as old as the one that is held may be
/// another all the same, and is taken in.
#[derive(Debug, Clone, Copy)]
pub struct Again(Option<Instant>);

impl Again {
    /// Of what comes by itself, as it happens.
    pub const ALWAYS: Self = Self(Some(Instant::EPOCH));
    /// Of what is read for the first time.
    pub const NEVER: Self = Self(None);

    /// Of what was not yet read when its second was over.
    pub fn since(at: Instant) -> Self {
        Self(Some(at))
    }

    pub fn is_for(self, updated_at: Instant) -> bool {
        self.0.is_some_and(|from| updated_at >= from)
    }

    pub fn utc(self) -> Option<DateTime<Utc>> {
        self.0.map(Instant::utc)
    }
}

/// Which kinds of values a table keeps.
pub struct Fields(Vec<&'static str>);

impl Fields {
    fn of(table: &Table, policy: &Policy) -> Self {
        let kinds = ["name", "mail", "phone", "address"];
        Self(kinds.into_iter().filter(|kind| table.may_hold(policy, kind)).collect())
    }

    /// The value, where its kind is kept.
    pub fn keep<'a>(&self, kind: &str, value: Option<&'a Personal>) -> Option<&'a Personal> {
        value.filter(|_| self.0.contains(&kind))
    }
}

/// What is kept under a policy.
pub struct Kept {
    shelves: Vec<Shelf>,
    /// Whether orders tell of somebody.
    pub buyers: bool,
    pub customer: Fields,
    pub contact: Fields,
}

impl Kept {
    pub fn under(policy: &Policy) -> Self {
        let is_listed = |shelf: &Shelf| {
            let table = match shelf {
                Shelf::Customers => &CUSTOMERS,
                Shelf::Orders => &ORDERS,
                Shelf::Products => &PRODUCTS,
                Shelf::Inventory => &INVENTORY,
            };
            table.listed_as(policy).is_some()
        };
        Self {
            shelves: Shelf::ALL.iter().copied().filter(is_listed).collect(),
            buyers: ORDERS.listed_as(policy).is_some_and(|category| category.about == About::Shopper),
            customer: Fields::of(&CUSTOMERS, policy),
            contact: Fields::of(&ORDER_CONTACTS, policy),
        }
    }

    /// Whether a good of this kind is kept, and is called by something that can be kept.
    pub fn takes(&self, good: &Good) -> bool {
        let (id, place) = key(good);
        self.shelves.contains(&good.shelf()) && is_id(id) && (place.is_empty() || is_id(place))
    }
}

/// What the platform calls it: its id, and the place for stock.
pub fn key(good: &Good) -> (&str, &str) {
    match good {
        Good::Customer(customer) => (&customer.id, ""),
        Good::Order(order) => (&order.id, ""),
        Good::Product(product) => (&product.id, ""),
        Good::Level(level) => (&level.item, &level.place),
    }
}

fn is_id(text: &str) -> bool {
    (1..=400).contains(&text.len()) && !text.chars().any(char::is_control) && !text.trim().is_empty()
}

/// A text as Postgres can hold it.
pub fn clean(text: &str) -> String {
    text.replace('\0', "")
}

/// An amount in columns; none where its currency is no code.
pub fn columns(money: Option<Money>) -> (Option<i64>, Option<String>) {
    let known = money.filter(|money| money.currency.iter().all(u8::is_ascii_uppercase));
    (known.map(|money| money.micros), known.map(|money| String::from_utf8_lossy(&money.currency).into_owned()))
}

/// An address as it is sealed, in one envelope. The country stands beside it in clear.
#[derive(Serialize)]
struct Address<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
}

/// What is kept of an address; nothing where nothing is.
pub fn address(told: Option<&platforms::Address>, kept: &Fields) -> Result<Option<Personal>> {
    fn part<'a>(kept: &Fields, kind: &str, value: Option<&'a Personal>) -> Option<&'a str> {
        kept.keep(kind, value).map(Personal::disclose)
    }
    let Some(told) = told else { return Ok(None) };
    let address = Address {
        name: part(kept, "name", told.name.as_ref()),
        lines: told.lines.iter().filter_map(|line| part(kept, "address", Some(line))).collect(),
        city: part(kept, "address", told.city.as_ref()),
        province: part(kept, "address", told.province.as_ref()),
        zip: part(kept, "address", told.zip.as_ref()),
        phone: part(kept, "phone", told.phone.as_ref()),
    };
    let text = serde_json::to_string(&address).map_err(|_| Error::internal("an address that is no JSON"))?;
    Ok((text != "{}").then(|| Personal::new(text)))
}
