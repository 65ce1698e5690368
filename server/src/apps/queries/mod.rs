//! All SQL of this slice: rows to models and back.

pub mod apps;
pub mod tasks;

pub use apps::{Filter, Order};
