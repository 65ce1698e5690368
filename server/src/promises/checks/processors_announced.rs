//! A sub-processor that comes, or comes to do something else, was told of in time to object.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::catalogue::first_version;
use crate::floor::kernel::{Instant, Result};
use crate::processors::{Entry, Processor, ProcessorState, Told, Version, of_coming, on_record};

pub const CHECK: Check = Check::daily(
    "processors_announced",
    "each sub-processor that came onto the list, or came to do something else, was announced before, and the window to object \
     ran out before it held; the list with which the desk began was nobody's change",
    "{ notices { nodes { kind policyVersion announcedAt objectionUntil processor { code } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let seen = asked.house(|tx| Ok((on_record(tx)?, of_coming(tx)?, first_version(tx)?)));
    let (record, told, first) = seen.await?;
    let is_in_force = |one: &&Processor| {
        matches!(one.state, ProcessorState::InForce | ProcessorState::Ending) && asked.is_about(&one.code)
    };
    let (mut changes, mut faults) = (0, Vec::new());
    for processor in record.iter().filter(is_in_force) {
        for (version, held_at) in held(processor).filter(|(version, _)| Some(version.policy_version) != first) {
            let notice =
                told.iter().find(|one| one.processor == processor.id && one.policy_version == version.policy_version);
            if notice.is_none() && is_reworded(processor, version) {
                continue;
            }
            changes += 1;
            faults.extend(fault(processor, version, held_at, notice));
        }
    }
    let kept = changes - faults.len();
    let look = Look::unless(format!("{kept} of {changes} changes of sub-processors"), &faults);
    Ok(look.only_if(changes > 0, "no sub-processor has come or changed since the desk began"))
}

/// What the list said of one while it held, and since when.
fn held(processor: &Processor) -> impl Iterator<Item = (&Version, Instant)> {
    processor.versions.iter().filter_map(|version| Some((version, version.in_force_at?)))
}

/// Whether this took the place of what means the same, the day that ended.
fn is_reworded(processor: &Processor, version: &Version) -> bool {
    let meaning = |entry: &Entry| (entry.name.clone(), entry.regions.clone(), entry.transfer);
    held(processor).any(|(before, _)| {
        before.until_on == Some(version.from_on)
            && before.policy_version < version.policy_version
            && meaning(&before.entry) == meaning(&version.entry)
    })
}

fn fault(processor: &Processor, version: &Version, held_at: Instant, told: Option<&Told>) -> Option<String> {
    let what = || format!("{} under version {}", processor.code, version.policy_version);
    let Some(told) = told else { return Some(format!("{} was not announced", what())) };
    if told.announced_at >= held_at.utc() {
        return Some(format!("{} was announced when it held already", what()));
    }
    let until = told.objection_until.filter(|until| *until > held_at.day().0)?;
    Some(format!("{} held before {until}, until when merchants could object", what()))
}
