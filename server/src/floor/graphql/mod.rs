//! What every face of the API stands on. It answers nothing itself.

mod cost;

pub use cost::{Limits, TooCostly, check};
