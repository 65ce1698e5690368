//! The nouns of this slice, their states and what may become of them. Pure.

mod drift;
mod grant;
mod handshake;
mod lapse;
mod store;

pub use drift::{DriftKind, Held, Judged, UNUSED_AFTER, Verdict, judge};
pub use grant::{Grant, GrantSource, Receipt, RevocationReason, named_scopes};
pub use handshake::{Handshake, HandshakeOutcome, WITHIN};
pub use lapse::{RENEWED, SPARE, warning};
pub use store::{Store, StoreState, domain_digest, hook_digest};
