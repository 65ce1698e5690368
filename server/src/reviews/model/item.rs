//! One row of a campaign: what was found, what was decided about it, and what came of that.

use chrono::{Datelike, Duration, Weekday};

use super::found::{Digest, Found};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{CampaignId, Day, Error, Instant, Result, ReviewItemId, StaffId};

vocabulary! {
    /// What is to become of it.
    pub enum ReviewDecision {
        /// It stays as it is.
        Keep = "keep",
        /// It is narrowed, by whoever looks after it.
        Change = "change",
        /// It is taken away, at once.
        Revoke = "revoke",
    }
}

vocabulary! {
    /// Whether what was decided has come true.
    pub enum RevocationState {
        /// Nothing is to be narrowed or taken away.
        None = "none",
        /// It is still there as it was.
        Due = "due",
        /// The system was read back, and it is not.
        Proven = "proven",
    }
}

/// How many working days what was decided may take.
const DAYS: i64 = 5;

/// One row of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: ReviewItemId,
    pub campaign: CampaignId,
    pub found: Found,
    pub decided: Option<Decided>,
    pub revocation: RevocationState,
    /// The day by which it is to be proven.
    pub due_on: Option<Day>,
    /// What stood in the way when it was last tried.
    pub hindrance: Option<String>,
    pub proven: Option<(Instant, String)>,
    pub version: i32,
}

/// A decision, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub decision: ReviewDecision,
    pub at: Instant,
    pub by: StaffId,
    /// SHA-256 of the sealed words.
    pub reason: Digest,
    pub exception_until: Option<Day>,
}

impl Item {
    /// Refuses a reviewer who holds what is reviewed, or gave it.
    pub fn reviewable_by(&self, staff: StaffId, barred_since: &[StaffId]) -> Result<()> {
        if self.found.barred.contains(&staff) || barred_since.contains(&staff) {
            return Err(Error::refused(
                "SAME_PERSON",
                "this is yours, or you gave it: another person decides about it",
            ));
        }
        Ok(())
    }

    /// Refuses another decision about what is gone already.
    pub fn require_there(&self) -> Result<()> {
        let is_gone = self.revocation == RevocationState::Proven
            && self.decided.as_ref().is_some_and(|decided| decided.decision == ReviewDecision::Revoke);
        if is_gone {
            return Err(Error::refused("REFUSED", "it was taken away, and that is proven: there is nothing to decide"));
        }
        Ok(())
    }

    /// The last day of an exception has passed, and nothing was proven meanwhile.
    pub fn is_due_again(&self, today: Day) -> bool {
        let until = self.decided.as_ref().and_then(|decided| decided.exception_until);
        self.revocation != RevocationState::Proven && until.is_some_and(|until| until < today)
    }

    pub fn is_overdue(&self, today: Day) -> bool {
        self.revocation == RevocationState::Due && self.due_on.is_some_and(|due| due < today)
    }
}

impl ReviewDecision {
    /// What is due by when from such a decision on.
    pub fn due(self, today: Day) -> (RevocationState, Option<Day>) {
        match self {
            Self::Keep => (RevocationState::None, None),
            Self::Change | Self::Revoke => (RevocationState::Due, Some(working_days_later(today, DAYS))),
        }
    }
}

/// The working day that follows so many others: Monday to Friday.
fn working_days_later(day: Day, days: i64) -> Day {
    let mut at = day.0;
    let mut left = days;
    while left > 0 {
        at += Duration::days(1);
        if !matches!(at.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    Day(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_working_days_are_a_week() {
        let later = |text: &str| working_days_later(Day(text.parse().expect("a day")), 5).to_string();
        assert_eq!(later("2027-01-04"), "2027-01-11", "from a Monday");
        assert_eq!(later("2027-01-08"), "2027-01-15", "from a Friday");
        assert_eq!(later("2027-01-09"), "2027-01-15", "from a Saturday");
    }
}
