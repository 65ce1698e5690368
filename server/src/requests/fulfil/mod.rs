//! What was approved is carried out: step by step, each a transaction of its own that makes its post-condition true, so that
//! whoever dies in between is followed by one who goes on. Before each of them the person is held and the holds are read.
//!
//! It never does what no line of an approved plan says, never takes silence for done, and never tells a person's values: what
//! is needed to go on stands sealed under the request's own key, which goes last.

pub mod acting;
mod again;
mod certificate;
mod ground;
mod receipts;
mod rest;
mod steps;

pub use again::{Replayed, SUBJECT_LINE, replay, require_upheld};
pub use ground::{Carrier, Ground, Stood};
pub use steps::whole::disconnect;
pub use steps::{Ran, answered_from, carry_out};
