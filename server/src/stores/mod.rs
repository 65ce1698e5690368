//! Shops on platforms: whose they are, what each lets us do, where that differs from what the policy lists, and how a
//! connection begins and ends. A token is sealed in the vault, and opened for the length of a call to its platform alone.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
pub mod scopes;
mod tables;

pub use actions::{
    Begun, Hooked, Landed, NewStore, Reading, Revoking, Shown, Tokens, add_store, begin_connection, behind, come_back,
    disconnect_store, disconnect_store_and, ever_at, find_hook, find_store, heed_end, heed_loss, heed_scopes,
    keep_alive, lead_on, list_stores, lost, open_access, open_hook, record_grant, revoke_scopes, shown, some,
    take_keys, turn_sync,
};
pub use graphql::{RULES, StoreGrantNode, StoreMutation, StoreNode, StoreQuery, find_store_grant, find_store_node};
pub use jobs::{RevokeAtPlatform, SubscribeStore, TellOfLostConnection, WatchConnections};
pub use model::{
    DriftKind, GrantSource, HandshakeOutcome, Held, Judged, RevocationReason, Store, StoreState, Verdict, judge,
};
pub use queries::{Figures, Filter, Order, Promised, figures, still_asked, tokens_left};

use crate::floor::vault::SecretKind;

/// What a store's token is in the vault, and what renews it.
const TOKEN: SecretKind = SecretKind::new("store_token");
const REFRESH: SecretKind = SecretKind::new("store_refresh");
/// What a store signs with that tells us of what happens there.
const HOOK: SecretKind = SecretKind::new("store_hook");
/// The token of a store that was disconnected, on its way back to the platform.
const ENDING: SecretKind = SecretKind::new("store_ending");

/// Where platforms post what happened, below the desk's own address.
pub const WEBHOOKS: &str = "/webhooks";
