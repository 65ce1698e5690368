//! What binds an order: goods that are not there yet, payments that may still be disputed, and whoever holds it.

use chrono::Days;

use super::held::{HeldBy, HeldOrders, is_held_order};
use crate::floor::datamap::{NO_PART, Reason};
use crate::floor::kernel::{Day, StoreId};
use crate::floor::policy::Policy;
use crate::requests::model::Source;

/// How long after an order a payment may still be disputed. No law says it: it is ours, from what card schemes allow.
pub const CHARGEBACK: Days = Days::new(120);

/// An order that was placed within the time of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub placed_on: Day,
    pub store: Option<StoreId>,
    pub is_cancelled: bool,
    pub payment: Option<String>,
    pub fulfilment: Option<String>,
    /// Somebody holds it: that comes before whatever else binds it.
    pub is_held: bool,
}

/// What binds an order by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// It is not paid or not delivered.
    Open,
    /// Its payment may still be disputed.
    Chargeback,
}

impl Bound {
    pub const ALL: [Self; 2] = [Self::Open, Self::Chargeback];

    /// The part that its rows are counted as.
    pub const fn part(self) -> i32 {
        match self {
            Self::Open => 1,
            Self::Chargeback => 2,
        }
    }

    pub(super) const fn ground(self) -> &'static str {
        match self {
            Self::Open => "open_order",
            Self::Chargeback => "chargeback_window",
        }
    }

    const fn reason(self) -> Reason {
        match self {
            Self::Open => Reason::OpenOrder,
            Self::Chargeback => Reason::Chargeback,
        }
    }

    fn of(ground: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bound| bound.ground() == ground)
    }
}

/// Whether a ground binds orders by time.
pub fn is_bound(ground: &str) -> bool {
    Bound::of(ground).is_some()
}

/// The part that a ground's rows are counted as: where it binds orders, by time or by one of these holds, and where it is the
/// policy's, which keeps what nothing else does.
pub fn part_of(ground: &str, held: &HeldOrders) -> Option<i32> {
    match HeldBy::of(ground) {
        Some(HeldBy::Order(reference)) => Some(held.part_of(reference)),
        _ if ground.starts_with("keep:") => Some(NO_PART),
        _ => Bound::of(ground).map(Bound::part),
    }
}

/// For which reason rows stay under the ground of a line; none where the policy knows no such keep.
pub fn reason_of(ground: &str, policy: &Policy) -> Option<Reason> {
    let by_policy = |code: &str| {
        let keep = policy.keeps.iter().find(|keep| keep.code.get_ref() == code)?;
        Some(Reason::Law(keep.ground))
    };
    if is_held_order(ground) {
        return Some(Reason::Held);
    }
    Bound::of(ground).map(Bound::reason).or_else(|| by_policy(ground.strip_prefix("keep:")?))
}

impl Recent {
    /// What binds it by time. A word of a platform's that we do not know counts as not done: when in doubt it stays.
    pub fn bound(&self) -> Option<Bound> {
        let is_one_of = |word: &Option<String>, known: &[&str]| {
            word.as_deref().is_some_and(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
        };
        let is_paid =
            is_one_of(&self.payment, &["paid", "refunded", "partially_refunded", "fully_refunded", "completed"]);
        let is_delivered = is_one_of(&self.fulfilment, &["fulfilled", "completed", "delivered", "shipped"]);
        match (self.is_cancelled, is_paid, is_delivered) {
            (true, false, _) => None,
            (true, true, _) | (false, true, true) => Some(Bound::Chargeback),
            (false, ..) => Some(Bound::Open),
        }
    }

    /// The last day on which it binds.
    pub fn until(&self) -> Day {
        Day(self.placed_on.0.checked_add_days(CHARGEBACK).unwrap_or(self.placed_on.0))
    }
}

/// Whether whoever asks may give the word for the person's data: a merchant's platform, or a merchant's own system. Then
/// the merchant has weighed its own open orders, and knows of the request.
pub const fn is_instructed(source: Source) -> bool {
    matches!(source, Source::Shopify | Source::Ebay | Source::Opendsr)
}
