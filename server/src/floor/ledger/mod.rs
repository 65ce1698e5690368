//! The only door to Postgres. Reads are read-only by the database's own word, writes are witnessed or do not happen,
//! every transaction is pinned to what its scope opened, and no connection leaves this module.
//!
//! It never waits on the network inside a transaction: a door takes a plain closure, and a closure cannot await.

mod answers;
pub mod books;
pub mod chain;
mod constraint;
mod disclosed;
mod doors;
mod fence;
mod handover;
mod inspect;
pub mod keyhole;
mod looks;
pub mod migrations;
mod pin;
mod pool;
mod statement;
pub mod tables;
mod tx;
mod walk;

pub use answers::{Answered, Done, Once, sweep_answers};
pub use books::{Event, Leave, Object, Opened, Witnessed};
pub use disclosed::{Disclosed, disclose};
pub use doors::{Ledger, counting};
pub use handover::Handover;
pub use inspect::inspect;
pub use keyhole::{Keyhole, KeyholeKind};
pub use looks::{Look, Looks};
pub use pin::Role;
pub use pool::{Limits, Url};
pub use statement::{Statement, numbered, statement};
pub use tx::{RevealTx, Tx, WriteTx};
pub(crate) use walk::walk;
