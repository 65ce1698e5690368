//! What the checks of promises count of requests, over all tenants: codes, dates and numbers. Tests are in none of them.

use chrono::Duration;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::Result;
use crate::floor::ledger::{Tx, statement};
use crate::floor::regulations::OPERATOR_PROMISE;

/// How far back what was done is looked at.
const BACK: Duration = Duration::days(90);

/// What is due within this is about to be late.
const SOON: Duration = Duration::days(2);

/// How the dates that the page's own time gave were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct KeptWord {
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    /// Of those that were answered.
    #[diesel(sql_type = BigInt)]
    pub late: i64,
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// Of those that are open.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    #[diesel(sql_type = BigInt)]
    pub soon: i64,
}

/// How the page's own time was kept for these rights, or for all where none is named.
pub fn kept_word(tx: &mut Tx, rights: &[String]) -> Result<KeptWord> {
    let now = tx.now()?;
    let row = statement(
        "select count(*) filter (where c.met_at is not null) as answered,
                count(*) filter (where c.met_at >= c.due_at) as late,
                count(*) filter (where c.met_at is null) as open,
                count(*) filter (where c.met_at is null and c.due_at <= ?) as overdue,
                count(*) filter (where c.met_at is null and c.due_at > ? and c.due_at <= ?) as soon
           from request_clocks c
           join requests r on r.tenant_id = c.tenant_id and r.id = c.request_id
          where c.regime = ? and c.kind = 'answer' and not r.is_test and r.stage <> 'received'
            and (r.stage <> 'closed' or r.outcome in ('fulfilled', 'partly_fulfilled', 'refused'))
            and (c.met_at is null or c.met_at > ?) and (cardinality(?) = 0 or r.right_code = any(?))",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.plus(SOON).utc())
    .bind::<Text, _>(OPERATOR_PROMISE.to_owned())
    .bind::<Timestamptz, _>(now.plus(-BACK).utc())
    .bind::<Array<Text>, _>(rights.to_vec())
    .bind::<Array<Text>, _>(rights.to_vec())
    .get_result(tx.conn())?;
    Ok(row)
}

#[derive(QueryableByName)]
struct Two {
    #[diesel(sql_type = BigInt)]
    came: i64,
    #[diesel(sql_type = BigInt)]
    lost: i64,
}

/// How many asked in the last 90 days, and how many of them are proved for an hour and are not worked, or are worked without
/// a date. Whose agent's mandate was not seen yet waits rightly.
pub fn reach_the_desk(tx: &mut Tx) -> Result<(i64, i64)> {
    let now = tx.now()?;
    let row: Two = statement(
        "select count(*) as came,
                count(*) filter (where (r.stage = 'received' and i.proved_at < ? and i.mandate in ('none', 'shown'))
                                    or (r.stage in ('open', 'awaiting_approval', 'in_progress') and r.due_at is null)) as lost
           from requests r
           join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
          where r.received_at > ? and not r.is_test",
    )
    .bind::<Timestamptz, _>(now.plus(-Duration::hours(1)).utc())
    .bind::<Timestamptz, _>(now.plus(-BACK).utc())
    .get_result(tx.conn())?;
    Ok((row.came, row.lost))
}

/// How many letters came in the last 90 days, and how many of them stand as no request.
pub fn came_by_mail(tx: &mut Tx) -> Result<(i64, i64)> {
    let now = tx.now()?;
    let row: Two = statement(
        "select count(*) as came,
                count(*) filter (where not exists
                  (select 1 from requests r where r.tenant_id = i.tenant_id and r.intake_id = i.id)) as lost
           from intakes i where i.tenant_id is not null and i.source = 'mail' and i.made_at > ? and not i.is_test",
    )
    .bind::<Timestamptz, _>(now.plus(-BACK).utc())
    .get_result(tx.conn())?;
    Ok((row.came, row.lost))
}
