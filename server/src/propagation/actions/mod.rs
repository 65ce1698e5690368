//! Opening tasks, writing down what came of each, and what people do about them.

mod answering;
mod by_hand;
mod holding;
mod opening;
mod reading;
mod setting;
mod settling;

pub use answering::{Answered, Asked, answer_by_link, behind_link, called_back};
pub use by_hand::{Proof, Settling, forget_words, give_up, retry, reveal_file, reveal_words, settle_by_hand};
pub use holding::{hold_back, is_leaving, kept_back, let_on};
pub use opening::open_tasks;
pub use reading::{all_ended, attempts_of, find_task, list_tasks, list_ways, tasks_of, tasks_of_request};
pub use setting::{NewWay, remove_way, set_way};
pub use settling::{begin, late, settle};

use crate::floor::ledger::Event;

use super::model::{Task, TaskState};

/// A fact about a task, told of its request.
fn told(action: &'static str, task: &Task) -> Event {
    let event = Event::new(action, "request", task.request.uuid()).code("kind", task.kind.code());
    event.code("state", task.state.code()).digest("task", &task.digest())
}

/// What the books call it when a task comes to stand so.
const fn action(state: TaskState) -> &'static str {
    match state {
        TaskState::Waiting => "recipient.tried",
        TaskState::Sent => "recipient.sent",
        TaskState::Acknowledged => "recipient.acknowledged",
        TaskState::Done => "recipient.done",
        TaskState::AlreadyGone => "recipient.already_gone",
        TaskState::Refused => "recipient.refused",
        TaskState::Silent => "recipient.silent",
        TaskState::GivenUp => "recipient.given_up",
    }
}
