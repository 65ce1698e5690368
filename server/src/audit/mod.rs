//! The audit: checkpoints of every chain outside Postgres, the proof that books and checkpoints agree, the ageing of the
//! access book, and both books to read. It never changes an event and opens no sealed value.

pub mod actions;
mod graphql;
pub mod jobs;
pub mod map;
pub mod model;
mod queries;
pub mod verify;

pub use graphql::{AccessNode, AuditQuery, RULES, find_access};
pub use queries::{AccessFilter, EventFilter};
