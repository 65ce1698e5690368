//! A shopper asked the operator about data that a merchant decides about: the merchant is told at once, and the shopper is
//! told who answers. The request stays open, with its dates: what the merchant decides is carried out here.

use super::messaging::queue_letter;
use super::{change, checked_reason, event, is_answered_to_the_person, reasoned};
use crate::floor::access::Caller;
use crate::floor::jobs;
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::Once;
use crate::floor::tools::Tools;
use crate::requests::jobs::TellMerchant;
use crate::requests::letters::Slots;
use crate::requests::model::{DataRole, MessageKind, Request};
use crate::requests::queries::requests;

/// What the book calls it.
const HANDED_ON: &str = "request.handed_on";

/// Hands a request on to the merchant who decides about the data, once.
pub async fn hand_on(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    reason: Option<Personal>,
    once: Option<Once>,
) -> Result<Request> {
    if let Some(reason) = &reason {
        checked_reason(reason)?;
    }
    change(tools, caller, (at, version), once, move |tx, desk, request| {
        if let Some(why) = barred(&request) {
            return Err(why);
        }
        if requests::is_told(tx, request.id, HANDED_ON)? {
            return Err(Error::refused("HANDED_ON", "the merchant has it already: ask them how far they are"));
        }
        let mut told = vec![event(HANDED_ON, &request)];
        if let Some(reason) = &reason {
            told.push(reasoned(tx, desk, &request, reason)?);
        }
        queue_letter(tx, desk, &request, MessageKind::HandedOn, Slots { reason, ..Slots::default() })?;
        if !request.is_test {
            jobs::enqueue(tx, &TellMerchant { request: request.id })?;
        }
        Ok((request, told))
    })
    .await
}

/// Why there is nobody to hand it on to.
fn barred(request: &Request) -> Option<Error> {
    if request.stage.is_closed() {
        return Some(Error::refused("ILLEGAL_STEP", "it cannot be handed on: it is closed"));
    }
    if request.role == DataRole::Controller {
        return Some(Error::refused("OURS_TO_ANSWER", "the operator itself decides about these data: answer it here"));
    }
    let is_theirs = !request.is_test && !is_answered_to_the_person(request);
    is_theirs.then(|| Error::refused("CAME_FROM_THE_MERCHANT", "the merchant's own side asked for it: answer it there"))
}
