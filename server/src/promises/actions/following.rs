//! The ledger follows the policy: a row per promise of the version that comes into force. What it said before stays on
//! record, and a sentence that comes back takes its history up again.

use std::collections::HashMap;

use crate::floor::kernel::{Instant, PromiseId, Result};
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::policy::{self, Adopted, Moment, Turn};
use crate::floor::vault::Vault;
use crate::promises::checks::{self, Way};
use crate::promises::model::{Promise, PromiseState, Standing};
use crate::promises::queries;

/// Only what comes into force is promised.
pub fn follow(tx: &mut WriteTx, _vault: &Vault, turn: &Turn<'_>) -> Result<Vec<Event>> {
    if turn.moment != Moment::InForce {
        return Ok(Vec::new());
    }
    let now = tx.now()?;
    let mut known: HashMap<String, Promise> =
        queries::all(tx)?.into_iter().map(|promise| (promise.code.clone(), promise)).collect();
    let (mut made, mut kept, mut past) = (0, 0, 0);
    for (place, said) in turn.after.policy.promises.iter().enumerate() {
        let fresh = begun(turn.after, place, said, now);
        match known.remove(&fresh.code) {
            None => {
                queries::add(tx, fresh.clone())?;
                queries::note(tx, &fresh, now)?;
                made += 1;
            }
            Some(before) => {
                let taken_up = taken_up(before.clone(), fresh);
                if taken_up.standing != before.standing {
                    queries::note(tx, &taken_up, now)?;
                }
                queries::save(tx, taken_up)?;
                kept += 1;
            }
        }
    }
    for gone in known.into_values().filter(|promise| promise.state == PromiseState::Active) {
        queries::save(tx, Promise { state: PromiseState::Past, look_at: None, ..gone })?;
        past += 1;
    }
    let told = Event::new("promises.followed", "policy", turn.after.id.uuid());
    Ok(vec![told.count("made", made).count("kept", kept).count("past", past)])
}

/// A promise that nobody has looked at.
fn begun(adopted: &Adopted, place: usize, said: &policy::Promise, now: Instant) -> Promise {
    let policy = &adopted.policy;
    let first = policy.first_locale();
    let in_first = |text: &policy::Text| text.in_locale(first, first).to_owned();
    let check = said.check.as_ref().map(|check| check.get_ref().clone());
    let why = match &check {
        None => said.unmeasured.as_ref().map(in_first),
        Some(name) => checks::find(name).and_then(|check| match check.way {
            Way::Waits(whom) => Some(format!("waits for {whom}")),
            Way::Looks(_) => None,
        }),
    };
    Promise {
        id: PromiseId::fresh(),
        policy: adopted.id,
        code: said.code.get_ref().clone(),
        place: i32::try_from(place).unwrap_or(i32::MAX),
        section: in_first(&said.section),
        text: in_first(&said.text),
        standing: if check.is_some() { Standing::NotYetMeasured } else { Standing::NotMeasurable },
        check,
        state: PromiseState::Active,
        figure: None,
        why,
        since: now,
        checked_at: None,
        look_at: None,
    }
}

/// The row that stood before, as the new version says it. Measured by the same check, it stands as it stood, and is looked
/// at anew at once: what the check looks at may have changed.
fn taken_up(before: Promise, fresh: Promise) -> Promise {
    if before.check == fresh.check {
        let Promise { policy, place, section, text, state, .. } = fresh;
        Promise { policy, place, section, text, state, look_at: None, ..before }
    } else {
        Promise { id: before.id, checked_at: before.checked_at, ..fresh }
    }
}
