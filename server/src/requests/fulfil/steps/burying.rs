//! From here on nothing is written of the person any more. The lines of the journal outside stand, and are on the disk, before
//! the first of it commits; what was about to be done with the person is cancelled.

use super::matching::opened;
use super::{Ran, came, whole};
use crate::floor::datamap::Whose;
use crate::floor::jobs;
use crate::floor::journal::{Deed, Tombstone, Turn};
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Personal, Result, SubjectId};
use crate::floor::ledger::{Event, Witnessed};
use crate::relay;
use crate::requests::asking;
use crate::requests::fulfil::{Carrier, SUBJECT_LINE, Stood};
use crate::requests::model::{Step, StepName, StepState};
use crate::requests::queries::{fulfilling, requests};
use crate::subjects::{self, Stone, TombstoneReason};

/// Why lines of the journal are taken back where somebody placed a hold at the last moment.
const HELD: &str = "held";

/// What the step says once they were.
const TAKEN_BACK: &str = "taken_back";

pub async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let id = carrier.request;
    let request = carrier.tools.ledger.read(&carrier.lane, move |tx| requests::get(tx, id)).await?;
    if let Some(whose) = asking::whole(&request) {
        return whole::bury(carrier, step, &whose).await;
    }
    let stones = stones(carrier).await?;
    let persons = carrier.tools.ledger.read(&carrier.lane, move |tx| fulfilling::persons(tx, id)).await?;
    let subject = persons.first().copied();
    // From here on nobody takes it back: lines may stand outside that say so.
    let begun = begin(carrier, step).await?;
    if begun != Ran::Done {
        take_back(carrier).await?;
        return Ok(begun);
    }
    if let Some(subject) = subject {
        write_down(carrier, subject, &stones, (Deed::Set, TombstoneReason::Erased.code())).await?;
    }
    let (own, set) = (step.clone(), stones);
    let stood = carrier.write(Some(step), move |tx, ground| {
        // Who came in by another name since that was put aside is known by that, too: from here on nobody comes in.
        if fulfilling::is_known_by_more(tx, &own, &ground.persons)? {
            fulfilling::do_again(tx, ground.plan.id, &[StepName::Match])?;
            let told = crate::requests::actions::event("request.known_by_more", &ground.request);
            return Ok(Some((false, vec![told])));
        }
        if let Some(person) = ground.persons.first().copied() {
            fulfilling::claim(tx, ground.request.id, person)?;
        }
        let cause = (TombstoneReason::Erased, set.as_slice());
        let standing = subjects::bury(tx, &ground.persons, Some(ground.request.id), cause)?;
        relay::end_of_persons(tx, &ground.persons)?;
        let mut cancelled = 0;
        for person in &ground.persons {
            cancelled += jobs::cancel(tx, person.uuid())?;
        }
        let mut told = ground.done(tx, &own, standing.saturating_sub(own.rows.unsigned_abs()), None)?;
        let event = crate::requests::actions::event("request.person_buried", &ground.request);
        told.push(event.count("tombstones", standing).count("jobs_cancelled", cancelled));
        Ok(Some((true, told)))
    });
    let stood = stood.await?;
    if stood == Stood::SentBack {
        take_back(carrier).await?;
    }
    Ok(if stood == Stood::Done(false) { Ran::Again } else { came(&stood) })
}

/// By what the person is known again who is put aside.
async fn stones(carrier: &Carrier) -> Result<Vec<Stone>> {
    let (tenant, vault) = (carrier.lane.tenant(), &carrier.tools.vault);
    let telling = opened(carrier).await?.into_iter().filter(|one| one.tells);
    Ok(telling.flat_map(|one| subjects::stones(vault, tenant, one.kind, one.store, &one.value)).collect())
}

/// Takes back what the journal outside says of somebody whose burial was sent back. The step says that it was not done yet,
/// so that whoever dies before it is followed by one who does it.
pub async fn take_back(carrier: &Carrier) -> Result<()> {
    let id = carrier.request;
    let known = carrier.tools.ledger.read(&carrier.lane, move |tx| {
        let steps = fulfilling::steps_of(tx, id)?;
        let is_left = |step: &Step| {
            // One that was sent back as it was begun for the first time has written nothing.
            let is_begun = step.name == StepName::Tombstone && step.attempt > 1;
            is_begun && step.state == StepState::SentBack && step.outcome.is_none()
        };
        let left: Vec<Step> = steps.into_iter().filter(is_left).collect();
        let persons = if left.is_empty() { Vec::new() } else { fulfilling::persons(tx, id)? };
        Ok((left, persons))
    });
    let (left, persons) = known.await?;
    if left.is_empty() {
        return Ok(());
    }
    let request = carrier.tools.ledger.read(&carrier.lane, move |tx| requests::get(tx, id)).await?;
    if let Some(whose) = asking::whole(&request) {
        let store = if let Whose::Shop(store) = whose { Some(store) } else { None };
        whole::write_down(carrier, store, Deed::Lift).await?;
    } else if let Some(subject) = persons.first().copied() {
        let stones = stones(carrier).await?;
        // Whoever is buried by another wish, or is about to be, stays so. That one writes its lines before us or after us.
        let turn = carrier.tools.journal.tombstones.turn().await?;
        let is_anothers = carrier.tools.ledger.read(&carrier.lane, move |tx| {
            Ok(!subjects::erased(tx, &persons)?.is_empty() || fulfilling::is_buried_elsewhere(tx, id, &persons)?)
        });
        if !is_anothers.await? {
            append(carrier, turn, (subject, &stones), (Deed::Lift, HELD)).await?;
        }
    }
    let noted = carrier.tools.ledger.write(carrier.lane.clone(), move |tx| {
        for step in &left {
            fulfilling::note_outcome(tx, step, TAKEN_BACK)?;
        }
        Ok(Witnessed::new((), Event::new("request.burial_taken_back", "request", id.uuid())))
    });
    noted.await
}

/// Notes that the step was begun, once more with everything held.
pub async fn begin(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let own = step.clone();
    let stood = carrier.write(Some(step), move |tx, ground| {
        fulfilling::note_step(tx, &own, StepState::Waiting, (0, None))?;
        let told = crate::requests::actions::event("request.burying", &ground.request);
        Ok(Some(((), vec![told])))
    });
    Ok(came(&stood.await?))
}

/// Writes a line for each stone into the journal, and waits until they are on the disk.
async fn write_down(
    carrier: &Carrier,
    subject: SubjectId,
    stones: &[Stone],
    (deed, reason): (Deed, &'static str),
) -> Result<()> {
    let turn = carrier.tools.journal.tombstones.turn().await?;
    append(carrier, turn, (subject, stones), (deed, reason)).await
}

/// The same, whose turn it is.
async fn append(
    carrier: &Carrier,
    turn: Turn<Tombstone>,
    (subject, stones): (SubjectId, &[Stone]),
    (deed, reason): (Deed, &'static str),
) -> Result<()> {
    let (tenant, at) = (carrier.lane.tenant(), carrier.tools.watch.now());
    if stones.is_empty() {
        return write_nameless(carrier, turn, subject, (deed, reason)).await;
    }
    let line = |(stone, seq): (&Stone, u64)| Tombstone {
        seq,
        deed,
        tenant,
        subject,
        kind: stone.label().to_owned(),
        scope: stone.scope.clone(),
        digest: stone.digest,
        nv: NORMALISER,
        kv: stone.key,
        reason: reason.to_owned(),
        at,
    };
    let lines = stones.iter().zip(turn.standing().lines + 1..).map(line).collect();
    turn.append_all(lines, &carrier.tools.vault.sign_key()?).await?;
    Ok(())
}

/// Who goes by nothing, as a merchant's own user does, has a line all the same: it says whose rows are gone.
async fn write_nameless(
    carrier: &Carrier,
    turn: Turn<Tombstone>,
    subject: SubjectId,
    (deed, reason): (Deed, &'static str),
) -> Result<()> {
    let (tenant, at) = (carrier.lane.tenant(), carrier.tools.watch.now());
    let keys = carrier.tools.vault.suppress_keys();
    let key = keys.first().ok_or_else(|| Error::internal("no suppression key is at hand"))?;
    let digest = key.tombstone(tenant, SUBJECT_LINE, "", &Personal::new(subject.uuid().to_string()));
    let line = Tombstone {
        seq: turn.standing().lines + 1,
        deed,
        tenant,
        subject,
        kind: SUBJECT_LINE.to_owned(),
        scope: String::new(),
        digest,
        nv: NORMALISER,
        kv: key.version(),
        reason: reason.to_owned(),
        at,
    };
    turn.append(line, &carrier.tools.vault.sign_key()?).await?;
    Ok(())
}
