//! Requests in numbers, for whoever sees the queue: of all tenants, or of those within the caller's bounds.

use chrono::{Datelike, Duration, NaiveDate, NaiveTime};

use super::listing::look;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Day, Error, Instant, Result, TenantId};
use crate::floor::tools::Tools;
use crate::requests::model::{LateReason, Outcome, Source};
use crate::requests::queries::figures::{self, Closed, Load, Of, PerDay, Timely, Waiting, Yearly};

/// How many days ahead are told one by one.
pub const AHEAD: i64 = 28;

/// What is due so soon that somebody looks at it today.
const SOON: Duration = Duration::days(3);

const WEEK: Duration = Duration::days(7);

/// As far back as somebody is told what happened since they were there.
const LONGEST_AWAY: Duration = Duration::days(92);

/// A moment, what came since by source, and what ended since.
pub type Since = (Instant, Vec<(Source, i64)>, Vec<Closed>);

/// How the queue stands.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueFigures {
    pub at: Instant,
    pub load: Vec<Load>,
    /// What is not late, by the day it is due on; the last day stands for all that come after.
    pub days: Vec<PerDay>,
    pub waiting: Vec<Waiting>,
    pub received: Vec<PerDay>,
    pub closed: Vec<Closed>,
    pub median_days: Option<f64>,
    /// What came since the moment that was asked for, and what ended since.
    pub since: Option<Since>,
}

/// How the queue stands, and what happened since somebody was last there.
pub async fn queue_figures(tools: &Tools, caller: &Caller, since: Option<Instant>) -> Result<QueueFigures> {
    let reach = caller.named().map(<[_]>::to_vec);
    look(tools, caller, "requests in numbers", move |tx| {
        let now = tx.now()?;
        let week = now.plus(-WEEK);
        let since = match since.map(|at| at.max(now.plus(-LONGEST_AWAY))) {
            Some(at) => Some((
                at,
                figures::received_since(tx, reach.as_deref(), at)?,
                figures::closed_since(tx, reach.as_deref(), at)?,
            )),
            None => None,
        };
        Ok(QueueFigures {
            at: now,
            load: figures::load(tx, reach.as_deref(), now.plus(SOON))?,
            days: figures::due_days(tx, reach.as_deref(), Day(now.day().0 + Duration::days(AHEAD)))?,
            waiting: figures::waiting(tx, reach.as_deref())?,
            received: figures::received_days(tx, reach.as_deref(), week)?,
            closed: figures::closed_since(tx, reach.as_deref(), week)?,
            median_days: figures::median_since(tx, reach.as_deref(), week)?,
            since,
        })
    })
    .await
}

/// California's table of a year: of one tenant's people, or of those towards whom the operator itself decides.
pub async fn yearly_table(
    tools: &Tools,
    caller: &Caller,
    (year, tenant): (i32, Option<TenantId>),
) -> Result<Vec<Yearly>> {
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).filter(|day| (2020..=2100).contains(&day.year()));
    let span = first(year).zip(first(year + 1)).ok_or_else(|| Error::invalid("year", "give a year since 2020"))?;
    if let Some(tenant) = tenant {
        let scope = caller.permit(Permission::SeeTenants, tenant)?;
        return tools.ledger.read(&scope, move |tx| figures::yearly(tx, Some(tenant), span)).await;
    }
    let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, "yearly table").await?;
    tools.ledger.desk(&desk, move |tx| figures::yearly(tx, None, span)).await
}

/// How timely the answers of a month were.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthFigures {
    pub received: i64,
    pub timely: Timely,
    pub late_reasons: Vec<(Option<LateReason>, i64)>,
}

/// How timely the answers of a month were, such as `2026-11`, by the calendar of UTC.
pub async fn timeliness(tools: &Tools, caller: &Caller, month: &str, of: Of) -> Result<MonthFigures> {
    let span = span_of(month).ok_or_else(|| Error::invalid("month", "give a month, such as 2026-11"))?;
    let reach = caller.named().map(<[_]>::to_vec);
    look(tools, caller, "timeliness", move |tx| {
        Ok(MonthFigures {
            received: figures::received_between(tx, reach.as_deref(), &of, span)?,
            timely: figures::timely(tx, reach.as_deref(), &of, span)?,
            late_reasons: figures::late_reasons(tx, reach.as_deref(), &of, span)?,
        })
    })
    .await
}

fn span_of(month: &str) -> Option<(Instant, Instant)> {
    let (year, number) = month.split_once('-')?;
    let is_written = year.len() == 4 && number.len() == 2;
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, number.parse().ok()?, 1).filter(|_| is_written)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    let begins = |day: NaiveDate| Instant::from_utc(day.and_time(NaiveTime::MIN).and_utc());
    Some((begins(first), begins(next)))
}

/// Whether a request that ended so was worked at all.
pub fn is_answer(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Fulfilled | Outcome::PartlyFulfilled | Outcome::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_from_its_first_to_the_next_ones() {
        let (from, until) = span_of("2026-12").expect("a month");
        assert_eq!((from.day().to_string(), until.day().to_string()), ("2026-12-01".into(), "2027-01-01".into()));
        for none in ["2026-13", "2026-1", "26-01", "2026", "2026-00", "december"] {
            assert_eq!(span_of(none), None, "{none}");
        }
    }
}
