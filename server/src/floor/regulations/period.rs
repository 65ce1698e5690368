//! Lengths of time as laws name them, and what they come to on the calendar. Nothing here knows a holiday.

use std::fmt;

use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Hours(u16),
    /// Calendar days: the day of receipt is day 0.
    Days(u16),
    /// Working days: the first after receipt is day 1.
    BusinessDays(u16),
    /// Calendar months: the corresponding date, or the month's end where it has none.
    Months(u16),
}

impl Period {
    pub const fn count(self) -> u16 {
        match self {
            Self::Hours(count) | Self::Days(count) | Self::BusinessDays(count) | Self::Months(count) => count,
        }
    }

    /// Both together, counted at once from the first day: never one after the other, since a month from a month's end
    /// falls elsewhere. None where they are of different kinds.
    pub fn and(self, more: Self) -> Option<Self> {
        Some(match (self, more) {
            (Self::Hours(one), Self::Hours(other)) => Self::Hours(one.checked_add(other)?),
            (Self::Days(one), Self::Days(other)) => Self::Days(one.checked_add(other)?),
            (Self::BusinessDays(one), Self::BusinessDays(other)) => Self::BusinessDays(one.checked_add(other)?),
            (Self::Months(one), Self::Months(other)) => Self::Months(one.checked_add(other)?),
            _ => return None,
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self {
            Self::Hours(_) => "hour",
            Self::Days(_) => "day",
            Self::BusinessDays(_) => "business day",
            Self::Months(_) => "month",
        };
        let many = if self.count() == 1 { "" } else { "s" };
        write!(f, "{} {unit}{many}", self.count())
    }
}

/// The day so many days on. At the end of chrono's calendar, where no request is, it stands still.
pub(super) fn days_on(day: NaiveDate, count: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(count))).unwrap_or(day)
}

/// The corresponding date so many months on, or the end of that month (Reg. 1182/71 Art. 3(2)(c)).
pub(super) fn months_on(day: NaiveDate, count: u16) -> NaiveDate {
    day.checked_add_months(Months::new(u32::from(count))).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_month_ends_on_the_corresponding_date_or_on_the_last() {
        for (from, months, to) in [
            ("2026-03-05", 1, "2026-04-05"),
            ("2026-09-03", 1, "2026-10-03"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2028-02-29", 1, "2028-03-29"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2026-08-31", 1, "2026-09-30"),
            ("2026-12-31", 2, "2027-02-28"),
        ] {
            assert_eq!(months_on(day(from), months), day(to), "{from} and {months} months");
        }
    }

    #[test]
    fn an_extension_counts_at_once_and_not_from_the_first_end() {
        let whole = Period::Months(1).and(Period::Months(2)).expect("both are months");
        assert_eq!(whole, Period::Months(3));
        assert_eq!(months_on(day("2026-01-31"), 3), day("2026-04-30"));
        assert_eq!(months_on(months_on(day("2026-01-31"), 1), 2), day("2026-04-28"), "what must not happen");
        assert_eq!(Period::Days(45).and(Period::Months(1)), None);
    }

    #[test]
    fn a_period_is_said_as_people_say_it() {
        assert_eq!(Period::Months(1).to_string(), "1 month");
        assert_eq!(Period::BusinessDays(10).to_string(), "10 business days");
    }
}
