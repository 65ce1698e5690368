//! Holds as the grounds of a plan's lines: one keeps all of a person, another keeps one order of theirs. How that is written
//! is known here and nowhere else. Pure.

use std::collections::BTreeMap;

use uuid::Uuid;

const PERSON: &str = "hold";
const ORDER: &str = "order_hold";

/// A part that nothing is counted as.
const NOTHING: i32 = -1;
/// The part of the first order that is held; what binds orders by time stands before.
const FIRST: i32 = 3;

/// A hold as a ground names it, by its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBy<'g> {
    /// All of the person is held.
    Person(&'g str),
    /// One order is, with what hangs on it.
    Order(&'g str),
}

impl<'g> HeldBy<'g> {
    /// The hold that a ground names.
    pub fn of(ground: &'g str) -> Option<Self> {
        match ground.split_once(':')? {
            (PERSON, reference) => Some(Self::Person(reference)),
            (ORDER, reference) => Some(Self::Order(reference)),
            _ => None,
        }
    }

    pub fn ground(self) -> String {
        match self {
            Self::Person(reference) => format!("{PERSON}:{reference}"),
            Self::Order(reference) => format!("{ORDER}:{reference}"),
        }
    }
}

/// Whether a ground is a hold on one order.
pub fn is_held_order(ground: &str) -> bool {
    matches!(HeldBy::of(ground), Some(HeldBy::Order(_)))
}

/// Orders that somebody holds, each with the reference of its hold: it is told apart from all others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldOrders(BTreeMap<Uuid, String>);

impl HeldOrders {
    pub fn is_held(&self, order: Uuid) -> bool {
        self.0.contains_key(&order)
    }

    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// Each order with the reference of its hold.
    pub fn each(&self) -> impl Iterator<Item = (Uuid, &str)> {
        self.0.iter().map(|(order, reference)| (*order, reference.as_str()))
    }

    /// Each order with the part that it is counted as.
    pub fn parts(&self) -> impl Iterator<Item = (Uuid, i32)> {
        self.0.keys().copied().zip(FIRST..)
    }

    /// The part of the order that this hold keeps; that of nothing where it keeps none of these.
    pub fn part_of(&self, reference: &str) -> i32 {
        self.references().zip(FIRST..).find(|(held, _)| *held == reference).map_or(NOTHING, |(_, part)| part)
    }

    /// The reference of the hold whose order is counted as this part.
    pub fn reference_of(&self, part: i32) -> Option<&str> {
        self.references().zip(FIRST..).find(|(_, held)| *held == part).map(|(reference, _)| reference)
    }
}

impl FromIterator<(Uuid, String)> for HeldOrders {
    fn from_iter<I: IntoIterator<Item = (Uuid, String)>>(held: I) -> Self {
        Self(held.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ground_says_whether_a_hold_keeps_all_of_somebody_or_one_order() {
        for held in [HeldBy::Person("H-1"), HeldBy::Order("H-1")] {
            assert_eq!(HeldBy::of(&held.ground()), Some(held));
        }
        assert_ne!(HeldBy::Person("H-1").ground(), HeldBy::Order("H-1").ground());
        assert!(is_held_order("order_hold:H-1") && !is_held_order("hold:H-1"));
        for other in ["open_order", "keep:tax", "law:legal_claims", "hold"] {
            assert_eq!(HeldBy::of(other), None, "{other}");
        }
    }

    #[test]
    fn each_order_that_is_held_is_counted_by_itself() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let held: HeldOrders = [(second, "H-2".to_owned()), (first, "H-1".to_owned())].into_iter().collect();
        assert_eq!(held.parts().collect::<Vec<_>>(), [(first, 3), (second, 4)]);
        assert_eq!((held.part_of("H-1"), held.part_of("H-2"), held.part_of("H-3")), (3, 4, -1));
        assert_eq!((held.reference_of(4), held.reference_of(0), held.reference_of(5)), (Some("H-2"), None, None));
    }
}
