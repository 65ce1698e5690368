//! Whom data is about: one subject for each person in a tenant, however many stores and records name them, and the gate
//! that everybody passes before anything of theirs is written.
//!
//! It keeps no value, only blind indexes; it opens nothing, and never decides what is written.

mod actions;
pub mod map;
mod model;
mod queries;
mod turns;

pub use actions::{Trace, find, gate, gate_in_turn, greet, known, trace, traced};
pub use model::{IdentifierKind, Named, Passed, Standing};
pub use queries::persons;
pub use turns::{Ahead, Before, Committed, Turn};
