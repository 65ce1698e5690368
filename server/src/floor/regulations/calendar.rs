//! Which days a place works. A calendar knows a range of years and says nothing of days outside it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use super::fault::Fault;
use super::period::days_on;
use super::words::Roll;

/// A place's working week and holidays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    pub code: String,
    pub title: String,
    /// ISO 3166 codes of the place.
    pub places: Vec<String>,
    /// The family it is one of, such as `member_state`, where a regime asks for that of the place concerned.
    #[serde(default)]
    pub family: Option<String>,
    working_week: Vec<Weekday>,
    /// First and last year that it knows.
    pub years: (i32, i32),
    /// The statute.
    pub source: String,
    /// How sure it is, by tags.
    pub checked: String,
    holidays: BTreeMap<String, String>,
    #[serde(skip)]
    by_day: BTreeMap<NaiveDate, String>,
}

/// A day that the calendar does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside;

impl Calendar {
    /// Reads a calendar's file, named without its ending.
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let mut read: Self = toml::from_str(text).map_err(|error| Fault::of_toml(file, text, &error))?;
        let fault = |reason: String| Err(Fault::new(file, reason));
        if read.code != file {
            return fault(format!("its code is {}", read.code));
        }
        if read.years.0 > read.years.1 {
            return fault("its years end before they begin".to_owned());
        }
        if read.working_week.is_empty() {
            return fault("nobody works there".to_owned());
        }
        for (written, name) in std::mem::take(&mut read.holidays) {
            let Ok(day) = written.parse::<NaiveDate>() else {
                return fault(format!("{written} is no day of the calendar"));
            };
            if !read.covers(day) {
                return fault(format!("{written} is outside its years"));
            }
            read.by_day.insert(day, name);
        }
        for year in read.years.0..=read.years.1 {
            if !read.by_day.keys().any(|day| day.year() == year) {
                return fault(format!("it has no holiday in {year}"));
            }
        }
        Ok(read)
    }

    pub fn covers(&self, day: NaiveDate) -> bool {
        (self.years.0..=self.years.1).contains(&day.year())
    }

    /// The holiday of this day, by name.
    pub fn holiday(&self, day: NaiveDate) -> Option<&str> {
        self.by_day.get(&day).map(String::as_str)
    }

    pub fn holidays(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.by_day.iter().map(|(day, name)| (*day, name.as_str()))
    }

    /// Whether people work there on this day.
    pub fn is_working(&self, day: NaiveDate) -> Result<bool, Outside> {
        if !self.covers(day) {
            return Err(Outside);
        }
        Ok(self.working_week.contains(&day.weekday()) && self.holiday(day).is_none())
    }

    /// Where a period that ends on `day` ends after it has rolled.
    pub fn rolled(&self, mut day: NaiveDate, roll: Roll) -> Result<NaiveDate, Outside> {
        loop {
            let stays = match roll {
                Roll::None => true,
                Roll::NextWorkingDay => self.is_working(day)?,
                Roll::NextNonHoliday if !self.covers(day) => return Err(Outside),
                Roll::NextNonHoliday => day.weekday() != Weekday::Sun && self.holiday(day).is_none(),
            };
            if stays {
                return Ok(day);
            }
            day = days_on(day, 1);
        }
    }

    /// The working day so many after `day`.
    pub fn business_days_on(&self, mut day: NaiveDate, count: u16) -> Result<NaiveDate, Outside> {
        let mut left = count;
        while left > 0 {
            day = days_on(day, 1);
            if self.is_working(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }
}

/// The same, Monday to Friday with no holiday removed: the strictest reading of a working day.
pub(super) fn weekdays_on(mut day: NaiveDate, count: u16) -> NaiveDate {
    let mut left = count;
    while left > 0 {
        day = days_on(day, 1);
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "code = \"x\"\ntitle = \"X\"\nplaces = [\"XX\"]\nworking_week = [\"mon\", \"tue\", \"wed\", \"thu\", \
                        \"fri\"]\nyears = [2026, 2026]\nsource = \"an act\"\nchecked = \"M\"\n[holidays]\n2026-12-25 = \
                        \"Christmas Day\"\n";

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_roll_lands_on_the_next_day_that_counts() {
        let calendar = Calendar::parse("x", TEXT).expect("it is sound");
        let rolled = |from, roll| calendar.rolled(day(from), roll);
        assert_eq!(rolled("2026-12-25", Roll::NextWorkingDay), Ok(day("2026-12-28")));
        assert_eq!(rolled("2026-12-25", Roll::NextNonHoliday), Ok(day("2026-12-26")), "a Saturday counts");
        assert_eq!(rolled("2026-12-27", Roll::NextNonHoliday), Ok(day("2026-12-28")), "a Sunday does not");
        assert_eq!(rolled("2026-12-25", Roll::None), Ok(day("2026-12-25")));
        assert_eq!(rolled("2027-01-02", Roll::NextWorkingDay), Err(Outside), "what it does not know it does not guess");
        assert_eq!(calendar.business_days_on(day("2026-12-24"), 1), Ok(day("2026-12-28")));
        assert_eq!(calendar.business_days_on(day("2026-12-30"), 2), Err(Outside));
        assert_eq!(weekdays_on(day("2026-12-24"), 1), day("2026-12-25"));
    }

    #[test]
    fn a_faulty_calendar_is_told_where_and_why() {
        for (from, to, said) in [
            ("code = \"x\"", "code = \"y\"", "x.toml: its code is y"),
            ("title", "titel", "x.toml, line 2: unknown field `titel`"),
            ("2026-12-25", "2027-12-25", "x.toml: 2027-12-25 is outside its years"),
            ("2026-12-25", "2026-12-32", "x.toml: 2026-12-32 is no day of the calendar"),
            ("[2026, 2026]", "[2026, 2027]", "x.toml: it has no holiday in 2027"),
            ("[2026, 2026]", "[2027, 2026]", "x.toml: its years end before they begin"),
        ] {
            let fault = Calendar::parse("x", &TEXT.replacen(from, to, 1)).expect_err("it is faulty").to_string();
            assert!(fault.starts_with(said), "{fault}");
        }
    }
}
