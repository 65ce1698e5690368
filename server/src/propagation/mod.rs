//! Telling those who were given something of a person what the person wishes: one task for each recipient and store, told
//! by the call of its platform, by its own interface, by OpenDSR, by letter or by hand, until it ends. Who asked is no
//! business of this slice: whoever opens a task hands a ticket down, and it is handed on when the task ends.
//!
//! It never takes silence for an answer, never sends twice what was not answered without asking first, and keeps of whom it
//! is about nothing in clear and nothing longer than the task is open. Whom something left to stands in the book of
//! disclosures.

mod actions;
mod graphql;
mod jobs;
mod kinds;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{
    Answered, Asked, NewWay, Proof, Settling, all_ended, answer_by_link, behind_link, called_back, find_task,
    forget_words, give_up, hold_back, is_leaving, kept_back, let_on, list_tasks, list_ways, open_tasks, remove_way,
    retry, reveal_file, reveal_words, set_way, settle_by_hand, tasks_of, tasks_of_request as every_task_of,
};
pub use graphql::{PropagationMutation, PropagationQuery, RULES, RecipientTaskNode, find_task_node, tasks_of_request};
pub use jobs::{MindRecipient, TellRecipient};
pub use model::{
    AttemptKind, BoundBy, Corrected, Matches, OnOrders, Opened, Place, RecipientWay, Regulation, Task, TaskKind,
    TaskState, Told, Wish,
};

use crate::floor::vault::SecretKind;

/// What lets us in at a recipient.
const CREDENTIAL: SecretKind = SecretKind::new("recipient_credential");

/// Where the link of a letter leads, below the desk's own address.
pub const REPLY_PATH: &str = "/trust/reply";

/// Where a recipient that speaks OpenDSR tells by itself, below the desk's own address.
pub const CALLBACK_PATH: &str = "/v2/callbacks";
