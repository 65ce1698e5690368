//! Whom data is about: one subject for each person in a tenant, however many stores and records name them, and the gate
//! that everybody passes before anything of theirs is written.
//!
//! It keeps no value, only blind indexes; it opens nothing, and never decides what is written.

mod actions;
mod correcting;
mod fencing;
pub mod jobs;
pub mod map;
mod model;
mod queries;
mod turns;

pub use actions::{Trace, find, gate, gate_in_turn, go_by, greet, known, of_others, trace, traced};
pub use correcting::{Corrected, correction_digest};
pub use fencing::{EVERYWHERE, Fence, FenceKind, Fences};
pub use model::{IdentifierKind, Named, Passed, Standing};
pub use queries::correcting::{overtake, put_right};
pub use queries::fencing::{ending, fence, fences, fences_of, lift_fence, warn_of_lifting, warning_of};
pub use queries::persons;
pub use queries::tombstones::{
    Digest, Stone, Tombstone, TombstoneReason, ask_to_lift, bury, erased, known_stones, lift, make_keeper,
    of_request as stones_of, standing, stones,
};
pub use turns::{Ahead, Before, Committed, Turn};
