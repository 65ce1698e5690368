//! What is asked of a shop's shelves and told of them, a page at a time, and what is asked of a shop to do. Nothing here
//! calls anybody.

use std::time::Duration;

use super::Fate;
use super::goods::{Good, Money, Shelf};
use crate::floor::kernel::{Instant, Personal};

/// How a platform tells of a shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// It has none.
    Nothing,
    /// All of it, every time: it cannot be asked what changed.
    Whole,
    /// What changed since a moment.
    Changes,
}

/// One page of a shelf, asked for.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub of: Shelf,
    /// Only what changed then or later, where the platform can tell.
    pub since: Option<Instant>,
    /// Where the page before said that it goes on.
    pub after: Option<&'a str>,
    pub most: u32,
}

/// One page as it came.
pub struct Page {
    pub goods: Vec<Good>,
    /// Where it goes on; none at the end.
    pub next: Option<String>,
    /// How much there is in all, as the platform reckons.
    pub total: Option<u64>,
    /// Before the next call, by the platform's own answer.
    pub rest: Duration,
    /// What stood there and could not be read.
    pub unread: u32,
    /// How many calls it took.
    pub calls: u32,
}

impl Page {
    /// The page of a shelf that there is not.
    pub(super) const fn empty() -> Self {
        Self { goods: Vec::new(), next: None, total: Some(0), rest: Duration::ZERO, unread: 0, calls: 0 }
    }
}

/// How much of one item there is to be at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetStock {
    /// As in [`Level`](super::Level).
    pub item: String,
    pub place: String,
    pub quantity: i32,
    /// How much there is believed to be; it is set only where that holds.
    pub from: Option<i32>,
    /// The same over every try of the same write.
    pub key: String,
}

/// What came of setting stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stocked {
    Done,
    /// There was not what we believed: nothing was set.
    Moved,
    /// The shop has no such item.
    Gone,
}

/// What a shop is to sell a thing as: one change, to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetListing {
    /// As in [`Product`](super::Product).
    pub product: String,
    pub wish: Relisting,
    /// The version of the product that whoever wishes it has seen.
    pub seen: Instant,
}

/// What is to be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relisting {
    /// It is set only where it is called so.
    Title { to: String, from: String },
    /// Of one kind of it. Where it is not known what it costs, it is set only where the product is the version that was seen,
    /// as far as the platform tells versions.
    Price { of: VariantAt, to: Money, from: Option<Money> },
}

/// One kind a product is sold in, as in [`Variant`](super::Variant).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantAt {
    pub id: String,
    pub item: Option<String>,
}

/// What came of changing what is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Done,
    /// It was not what was seen: nothing was changed.
    Moved,
    /// The shop does not sell it.
    Gone,
    /// The platform lets no app do it: what the merchant does.
    ByHand(&'static str),
}

/// What there is to be done about a price that was read.
pub(super) fn price_stands(
    (there, at): (Money, Option<Instant>),
    set: &SetListing,
    (to, from): (Money, Option<Money>),
) -> Result<Option<Listed>, Fate> {
    if there.currency != to.currency {
        return Err(Fate::Over("currency"));
    }
    if there == to {
        return Ok(Some(Listed::Done));
    }
    let has_moved = from.map_or(at.is_some_and(|at| at > set.seen), |from| from != there);
    Ok(has_moved.then_some(Listed::Moved))
}

/// What there is to be done about a title that was read.
pub(super) fn title_stands(there: Option<&str>, to: &str, from: &str) -> Option<Listed> {
    match there.map(str::trim) {
        Some(there) if there == to => Some(Listed::Done),
        Some(there) if there == from => None,
        _ => Some(Listed::Moved),
    }
}

/// Whom a shop is to forget.
#[derive(Debug, Clone, Default)]
pub struct Whom {
    /// The platform's id of the buyer.
    pub customer: Option<String>,
    /// The platform's ids of the orders that bear the buyer's name.
    pub orders: Vec<String>,
}

/// What a shop is to put right of a buyer; none stays as it is.
#[derive(Default)]
pub struct Correction {
    pub customer: String,
    pub given_name: Option<Personal>,
    pub family_name: Option<Personal>,
    pub mail: Option<Personal>,
    pub phone: Option<Personal>,
}

/// What came of a person's wish at a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    Done,
    /// The platform knows nobody of that id.
    AlreadyGone,
    /// The platform lets no app do it: what the merchant does.
    ByHand(&'static str),
}
