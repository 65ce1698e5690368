//! What was done is certified once nothing of the person is left and every recipient has ended, or when the answer is due, with
//! those named that are still awaited. A recipient that settles later gives a supplement; nothing is written anew.

use chrono::Duration;

use super::super::certificate::Certified;
use super::settling::answer_in_time;
use super::{Ran, Stood, came};
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{Instant, Result};
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::vault::epochs;
use crate::propagation::{self, Told};
use crate::requests::actions::event;
use crate::requests::asking;
use crate::requests::fulfil::{Carrier, Ground};
use crate::requests::jobs::CarryOut;
use crate::requests::model::{Request, Step, StepState};
use crate::requests::queries::{clocks, fulfilling};
use crate::subjects;

/// How long before its last moment an answer goes out, whoever is still awaited.
const IN_TIME: Duration = Duration::days(1);

/// From when on an answer waits for nobody any more.
pub fn answered_from(request: &Request) -> Option<Instant> {
    request.due.as_ref().map(|due| due.at.plus(-IN_TIME))
}

pub async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let steps = fulfilling::steps(tx, ground.plan.id)?;
        let tasks = propagation::tasks_of(tx, ground.request.id)?;
        if tasks.iter().all(Told::has_ended) {
            let mut told = certify(tx, &inside, ground, (&steps, &tasks))?;
            told.extend(ground.done(tx, &own, 0, None)?);
            return Ok(Some((true, told)));
        }
        let from = answered_from(&ground.request);
        if from.is_some_and(|from| from <= ground.now) && ground.request.answered_at.is_none() {
            let mut told = certify(tx, &inside, ground, (&steps, &tasks))?;
            told.extend(answer_in_time(tx, &inside, ground, (&steps, &tasks))?);
            return Ok(Some((false, told)));
        }
        let told = await_others(tx, ground, (&own, from))?;
        Ok(Some((false, told)))
    });
    Ok(match stood.await? {
        Stood::Done(true) => Ran::Done,
        Stood::Done(false) => Ran::Waits,
        other => came(&other),
    })
}

/// Recipients are waited for; at the first look somebody is sent who looks again when the answer has to go out.
pub fn await_others(tx: &mut WriteTx, ground: &Ground, (step, from): (&Step, Option<Instant>)) -> Result<Vec<Event>> {
    if step.attempt == 0
        && let Some(from) = from
    {
        let _ = jobs::redeem(tx, Ticket::of(&CarryOut { request: ground.request.id })?.due(from));
    }
    fulfilling::note_step(tx, step, StepState::Waiting, (0, None))?;
    Ok(vec![event("request.recipients_awaited", &ground.request)])
}

fn certify(
    tx: &mut WriteTx,
    carrier: &Carrier,
    ground: &Ground,
    (steps, tasks): (&[Step], &[Told]),
) -> Result<Vec<Event>> {
    let id = ground.request.id;
    let before = fulfilling::certificates(tx, id)?.pop();
    let mut regimes: Vec<String> = clocks::of(tx, id)?.into_iter().map(|row| row.clock.basis.regime.clone()).collect();
    regimes.sort();
    regimes.dedup();
    // What was waited for may have ended after this transaction began.
    let ends = tasks.iter().filter_map(|task| task.ended_at).chain(steps.iter().filter_map(|step| step.finished_at));
    let now = ends.max().map_or(ground.now, |last| last.max(ground.now));
    let is_whole = asking::whole(&ground.request).is_some() && !ground.request.is_test;
    let started_at = steps.iter().filter_map(|step| step.begun_at).min().unwrap_or(ground.now);
    let certified = Certified {
        request: &ground.request,
        plan: &ground.plan,
        subject: ground.persons.first().copied().filter(|_| !is_whole),
        regimes,
        policy_version: *carrier.by_what.policy().version.get_ref(),
        started_at,
        now,
        steps,
        tasks,
        // One line stands in the journal for everybody of a shop or an account.
        tombstones: if is_whole { 1 } else { subjects::standing(tx, &ground.persons)? },
        gone_by: epochs::gone_by(tx)?,
        head: fulfilling::head(tx)?,
        before: before.as_ref(),
    };
    let certificate = certified.sign(&carrier.tools.vault.sign_key()?)?;
    fulfilling::add_certificate(tx, &certificate)?;
    let told = event("request.certified", &ground.request).digest("certificate", &certificate.digest);
    Ok(vec![told.count("number", u64::from(certificate.number.unsigned_abs()))])
}
