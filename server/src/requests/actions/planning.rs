//! Plans are drawn from what is held now, and one of them goes to a second person: the very one that would be drawn at that
//! moment. What was drawn before and is not so any more stays beside it, to be compared.

use std::sync::Arc;

use uuid::Uuid;

use super::agreeing::require_one_person;
use crate::floor::access::{Caller, Permission};
use crate::floor::datamap::Map;
use crate::floor::jobs;
use crate::floor::kernel::{Error, PlanId, Ref, RequestId, Result, StaffId};
use crate::floor::ledger::{Event, Once, Tx, Witnessed, WriteTx};
use crate::floor::policy::{Adopted, Policy};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::requests::asking::ACCOUNT;
use crate::requests::jobs::CarryOut;
use crate::requests::model::{Plan, PlanLine, PlanState, Request, Resumable, Stage, digest, nothing_named};
use crate::requests::playbooks;
use crate::requests::queries::{corrections, ending, estate, fulfilling, plans, requests};

/// What a plan is drawn by: what the operator promises, and what stands where.
#[derive(Clone)]
pub(in crate::requests) struct Draughtsman {
    adopted: Arc<Adopted>,
    map: Map,
}

impl Draughtsman {
    pub fn of(tools: &Tools) -> Result<Self> {
        Ok(Self { adopted: tools.policy.in_force()?, map: tools.map })
    }

    pub fn policy(&self) -> &Policy {
        &self.adopted.policy
    }

    pub const fn map(&self) -> Map {
        self.map
    }
}

/// A plan as it is drawn now, and the request it is of.
pub(in crate::requests) struct Drawn {
    pub plan: Plan,
    pub request: Request,
    /// Whether it differs from the one that stood.
    pub is_new: bool,
    pub events: Vec<Event>,
}

impl Drawn {
    /// The id of what was drawn, with all that tells of it.
    pub fn witnessed(self) -> Witnessed<Uuid> {
        let (id, request) = (self.plan.id.uuid(), self.request.id.uuid());
        let mut events = self.events.into_iter();
        let first = events.next().unwrap_or_else(|| Event::new("request.plan_unchanged", "request", request));
        events.fold(Witnessed::new(id, first), Witnessed::and)
    }
}

/// Whether a plan may be drawn of it: nothing is told of a person before they are proved, nothing is planned that is being
/// carried out.
pub(in crate::requests) const fn is_plannable(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::Open { .. } | Stage::Paused { from: Resumable::Open { .. }, .. } | Stage::AwaitingApproval { .. }
    )
}

/// What would be done about a request now.
pub(in crate::requests) fn drawn_now(tx: &mut Tx, by_what: &Draughtsman, request: &Request) -> Result<Vec<PlanLine>> {
    let estate = estate::of(tx, by_what.policy(), by_what.map, request)?;
    Ok(playbooks::of(request.right)?.plan(&estate))
}

/// Draws the plan of a request that is held. One that says the same as the one that stands leaves that; another stands
/// beside it, and whoever was about to approve or carry out the former is stopped.
pub(in crate::requests) fn draw(
    tx: &mut WriteTx,
    by_what: &Draughtsman,
    request: Request,
    by: Option<StaffId>,
) -> Result<Drawn> {
    let lines = drawn_now(tx, by_what, &request)?;
    let (digest, now) = (digest(&lines), tx.now()?);
    let before = plans::one(tx, request.id, None)?;
    let stands = |plan: &Plan| matches!(plan.state, PlanState::Drawn | PlanState::Submitted | PlanState::Approved);
    if let Some(plan) = before.as_ref().filter(|plan| stands(plan) && plan.digest == digest) {
        return Ok(Drawn { plan: plan.clone(), request, is_new: false, events: Vec::new() });
    }
    let number = before.as_ref().map_or(1, |plan| plan.number + 1);
    if let Some(plan) = before.filter(|plan| matches!(plan.state, PlanState::Drawn | PlanState::Submitted)) {
        plans::save(tx, &Plan { state: PlanState::Superseded, ..plan })?;
    }
    let plan = Plan {
        id: PlanId::fresh(),
        request: request.id,
        number,
        digest,
        drawn_at: now,
        drawn_by: by,
        state: PlanState::Drawn,
        submitted: None,
        decided: None,
        starts_at: None,
        lines,
    };
    plans::add(tx, &plan)?;
    let id = request.id.uuid();
    let told = Event::new("request.planned", "request", id).digest("plan", &digest);
    let mut events = vec![told.count("lines", u64::try_from(plan.lines.len()).unwrap_or_default())];
    let request = if let Some(overtaken) = request.stage.plan() {
        fulfilling::break_off(tx, overtaken)?;
        events.push(Event::new("request.plan_overtaken", "request", id));
        requests::save(tx, &Request { stage: request.stage.reopen()?, ..request })?
    } else {
        request
    };
    Ok(Drawn { plan, request, is_new: true, events })
}

/// Draws the plan of a request, or finds that the one that stands is still what would be done.
pub async fn draw_plan(tools: &Tools, caller: &Caller, at: Ref<RequestId>, once: Option<Once>) -> Result<Plan> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let (by, by_what) = (caller.staff_id(), Draughtsman::of(tools)?);
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let request = plannable(tx, at.id)?;
        Ok(draw(tx, &by_what, request, by)?.witnessed())
    });
    let id = PlanId::from_uuid(written.await?.id);
    tools.ledger.read(&scope, move |tx| plans::get(tx, id)).await
}

/// Sends a plan on: to a second person where its right wants one, and otherwise to be carried out. It is drawn anew in the
/// same write: where that is not what was seen, the new one stands and nothing was submitted.
pub async fn submit_plan(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    seen: [u8; 32],
    once: Option<Once>,
) -> Result<Plan> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let by_what = Draughtsman::of(tools)?;
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let request = plannable(tx, at.id)?;
        if version.is_some_and(|version| version != request.version) {
            return Err(Error::Conflict);
        }
        let drawn = draw(tx, &by_what, request, Some(by))?;
        if drawn.plan.digest == seen { submit(tx, drawn, by).map(Drawn::witnessed) } else { Ok(drawn.witnessed()) }
    });
    let id = PlanId::from_uuid(written.await?.id);
    let plan = tools.ledger.read(&scope, move |tx| plans::get(tx, id)).await?;
    if plan.digest == seen { Ok(plan) } else { Err(changed()) }
}

fn submit(tx: &mut WriteTx, drawn: Drawn, by: StaffId) -> Result<Drawn> {
    let (Drawn { plan, request, is_new, mut events }, now) = (drawn, tx.now()?);
    require_one_person(tx, &request)?;
    if request.right == Right::Correction && corrections::named_tables(tx, request.id)?.is_empty() {
        return Err(nothing_named());
    }
    if request.case.as_deref() == Some(ACCOUNT) && !ending::is_asked_by_owner(tx, request.intake)? {
        let why = "only an owner of the merchant ends its account: have an owner ask, and prove who that is";
        return Err(Error::refused("NOT_AN_OWNER", why));
    }
    let told = |verb| Event::new(verb, "request", request.id.uuid()).digest("plan", &plan.digest);
    events.push(told("request.plan_submitted"));
    let stage = if playbooks::of(request.right)?.wants_second_person() {
        request.stage.submit(plan.id)?
    } else {
        events.push(told("request.begun"));
        jobs::enqueue(tx, &CarryOut { request: request.id })?;
        request.stage.begin(plan.id)?
    };
    let starts_at = matches!(stage, Stage::InProgress { .. }).then_some(now);
    let plan = Plan { state: PlanState::Submitted, submitted: Some((now, by)), starts_at, ..plan };
    plans::save(tx, &plan)?;
    let request = requests::save(tx, &Request { stage, ..request })?;
    Ok(Drawn { plan, request, is_new, events })
}

/// A request that may be planned, held until the transaction ends.
fn plannable(tx: &mut WriteTx, id: RequestId) -> Result<Request> {
    let request = requests::lock(tx, id)?;
    let why = match request.stage {
        stage if is_plannable(stage) => return Ok(request),
        Stage::InProgress { .. } => "its plan is being carried out",
        Stage::Closed { .. } => "it is closed",
        _ => "nobody proved yet that they may ask",
    };
    Err(Error::refused("ILLEGAL_STEP", format!("it cannot be planned: {why}")))
}

/// What is said to whoever acts on a plan that is not the one that stands.
pub(super) fn changed() -> Error {
    Error::refused("PLAN_CHANGED", "what it was drawn from has changed: read the plan that stands now")
}

/// A plan of a request: by its number, or the newest. None before one was drawn.
pub async fn find_plan(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    number: Option<i16>,
) -> Result<Option<Plan>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| plans::one(tx, at.id, number)).await
}

/// All plans of a request, the first one first.
pub async fn list_plans(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Plan>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| plans::of(tx, at.id)).await
}
