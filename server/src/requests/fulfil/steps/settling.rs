//! What it came to: every line has somebody's word, or the answer is due and says what is still awaited. The answer goes to the
//! person, and with the end go the means by which the request was carried out.

use super::certifying::{answered_from, await_others};
use super::{Ran, Stood, came};
use crate::floor::kernel::{Error, Result};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::regulations::Kind;
use crate::floor::vault::RequestKey;
use crate::propagation::{self, Told};
use crate::requests::actions::{Slots, close, event, queue_letter, seal};
use crate::requests::clocks::{self, Times};
use crate::requests::fulfil::receipts::sworn;
use crate::requests::fulfil::rest::{Names, rest};
use crate::requests::fulfil::{Carrier, Ground};
use crate::requests::letters::Rest;
use crate::requests::model::{MessageKind, Outcome, Request, Stage, Step, StepName, StepState};
use crate::requests::playbooks::{self, Receipt, Settlement};
use crate::requests::queries::{fulfilling, requests};

pub async fn settle(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let steps = fulfilling::steps(tx, ground.plan.id)?;
        let tasks = propagation::tasks_of(tx, ground.request.id)?;
        let receipts = sworn(&ground.plan, &steps, &tasks);
        let settlement = playbooks::of(ground.request.right)?.settle(&ground.plan.lines, &receipts);
        let is_open = !tasks.iter().all(Told::has_ended);
        let outcome = match settlement {
            // What is only tried is done once it was looked at.
            _ if ground.request.is_test => Outcome::Fulfilled,
            Settlement::Whole if !is_open => Outcome::Fulfilled,
            Settlement::InPart(_) if !is_open => Outcome::PartlyFulfilled,
            _ => {
                let from = answered_from(&ground.request);
                let is_due = from.is_some_and(|from| from <= ground.now) && ground.request.answered_at.is_none();
                let told = if is_due && steps.iter().all(|other| is_behind(other, &own)) {
                    answer_in_time(tx, &inside, ground, (&steps, &tasks))?
                } else {
                    await_others(tx, ground, (&own, from))?
                };
                return Ok(Some((false, told)));
            }
        };
        let rest = if outcome == Outcome::PartlyFulfilled { left(&inside, ground, &receipts) } else { Vec::new() };
        let told = end(tx, &inside, ground, (&steps, &own), (outcome, rest))?;
        Ok(Some((true, told)))
    });
    Ok(match stood.await? {
        Stood::Done(true) => Ran::Done,
        Stood::Done(false) => Ran::Waits,
        other => came(&other),
    })
}

/// Whether a step was done, or comes no sooner than this one.
fn is_behind(other: &Step, own: &Step) -> bool {
    other.state == StepState::Done || other.position >= own.position
}

/// The request ends, in the transaction that gives the answer and destroys its own key.
fn end(
    tx: &mut WriteTx,
    carrier: &Carrier,
    ground: &Ground,
    (steps, own): (&[Step], &Step),
    (outcome, rest): (Outcome, Vec<Rest>),
) -> Result<Vec<Event>> {
    let mut told = ground.done(tx, own, 0, None)?;
    if let Some(last) = steps.iter().find(|step| step.name == StepName::RequestKey) {
        let gone = fulfilling::remove_matches(tx, ground.request.id)?;
        carrier.tools.vault.forget::<RequestKey>(tx, ground.request.id.uuid())?;
        told.extend(ground.done(tx, last, gone, None)?);
    }
    let is_answered = ground.request.answered_at.is_some();
    let must_name = Times::of(tx, &ground.request)?.must_name()?;
    let closed = close(tx, ground.request.clone(), outcome)?;
    if !is_answered {
        let must_name = if outcome == Outcome::PartlyFulfilled { must_name } else { Vec::new() };
        let slots = Slots { rest, must_name, ..Slots::default() };
        queue_letter(tx, &carrier.doors.desk(), &closed, MessageKind::Answered, slots)?;
    }
    let closed = requests::save(tx, &closed)?;
    told.push(event("request.settled", &closed).code("outcome", outcome.code()));
    Ok(told)
}

/// What was put aside for a request that was ended otherwise goes, once nobody who was told of it is awaited.
pub async fn let_go(carrier: &Carrier) -> Result<()> {
    let id = carrier.request;
    let is_left = carrier.tools.ledger.read(&carrier.lane, move |tx| {
        let is_closed = matches!(requests::get(tx, id)?.stage, Stage::Closed { .. });
        Ok(is_closed && fulfilling::has_matches(tx, id)? && propagation::all_ended(tx, id)?)
    });
    if !is_left.await? {
        return Ok(());
    }
    let vault = carrier.tools.vault.clone();
    let gone = carrier.tools.ledger.write(carrier.lane.clone(), move |tx| {
        let request = requests::lock(tx, id)?;
        if !matches!(request.stage, Stage::Closed { .. }) {
            return Err(Error::Conflict);
        }
        let gone = fulfilling::remove_matches(tx, id)?;
        vault.forget::<RequestKey>(tx, id.uuid())?;
        seal(tx, &request)?;
        Ok(Witnessed::new((), event("request.means_gone", &request).count("matches", gone)))
    });
    gone.await
}

/// It goes with the end of its request: there is nothing left to be done.
pub async fn request_key(_: &Carrier, _: &Step) -> Result<Ran> {
    Ok(Ran::Done)
}

/// The person is told in time what was done, and that the rest is awaited: that meets the dates of the answer, and the request
/// goes on until everybody has settled.
pub fn answer_in_time(
    tx: &mut WriteTx,
    carrier: &Carrier,
    ground: &Ground,
    (steps, tasks): (&[Step], &[Told]),
) -> Result<Vec<Event>> {
    let partly = Stage::Closed { at: ground.now, outcome: Outcome::PartlyFulfilled };
    let must_name = Times::of(tx, &ground.request)?.must_name()?;
    let told = Request { stage: partly, ..ground.request.clone() };
    let rest = left(carrier, ground, &sworn(&ground.plan, steps, tasks));
    let must_name = if rest.is_empty() { Vec::new() } else { must_name };
    let slots = Slots { must_name, rest, awaits_others: true, ..Slots::default() };
    queue_letter(tx, &carrier.doors.desk(), &told, MessageKind::Answered, slots)?;
    clocks::meet(tx, &[ground.request.id], Kind::Answer, ground.now)?;
    let answered = Request { answered_at: Some(ground.now), ..ground.request.clone() };
    requests::save(tx, &answered)?;
    Ok(vec![event("request.answered_in_part", &answered)])
}

/// What is not done or not whole by now, as the person is told.
fn left(carrier: &Carrier, ground: &Ground, receipts: &[Receipt]) -> Vec<Rest> {
    let names = Names { policy: carrier.by_what.policy(), locale: &ground.request.locale };
    rest(&names, &ground.plan.lines, receipts)
}
