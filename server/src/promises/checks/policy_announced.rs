//! A change of the policy is told before it holds.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::catalogue::lead_times;
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::daily(
    "policy_announced",
    "between the announcement of each version and the day it came into force lay at least the days that are promised; the \
     first, with which the desk began, was nobody's change",
    "{ policyVersions { nodes { version publishedAt inForceAt } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let promised = i64::from(asked.policy().announces.days);
    let changes = asked.house(lead_times).await?;
    let early: Vec<String> = changes
        .iter()
        .filter(|(_, days)| *days < promised)
        .map(|(version, days)| {
            format!("version {version} was announced {days} days before, and {promised} are promised")
        })
        .collect();
    let kept = changes.len() - early.len();
    let look = Look::unless(format!("{kept} of {} changes, {promised} days before", changes.len()), &early);
    Ok(look.only_if(!changes.is_empty(), "the policy has not changed yet"))
}
