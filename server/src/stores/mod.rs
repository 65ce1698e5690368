//! Shops on platforms: whose they are, what each lets us do, where that differs from what the policy lists, and how a
//! connection ends. It keeps records and asks no platform by itself; a token is sealed in the vault and never read here.

mod actions;
mod graphql;
pub mod map;
mod model;
mod queries;
pub mod scopes;
mod tables;

pub use actions::{
    NewStore, Reading, Revoking, Shown, add_store, disconnect_store, find_store, list_stores, record_grant,
    revoke_scopes, turn_sync,
};
pub use graphql::{RULES, StoreGrantNode, StoreMutation, StoreNode, StoreQuery, find_store_grant, find_store_node};
pub use model::{DriftKind, GrantSource, Held, Judged, RevocationReason, Store, StoreState, Verdict, judge};
pub use queries::{Figures, Filter, Order, Promised, figures, tokens_left};

use crate::floor::vault::SecretKind;

/// What a store's token is in the vault.
const TOKEN: SecretKind = SecretKind::new("store_token");
