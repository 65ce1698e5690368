//! Saying no, lawfully: on a ground, with a reason in words, and with all that the law wants named beside it.

use super::closing::close;
use super::messaging::queue_letter;
use super::{change, checked_reason, event, reasoned};
use crate::floor::access::Caller;
use crate::floor::kernel::{Personal, Ref, RequestId, Result};
use crate::floor::ledger::Once;
use crate::floor::tools::Tools;
use crate::requests::clocks::Times;
use crate::requests::letters::Slots;
use crate::requests::model::{Ground, MessageKind, Outcome, Request};

/// Refuses what was asked. That is an answer, and meets the date of one.
pub async fn refuse(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    ground: Ground,
    reason: Personal,
    once: Option<Once>,
) -> Result<Request> {
    checked_reason(&reason)?;
    change(tools, caller, (at, version), once, move |tx, desk, request| {
        let must_name = Times::of(tx, &request)?.must_name()?;
        let closed = Request { ground: Some(ground), ..close(tx, request, Outcome::Refused)? };
        let why = reasoned(tx, desk, &closed, &reason)?;
        let slots = Slots { reason: Some(reason), ground: Some(ground), must_name, ..Slots::default() };
        queue_letter(tx, desk, &closed, MessageKind::Refused, slots)?;
        let told = event("request.refused", &closed).code("ground", ground.code());
        Ok((closed, vec![told, why]))
    })
    .await
}
