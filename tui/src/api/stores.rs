//! What the console asks about stores and their scopes, and what it changes there.

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, so, term};

use super::ask::{self, Document};
use super::graph::{
    IdVariables, IdVariablesFields, PartVariables, PartVariablesFields, change, connection, inputs, narrowed,
};
use super::schema::{Word, schema};
use super::tenants::NamedTenant;

inputs!(StoreFilter, StoreOrder);

/// What a list of stores is narrowed by.
pub const TERMS: &[Term] = &[
    term("domain", "domainBegins", Takes::Text),
    term("drift", "drift", Takes::Several(&["NOT_LISTED", "MISSING", "UNUSED", "WRITES_WHILE_SYNC_IS_OFF"])),
    so("drifted", "hasDrift"),
    term("platform", "platform", Takes::Text),
    term("tenant", "tenant", Takes::Tenant),
    term("state", "state", Takes::Several(&["PENDING", "CONNECTED", "NEEDS_RECONNECTING", "DISCONNECTED"])),
];

/// Why scopes are revoked.
pub const REASONS: &[&str] = &["NOT_LISTED", "UNUSED", "NOT_NEEDED", "REVIEW", "MERCHANT_ASKED", "INCIDENT"];

narrowed!(StoresVariables, StoreFilter, StoreOrder);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "StoresVariables")]
pub struct Stores {
    #[arguments(filter: $filter, orderBy: $order_by, first: $first, after: $after, last: $last, before: $before)]
    pub stores: store_pages::Connection,
}

connection!(store_pages, "StoreConnection", "StoreEdge", StoreRow);

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Store")]
pub struct StoreRow {
    pub id: cynic::Id,
    pub tenant: NamedTenant,
    pub platform: String,
    pub domain: String,
    pub name: String,
    pub region: String,
    pub state: Word<schema::StoreState>,
    pub sync_is_on: bool,
    pub added_at: Moment,
    pub drift_kinds: Vec<Word<schema::DriftKind>>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneStore {
    #[arguments(id: $id)]
    pub store: Option<Store>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Store {
    pub id: cynic::Id,
    pub tenant: NamedTenant,
    pub platform: String,
    pub domain: String,
    pub name: String,
    pub region: String,
    pub state: Word<schema::StoreState>,
    pub sync_is_on: bool,
    pub added_at: Moment,
    pub connected_at: Option<Moment>,
    pub last_read_at: Option<Moment>,
    pub disconnected_at: Option<Moment>,
    pub token_ends_at: Option<Moment>,
    pub lapses_at: Option<Moment>,
    pub version: i32,
    pub drift_kinds: Vec<Word<schema::DriftKind>>,
    pub scopes: Vec<StoreScope>,
    pub receipt: Option<StoreReceipt>,
    pub handshake: Option<StoreHandshake>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct StoreScope {
    pub name: String,
    pub reason: Option<String>,
    pub sensitivity: Option<Word<schema::Sensitivity>>,
    pub feature: Option<String>,
    pub writes: bool,
    pub is_granted: bool,
    pub is_revoked_here: bool,
    pub last_used_at: Option<Moment>,
    pub proven_at: Option<Moment>,
    pub verdict: Word<schema::ScopeVerdict>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct StoreHandshake {
    pub outcome: Word<schema::StoreHandshakeOutcome>,
    pub begun_at: Moment,
    pub ends_at: Moment,
    pub code: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct StoreReceipt {
    pub at: Moment,
    pub by: String,
    pub token_deleted: bool,
    pub jobs_cancelled: i32,
    pub destinations_ended: i32,
    pub sendings_dropped: i32,
    pub scopes: Vec<String>,
    pub what_stays: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct StoreGrants {
    #[arguments(id: $id)]
    pub store: Option<GrantsOf>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Store", variables = "PartVariables")]
pub struct GrantsOf {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub grants: store_grant_pages::Connection,
}

connection!(store_grant_pages, "StoreGrantConnection", "StoreGrantEdge", StoreGrant);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct StoreGrant {
    pub id: cynic::Id,
    pub at: Moment,
    pub how: Word<schema::GrantSource>,
    pub scopes: Vec<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub by: String,
    pub reason: Option<Word<schema::RevocationReason>>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct OneDrift {
    pub drift: Drift,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Drift {
    pub stores: i32,
    pub with_drift: i32,
    pub not_listed: i32,
    pub missing: i32,
    pub unused: i32,
    pub writes_while_sync_is_off: i32,
}

/// A store on its way to being connected.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct StoreConnecting {
    pub url: Option<String>,
    pub short_url: Option<String>,
    pub ends_at: Moment,
}

/// How far a try to connect has come.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneStanding {
    #[arguments(id: $id)]
    pub store: Option<Standing>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Store")]
pub struct Standing {
    pub tenant: NamedTenant,
    pub platform: String,
    pub domain: String,
    pub state: Word<schema::StoreState>,
    pub handshake: Option<StoreHandshake>,
}

/// Whose a store is.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Store")]
pub struct StoreNamed {
    pub domain: String,
    pub tenant: NamedTenant,
}

#[derive(cynic::QueryVariables)]
pub struct FollowVariables {
    pub id: Option<cynic::Id>,
}

/// That something of a tenant's was changed.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Subscription", variables = "FollowVariables")]
pub struct Followed {
    #[arguments(tenant: $id)]
    pub changes: Change,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Change {
    pub cursor: String,
    pub node: Option<cynic::Id>,
}

change!(connect, connect_store(ConnectStoreInput) -> "ConnectStorePayload", begun: StoreConnecting);
change!(turn_sync, turn_sync(TurnSyncInput) -> "TurnSyncPayload");
change!(revoke_scopes, revoke_scopes(RevokeScopesInput) -> "RevokeScopesPayload");
change!(record_grant, record_grant(RecordGrantInput) -> "RecordGrantPayload");
change!(disconnect, disconnect_store(DisconnectStoreInput) -> "DisconnectStorePayload");

pub fn stores() -> String {
    ask::query::<Stores, StoresVariables>()
}

pub fn store() -> String {
    ask::query::<OneStore, IdVariables>()
}

pub fn standing() -> String {
    ask::query::<OneStanding, IdVariables>()
}

pub fn followed() -> String {
    ask::subscription::<Followed, FollowVariables>()
}

pub fn grants() -> String {
    ask::query::<StoreGrants, PartVariables>()
}

pub fn drift() -> String {
    ask::query::<OneDrift, ()>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[
    stores,
    store,
    standing,
    followed,
    grants,
    drift,
    connect::document,
    turn_sync::document,
    revoke_scopes::document,
    record_grant::document,
    disconnect::document,
];
