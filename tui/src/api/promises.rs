//! What the console asks about the promises of the policy in force, how each stands and stood, and the look it asks for.

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::graph::{
    IdVariables, IdVariablesFields, PartVariables, PartVariablesFields, change, connection, inputs, narrowed,
};
use super::schema::{Word, schema};

inputs!(PromiseFilter);

/// What a list of promises is narrowed by.
pub const TERMS: &[Term] = &[
    term("section", "section", Takes::Text),
    term("standing", "standing", Takes::Several(&["AT_RISK", "BROKEN", "HOLDS", "NOT_MEASURABLE", "NOT_YET_MEASURED"])),
];

narrowed!(PromisesVariables, PromiseFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PromisesVariables")]
pub struct Promises {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub promises: promise_pages::Connection,
}

connection!(promise_pages, "PromiseConnection", "PromiseEdge", Promise);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Promise {
    pub id: cynic::Id,
    pub code: String,
    pub section: String,
    pub text: String,
    pub standing: Word<schema::Standing>,
    pub figure: Option<String>,
    pub why: Option<String>,
    pub since: Moment,
    pub checked_at: Option<Moment>,
    pub how: String,
    pub schedule: String,
    pub waits_for: Option<String>,
    pub evidence: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OnePromise {
    #[arguments(id: $id)]
    pub node: Option<PromiseNode>,
}

#[derive(cynic::InlineFragments, Debug)]
#[cynic(graphql_type = "Node")]
#[expect(clippy::large_enum_variant, reason = "one at a time, on its way to a screen")]
pub enum PromiseNode {
    Promise(Promise),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct PromiseLooks {
    #[arguments(id: $id)]
    pub node: Option<LooksNode>,
}

#[derive(cynic::InlineFragments, Debug)]
#[cynic(graphql_type = "Node", variables = "PartVariables")]
pub enum LooksNode {
    Promise(LooksOf),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Promise", variables = "PartVariables")]
pub struct LooksOf {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub history: look_pages::Connection,
}

connection!(look_pages, "LookConnection", "LookEdge", Look);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Look {
    pub at: Moment,
    pub standing: Word<schema::Standing>,
    pub figure: Option<String>,
}

change!(check, check_promise(CheckPromiseInput) -> "CheckPromisePayload", promise: Promise);

pub fn promises() -> String {
    ask::query::<Promises, PromisesVariables>()
}

pub fn promise() -> String {
    ask::query::<OnePromise, IdVariables>()
}

pub fn looks() -> String {
    ask::query::<PromiseLooks, PartVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[promises, promise, looks, check::document];
