//! All SQL of the slice: what recipients are told, what was done for it, and how each is reached.

pub mod attempts;
pub mod tasks;
pub mod ways;
