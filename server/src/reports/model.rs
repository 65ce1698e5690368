//! A month's file, and how long it stays. Pure.

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, Utc};

use crate::floor::blobs::{Blob, Kind};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{BlobId, Instant, ReportId, TenantId};
use crate::floor::policy::{Policy, Window};

vocabulary! {
    /// What a file is about.
    pub enum ReportKind {
        /// What was sold of each thing.
        Sales = "sales",
        /// How many orders there were, and what they came to.
        Orders = "orders",
        /// How much there is of each thing.
        Stock = "stock",
    }
}

impl ReportKind {
    /// What stands above its columns.
    pub const fn head(self) -> &'static [&'static str] {
        match self {
            Self::Sales => &["store", "sku", "title", "sold", "currency", "amount"],
            Self::Orders => &["store", "currency", "orders", "cancelled", "amount"],
            Self::Stock => &["store", "item", "place", "sku", "available"],
        }
    }
}

/// A file that is there, or is to be.
#[derive(Debug, Clone)]
pub struct Report {
    pub tenant: TenantId,
    pub id: ReportId,
    pub kind: ReportKind,
    /// Its first day.
    pub month: NaiveDate,
    pub file: BlobId,
    pub made: Option<Made>,
}

/// What it came to.
#[derive(Debug, Clone)]
pub struct Made {
    pub at: Instant,
    pub rows: i32,
    pub bytes: i64,
    pub digest: [u8; 32],
}

impl Report {
    pub fn blob(&self) -> Blob {
        Blob { tenant: self.tenant, id: self.file, kind: Kind::Report }
    }
}

/// The first day of the last month that is over.
pub fn last_month(now: Instant) -> NaiveDate {
    let today = now.utc().date_naive();
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(Months::new(1)).unwrap_or(first)
}

/// A month from its first moment to that of the next one.
pub fn span(month: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let begins = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    (begins(month), begins(month.checked_add_months(Months::new(1)).unwrap_or(month)))
}

/// Whether the page says that there are such files.
pub fn are_promised(policy: &Policy) -> bool {
    policy.categories.iter().any(|category| category.code.get_ref() == "report")
}

/// How long files stay where the policy says nothing of them.
const SILENT: Window = Window::Months(24);

/// How long the policy lets files stay.
pub fn window(policy: &Policy) -> Window {
    let of_reports =
        policy.retention.iter().find(|rule| rule.categories.iter().any(|category| category.get_ref() == "report"));
    of_reports.map_or(SILENT, |rule| *rule.window.get_ref())
}

/// The moment that a window before, or after, this one; none where it has no end that can be counted.
pub fn beyond(at: Instant, window: Window, is_before: bool) -> Option<Instant> {
    let months = |count: u32| {
        let (at, span) = (at.utc(), Months::new(count));
        if is_before { at.checked_sub_months(span) } else { at.checked_add_months(span) }.map(Instant::from_utc)
    };
    let span = |span: Duration| Some(at.plus(if is_before { -span } else { span }));
    match window {
        Window::Hours(count) => span(Duration::hours(count.into())),
        Window::Days(count) => span(Duration::days(count.into())),
        Window::Months(count) => months(count),
        Window::Years(count) => months(count.saturating_mul(12)),
        Window::While(_) | Window::ForEver => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::from_utc(text.parse().expect("a moment"))
    }

    #[test]
    fn a_month_is_over_when_the_next_one_begins() {
        for (now, month) in [
            ("2026-03-01T00:00:00Z", "2026-02-01"),
            ("2026-03-31T23:59:59Z", "2026-02-01"),
            ("2026-01-15T00:00:00Z", "2025-12-01"),
        ] {
            assert_eq!(last_month(at(now)).to_string(), month, "{now}");
        }
        let (from, until) = span(NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day"));
        assert_eq!((until - from).num_days(), 28);
    }

    #[test]
    fn a_window_is_counted_as_people_count() {
        let beyond = |window, is_before| beyond(at("2026-03-31T10:00:00Z"), window, is_before);
        assert_eq!(beyond(Window::Months(12), false), Some(at("2027-03-31T10:00:00Z")));
        assert_eq!(beyond(Window::Months(1), true), Some(at("2026-02-28T10:00:00Z")));
        assert_eq!(beyond(Window::ForEver, true), None);
    }
}
