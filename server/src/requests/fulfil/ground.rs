//! The ground that every step stands on: one transaction in which the tenant's gate, the person, and the request are held, in
//! this order, and what stands against going on has been read. Whoever places a hold takes the person's row first, so no
//! step commits after a hold that it did not see.

use std::sync::{Arc, OnceLock};

use crate::floor::access::{One, Scope};
use crate::floor::jobs;
use crate::floor::kernel::{Error, Instant, RequestId, Result, SubjectId};
use crate::floor::ledger::{Event, Tx, WriteTx};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::requests::actions::{Doors, Draughtsman, event, witnessed};
use crate::requests::asking::whole;
use crate::requests::jobs::DrawPlan;
use crate::requests::model::{Hold, Plan, PlanLine, PlanState, Request, Stage, Step, StepState};
use crate::requests::plan::{HeldBy, HeldOrders};
use crate::requests::queries::fulfilling::Turn;
use crate::requests::queries::{estate, fulfilling, holds, plans, requests};

/// What a request is carried out with.
#[derive(Clone)]
pub struct Carrier {
    pub tools: Tools,
    pub lane: Scope<One>,
    pub request: RequestId,
    pub by_what: Draughtsman,
    pub doors: Doors,
    /// The plan that is carried out, once it was read.
    plan: Arc<OnceLock<Plan>>,
}

/// What is held while a step works.
pub struct Ground {
    pub request: Request,
    pub plan: Plan,
    /// All ids of whom it is about.
    pub persons: Vec<SubjectId>,
    pub now: Instant,
}

/// How a transaction on that ground ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stood<T> {
    Done(T),
    /// What stands now is not what was approved: it is read again.
    SentBack,
    /// Nothing is to be carried out here, or not yet.
    Over,
    /// Another run was first: it is done.
    Before,
    /// Something that comes before it is to be done again.
    Behind,
}

/// What a step did in its transaction, with what is told of it; none where the plan is to be read again.
pub type Work<T> = Result<Option<(T, Vec<Event>)>>;

const NOT_HERE: &str = "work on this request";
const DONE_BEFORE: &str = "work on this step";
const NOT_YET: &str = "the steps before this one";

impl Carrier {
    pub fn new(tools: &Tools, lane: Scope<One>, request: RequestId) -> Result<Self> {
        let (by_what, doors) = (Draughtsman::of(tools)?, Doors::of(tools)?);
        Ok(Self { tools: tools.clone(), lane, request, by_what, doors, plan: Arc::default() })
    }

    /// One transaction with everything held. Several runs may be at one request: a step is done once, and none before those
    /// that come before it.
    pub async fn write<T, F>(&self, step: Option<&Step>, work: F) -> Result<Stood<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx, &Ground) -> Work<T> + Send + 'static,
    {
        let (id, step, known) = (self.request, step.cloned(), Arc::clone(&self.plan));
        let written = self.tools.ledger.write(self.lane.clone(), move |tx| {
            let Some(ground) = Ground::enter(tx, id, step.as_ref(), &known)? else {
                return Err(Error::NotFound(NOT_HERE));
            };
            if !ground.is_held_back(tx)?
                && let Some((value, told)) = work(tx, &ground)?
            {
                return witnessed(Stood::Done(value), told);
            }
            let told = ground.send_back(tx, step.as_ref())?;
            witnessed(Stood::SentBack, told)
        });
        match written.await {
            Err(Error::NotFound(NOT_HERE)) => Ok(Stood::Over),
            Err(Error::NotFound(DONE_BEFORE)) => Ok(Stood::Before),
            Err(Error::NotFound(NOT_YET)) => Ok(Stood::Behind),
            other => other,
        }
    }
}

impl Ground {
    /// Takes everything. None where nothing of the request is to be carried out, or not yet. Refuses a step of another plan, one
    /// that was done, and one before whose turn others are to be done again.
    fn enter(tx: &mut WriteTx, id: RequestId, step: Option<&Step>, known: &OnceLock<Plan>) -> Result<Option<Self>> {
        let mut persons = fulfilling::take_persons(tx, id)?;
        if persons.is_empty() {
            let seen = requests::get(tx, id)?;
            persons = estate::found(tx, &seen)?.into_iter().collect();
            holds::take_person(tx, &persons)?;
        }
        let request = requests::lock(tx, id)?;
        if about(tx, &request)? != persons {
            return Err(Error::Conflict);
        }
        let Stage::InProgress { plan, .. } = request.stage else { return Ok(None) };
        let (plan, turn) = plans::stands(tx, plan, known.get(), step.map(|step| step.position))?;
        let (now, _) = (tx.now()?, known.get_or_init(|| plan.clone()));
        let is_decided = matches!(plan.state, PlanState::Approved | PlanState::Submitted);
        let may_begin = is_decided && plan.starts_at.is_some_and(|starts_at| starts_at <= now);
        if !may_begin || step.is_some_and(|step| step.plan != plan.id) {
            return Ok(None);
        }
        match turn {
            Turn::Now => Ok(Some(Self { request, plan, persons, now })),
            Turn::Done => Err(Error::NotFound(DONE_BEFORE)),
            Turn::NotYet => Err(Error::NotFound(NOT_YET)),
        }
    }

    /// Whether a hold stands that the plan which was approved does not know of.
    fn is_held_back(&self, tx: &mut Tx) -> Result<bool> {
        // Nobody takes a shop's people apart, nor their orders.
        let is_whole = whole(&self.request).is_some();
        let (on_persons, on_orders): (Vec<Hold>, Vec<Hold>) =
            holds::standing(tx, &self.persons)?.into_iter().partition(|hold| is_whole || hold.order.is_none());
        let orders = if on_orders.is_empty() { HeldOrders::default() } else { holds::on_orders(tx, &self.persons)? };
        let references: Vec<&str> = on_persons.iter().map(|hold| hold.reference.as_str()).collect();
        Ok(is_stopped(self.request.right, &self.plan.lines, (&references, &orders)))
    }

    /// The plan is not carried out any further: another is drawn, to be read and approved. The step says why, where it knows.
    fn send_back(&self, tx: &mut WriteTx, step: Option<&Step>) -> Result<Vec<Event>> {
        let mut told = vec![event("request.plan_overtaken", &self.request).digest("plan", &self.plan.digest)];
        if let Some(step) = step {
            fulfilling::note_step(tx, step, StepState::SentBack, (0, step.outcome.as_deref()))?;
            told.push(event("request.step_sent_back", &self.request).code("step", step.name.code()));
        }
        fulfilling::break_off(tx, self.plan.id)?;
        plans::save(tx, &Plan { state: PlanState::Superseded, decided: None, ..self.plan.clone() })?;
        let stage = self.request.stage.reopen()?;
        requests::save(tx, &Request { stage, ..self.request.clone() })?;
        jobs::enqueue(tx, &DrawPlan { request: self.request.id })?;
        Ok(told)
    }

    /// A step ended: what is told of it, to which more may be added.
    pub fn done(&self, tx: &mut WriteTx, step: &Step, rows: u64, outcome: Option<&'static str>) -> Result<Vec<Event>> {
        fulfilling::note_step(tx, step, StepState::Done, (rows, outcome))?;
        let told = event("request.step_done", &self.request).code("step", step.name.code()).count("rows", rows);
        Ok(vec![outcome.map_or_else(|| told.clone(), |code| told.clone().code("outcome", code))])
    }
}

/// Whether holds stop what a plan says: on the person, of these references, and on these orders. They stop erasing and no other
/// right. Where one of the person was known when it was approved nothing is taken away; of orders each must have been.
fn is_stopped(right: Right, lines: &[PlanLine], (persons, orders): (&[&str], &HeldOrders)) -> bool {
    let names = |held: HeldBy<'_>| lines.iter().any(|line| line.ground.as_deref().and_then(HeldBy::of) == Some(held));
    let is_known = if persons.is_empty() {
        orders.references().all(|reference| names(HeldBy::Order(reference)))
    } else {
        persons.iter().any(|reference| names(HeldBy::Person(reference)))
    };
    right == Right::Deletion && !is_known
}

/// All ids of whom it is about: as they stood when it began, and as they are known now.
fn about(tx: &mut Tx, request: &Request) -> Result<Vec<SubjectId>> {
    let known = fulfilling::persons(tx, request.id)?;
    if known.is_empty() { Ok(estate::found(tx, request)?.into_iter().collect()) } else { Ok(known) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::requests::model::PlannedAction;
    use crate::requests::plan::line;

    fn kept(held: HeldBy<'_>) -> PlanLine {
        PlanLine { ground: Some(held.ground()), ..line("customer", "customers", 1, PlannedAction::Keep) }
    }

    #[test]
    fn a_hold_stops_erasing_and_no_other_right() {
        let bare = vec![line("customer", "customers", 1, PlannedAction::Delete)];
        let known = vec![kept(HeldBy::Person("H-1"))];
        let stops =
            |lines: &[PlanLine], held: &[&str]| is_stopped(Right::Deletion, lines, (held, &HeldOrders::default()));
        assert!(stops(&bare, &["H-1"]));
        assert!(!stops(&bare, &[]));
        assert!(!stops(&known, &["H-2", "H-1"]));
        assert!(stops(&known, &["H-2"]));
        for right in [Right::Access, Right::Portability, Right::Correction, Right::Restriction, Right::Objection] {
            assert!(!is_stopped(right, &bare, (&["H-1"], &HeldOrders::default())), "{right:?}");
        }
    }

    #[test]
    fn a_plan_knows_of_each_order_that_is_held_or_is_stopped() {
        let known = vec![line("customer", "customers", 1, PlannedAction::Delete), kept(HeldBy::Order("H-1"))];
        let held = |references: &[&str]| {
            let each = references.iter().map(|reference| (Uuid::new_v4(), (*reference).to_owned()));
            each.collect::<HeldOrders>()
        };
        let stops = |lines: &[PlanLine], persons: &[&str], orders: &[&str]| {
            is_stopped(Right::Deletion, lines, (persons, &held(orders)))
        };
        assert!(!stops(&known, &[], &["H-1"]));
        assert!(stops(&known, &[], &["H-1", "H-2"]), "another order is held");
        assert!(!stops(&known, &[], &[]), "it was let go, or went over");
        assert!(stops(&known, &["H-1"], &[]), "a hold on the person is another thing than one on an order");
        assert!(!stops(&[kept(HeldBy::Person("H-3"))], &["H-3"], &["H-1"]), "all of it stays anyhow");
        assert!(stops(&[kept(HeldBy::Person("H-3"))], &[], &["H-1"]), "the one that kept all is gone");
        assert!(!is_stopped(Right::Access, &[], (&[], &held(&["H-1"]))));
    }
}
