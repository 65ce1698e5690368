//! What proves how a request was answered: what was asked, promised, approved, done and written, as digests, codes and
//! days, with what the books tell of it, signed. Anybody verifies it with the public key and `docs/formats.md`.
//!
//! It holds no value of anybody's, is never changed, and outlives what it is about: a later one continues it.

mod telling;
mod verifying;

pub use telling::{Made, seal};
pub use verifying::{Fault, Report, verify};

/// The context that it is signed in, and its format.
pub const FORMAT: &str = "rightsdesk/request-evidence/1";

/// The event that tells of it. It is not part of what it tells of.
const SEALED: &str = "request.evidence_sealed";
