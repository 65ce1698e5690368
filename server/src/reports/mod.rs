//! What a merchant's month came to, as files: sums of sales and orders, and levels of stock. They name nobody, are made once
//! for a month, lie sealed, and go when the policy says.
//!
//! It never reads who bought, writes no file of a month that is not over, and keeps none longer than the policy lets it.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;

pub use actions::{Standing, standing};
pub use graphql::{RULES, ReportMutation, ReportQuery};
pub use jobs::{MakeReports, OrderReports, SweepReports};
pub use model::ReportKind;
