//! What a hold does to what recipients are told: nothing more leaves, and no time runs, until it is let go.
//!
//! It never knows who holds whom, or why: whoever places a hold says for which requests it stands.

use super::super::jobs::{MindRecipient, TellRecipient};
use super::super::model::{TaskKind, TaskState, midway};
use super::super::queries::tasks;
use super::told;
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{RequestId, Result};
use crate::floor::ledger::{Event, Tx, WriteTx};

/// Nobody is told anything more for these requests: no try begins that has not begun by now. Told of each is that it is held.
pub fn hold_back(tx: &mut WriteTx, requests: &[RequestId]) -> Result<Vec<Event>> {
    let (now, mut all) = (tx.now()?, Vec::new());
    for mut task in tasks::open_held(tx, requests)?.into_iter().filter(|task| task.held_at.is_none()) {
        task.held_at = Some(now);
        tasks::save(tx, &task)?;
        all.push(told("recipient.held", &task));
    }
    Ok(all)
}

/// What was held back for these requests is taken up again, with as much time as was left.
pub fn let_on(tx: &mut WriteTx, requests: &[RequestId]) -> Result<Vec<Event>> {
    let (now, mut all) = (tx.now()?, Vec::new());
    for held in tasks::open_held(tx, requests)?.into_iter().filter(|task| task.held_at.is_some()) {
        let task = held.let_on(now);
        tasks::save(tx, &task)?;
        let mind = MindRecipient { task: task.id };
        let is_to_be_reminded = task.kind == TaskKind::Mail && task.reminded_at.is_none();
        if is_to_be_reminded && matches!(task.state, TaskState::Waiting | TaskState::Sent) {
            jobs::redeem(tx, Ticket::of(&mind)?.due(midway(task.opened_at, task.until)));
        }
        if !task.has_been_late() {
            jobs::redeem(tx, Ticket::of(&mind)?.due(task.until));
        }
        if !task.is_by_hand() && !jobs::waits::<TellRecipient>(tx, task.id.uuid())? {
            jobs::enqueue(tx, &TellRecipient { task: task.id })?;
        }
        all.push(told("recipient.let_on", &task));
    }
    Ok(all)
}

/// The requests of the pinned tenant for which somebody is held back.
pub fn kept_back(tx: &mut Tx) -> Result<Vec<RequestId>> {
    let mut requests: Vec<RequestId> = tasks::kept_back(tx)?.into_iter().map(|(_, request)| request).collect();
    requests.sort_unstable();
    requests.dedup();
    Ok(requests)
}

/// Whether something is on its way still that was begun before it was held back.
pub fn is_leaving(tx: &mut Tx) -> Result<bool> {
    for (task, _) in tasks::kept_back(tx)? {
        if jobs::is_running::<TellRecipient>(tx, task.uuid())? {
            return Ok(true);
        }
    }
    Ok(false)
}
