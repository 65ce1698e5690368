//! What the console asks about what leaves: what of a store's went to whom, where a merchant has events sent, and the
//! book of all that left.

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::graph::{IdVariables, IdVariablesFields, Raw, connection, inputs};
use super::schema::{Word, schema};
use super::stores::StoreNamed;

inputs!(DisclosureFilter);

/// What the book of what left is narrowed by; whose it is has to be said.
pub const TERMS: &[Term] = &[
    term("tenant", "tenant", Takes::Tenant),
    term("to", "recipient", Takes::Text),
    term("subject", "subject", Takes::Text),
];

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneShared {
    #[arguments(id: $id)]
    pub store: Option<StoreNamed>,
    #[arguments(store: $id)]
    pub shared: Vec<SharedField>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct SharedField {
    pub field: String,
    pub title: String,
    pub cells: Vec<SharedCell>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct SharedCell {
    pub recipient: String,
    pub is_on: bool,
    pub form: String,
    pub forms_sent: Vec<String>,
    pub times: i32,
    pub last_at: Option<Moment>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct Destinations {
    #[arguments(tenant: $id)]
    pub destinations: Vec<Destination>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Destination {
    pub store: Option<cynic::Id>,
    pub recipient: String,
    pub url: String,
    pub region: String,
    pub state: Word<schema::DestinationState>,
    pub since: Moment,
}

/// What the book is asked with: whose it is cannot be left out.
#[derive(cynic::QueryVariables)]
pub struct DisclosuresVariables {
    pub filter: Raw<schema::DisclosureFilter>,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "DisclosuresVariables")]
pub struct Disclosures {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub disclosures: disclosure_pages::Connection,
}

connection!(disclosure_pages, "DisclosureConnection", "DisclosureEdge", Disclosure);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Disclosure {
    pub at: Moment,
    pub recipient: String,
    pub store: Option<cynic::Id>,
    pub subject: Option<cynic::Id>,
    pub category: String,
    pub fields: Vec<String>,
    pub form: String,
    pub count: i32,
    pub purpose: String,
    pub way: String,
}

pub fn shared() -> String {
    ask::query::<OneShared, IdVariables>()
}

pub fn destinations() -> String {
    ask::query::<Destinations, IdVariables>()
}

pub fn disclosures() -> String {
    ask::query::<Disclosures, DisclosuresVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[shared, destinations, disclosures];
