//! What the checks of promises count of requests, over all tenants: codes, dates and numbers. Tests are in none of them.

use chrono::Duration;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};
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

/// How prompt the deletion of a child's data is, once it was known.
const PROMPT: Duration = Duration::days(7);

/// From then on it is about to be late.
const PRESSING: Duration = Duration::days(4);

/// How far back deletions are looked at.
const YEAR: Duration = Duration::days(365);

/// How deletions stand that are to be prompt, or in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Deletions {
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// Of those that were done.
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

/// How prompt children's data went, counted from when it was known that it is a child's.
pub fn children(tx: &mut Tx) -> Result<Deletions> {
    let now = tx.now()?;
    let row = statement(
        "select count(*) filter (where closed_at is not null) as done,
                count(*) filter (where closed_at is not null and closed_at > known_at + make_interval(days => ?)) as late,
                count(*) filter (where closed_at is null) as open,
                count(*) filter (where closed_at is null and known_at <= ?) as overdue,
                count(*) filter (where closed_at is null and known_at > ? and known_at <= ?) as soon
           from (select closed_at, coalesce(opened_at, received_at) as known_at from requests
                  where right_code = 'deletion' and special_case = 'child' and not is_test and stage <> 'received'
                    and (stage <> 'closed' or outcome in ('fulfilled', 'partly_fulfilled'))
                    and (closed_at is null or closed_at > ?)) as of_children",
    )
    .bind::<Integer, _>(i32::try_from(PROMPT.num_days()).unwrap_or(i32::MAX))
    .bind::<Timestamptz, _>(now.plus(-PROMPT).utc())
    .bind::<Timestamptz, _>(now.plus(-PROMPT).utc())
    .bind::<Timestamptz, _>(now.plus(-PRESSING).utc())
    .bind::<Timestamptz, _>(now.plus(-YEAR).utc())
    .get_result(tx.conn())?;
    Ok(row)
}

/// How deletions stand that somebody asked for before anything would have gone by itself: those that were carried out, and
/// those that are worked. Late is what was answered after its day.
pub fn early_deletions(tx: &mut Tx) -> Result<Deletions> {
    let now = tx.now()?;
    let row = statement(
        "select count(*) filter (where r.closed_at is not null) as done,
                count(*) filter (where r.closed_at is not null and coalesce(r.answered_at, r.closed_at) >= r.due_at) as late,
                count(*) filter (where r.closed_at is null) as open,
                count(*) filter (where r.closed_at is null and r.answered_at is null and r.due_at <= ?) as overdue,
                count(*) filter (where r.closed_at is null and r.answered_at is null and r.due_at > ? and r.due_at <= ?) as soon
           from requests r
          where r.right_code = 'deletion' and not r.is_test and r.special_case is distinct from 'closure'
            and (r.stage in ('open', 'awaiting_approval', 'in_progress')
                 or r.stage = 'closed' and r.closed_at > ?
                    and exists (select from request_steps s
                                 where s.tenant_id = r.tenant_id and s.request_id = r.id and s.name = 'scan' and s.state = 'done'))",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Timestamptz, _>(now.plus(SOON).utc())
    .bind::<Timestamptz, _>(now.plus(-YEAR).utc())
    .get_result(tx.conn())?;
    Ok(row)
}

/// How far deletions reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Reach {
    /// Carried out to their end.
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// Of those, whose look for what is left was never clean.
    #[diesel(sql_type = BigInt)]
    pub unscanned: i64,
    /// Of those, without a certificate.
    #[diesel(sql_type = BigInt)]
    pub uncertified: i64,
    /// Of those, with a recipient who was told and has not ended.
    #[diesel(sql_type = BigInt)]
    pub unheard: i64,
}

/// How far the deletions of the last year reached that took something away.
pub fn reach_of_deletions(tx: &mut Tx) -> Result<Reach> {
    let now = tx.now()?;
    let row = statement(
        "select count(*) as done,
                count(*) filter (where not exists
                  (select from request_steps s where s.tenant_id = r.tenant_id and s.request_id = r.id
                                                  and s.name = 'scan' and s.state = 'done')) as unscanned,
                count(*) filter (where not exists
                  (select from certificates c where c.tenant_id = r.tenant_id and c.request_id = r.id)) as uncertified,
                count(*) filter (where exists
                  (select from recipient_tasks t where t.tenant_id = r.tenant_id and t.request_id = r.id
                      and t.state not in ('done', 'already_gone', 'refused', 'given_up'))) as unheard
           from requests r
          where r.right_code = 'deletion' and r.stage = 'closed' and r.closed_at > ?
            and r.outcome in ('fulfilled', 'partly_fulfilled')
            and exists (select from request_steps s where s.tenant_id = r.tenant_id and s.request_id = r.id
                                                       and s.name = 'tombstone' and s.state = 'done')",
    )
    .bind::<Timestamptz, _>(now.plus(-YEAR).utc())
    .get_result(tx.conn())?;
    Ok(row)
}

/// How accounts ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Ended {
    /// Accounts that are over.
    #[diesel(sql_type = BigInt)]
    pub closed: i64,
    /// Of those, whose data went.
    #[diesel(sql_type = BigInt)]
    pub gone: i64,
    /// Of those, whose data went after its window, or is there still although that is over.
    #[diesel(sql_type = BigInt)]
    pub late: i64,
    /// Of those that have their data, whose window is nearly over.
    #[diesel(sql_type = BigInt)]
    pub soon: i64,
}

/// How accounts ended whose data is to be gone so long after.
pub fn ended_accounts(tx: &mut Tx, window: Duration) -> Result<Ended> {
    const NEAR: Duration = Duration::days(5);
    let now = tx.now()?;
    let days = i32::try_from(window.num_days()).unwrap_or(i32::MAX);
    let row = statement(
        "select count(*) as closed, count(*) filter (where gone_at is not null) as gone,
                count(*) filter (where coalesce(gone_at, ?) > closed_at + make_interval(days => ?)) as late,
                count(*) filter (where gone_at is null and ? <= closed_at + make_interval(days => ?)
                                   and ? > closed_at + make_interval(days => ?)) as soon
           from (select t.closed_at,
                        (select min(s.finished_at) from requests r
                           join request_steps s on s.tenant_id = r.tenant_id and s.request_id = r.id
                          where r.tenant_id = t.tenant_id and r.special_case in ('closure', 'account')
                            and s.name = 'scan' and s.state = 'done') as gone_at
                   from tenants t where t.state = 'closed') as over",
    )
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Integer, _>(days)
    .bind::<Timestamptz, _>(now.utc())
    .bind::<Integer, _>(days)
    .bind::<Timestamptz, _>(now.plus(NEAR).utc())
    .bind::<Integer, _>(days)
    .get_result(tx.conn())?;
    Ok(row)
}
