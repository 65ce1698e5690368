//! What the page says people may ask for can be asked for here, and gets to whoever works it.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::{Error, Result};
use crate::floor::regulations::{self, Right};
use crate::requests::{self, SubjectKind};

pub const CHECK: Check = Check::hourly(
    "rights_offered",
    "each right that is meant stands in the policy for somebody, is offered to them, and has a playbook that it is worked by; \
     and no request whose person is proved for an hour waits outside the queue or stands in it without a date",
    "{ requests(first: 50) { nodes { reference right stage due { on } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let policy = asked.policy();
    let listed = policy.rights.iter().map(|right| right.right.get_ref().as_str());
    let meant: Vec<&str> =
        if asked.of.is_empty() { listed.collect() } else { asked.of.iter().map(String::as_str).collect() };
    let rights: Vec<Right> = meant.iter().filter_map(|code| Right::from_code(code)).collect();
    let book = regulations::shipped().map_err(|fault| Error::internal(fault.to_string()))?;
    let kinds = [SubjectKind::Member, SubjectKind::Shopper, SubjectKind::Visitor];
    let is_offered = |right: Right| {
        kinds.iter().any(|kind| requests::offered(policy, *kind, book, None).contains(&right))
            && requests::playbook(right).is_ok()
    };
    let missing: Vec<String> = rights
        .iter()
        .filter(|right| !is_offered(**right))
        .map(|right| format!("nobody can ask for {right} here"))
        .collect();
    let (asked_for, stuck) = asked.desk(requests::reach_the_desk).await?;
    let able = rights.len() - missing.len();
    let figure = format!("{able} of {} rights, {asked_for} requests in 90 days", rights.len());
    let mut faults = missing;
    faults.extend(super::counted([(stuck, "requests are proved and did not get to the queue, or have no date")]));
    Ok(Look::unless(figure, &faults).only_if(!rights.is_empty(), "no right that people ask for is meant"))
}
