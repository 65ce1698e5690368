//! What time does to a store's connection: its token is renewed before it lapses, its owners are warned where it cannot be,
//! and after its end the platform is asked to forget it.

mod lasting;
mod revoking;
mod subscribing;

pub use lasting::{TellOfLostConnection, WatchConnections};
pub use revoking::RevokeAtPlatform;
pub use subscribing::SubscribeStore;
