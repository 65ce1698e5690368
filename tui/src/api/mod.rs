//! The way to the server: GraphQL over HTTP, its contract, and the supervisor of the connection.
//!
//! Every text that comes through here is scrubbed, unless a signature is over it; no screen asks the server by itself.

pub mod acts;
pub mod apps;
pub mod ask;
pub mod asker;
pub mod books;
pub mod carrying;
pub mod client;
pub mod figures;
pub mod graph;
pub mod inbox;
pub mod keep;
pub mod live;
pub mod map;
pub mod policies;
pub mod processors;
pub mod promises;
pub mod pulse;
pub mod requests;
pub mod reviews;
pub mod schema;
pub mod sharing;
pub mod staff;
pub mod stores;
pub mod syncs;
pub mod tenants;
pub mod viewer;
