//! A second person reads a plan and answers for it, or sends it back in words. What was approved is named by its digest, and
//! where anything would be done that was not read, it is read again.

use chrono::Duration;

use super::agreeing::require_one_person;
use super::planning::{Draughtsman, changed, draw, drawn_now};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{Error, Flaws, Personal, PlanId, Ref, RequestId, Result, StaffId};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::Shut;
use crate::grants::Revealed;
use crate::requests::asking::CHILD;
use crate::requests::jobs::CarryOut;
use crate::requests::model::{Plan, PlanState, Request, Stage};
use crate::requests::queries::{plans, requests};
use crate::requests::{plan, playbooks};

/// How long an approved deletion waits, so that it may still be stopped.
pub const COOLING_OFF: Duration = Duration::hours(72);

/// What must be left of the time for an answer when it is over.
const BEFORE_DUE: Duration = Duration::days(2);

/// Approves the plan that waits for it. `confirm` is the reference of the request, typed by whoever approves.
pub async fn approve_plan(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    read: [u8; 32],
    confirm: &str,
    once: Option<Once>,
) -> Result<Plan> {
    let scope = caller.permit(Permission::ApprovePlans, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ApprovePlans.code()))?;
    caller.require_fresh()?;
    let (by_what, confirm) = (Draughtsman::of(tools)?, confirm.trim().to_owned());
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let (request, plan) = waiting(tx, at.id)?;
        if !confirm.eq_ignore_ascii_case(&request.reference) {
            return Err(Error::refused("WRONG_REFERENCE", "type the reference of the request that is approved"));
        }
        if plan.digest != read {
            return Err(changed());
        }
        if plan.submitted.is_some_and(|(_, submitted_by)| submitted_by == by) {
            return Err(Error::refused("SECOND_PERSON", "who submitted a plan does not approve it: ask a colleague"));
        }
        if plan::is_alike(&plan.lines, &drawn_now(tx, &by_what, &request)?) {
            approve(tx, request, plan, by)
        } else {
            Ok(draw(tx, &by_what, request, Some(by))?.witnessed())
        }
    });
    let id = PlanId::from_uuid(written.await?.id);
    let plan = tools.ledger.read(&scope, move |tx| plans::get(tx, id)).await?;
    if plan.digest == read && plan.decided.is_some() { Ok(plan) } else { Err(changed()) }
}

fn approve(tx: &mut WriteTx, request: Request, plan: Plan, by: StaffId) -> Result<Witnessed<uuid::Uuid>> {
    require_one_person(tx, &request)?;
    let now = tx.now()?;
    // What is a child's is deleted promptly.
    let is_at_once = request.case.as_deref() == Some(CHILD);
    let wait = if playbooks::of(request.right)?.cools_off() && !is_at_once { COOLING_OFF } else { Duration::zero() };
    // No date is missed for it.
    let left = request.due.as_ref().map(|due| due.at.since(now) - BEFORE_DUE);
    let wait = left.map_or(wait, |left| wait.min(left.max(Duration::zero())));
    let stage = request.stage.begin(plan.id)?;
    let plan = Plan { state: PlanState::Approved, decided: Some((now, by)), starts_at: Some(now.plus(wait)), ..plan };
    plans::save(tx, &plan)?;
    let request = requests::save(tx, &Request { stage, ..request })?;
    let carries = Ticket::of(&CarryOut { request: request.id })?.due(now.plus(wait));
    let _ = jobs::redeem(tx, carries);
    let told = Event::new("request.plan_approved", "request", request.id.uuid()).digest("plan", &plan.digest);
    Ok(Witnessed::new(plan.id.uuid(), told))
}

/// Sends the plan that waits for approval back, in words. Who submitted it may take it back too.
pub async fn return_plan(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    reason: Personal,
    once: Option<Once>,
) -> Result<Plan> {
    let approves = caller.permit(Permission::ApprovePlans, at.tenant);
    let is_approver = approves.is_ok();
    let scope = approves.or_else(|_| caller.permit(Permission::WorkRequests, at.tenant))?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ApprovePlans.code()))?;
    let mut flaws = Flaws::default();
    if reason.disclose().trim().is_empty() || reason.disclose().len() > 2_000 {
        flaws.add("reason", "say why, in up to 2000 bytes");
    }
    let (reason, vault) = (flaws.or(reason)?, tools.vault.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let (request, plan) = waiting(tx, at.id)?;
        let is_own = plan.submitted.is_some_and(|(_, submitted_by)| submitted_by == by);
        if !is_approver && !is_own {
            return Err(Error::Forbidden(Permission::ApprovePlans.code()));
        }
        let plan = Plan { state: PlanState::Returned, decided: Some((tx.now()?, by)), ..plan };
        plans::send_back(tx, &vault, request.intake, &plan, &reason)?;
        let request = requests::save(tx, &Request { stage: request.stage.reopen()?, ..request })?;
        let told = Event::new("request.plan_returned", "request", request.id.uuid()).digest("plan", &plan.digest);
        Ok(Witnessed::new(plan.id.uuid(), told))
    });
    let id = PlanId::from_uuid(written.await?.id);
    tools.ledger.read(&scope, move |tx| plans::get(tx, id)).await
}

/// A request and the plan of it that waits for a second person, held until the transaction ends.
fn waiting(tx: &mut WriteTx, id: RequestId) -> Result<(Request, Plan)> {
    let request = requests::lock(tx, id)?;
    let Stage::AwaitingApproval { plan, .. } = request.stage else {
        return Err(Error::refused("ILLEGAL_STEP", "no plan of it waits for a second person"));
    };
    let plan = plans::get(tx, plan)?;
    Ok((request, plan))
}

/// Opens the words with which a plan was sent back: the look is on record.
pub async fn reveal_plan_reason(tools: &Tools, caller: &Caller, at: Ref<PlanId>) -> Result<Revealed> {
    const VIEW: &str = "request_plans.reason";
    let scope = caller.permit(Permission::SeeData, at.tenant)?;
    caller.require_fresh()?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, "reveal", move |tx| {
        let (intake, sealed) = plans::reason(tx, at.id)?;
        let access = tx.note(None, VIEW);
        let key = vault.request_key(tx, intake.uuid(), VIEW)?.map_err(shut)?;
        let value = key.open_blob(&plans::place_of_reason(at.tenant, at.id), &sealed).map_err(shut)?;
        Ok(Revealed { value: value.into_personal().map_err(shut)?, access: Ref::new(at.tenant, access) })
    });
    opened.await
}

/// What is gone with its contact is said to be so; anything else that stays shut is a fault of ours.
pub(super) fn shut(shut: Shut) -> Error {
    match shut {
        Shut::Forgotten => Error::refused("FORGOTTEN", "these words were forgotten in time"),
        other => Error::internal(format!("a reason stays shut: {}", other.code())),
    }
}
