//! The kinds of things that are reviewed, a line each: how all of a kind are read and counted, how one is taken away by
//! the slice that keeps it, and what of it is less than it was. No kind decides anything.

mod apps;
mod scopes;
mod staff;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::model::{Extract, Facts, Found, Lines, ReviewSubject};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Result, StaffId};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;

/// Grows whenever a query of any kind reads otherwise; `docs/formats.md` says what each version reads.
pub const QUERY_VERSION: i32 = 1;

/// One kind of thing that is reviewed.
pub struct Kind {
    pub subject: ReviewSubject,
    /// What the books call such an object.
    pub noun: &'static str,
    /// What the books say when one goes or is narrowed: the proof names the link.
    pub endings: &'static [&'static str],
    /// All that may do something, or one object, as it stands in the transaction and as the policy judges it.
    pub extract: fn(&mut Tx, &Policy, Option<Uuid>) -> Result<Vec<Found>>,
    /// How many rows that is, counted apart from reading them.
    pub count: fn(&mut Tx) -> Result<i64>,
    /// Has the slice that keeps it take it away. What was begun already is not begun again.
    pub revoke: for<'a> fn(&'a Tools, &'a Found) -> BoxFuture<'a, Result<()>>,
    /// Whether the second may less than the first, and nothing more.
    pub is_narrower: fn(&Facts, &Facts) -> bool,
}

pub const KINDS: &[Kind] = &[apps::KIND, scopes::KIND, staff::KIND];

/// The kind of this subject.
pub fn kind(subject: ReviewSubject) -> Result<&'static Kind> {
    let kind = KINDS.iter().find(|kind| kind.subject == subject);
    kind.ok_or_else(|| Error::invalid("covers", format!("{subject} cannot be reviewed here")))
}

/// Every row of these kinds in one snapshot, in their order. What is read is held against what is counted: a row that a
/// query loses is found out here.
pub fn take(tx: &mut Tx, policy: &Policy, covers: &[ReviewSubject]) -> Result<(Extract, Vec<Found>)> {
    let (mut counted, mut rows) = (Vec::new(), Vec::new());
    for subject in covers {
        let kind = kind(*subject)?;
        let found = (kind.extract)(tx, policy, None)?;
        let count = (kind.count)(tx)?;
        if i64::try_from(found.len()).ok() != Some(count) {
            return Err(Error::internal(format!("an extract of {subject} read {} rows of {count}", found.len())));
        }
        counted.push((*subject, count));
        rows.extend(found);
    }
    rows.sort_by(Found::order);
    let mut lines = Lines::default();
    rows.iter().try_for_each(|row| lines.add(row))?;
    let extract = Extract { taken_at: tx.now()?, query_version: QUERY_VERSION, counted, digest: lines.digest() };
    Ok((extract, rows))
}

/// The same thing as it stands now; none where it is gone.
pub async fn look(tools: &Tools, then: &Found) -> Result<Option<Found>> {
    let (extract, object, part) = (kind(then.subject)?.extract, then.object, then.part.clone());
    let scope = Caller::house().permit(Permission::KeepHouse, then.tenant)?;
    let policy = tools.policy.in_force()?;
    let rows = tools.ledger.read(&scope, move |tx| extract(tx, &policy.policy, Some(object))).await?;
    Ok(rows.into_iter().find(|row| row.part == part))
}

/// Whether the words of one name are the same or fewer, and whether they are fewer.
fn fewer(name: &str, then: &Facts, now: &Facts) -> (bool, bool) {
    let (before, after) = (then.words(name), now.words(name));
    let within = after.iter().all(|word| before.contains(word));
    (within, within && after.len() < before.len())
}

/// How the facts say that something is without end, or never was.
const NEVER: &str = "never";

fn line(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// The policy that something was judged by.
fn policy_line(policy: &Policy) -> String {
    format!("{} {}", policy.name.get_ref(), policy.version.get_ref())
}

/// Those who may not decide: of the desk's own people whoever gave it, as the books name them, and who is reviewed.
fn barred(givers: &[String], reviewed: Option<StaffId>) -> Vec<StaffId> {
    let givers = givers.iter().filter_map(|actor| actor.strip_prefix("staff:")?.parse().ok());
    let mut barred: Vec<StaffId> = givers.map(StaffId::from_uuid).chain(reviewed).collect();
    barred.sort_unstable();
    barred.dedup();
    barred
}
