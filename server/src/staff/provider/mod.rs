//! Signing in through the company's identity provider: the device authorization grant (RFC 8628), with this desk as the
//! client. The provider sees to password and second factor; we believe it only where it says that it did, and when.
//!
//! It never keeps a token of the provider's, keeps its device code sealed and only while it waits, never sends people to
//! a host that no setting names, and never waits for the provider inside a transaction.

mod actions;
mod model;
mod proof;
mod queries;
#[cfg(test)]
mod tests;
mod wire;

pub(in crate::staff) use actions::sweep;
pub use actions::{begin, poll, waiting};
pub use model::{Begun, UserCode, Waiting};
