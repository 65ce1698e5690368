//! The brake: what was approved is stopped as long as nothing of it is gone; and how far the rest has come.

use super::{change_under, checked_reason, event, reasoned};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::{Once, Tx};
use crate::floor::tools::Tools;
use crate::requests::model::{Certificate, Plan, PlanState, Request, Stage, Step};
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

/// The steps of the plan of a request that was begun last, in their order. None before anything was begun.
pub async fn list_steps(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Step>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx: &mut Tx| {
        let mut steps = fulfilling::steps_of(tx, at.id)?;
        // Ids of plans are in the order in which they were drawn.
        let last = steps.last().map(|step| step.plan);
        steps.retain(|step| Some(step.plan) == last);
        Ok(steps)
    });
    found.await
}

/// What was certified of a request, the first one first.
pub async fn list_certificates(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Certificate>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| fulfilling::certificates(tx, at.id)).await
}
