//! Rightsdesk: the privacy desk of a multi-tenant e-commerce platform. This is the map.
//!
//! # Order
//!
//! A module may name only what stands to its left; siblings joined by a comma never name each other. The law
//! `imports_flow_downward` reads these very lines.
//!
//! ```text
//! kernel < access < ledger < vault, egress < mail, blobs, issuers, journal, tongues, platforms, forms < html < regulations < policy < datamap < tools < graphql
//! < jobs < calls < subjects < relay < catalogue < tenants < staff < grants < stores < apps < processors < records < reports < syncs < propagation < requests < inbox < reviews < audit < promises < feed
//! < trust
//! < config, telemetry, cluster < schema, workers, followers, map < http, demo < boot < commands
//! ```
//!
//! # Invariants
//!
//! - Postgres is reached through [`floor::ledger`] alone, keys through `floor::vault`, letters through `floor::mail`,
//!   files through `floor::blobs`, signed lines through `floor::journal`, others' servers through [`floor::egress`], the
//!   time through [`floor::kernel::Watch`]. HTTP is answered in `roof::http` and `trust::web` alone, and by the doubles of
//!   [`roof::demo::street`], which stand for others' servers, on this machine only, and so sign and post by themselves.
//! - A scope opens the ledger, a permit gives the scope; the ledger pins the tenant and Postgres fences its rows.
//! - Reads may span tenants, writes never do. To open a sealed personal value is a write.
//! - A change and the event that tells of it, its jobs and its outbox rows commit together or not at all.
//! - Nothing waits on the network inside a transaction; every step may be killed and run again.
//!
//! # Words
//!
//! *House*: the operator as a tenant of its own. *Door*: a module that is the only way to something outside.
//! *Watch*: what tells the time; a *clock* is a legal due date. *Scope*: what a permit opened. *Book*: events or
//! accesses. *Fence*: row security around a tenant's rows; a job's proof that it still holds its lease. *Lane*: one
//! tenant's queue. *Ticket*: a job handed down, to be enqueued later. A data request is a *request*; an HTTP one is a
//! *call*.

// The futures of the schema nest deep.
#![recursion_limit = "256"]

pub mod apps;
pub mod audit;
pub mod calls;
pub mod catalogue;
pub mod feed;
pub mod floor;
pub mod grants;
pub mod inbox;
pub mod processors;
pub mod promises;
pub mod propagation;
pub mod records;
pub mod relay;
pub mod reports;
pub mod requests;
pub mod reviews;
pub mod roof;
pub mod staff;
pub mod stores;
pub mod subjects;
pub mod syncs;
pub mod tenants;
pub mod trust;

pub use roof::boot::{Duties, Running, boot, prepare, telemetry_of};
pub use roof::cluster;
pub use roof::commands::{Command, Settings, main, run};
pub use roof::config::{Config, SETTINGS, Sources};
