//! What the console asks about the reading of a store and about what was written to it, and what it changes there.

use crate::core::due::Moment;

use super::ask::{self, Document};
use super::graph::{IdVariables, IdVariablesFields, PartVariables, PartVariablesFields, change, connection};
use super::schema::{Word, schema};

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct Reading {
    #[arguments(store: $id)]
    pub syncs: Vec<Sync>,
}

/// The same, told anew whenever it is otherwise.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Subscription", variables = "IdVariables")]
pub struct Progress {
    #[arguments(store: $id)]
    #[cynic(rename = "syncProgress", alias)]
    pub syncs: Vec<Sync>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Sync {
    pub shelf: Word<schema::Shelf>,
    pub state: Word<schema::SyncState>,
    pub done: i32,
    pub estimated: Option<i32>,
    pub rate_per_minute: Option<f64>,
    pub seconds_left: Option<i32>,
    pub next_due_at: Option<Moment>,
    pub last_page_at: Option<Moment>,
    pub paused_at: Option<Moment>,
    pub is_behind: bool,
    pub failure: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct Readings {
    #[arguments(store: $id, first: $first, after: $after, last: $last, before: $before)]
    pub sync_runs: sync_run_pages::Connection,
}

connection!(sync_run_pages, "SyncRunConnection", "SyncRunEdge", SyncRun);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct SyncRun {
    pub shelf: Word<schema::Shelf>,
    pub kind: Word<schema::SyncRunKind>,
    pub outcome: Word<schema::SyncRunOutcome>,
    pub started_at: Moment,
    pub ended_at: Option<Moment>,
    pub new: i32,
    pub changed: i32,
    pub older: i32,
    pub refused: i32,
    pub unread: i32,
    pub calls: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct StockWrites {
    #[arguments(store: $id, first: $first, after: $after, last: $last, before: $before)]
    pub stock_writes: stock_write_pages::Connection,
}

connection!(stock_write_pages, "StockWriteConnection", "StockWriteEdge", StockWrite);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct StockWrite {
    pub item: String,
    pub place: String,
    pub sku: Option<String>,
    pub quantity: i32,
    pub was: Option<i32>,
    pub leave: Word<schema::StockLeave>,
    pub by: String,
    pub at: Moment,
    pub state: Word<schema::WriteState>,
    pub code: Option<String>,
    pub answered_at: Option<Moment>,
}

change!(start, start_sync(StartSyncInput) -> "StartSyncPayload");
change!(pause, pause_sync(PauseSyncInput) -> "PauseSyncPayload");
change!(resume, resume_sync(ResumeSyncInput) -> "ResumeSyncPayload");

pub fn syncs() -> String {
    ask::query::<Reading, IdVariables>()
}

pub fn runs() -> String {
    ask::query::<Readings, PartVariables>()
}

pub fn progress() -> String {
    ask::subscription::<Progress, IdVariables>()
}

pub fn writes() -> String {
    ask::query::<StockWrites, PartVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[syncs, progress, runs, writes, start::document, pause::document, resume::document];
