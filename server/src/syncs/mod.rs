//! What is read of a store: shelf by shelf, a page at a time, each page one commit. Whoever is killed asks the same page
//! again. It never calls a platform inside a transaction, uses no scope that the policy does not list or the store did not
//! grant, and keeps in its history counts and codes alone.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod running;
mod tables;

pub use actions::{list, pause, resume, start};
pub use graphql::{RULES, SyncMutation, SyncQuery};
pub use jobs::{LookAfterSyncs, PullPage, TellOfBehind};
pub use model::{Run as SyncRun, RunKind, RunOutcome, Sync, SyncState};
