//! All SQL of this slice: rows to models and back.

pub mod clocks;
pub mod estate;
pub mod holds;
pub mod identifiers;
pub mod intakes;
pub mod plans;
pub mod requests;
