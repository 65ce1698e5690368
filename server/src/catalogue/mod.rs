//! The operator's policy on record: its versions, which one is in force, and what it says of scopes, categories,
//! purposes, recipients, retention and rights. What others keep because of it they keep themselves, as its followers;
//! the catalogue never judges whether it is kept.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{find, propose, publish, refresh, settle, withdraw};
pub use graphql::{
    CatalogueMutation, CatalogueQuery, FieldForm, LegalGround, PolicyAppKind, PolicyDuty, PolicyVersionNode, RULES,
    Sensitivity, Transfer, find_policy_version,
};
pub use jobs::PutPolicyInForce;
pub use model::{PolicyState, Version};
pub use queries::{first as first_version, lead_times};
