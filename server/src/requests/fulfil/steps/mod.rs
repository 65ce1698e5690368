//! The steps of each right, in their order, and the walk along them. A step that waits stops the walk: whoever it waits for
//! begins it again.

mod acting;
mod burying;
mod certifying;
mod clearing;
mod comparing;
mod matching;
mod scanning;
mod settling;
mod telling;
pub mod whole;

pub use certifying::answered_from;

use super::ground::{Carrier, Stood};
use crate::floor::datamap::{Map, Row, Table};
use crate::floor::kernel::Result;
use crate::floor::regulations::Right;
use crate::requests::asking;
use crate::requests::model::{Plan, PlanLine, PlannedAction, Request, Step, StepName, StepState};
use crate::requests::plan::HeldBy;
use crate::requests::queries::fulfilling;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    Done,
    /// It goes on when what it waits for has happened.
    Waits,
    /// More was found: the steps before it are to be done again.
    Again,
    /// The plan is read again, or nothing is to be carried out any more.
    Stopped,
}

/// How often more may be found before somebody looks.
const ROUNDS: usize = 4;

/// Carries out what can be carried out now.
pub async fn carry_out(carrier: &Carrier, is_stopping: impl Fn() -> bool) -> Result<Ran> {
    for _ in 0..ROUNDS {
        let Some(steps) = begin(carrier).await? else {
            burying::take_back(carrier).await?;
            settling::let_go(carrier).await?;
            return Ok(Ran::Stopped);
        };
        let mut ran = Ran::Done;
        for step in steps.iter().filter(|step| step.state != StepState::Done) {
            if is_stopping() {
                return Ok(Ran::Waits);
            }
            ran = run(carrier, step).await?;
            if ran != Ran::Done {
                break;
            }
        }
        if ran == Ran::Stopped {
            // Whoever placed a hold may have sent it back, too, and in the midst of a burial.
            burying::take_back(carrier).await?;
        }
        if ran != Ran::Again {
            return Ok(ran);
        }
    }
    Ok(Ran::Again)
}

/// The steps of the plan that is to be carried out, written down.
async fn begin(carrier: &Carrier) -> Result<Option<Vec<Step>>> {
    let (id, map) = (carrier.request, carrier.tools.map);
    let known = carrier.tools.ledger.read(&carrier.lane, move |tx| {
        let request = crate::requests::queries::requests::get(tx, id)?;
        match request.stage {
            crate::requests::model::Stage::InProgress { plan, .. } => fulfilling::steps(tx, plan),
            _ => Ok(Vec::new()),
        }
    });
    let known = known.await?;
    if !known.is_empty() {
        return Ok(Some(known));
    }
    let begun = carrier.write(None, move |tx, ground| {
        let steps = steps_of(map, &ground.request, &ground.plan);
        fulfilling::add_steps(tx, &steps)?;
        let told = crate::requests::actions::event("request.carrying_out", &ground.request)
            .digest("plan", &ground.plan.digest)
            .count("steps", steps.len() as u64);
        Ok(Some((fulfilling::steps(tx, ground.plan.id)?, vec![told])))
    });
    match begun.await? {
        Stood::Done(steps) => Ok(Some(steps)),
        Stood::SentBack | Stood::Over | Stood::Before | Stood::Behind => Ok(None),
    }
}

async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    match step.name {
        StepName::Compare => comparing::run(carrier, step).await,
        StepName::Match => matching::run(carrier, step).await,
        StepName::Act => acting::act(carrier, step).await,
        StepName::Package => acting::package(carrier, step).await,
        StepName::Tombstone => burying::run(carrier, step).await,
        StepName::Keep => clearing::keep(carrier, step).await,
        StepName::Forget => clearing::forget(carrier, step).await,
        StepName::Files => clearing::files(carrier, step).await,
        StepName::Key => telling::key(carrier, step).await,
        StepName::Tell => telling::tell(carrier, step).await,
        StepName::Scan => scanning::run(carrier, step).await,
        StepName::Certificate => certifying::run(carrier, step).await,
        StepName::Settle => settling::settle(carrier, step).await,
        StepName::RequestKey => settling::request_key(carrier, step).await,
    }
}

/// What a transaction came to, where that is all a step does.
const fn came<T>(stood: &Stood<T>) -> Ran {
    match stood {
        Stood::Done(_) | Stood::Before => Ran::Done,
        Stood::Behind => Ran::Again,
        Stood::SentBack | Stood::Over => Ran::Stopped,
    }
}

/// Whether somebody else is told of it.
pub(super) fn is_told(line: &PlanLine) -> bool {
    let tells = matches!(line.action, PlannedAction::Tell | PlannedAction::ByHand | PlannedAction::Suppress);
    tells && matches!(line.place.as_str(), "store" | "recipient" | "app")
}

/// Whether a hold keeps all of it: nothing is taken away then.
fn is_held(plan: &Plan) -> bool {
    let held = |line: &PlanLine| matches!(line.ground.as_deref().and_then(HeldBy::of), Some(HeldBy::Person(_)));
    plan.lines.iter().any(held)
}

/// The steps of a plan, in their order. None of what people answer. Of a test what would be done is looked at, and nothing
/// of anybody is touched. Where everybody of a shop or an account goes, nobody is told apart by what they go by.
fn steps_of(map: Map, request: &Request, plan: &Plan) -> Vec<Step> {
    let mut steps = Steps { request, plan, all: Vec::new() };
    if matches!(request.right, Right::Complaint | Right::Appeal) {
        return Vec::new();
    }
    steps.add(StepName::Compare);
    if request.is_test {
        if request.right == Right::Deletion {
            steps.add(StepName::Certificate);
        }
        steps.add(StepName::Settle);
        return steps.all;
    }
    let is_whole = asking::whole(request).is_some();
    let tells = plan.lines.iter().any(is_told);
    match request.right {
        Right::Deletion if is_held(plan) => steps.add(StepName::Settle),
        Right::Deletion => {
            if !is_whole {
                steps.add(StepName::Match);
            }
            steps.add(StepName::Tombstone);
            steps.add_lines(map, StepName::Keep);
            steps.add_lines(map, StepName::Forget);
            for name in [
                StepName::Files,
                StepName::Key,
                StepName::Scan,
                StepName::Certificate,
                StepName::Settle,
                StepName::RequestKey,
            ] {
                steps.add(name);
            }
        }
        Right::Access | Right::Portability => {
            for name in [StepName::Package, StepName::Tell, StepName::Settle] {
                steps.add(name);
            }
        }
        _ => {
            if tells {
                steps.add(StepName::Match);
            }
            steps.add_acts();
            steps.add(StepName::Tell);
            steps.add(StepName::Settle);
            if tells {
                steps.add(StepName::RequestKey);
            }
        }
    }
    steps.all
}

/// Whether what stays of a line's rows is facts alone: they are cleared of whom they are about as if they were anonymised.
fn is_stripped(line: &PlanLine, table: &Table) -> bool {
    let is_kept = line.ground.as_deref().is_some_and(|ground| ground.starts_with("keep:"));
    line.action == PlannedAction::Keep && is_kept && table.erased_by == Row::Cleared
}

/// Steps as they are put together.
struct Steps<'a> {
    request: &'a Request,
    plan: &'a Plan,
    all: Vec<Step>,
}

impl Steps<'_> {
    fn add(&mut self, name: StepName) {
        self.put(name, None);
    }

    fn put(&mut self, name: StepName, line: Option<usize>) {
        let of = line.and_then(|line| self.plan.lines.get(line));
        self.all.push(Step {
            plan: self.plan.id,
            request: self.request.id,
            position: i16::try_from(self.all.len()).unwrap_or(i16::MAX),
            name,
            line,
            place: of.map(|line| line.place.clone()),
            store: of.and_then(|line| line.store),
            state: StepState::Waiting,
            attempt: 0,
            rows: 0,
            outcome: None,
            begun_at: None,
            finished_at: None,
            look: None,
        });
    }

    /// A step for each line about a table of ours, what hangs on another table's rows before that.
    fn add_lines(&mut self, map: Map, name: StepName) {
        for table in map.ending_with_account() {
            for (at, line) in self.plan.lines.iter().enumerate() {
                let stays = line.action == PlannedAction::Keep && !is_stripped(line, table);
                let goes =
                    matches!(line.action, PlannedAction::Delete | PlannedAction::Anonymise) || is_stripped(line, table);
                let is_of = if name == StepName::Keep { stays } else { goes };
                if line.place == table.name && is_of {
                    self.put(name, Some(at));
                }
            }
        }
    }

    /// A step for each line that takes effect here, or one where a right has none.
    fn add_acts(&mut self) {
        let ours = |action| matches!(action, PlannedAction::Restrict | PlannedAction::Stop | PlannedAction::Correct);
        let before = self.all.len();
        for (at, line) in self.plan.lines.iter().enumerate() {
            if ours(line.action) {
                self.put(StepName::Act, Some(at));
            }
        }
        if self.all.len() == before {
            self.add(StepName::Act);
        }
    }
}
