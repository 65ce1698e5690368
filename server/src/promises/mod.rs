//! What is promised and what is held: the ledger of promises with the checks that measure them, the data map as it is
//! shown, and the record of processing made from both. It mends nothing it finds, and never calls a promise kept that
//! nobody looked at.

pub mod map;
mod model;

pub use model::{PromiseState, Standing};
