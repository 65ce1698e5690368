//! Who asks, and what that opens: a [`Caller`] is permitted, a permit is a [`Scope`], a scope opens the ledger.
//! Pure: it decides from what it is given and never looks anything up.

mod caller;
mod permission;
mod role;
mod scope;
mod seat;

pub use caller::{Actor, Caller, FRESH, Lease, STEP_UP, Session};
pub use permission::Permission;
pub use role::Role;
pub use scope::{Desk, DeskPermit, One, Readable, Scope, Span, SpanPermit};
pub use seat::{Bounds, Seat};
