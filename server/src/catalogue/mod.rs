//! The operator's policy on record: its versions, which one is in force, and what it says of scopes, categories,
//! purposes, recipients, retention and rights. What others keep because of it they keep themselves, as its followers;
//! the catalogue never judges whether it is kept.

mod actions;
mod graphql;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{refresh, settle};
pub use graphql::{CatalogueQuery, RULES};
pub use model::{PolicyState, Version};
