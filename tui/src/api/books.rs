//! What the console asks of the books: events, accesses, and how the chain stands. It changes nothing there.

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::graph::{connection, inputs, narrowed};
use super::schema::schema;
use super::tenants::NamedTenant;

inputs!(EventFilter, AccessFilter);

/// What a list of events is narrowed by; of the house, where no tenant is named.
pub const EVENT_TERMS: &[Term] = &[
    term("tenant", "tenant", Takes::Tenant),
    term("who", "actor", Takes::Text),
    term("did", "action", Takes::Text),
    term("on", "object", Takes::Text),
    term("since", "since", Takes::Since),
    term("until", "until", Takes::Since),
];

/// What a list of accesses is narrowed by; of the house, where no tenant is named.
pub const ACCESS_TERMS: &[Term] = &[
    term("tenant", "tenant", Takes::Tenant),
    term("who", "actor", Takes::Text),
    term("ticket", "ticket", Takes::Text),
    term("since", "since", Takes::Since),
    term("until", "until", Takes::Since),
];

narrowed!(EventsVariables, EventFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "EventsVariables")]
pub struct Events {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub events: event_pages::Connection,
}

connection!(event_pages, "EventConnection", "EventEdge", Event);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Event {
    pub tenant: Option<NamedTenant>,
    pub seq: i32,
    pub at: Moment,
    pub at_micros: String,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub facts: Option<String>,
    pub payload_hash: Option<String>,
    pub hash: String,
}

narrowed!(AccessesVariables, AccessFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "AccessesVariables")]
pub struct Accesses {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub accesses: access_pages::Connection,
}

connection!(access_pages, "AccessConnection", "AccessEdge", Access);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Access {
    pub id: cynic::Id,
    pub tenant: Option<NamedTenant>,
    pub at: Moment,
    pub actor: String,
    pub subject: Option<String>,
    pub view: String,
    pub purpose: String,
    pub ticket: Option<String>,
    pub has_reason: bool,
}

#[derive(cynic::QueryVariables)]
pub struct StandingVariables {
    pub tenant: Option<cynic::Id>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "StandingVariables")]
pub struct OneStanding {
    #[arguments(tenant: $tenant)]
    pub audit_standing: Standing,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "AuditStanding")]
pub struct Standing {
    pub seq: i32,
    pub hash: String,
    pub checkpoint: Option<Checkpoint>,
    pub covered: Option<i32>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Checkpoint {
    pub at: Moment,
    pub digest: String,
}

pub fn events() -> String {
    ask::query::<Events, EventsVariables>()
}

pub fn accesses() -> String {
    ask::query::<Accesses, AccessesVariables>()
}

pub fn standing() -> String {
    ask::query::<OneStanding, StandingVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[events, accesses, standing];
