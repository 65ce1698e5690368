//! What is read of a store: shelf by shelf, a page at a time, each page one commit. Whoever is killed asks the same page
//! again. And what is written to one: by somebody's leave alone, once; what it sells by a person's alone. It never calls a platform inside a transaction, uses no scope that the policy does not list or the store did not
//! grant, and keeps in its history counts and codes alone.

mod actions;
mod flowing;
mod graphql;
mod jobs;
mod leave;
mod listing;
pub mod map;
mod model;
mod queries;
mod running;
mod sending;
mod standing;
mod stock;
mod tables;

pub use actions::{list, pause, resume, start};
pub use flowing::take_in;
pub use graphql::{Followed, RULES, SyncMutation, SyncQuery, SyncSubscription};
pub use jobs::{LookAfterSyncs, PullPage, TellOfBehind};
pub use leave::{Leave, PersonsLeave};
pub use model::{Run as SyncRun, RunKind, RunOutcome, Sync, SyncState};
pub use queries::books::{Afterwards, Flows, History, Relistings, afterwards, flows, history, relistings};
pub use sending::{SetListingAtPlatform, SetStockAtPlatform};
pub use standing::WriteState;
pub use stock::{LeaveKind, StockWrite};
