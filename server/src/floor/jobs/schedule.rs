//! What time itself sets off, in the house's lane. A schedule is a row; a firing moves it from the time that was read to
//! the next one, and enqueues in the same transaction, so it fires once however many workers look. Occurrences that
//! passed while nobody was there are one firing, not many.

use std::fmt;
use std::time::Duration;

use diesel::sql_types::{Array, Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl};

use super::{Queue, Ticket, redeem};
use crate::floor::kernel::{Instant, Result, TenantId};
use crate::floor::ledger::{WriteTx, statement};

/// How a schedule returns. All times are UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// At each full multiple since 1970.
    Every(Duration),
    Daily {
        hour: u32,
        minute: u32,
    },
}

impl Rhythm {
    /// The first occurrence after `now`.
    pub fn after(self, now: Instant) -> Instant {
        const DAY: i64 = 86_400_000_000;
        let (step, offset) = match self {
            Self::Every(span) => (i64::try_from(span.as_micros()).unwrap_or(i64::MAX).max(1), 0),
            Self::Daily { hour, minute } => (DAY, i64::from(hour * 60 + minute) * 60_000_000),
        };
        let passed = (now.micros() - offset).div_euclid(step);
        Instant::from_micros((passed + 1) * step + offset)
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(span) => write!(f, "every {} ms", span.as_millis()),
            Self::Daily { hour, minute } => write!(f, "daily {hour:02}:{minute:02}"),
        }
    }
}

/// A job of the house that returns.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub name: &'static str,
    pub rhythm: Rhythm,
    /// What is enqueued each time.
    pub ticket: fn() -> Result<Ticket>,
}

impl Queue {
    /// Makes a row for each schedule that has none, and reckons anew where the rhythm is another. May be run again.
    pub async fn plant(&self, schedules: &[Schedule]) -> Result<()> {
        let planted = in_order(schedules);
        self.ledger
            .bookkeep(None, move |tx| {
                let now = tx.now()?;
                for (name, rhythm) in planted {
                    statement(PLANT)
                        .bind::<Text, _>(name)
                        .bind::<Text, _>(rhythm.to_string())
                        .bind::<Timestamptz, _>(rhythm.after(now).utc())
                        .execute(tx.conn())?;
                }
                Ok(())
            })
            .await
    }

    /// Fires what is due, each in a transaction with its job. Returns how many this worker fired.
    pub async fn fire(&self, schedules: &[Schedule]) -> Result<usize> {
        if schedules.is_empty() {
            return Ok(0);
        }
        let schedules = schedules.to_vec();
        self.ledger
            .bookkeep(Some(TenantId::HOUSE), move |tx| {
                let mut fired = 0;
                for (schedule, expected) in due(tx, &schedules)? {
                    if advance(tx, &schedule, expected)? {
                        let ticket = (schedule.ticket)()?;
                        redeem(tx, ticket);
                        fired += 1;
                    }
                }
                Ok(fired)
            })
            .await
    }
}

/// By their names, byte for byte, as [`due`] takes them: so two workers never wait for each other crosswise.
fn in_order(schedules: &[Schedule]) -> Vec<(&'static str, Rhythm)> {
    let mut ordered: Vec<_> = schedules.iter().map(|schedule| (schedule.name, schedule.rhythm)).collect();
    ordered.sort_by_key(|(name, _)| *name);
    ordered
}

fn due(tx: &mut WriteTx, schedules: &[Schedule]) -> Result<Vec<(Schedule, Instant)>> {
    let now = tx.now()?;
    let names: Vec<&'static str> = schedules.iter().map(|schedule| schedule.name).collect();
    let rows = statement(DUE).bind::<Array<Text>, _>(names).bind::<Timestamptz, _>(now.utc()).load::<Row>(tx.conn())?;
    let found = rows.into_iter().filter_map(|row| {
        let schedule = schedules.iter().find(|schedule| schedule.name == row.name)?;
        Some((schedule.clone(), Instant::from_utc(row.next_at)))
    });
    Ok(found.collect())
}

/// The compare and set. Whoever comes second finds another time there.
fn advance(tx: &mut WriteTx, schedule: &Schedule, expected: Instant) -> Result<bool> {
    let now = tx.now()?;
    let moved = statement("update schedules set next_at = ?, fired_at = ? where name = ? and next_at = ?")
        .bind::<Timestamptz, _>(schedule.rhythm.after(now).utc())
        .bind::<Timestamptz, _>(now.utc())
        .bind::<Text, _>(schedule.name)
        .bind::<Timestamptz, _>(expected.utc())
        .execute(tx.conn())?;
    Ok(moved == 1)
}

const DUE: &str = r#"
select name, next_at from schedules where name = any(?) and next_at <= ? order by name collate "C""#;

const PLANT: &str = "
insert into schedules (name, rhythm, next_at) values (?, ?, ?)
on conflict on constraint schedules_pk do update set rhythm = excluded.rhythm, next_at = excluded.next_at
 where schedules.rhythm <> excluded.rhythm";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamptz)]
    next_at: chrono::DateTime<chrono::Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_daily_schedule_returns_at_its_minute() {
        let rhythm = Rhythm::Daily { hour: 3, minute: 15 };
        let first = rhythm.after(Instant::EPOCH);
        assert_eq!(first.to_string(), "1970-01-01T03:15:00.000Z");
        assert_eq!(rhythm.after(first).to_string(), "1970-01-02T03:15:00.000Z");
    }

    #[test]
    fn schedules_are_planted_in_the_order_of_their_names() {
        let schedule = |name| Schedule {
            name,
            rhythm: Rhythm::Daily { hour: 3, minute: 15 },
            ticket: || Err(crate::floor::kernel::Error::Conflict),
        };
        let names: Vec<_> = in_order(&[schedule("b"), schedule("a_b"), schedule("aa")]).iter().map(|at| at.0).collect();
        assert_eq!(names, ["a_b", "aa", "b"]);
    }

    proptest! {
        #[test]
        fn the_next_occurrence_is_later_and_no_further_than_one_step(
            micros in -4_000_000_000_000_000i64..4_000_000_000_000_000,
            seconds in 1u64..1_000_000,
        ) {
            let (now, span) = (Instant::from_micros(micros), Duration::from_secs(seconds));
            let next = Rhythm::Every(span).after(now);
            prop_assert!(next > now);
            prop_assert!(next.since(now).to_std().is_ok_and(|gap| gap <= span));
        }
    }
}
