//! Who asks, and what that opens: a [`Caller`] is permitted, a permit is a [`Scope`], a scope opens the ledger.
//! Pure: it decides from what it is given and never looks anything up.

mod caller;
mod permission;
mod scope;

pub use caller::{Actor, Caller, Lease};
pub use permission::Permission;
pub use scope::{Desk, DeskPermit, One, Readable, Scope, Span, SpanPermit};
