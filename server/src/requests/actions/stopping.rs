//! The brake: what was approved is stopped as long as nothing of it is gone.

use super::{change_under, checked_reason, event, reasoned};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::Once;
use crate::floor::tools::Tools;
use crate::requests::model::{Plan, PlanState, Request, Stage};
use crate::requests::queries::{fulfilling, plans};

/// Stops what is to be carried out, or is, before the first step that nothing brings back. The request is open again, and its
/// plan is read anew by whoever goes on.
pub async fn stop_carrying(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    reason: Personal,
    once: Option<Once>,
) -> Result<Request> {
    checked_reason(&reason)?;
    let approves = caller.permit(Permission::ApprovePlans, at.tenant);
    let scope = approves.or_else(|_| caller.permit(Permission::WorkRequests, at.tenant))?;
    change_under(tools, scope, (at, version), once, move |tx, desk, request| {
        let Stage::InProgress { plan, .. } = request.stage else {
            return Err(Error::refused("ILLEGAL_STEP", "nothing of it is being carried out"));
        };
        if fulfilling::is_begun(tx, request.id)? {
            return Err(begun());
        }
        let plan = plans::get(tx, plan)?;
        let told = event("request.stopped", &request).digest("plan", &plan.digest);
        plans::save(tx, &Plan { state: PlanState::Superseded, decided: None, ..plan })?;
        let stopped = Request { stage: request.stage.reopen()?, ..request };
        let why = reasoned(tx, desk, &stopped, &reason)?;
        Ok((stopped, vec![told, why]))
    })
    .await
}

/// What is said to whoever wants back what is gone.
pub(super) fn begun() -> Error {
    Error::refused("BEGUN", "it was begun, and what is gone does not come back: it is carried out to its end")
}
