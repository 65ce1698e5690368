//! A campaign: what it covers, how far it has come, when people are reminded of it.

use chrono::{Datelike, Duration};

use super::found::{Digest, ReviewSubject};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{CampaignId, Day, Error, Instant, Result, StaffId};

vocabulary! {
    /// How far a campaign has come.
    pub enum CampaignState {
        /// Rows are decided.
        Open = "open",
        /// Over, and kept as it is.
        SignedOff = "signed_off",
    }
}

/// A review of who and what may do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub id: CampaignId,
    pub title: String,
    /// The quarter it is the review of, where it covers everything.
    pub quarter: Option<String>,
    pub state: CampaignState,
    pub opened_at: Instant,
    /// None where the desk itself opened it.
    pub opened_by: Option<StaffId>,
    pub due_on: Day,
    pub extract: Extract,
    /// When, by whom, and the digest of the evidence as it stood.
    pub signed_off: Option<(Instant, StaffId, Digest)>,
}

/// When and how the rows were read, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    pub taken_at: Instant,
    pub query_version: i32,
    /// How many there were of each kind, counted apart from reading them.
    pub counted: Vec<(ReviewSubject, i64)>,
    pub digest: Digest,
}

impl Extract {
    pub fn rows(&self) -> i64 {
        self.counted.iter().map(|(_, rows)| rows).sum()
    }
}

/// How a campaign stands, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub rows: i64,
    pub open: i64,
    pub kept: i64,
    pub changed: i64,
    pub revoked: i64,
    pub unproven: i64,
    pub exceptions: i64,
}

impl Campaign {
    pub fn is_overdue(&self, today: Day) -> bool {
        self.state == CampaignState::Open && today > self.due_on
    }

    pub fn covers(&self, subject: ReviewSubject) -> bool {
        self.extract.counted.iter().any(|(counted, _)| *counted == subject)
    }

    /// Whether it was signed off in this quarter or a later one.
    pub fn is_signed_off_since(&self, quarter: &str) -> bool {
        self.signed_off.is_some_and(|(at, ..)| quarter_of(at.day()).as_str() >= quarter)
    }

    /// Refuses what nobody does to a campaign that is over.
    pub fn require_open(&self) -> Result<()> {
        match self.state {
            CampaignState::Open => Ok(()),
            CampaignState::SignedOff => Err(over()),
        }
    }

    /// Refuses a sign-off that is no second pair of eyes.
    pub fn signable_by(&self, staff: StaffId, decided_all: bool) -> Result<()> {
        if self.opened_by == Some(staff) {
            return Err(Error::refused("SAME_PERSON", "another person signs off the campaign that you opened"));
        }
        if decided_all {
            return Err(Error::refused("SAME_PERSON", "every decision is yours: another person signs off"));
        }
        Ok(())
    }
}

/// What is said to whoever would change what was signed off.
pub fn over() -> Error {
    Error::refused("REFUSED", "this campaign was signed off: nothing of it changes any more")
}

/// The quarter a day is in, such as `2027Q1`.
pub fn quarter_of(day: Day) -> String {
    format!("{}Q{}", day.0.year(), day.0.month0() / 3 + 1)
}

/// The quarter before the one a day is in.
pub fn quarter_before(day: Day) -> String {
    let (year, quarter) = (day.0.year(), day.0.month0() / 3);
    if quarter == 0 { format!("{}Q4", year - 1) } else { format!("{year}Q{quarter}") }
}

/// What the review of a quarter is called, such as `Access review 2027 Q1`.
pub fn scheduled_title(quarter: &str) -> String {
    format!("Access review {}", quarter.replacen('Q', " Q", 1))
}

/// Days before a campaign is due on which people are reminded of it; afterwards it is each week.
const BEFORE: [i64; 3] = [14, 7, 1];

/// The last day until today on which people are to be reminded, where one was since the campaign was opened. Whoever
/// slept over several is reminded once.
pub fn last_mark(opened: Day, due: Day, today: Day) -> Option<Day> {
    let back = |days: i64| Day(due.0 - Duration::days(days));
    let late = (today.0 - due.0).num_days();
    let mark = if late >= 7 {
        back(-(late - late % 7))
    } else {
        BEFORE.into_iter().rev().map(back).find(|mark| *mark <= today)?
    };
    (mark > opened).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn day(text: &str) -> Day {
        Day(text.parse::<NaiveDate>().expect("a day"))
    }

    #[test]
    fn a_quarter_has_three_months() {
        for (text, quarter) in
            [("2027-01-01", "2027Q1"), ("2027-03-31", "2027Q1"), ("2027-04-01", "2027Q2"), ("2027-12-31", "2027Q4")]
        {
            assert_eq!(quarter_of(day(text)), quarter);
        }
        assert_eq!(quarter_before(day("2027-01-01")), "2026Q4");
        assert_eq!(quarter_before(day("2027-12-31")), "2027Q3");
        assert_eq!(scheduled_title("2027Q1"), "Access review 2027 Q1");
    }

    #[test]
    fn people_are_reminded_before_the_day_and_each_week_after_it() {
        let (opened, due) = (day("2027-01-01"), day("2027-01-31"));
        for (today, mark) in [
            ("2027-01-16", None),
            ("2027-01-17", Some("2027-01-17")),
            ("2027-01-23", Some("2027-01-17")),
            ("2027-01-24", Some("2027-01-24")),
            ("2027-01-30", Some("2027-01-30")),
            ("2027-01-31", Some("2027-01-30")),
            ("2027-02-06", Some("2027-01-30")),
            ("2027-02-07", Some("2027-02-07")),
            ("2027-02-20", Some("2027-02-14")),
        ] {
            assert_eq!(last_mark(opened, due, day(today)), mark.map(day), "{today}");
        }
    }

    #[test]
    fn a_mark_from_before_the_opening_is_none() {
        let (opened, due) = (day("2027-01-20"), day("2027-01-31"));
        assert_eq!(last_mark(opened, due, day("2027-01-21")), None, "14 days before had passed when it was opened");
        assert_eq!(last_mark(opened, due, day("2027-01-24")), Some(day("2027-01-24")));
    }
}
