//! What is promised and what is held: the ledger of promises with the checks that measure them, the data map as it is
//! shown, and the record of processing made from both. It mends nothing it finds, and never calls a promise kept that
//! nobody looked at.

mod actions;
pub mod checks;
mod graphql;
pub mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{Filter, check_promise, follow, list_promises, look_at_due, may_see, record_of_processing};
pub use graphql::{PromiseMutation, PromiseNode, PromiseQuery, RULES, find_promise};
pub use model::{Look, Looked, Promise, PromiseState, Standing};
