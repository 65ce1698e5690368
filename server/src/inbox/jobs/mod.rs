//! What becomes of deliveries after they were answered.

mod matching;
mod sweeping;
mod working;

pub use matching::MatchClosedAccount;
pub use sweeping::SweepInbox;
pub use working::WorkDelivery;
