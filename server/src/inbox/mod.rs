//! What platforms send by themselves: proved by its signature, kept sealed under a key of its own, answered at once and
//! worked later. It never acts on what did not prove itself, and keeps nothing of it once it is worked.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{Coming, Proofs, Received, challenge, receive};
pub use graphql::{InboxQuery, RULES};
pub use jobs::{MatchClosedAccount, SweepInbox, WorkDelivery};
pub use model::{DeliveryState, PrivacyNoticeState};
