//! What the console asks about what platforms post: deliveries of a store, and what is asked for people's sake.

use chrono::NaiveDate;

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::graph::{PartVariables, PartVariablesFields, connection, inputs, narrowed};
use super::schema::{Word, schema};

inputs!(PrivacyNoticeFilter);

/// What a list of platforms' notices is narrowed by.
pub const TERMS: &[Term] =
    &[term("state", "state", Takes::Several(&["OPEN", "TAKEN"])), term("tenant", "tenant", Takes::Tenant)];

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct Deliveries {
    #[arguments(store: $id, first: $first, after: $after, last: $last, before: $before)]
    pub deliveries: delivery_pages::Connection,
}

connection!(delivery_pages, "DeliveryConnection", "DeliveryEdge", Delivery);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Delivery {
    pub topic: String,
    pub received_at: Moment,
    pub happened_at: Option<Moment>,
    pub state: Word<schema::DeliveryState>,
    pub outcome: Option<String>,
}

narrowed!(NoticesVariables, PrivacyNoticeFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "NoticesVariables")]
pub struct PrivacyNotices {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub privacy_notices: privacy_notice_pages::Connection,
}

connection!(privacy_notice_pages, "PrivacyNoticeConnection", "PrivacyNoticeEdge", PrivacyNotice);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PrivacyNotice {
    pub id: cynic::Id,
    pub tenant: cynic::Id,
    pub store: Option<cynic::Id>,
    pub platform: String,
    pub kind: Word<schema::PrivacyNoticeKind>,
    pub received_at: Moment,
    pub due_on: NaiveDate,
    pub reference: Option<String>,
    pub state: Word<schema::PrivacyNoticeState>,
}

pub fn deliveries() -> String {
    ask::query::<Deliveries, PartVariables>()
}

pub fn privacy_notices() -> String {
    ask::query::<PrivacyNotices, NoticesVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[deliveries, privacy_notices];
