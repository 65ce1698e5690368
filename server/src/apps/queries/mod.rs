//! All SQL of this slice: rows to models and back.

pub mod apps;
mod figures;
pub mod tasks;

pub use apps::{Filter, Order};
pub use figures::{Figures, Left, figures, left_over};
