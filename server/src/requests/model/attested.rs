//! A certificate as it reads: what its signed document says, for whoever shows it to people. Pure. It judges no signature,
//! and what is not in the document is not said.

use chrono::{DateTime, NaiveDate};
use serde::Deserialize;

use super::Certificate;
use crate::floor::kernel::{Day, Error, Instant, Result};

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attested {
    pub reference: String,
    started_at: String,
    finished_at: String,
    pub steps: Vec<AttestedStep>,
    pub keeps: Vec<AttestedKeep>,
    pub recipients: Vec<AttestedRecipient>,
    /// None of a trial, in which nothing was done.
    pub scan: Option<AttestedScan>,
    pub tombstones: u64,
    unrecoverable_after: Option<String>,
    pub supplements: Option<String>,
    pub key: u32,
}

/// A step that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttestedStep {
    pub category: Option<String>,
    pub action: Option<String>,
    pub rows: i64,
}

/// What stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttestedKeep {
    pub category: String,
    pub ground: Option<String>,
    until: Option<String>,
    pub count: i64,
}

/// Who was told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttestedRecipient {
    pub name: String,
    pub place: String,
    pub state: String,
}

/// How it was looked for what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct AttestedScan {
    pub columns: u64,
}

impl Certificate {
    /// What it says.
    pub fn read(&self) -> Result<Attested> {
        serde_json::from_str(&self.document).map_err(|_| unreadable())
    }
}

impl Attested {
    /// When the first of it was done.
    pub fn started_at(&self) -> Result<Instant> {
        moment(&self.started_at)
    }

    /// When it was certified.
    pub fn finished_at(&self) -> Result<Instant> {
        moment(&self.finished_at)
    }

    /// The day by which no copy of the database opens what was erased, where one could be named.
    pub fn unrecoverable_after(&self) -> Result<Option<Day>> {
        self.unrecoverable_after.as_deref().map(day).transpose()
    }

    /// What went, category by category in the order of the plan: how many entries, and whether they were deleted or made
    /// anonymous.
    pub fn gone(&self) -> Vec<(&str, &str, i64)> {
        let mut all: Vec<(&str, &str, i64)> = Vec::new();
        for step in &self.steps {
            let (Some(category), Some(action)) = (step.category.as_deref(), step.action.as_deref()) else { continue };
            if !matches!(action, "delete" | "anonymise") || step.rows == 0 {
                continue;
            }
            match all.iter_mut().find(|(known, how, _)| (*known, *how) == (category, action)) {
                Some((_, _, rows)) => *rows += step.rows,
                None => all.push((category, action, step.rows)),
            }
        }
        all
    }
}

impl AttestedKeep {
    /// The day until which it stays, where one was named.
    pub fn until(&self) -> Result<Option<Day>> {
        self.until.as_deref().map(day).transpose()
    }
}

fn moment(text: &str) -> Result<Instant> {
    let read = DateTime::parse_from_rfc3339(text).map_err(|_| unreadable())?;
    Ok(Instant::from_utc(read.to_utc()))
}

fn day(text: &str) -> Result<Day> {
    text.parse::<NaiveDate>().map(Day).map_err(|_| unreadable())
}

fn unreadable() -> Error {
    Error::internal("a certificate that says something else than it should")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(category: Option<&str>, action: Option<&str>, rows: i64) -> AttestedStep {
        AttestedStep { category: category.map(str::to_owned), action: action.map(str::to_owned), rows }
    }

    #[test]
    fn what_went_is_summed_by_category_and_what_stays_is_not_among_it() {
        let attested = Attested {
            reference: "R-0000007".to_owned(),
            started_at: "2026-11-20T08:00:00.000000Z".to_owned(),
            finished_at: "2026-11-21T08:00:00.000000Z".to_owned(),
            steps: vec![
                step(None, None, 4),
                step(Some("customer"), Some("delete"), 2),
                step(Some("order"), Some("anonymise"), 1),
                step(Some("customer"), Some("delete"), 3),
                step(Some("financial"), Some("keep"), 9),
                step(Some("usage"), Some("delete"), 0),
            ],
            keeps: Vec::new(),
            recipients: Vec::new(),
            scan: Some(AttestedScan { columns: 80 }),
            tombstones: 2,
            unrecoverable_after: Some("2026-12-30".to_owned()),
            supplements: None,
            key: 1,
        };
        assert_eq!(attested.gone(), [("customer", "delete", 5), ("order", "anonymise", 1)]);
        let day = attested.unrecoverable_after().ok().flatten().map(|day| day.to_string());
        assert_eq!(day.as_deref(), Some("2026-12-30"));
        assert!(attested.started_at().ok() < attested.finished_at().ok());
    }
}
