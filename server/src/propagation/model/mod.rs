//! What a recipient is told, what it knows the person by, how far it has come, and how it is reached. Pure.

mod matches;
mod task;
mod way;

pub use matches::{Corrected, Matches, OnOrders};
pub use task::{
    Attempt, AttemptKind, BoundBy, Opened, Place, Regulation, Task, TaskKind, TaskState, Told, Wish, midway,
    subject_request_id,
};
pub use way::{RecipientWay, Wanted};

#[cfg(test)]
pub use task::tests::task as task_for_tests;
