//! The audit's statements.

mod chains;
mod reading;

pub use chains::{heads, sheaf, sweep_accesses};
pub use reading::{AccessFilter, EventFilter, access, accesses, events, head};
