//! What the console asks about the operator's sub-processors, what was announced about them, and who objected.

use chrono::NaiveDate;

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::graph::{
    IdVariables, IdVariablesFields, PageVariables, PageVariablesFields, PartVariables, PartVariablesFields, change,
    connection, inputs, narrowed,
};
use super::schema::{Word, schema};
use super::tenants::{Mask, NamedTenant};

inputs!(ProcessorFilter, ObjectionFilter);

/// What a list of sub-processors is narrowed by.
pub const TERMS: &[Term] =
    &[term("state", "state", Takes::Several(&["ANNOUNCED", "IN_FORCE", "ENDING", "ENDED", "WITHDRAWN"]))];

/// What a list of objections is narrowed by.
pub const OBJECTION_TERMS: &[Term] = &[
    term("state", "state", Takes::Several(&["OPEN", "UPHELD", "SETTLED", "DECLINED", "WITHDRAWN"])),
    term("tenant", "tenant", Takes::Tenant),
];

/// How an objection can be answered.
pub const ANSWERS: &[&str] = &["UPHELD", "SETTLED", "DECLINED"];

narrowed!(ProcessorsVariables, ProcessorFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "ProcessorsVariables")]
pub struct Processors {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub processors: processor_pages::Connection,
}

connection!(processor_pages, "ProcessorConnection", "ProcessorEdge", ProcessorRow);

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Processor")]
pub struct ProcessorRow {
    pub id: cynic::Id,
    pub code: String,
    pub name: String,
    pub service: String,
    pub regions: Vec<String>,
    pub transfer: Word<schema::Transfer>,
    pub agreement_on: Option<NaiveDate>,
    pub state: Word<schema::ProcessorState>,
    pub listed_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub objection_until: Option<NaiveDate>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneProcessor {
    #[arguments(id: $id)]
    pub processor: Option<Processor>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Processor {
    pub id: cynic::Id,
    pub code: String,
    pub name: String,
    pub service: String,
    pub purposes: Vec<String>,
    pub receives: Vec<Receives>,
    pub regions: Vec<String>,
    pub transfer: Word<schema::Transfer>,
    pub agreement_on: Option<NaiveDate>,
    pub policy_url: Option<String>,
    pub state: Word<schema::ProcessorState>,
    pub listed_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub objection_until: Option<NaiveDate>,
    pub versions: Vec<Version>,
}

/// A category or a field, and in which form it goes there.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "ProcessorReceives")]
pub struct Receives {
    pub what: String,
    pub form: Word<schema::FieldForm>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ProcessorVersion")]
pub struct Version {
    pub policy_version: i32,
    pub name: String,
    pub service: String,
    pub purposes: Vec<String>,
    pub receives: Vec<Receives>,
    pub regions: Vec<String>,
    pub transfer: Word<schema::Transfer>,
    pub agreement_on: Option<NaiveDate>,
    pub policy_url: Option<String>,
    pub from_on: NaiveDate,
    pub in_force_at: Option<Moment>,
    pub until_on: Option<NaiveDate>,
    pub withdrawn_at: Option<Moment>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct NoticesAbout {
    #[arguments(id: $id)]
    pub processor: Option<NoticesOf>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Processor", variables = "PartVariables")]
pub struct NoticesOf {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub notices: notice_pages::Connection,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PageVariables")]
pub struct Notices {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub notices: notice_pages::Connection,
}

connection!(notice_pages, "NoticeConnection", "NoticeEdge", Notice);

/// A change as it was announced, and how far its letters have come.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Notice {
    pub id: cynic::Id,
    pub kind: Word<schema::NoticeKind>,
    pub processor: Option<NamedProcessor>,
    pub policy_version: i32,
    pub announced_at: Moment,
    pub effective_on: NaiveDate,
    pub objection_until: Option<NaiveDate>,
    pub withdrawn_at: Option<Moment>,
    pub text: String,
    pub reached: i32,
    pub waiting: i32,
    pub failed: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Processor")]
pub struct NamedProcessor {
    pub id: cynic::Id,
    pub name: String,
}

narrowed!(ObjectionsVariables, ObjectionFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "ObjectionsVariables")]
pub struct Objections {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub objections: objection_pages::Connection,
}

connection!(objection_pages, "ObjectionConnection", "ObjectionEdge", Objection);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Objection {
    pub id: cynic::Id,
    pub tenant: NamedTenant,
    pub notice: ObjectedTo,
    pub objected_at: Moment,
    pub by: String,
    pub reason: Mask,
    pub state: Word<schema::ObjectionState>,
    pub answer_by: NaiveDate,
    pub answered_at: Option<Moment>,
    pub answered_by: Option<String>,
}

/// The notice that somebody objects to.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Notice")]
pub struct ObjectedTo {
    pub kind: Word<schema::NoticeKind>,
    pub processor: Option<NamedProcessor>,
    pub policy_version: i32,
}

/// Why a merchant objects.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RevealedObjection")]
pub struct Opened {
    pub reason: String,
    pub hide_after_seconds: i32,
}

change!(answer, answer_objection(AnswerObjectionInput) -> "AnswerObjectionPayload");
change!(reveal, reveal_objection(RevealObjectionInput) -> "RevealObjectionPayload", revealed: Opened);

pub fn processors() -> String {
    ask::query::<Processors, ProcessorsVariables>()
}

pub fn processor() -> String {
    ask::query::<OneProcessor, IdVariables>()
}

pub fn notices_about() -> String {
    ask::query::<NoticesAbout, PartVariables>()
}

pub fn notices() -> String {
    ask::query::<Notices, PageVariables>()
}

pub fn objections() -> String {
    ask::query::<Objections, ObjectionsVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] =
    &[processors, processor, notices_about, notices, objections, answer::document, reveal::document];
