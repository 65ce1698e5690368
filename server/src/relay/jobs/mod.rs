//! What the relay does by itself: it sends, and it lets go.

mod sending;
mod sweeping;

pub use sending::RelayEvent;
pub use sweeping::SweepRelay;
