//! How a request ends, but for a refusal: it was settled by hand, taken back, nothing anybody asked, or asked before.

use super::messaging::queue_letter;
use super::stopping::begun;
use super::{change, checked_reason, event, reasoned};
use crate::floor::access::Caller;
use crate::floor::jobs;
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::{Once, WriteTx};
use crate::floor::tools::Tools;
use crate::requests::clocks;
use crate::requests::jobs::{CarryOut, SealEvidence};
use crate::requests::letters::Slots;
use crate::requests::model::{MessageKind, Outcome, Request, Stage};
use crate::requests::queries::{fulfilling, plans, requests};

/// The request as it is once it ended so: an answer meets its dates, and so does what asks for no answer any more.
pub(in crate::requests) fn close(tx: &mut WriteTx, request: Request, outcome: Outcome) -> Result<Request> {
    let now = tx.now()?;
    let is_carried_out = matches!(outcome, Outcome::Fulfilled | Outcome::PartlyFulfilled);
    if let Stage::InProgress { plan, .. } = request.stage {
        let is_stuck =
            if is_carried_out { fulfilling::is_half_done(tx, plan)? } else { fulfilling::is_begun(tx, request.id)? };
        if is_stuck {
            return Err(begun());
        }
    }
    let stage = request.stage.close(now, outcome)?;
    let is_answer = matches!(outcome, Outcome::Fulfilled | Outcome::PartlyFulfilled | Outcome::Refused);
    let answered_at = request.answered_at.or(is_answer.then_some(now));
    clocks::end(tx, request.id, now)?;
    plans::let_go(tx, request.id, matches!(request.stage, Stage::AwaitingApproval { .. }))?;
    let closed = Request { stage, answered_at, ..request };
    seal(tx, &closed)?;
    if fulfilling::has_matches(tx, closed.id)? {
        // What was put aside to carry it out goes, as soon as nobody waits for it.
        jobs::enqueue(tx, &CarryOut { request: closed.id })?;
    }
    Ok(closed)
}

/// What proves how a request ended is sealed, and whatever is added to it later in evidence that continues that. Of what
/// nobody asked there is nothing to prove. The request is held, or what is added as it is closed would be told by neither.
pub(in crate::requests) fn seal(tx: &mut WriteTx, request: &Request) -> Result<()> {
    if matches!(request.stage, Stage::Closed { outcome, .. } if outcome != Outcome::Spam) {
        jobs::enqueue(tx, &SealEvidence { request: request.id })?;
    }
    Ok(())
}

/// The person does not want it any more.
pub async fn withdraw(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    once: Option<Once>,
) -> Result<Request> {
    change(tools, caller, (at, version), once, |tx, desk, request| {
        let closed = close(tx, request, Outcome::Withdrawn)?;
        queue_letter(tx, desk, &closed, MessageKind::Withdrawn, Slots::default())?;
        let told = event("request.withdrawn", &closed).code("by", "staff");
        Ok((closed, vec![told]))
    })
    .await
}

/// Nobody asked for anything: it is set aside without a word.
pub async fn mark_spam(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    once: Option<Once>,
) -> Result<Request> {
    change(tools, caller, (at, version), once, |tx, _, request| {
        let closed = close(tx, request, Outcome::Spam)?;
        let told = event("request.set_aside", &closed);
        Ok((closed, vec![told]))
    })
    .await
}

/// The same was asked already, and is answered there: the person is told under which reference.
pub async fn join(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    original: RequestId,
    once: Option<Once>,
) -> Result<Request> {
    change(tools, caller, (at, version), once, move |tx, desk, request| {
        if original == request.id {
            return Err(Error::invalid("original", "name another request than this one"));
        }
        // Held too: two that are joined to each other at once would be answered nowhere.
        let first = requests::lock(tx, original).map_err(|error| match error {
            Error::NotFound(_) => Error::invalid("original", "this merchant has no such request"),
            other => other,
        })?;
        if first.right != request.right {
            return Err(Error::refused("OTHER_RIGHT", "that one asks for another right: both are answered"));
        }
        if matches!(first.stage, Stage::Closed { outcome: Outcome::Duplicate | Outcome::Spam, .. }) {
            return Err(Error::refused("ILLEGAL_STEP", "that one is answered nowhere: choose the one that is"));
        }
        let closed = Request { original: Some(original), ..close(tx, request, Outcome::Duplicate)? };
        let slots = Slots { original: Some(first.reference), ..Slots::default() };
        queue_letter(tx, desk, &closed, MessageKind::Joined, slots)?;
        let told = event("request.joined", &closed);
        Ok((closed, vec![told]))
    })
    .await
}

/// What was asked was done by hand, as the words say. They go to the person.
pub async fn settle_by_hand(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    is_whole: bool,
    reason: Personal,
    once: Option<Once>,
) -> Result<Request> {
    checked_reason(&reason)?;
    change(tools, caller, (at, version), once, move |tx, desk, request| {
        let outcome = if is_whole { Outcome::Fulfilled } else { Outcome::PartlyFulfilled };
        let closed = close(tx, request, outcome)?;
        let why = reasoned(tx, desk, &closed, &reason)?;
        let slots = Slots { words: Some(reason), ..Slots::default() };
        queue_letter(tx, desk, &closed, MessageKind::Answered, slots)?;
        let told = event("request.settled", &closed).code("outcome", outcome.code());
        Ok((closed, vec![told, why]))
    })
    .await
}
