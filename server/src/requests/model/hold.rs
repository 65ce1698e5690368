//! What must not be erased for now, and who answers for it. A hold names a person, or one order of theirs; it never says for
//! how long by itself: somebody looks at it again on its day, and somebody else lets it go.

use chrono::Days;

use super::request::letters;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{
    Day, Error, Flaws, HoldId, Instant, OrderId, Personal, Ref, Result, StaffId, SubjectId, TenantId,
};

vocabulary! {
    /// Why something must stay.
    pub enum HoldKind {
        /// An authority asked for it, or may still.
        Authority = "authority",
        /// A payment is disputed.
        Chargeback = "chargeback",
        /// The merchant and the person disagree about an order.
        Dispute = "dispute",
        /// Somebody may be cheating.
        Fraud = "fraud",
        /// A court has to do with it.
        Litigation = "litigation",
    }
}

/// How long until a hold is looked at again, where nobody says.
const REVIEWED_AFTER: Days = Days::new(180);

/// The longest until it is.
const LONGEST: Days = Days::new(731);

/// A hold, as the desk sees it: its words stay sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub tenant: TenantId,
    pub id: HoldId,
    /// What people call it, such as `H-7K4QD2M`.
    pub reference: String,
    pub subject: SubjectId,
    /// The one order that it keeps; none where it keeps all of the person.
    pub order: Option<OrderId>,
    pub kind: HoldKind,
    pub placed_at: Instant,
    pub placed_by: StaffId,
    /// The day on which somebody looks whether it is needed still.
    pub review_on: Day,
    pub released: Option<(Instant, StaffId)>,
    pub version: i32,
}

impl Hold {
    pub fn stands(&self) -> bool {
        self.released.is_none()
    }

    /// It is let go, by somebody else than placed it.
    pub fn release(self, now: Instant, by: StaffId) -> Result<Self> {
        if let Some((at, _)) = self.released {
            return Err(Error::refused("RELEASED", format!("it was released on {}", at.day())));
        }
        if by == self.placed_by {
            return Err(Error::refused("SECOND_PERSON", "who placed a hold does not release it: ask a colleague"));
        }
        Ok(Self { released: Some((now, by)), ..self })
    }
}

/// A hold that is to be placed.
#[derive(Clone)]
pub struct NewHold {
    pub kind: HoldKind,
    /// On this order alone.
    pub order: Option<Ref<OrderId>>,
    /// Why, in words.
    pub reason: Personal,
    /// When it is looked at again; after half a year where nobody says.
    pub review_on: Option<Day>,
}

impl NewHold {
    /// The day it is looked at again, once all of it is sound.
    pub fn checked(&self, today: Day) -> Result<Day> {
        let mut flaws = Flaws::default();
        if self.reason.disclose().trim().is_empty() || self.reason.disclose().len() > 2_000 {
            flaws.add("reason", "say why, in up to 2000 bytes");
        }
        let after = |days| today.0.checked_add_days(days).unwrap_or(today.0);
        if self.review_on.is_some_and(|on| on <= today || on.0 > after(LONGEST)) {
            flaws.add("reviewOn", "give a day to come, within two years");
        }
        flaws.or(self.review_on.unwrap_or(Day(after(REVIEWED_AFTER))))
    }
}

/// What is said to whoever would hold an order that is not theirs whom it is about.
pub fn not_their_order() -> Error {
    Error::invalid("order", "name an order that is this person's now, by its id, or none to hold all of the person")
}

/// The same of one that went over to nobody's name with an erasure: what it is needed for is not known any more.
pub fn order_gone_over() -> Error {
    Error::invalid(
        "order",
        "this person was erased, and of this order stays what another ground keeps, of nobody's name: it cannot be held any \
         more; ask the merchant to keep what is needed of it at the shop",
    )
}

/// What people call a hold of this id.
pub fn hold_reference(id: HoldId) -> String {
    ["H-".to_owned(), letters(id.uuid())].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::Watch;

    fn hold() -> Hold {
        let (id, placed_at) = (HoldId::fresh(), Watch::host().now());
        Hold {
            tenant: TenantId::fresh(),
            id,
            reference: hold_reference(id),
            subject: SubjectId::fresh(),
            order: None,
            kind: HoldKind::Litigation,
            placed_at,
            placed_by: StaffId::fresh(),
            review_on: placed_at.day(),
            released: None,
            version: 1,
        }
    }

    #[test]
    fn who_placed_a_hold_does_not_release_it_and_nobody_releases_it_twice() {
        let (hold, now) = (hold(), Instant::EPOCH);
        assert!(
            matches!(hold.clone().release(now, hold.placed_by), Err(Error::Refused(why)) if why.code == "SECOND_PERSON")
        );
        let released = hold.release(now, StaffId::fresh()).expect("released");
        assert!(!released.stands());
        assert!(matches!(released.release(now, StaffId::fresh()), Err(Error::Refused(why)) if why.code == "RELEASED"));
    }

    #[test]
    fn a_hold_is_looked_at_again_within_two_years() {
        let today = Instant::EPOCH.day();
        let reason = || Personal::new("a dispute");
        let new = |review_on| NewHold { kind: HoldKind::Fraud, order: None, reason: reason(), review_on };
        let day = |days| Day(today.0 + chrono::Duration::days(days));
        assert_eq!(new(None).checked(today).expect("sound"), day(180));
        assert_eq!(new(Some(day(1))).checked(today).expect("sound"), day(1));
        for flawed in [new(Some(today)), new(Some(day(732))), NewHold { reason: Personal::new(" "), ..new(None) }] {
            assert!(matches!(flawed.checked(today), Err(Error::Invalid(_))));
        }
    }
}
