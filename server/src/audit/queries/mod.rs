//! The audit's statements.

mod chains;
mod reading;

pub use chains::{hashes, heads, sheaf, sweep_accesses};
pub use reading::{AccessFilter, EventFilter, access, accesses, events, head};
