//! What is sworn of each line of a plan: by the steps that were done, and by the recipients that answered. Nobody's silence is
//! a receipt.

use crate::propagation::{Place, TaskState, Told};
use crate::requests::model::{Plan, PlanLine, PlannedAction, Step, StepName, StepState};
use crate::requests::playbooks::{Came, Receipt};

/// What is sworn of the lines of a plan.
pub fn sworn(plan: &Plan, steps: &[Step], tasks: &[Told]) -> Vec<Receipt> {
    let lines = plan.lines.iter().enumerate();
    lines.filter_map(|(at, line)| Some(Receipt { line: at, came: came(at, line, steps, tasks)? })).collect()
}

fn came(at: usize, line: &PlanLine, steps: &[Step], tasks: &[Told]) -> Option<Came> {
    let by = |is_of: &dyn Fn(&Step) -> bool| {
        steps.iter().find(|step| is_of(step)).filter(|step| step.state == StepState::Done)
    };
    match (line.action, line.place.as_str()) {
        (PlannedAction::Nothing | PlannedAction::Answer, _) => Some(Came::Done),
        (PlannedAction::Disclose, _) => by(&|step| step.name == StepName::Package).map(of_step),
        (_, "merchant") => by(&|step| matches!(step.name, StepName::Tell | StepName::Key)).map(|_| Came::Done),
        (PlannedAction::Tell | PlannedAction::ByHand | PlannedAction::Suppress, _) => {
            tasks.iter().find(|task| is_of(task, line)).and_then(of_task)
        }
        _ => by(&|step| step.line == Some(at)).map(of_step),
    }
}

/// Whether a task is what a line wants told.
pub fn is_of(task: &Told, line: &PlanLine) -> bool {
    match task.place {
        Place::Store(store) => line.place == "store" && line.store == Some(store),
        Place::Recipient => line.place == "recipient" && line.recipient.as_deref() == Some(task.recipient.as_str()),
        Place::App(app) => line.place == "app" && line.recipient == Some(app.to_string()),
    }
}

fn of_step(step: &Step) -> Came {
    match step.outcome.as_deref() {
        None => Came::Done,
        Some("already_gone") => Came::AlreadyGone,
        Some(code) => Came::NotDone(code.to_owned()),
    }
}

fn of_task(task: &Told) -> Option<Came> {
    match task.state {
        TaskState::Done => Some(Came::Done),
        TaskState::AlreadyGone => Some(Came::AlreadyGone),
        TaskState::Refused | TaskState::GivenUp => Some(Came::NotDone(format!("recipient:{}", task.state.code()))),
        TaskState::Waiting | TaskState::Sent | TaskState::Acknowledged | TaskState::Silent => None,
    }
}
