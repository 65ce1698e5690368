//! The terminal: its modes, its keys, its colours, and the loop that feeds the model and draws it.
//!
//! The only place that knows crossterm and the only one that asks the wall clock.

pub mod editor;
pub mod fall;
pub mod guard;
pub mod keys;
pub mod prompt;
pub mod pump;
mod signals;
pub mod theme;
