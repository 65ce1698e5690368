//! What is read of a store: shelf by shelf, a page at a time, each page one commit. Whoever is killed asks the same page
//! again. And what is written to one: by somebody's leave alone, once. It never calls a platform inside a transaction, uses no scope that the policy does not list or the store did not
//! grant, and keeps in its history counts and codes alone.

mod actions;
mod flowing;
mod graphql;
mod jobs;
mod leave;
pub mod map;
mod model;
mod queries;
mod running;
mod sending;
mod stock;
mod tables;

pub use actions::{list, pause, resume, start};
pub use flowing::take_in;
pub use graphql::{Followed, RULES, SyncMutation, SyncQuery, SyncSubscription};
pub use jobs::{LookAfterSyncs, PullPage, TellOfBehind};
pub use leave::Leave;
pub use model::{Run as SyncRun, RunKind, RunOutcome, Sync, SyncState};
pub use sending::SetStockAtPlatform;
pub use stock::{LeaveKind, StockWrite, WriteState};
