//! What the console asks about the policy: what is in force, its versions, what is otherwise in one, and its matrix of
//! fields by destinations; and what it changes there.

use chrono::NaiveDate;

use crate::core::due::Moment;

use super::ask::{self, Document};
use super::graph::{IdVariables, IdVariablesFields, PageVariables, PageVariablesFields, change, connection};
use super::schema::{Lines, Word, schema};

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct PolicyInForce {
    pub policy: InForce,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Policy")]
pub struct InForce {
    pub name: String,
    pub title: String,
    pub version: i32,
    pub effective_on: NaiveDate,
    pub operator: Operator,
    pub region: Option<Region>,
    pub locales: Vec<String>,
    pub announce_days: i32,
    pub objection_days: i32,
    pub standing_is_public: bool,
    pub retention: Vec<Retention>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyOperator")]
pub struct Operator {
    pub name: String,
    pub country: String,
    pub role: Word<schema::OperatorRole>,
    pub page: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyRegion")]
pub struct Region {
    pub home: String,
    pub pinned: Vec<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyRetention")]
pub struct Retention {
    pub title: String,
    pub window: Window,
    pub ending: Word<schema::RetentionEnding>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyWindow")]
pub struct Window {
    pub words: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PageVariables")]
pub struct PolicyVersions {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub policy_versions: version_pages::Connection,
}

connection!(version_pages, "PolicyVersionConnection", "PolicyVersionEdge", Version);

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyVersion")]
pub struct Version {
    pub id: cynic::Id,
    pub name: String,
    pub version: i32,
    pub state: Word<schema::PolicyState>,
    pub effective_on: NaiveDate,
    pub proposed_at: Moment,
    pub proposed_by: String,
    pub published_at: Option<Moment>,
    pub published_by: Option<String>,
    pub in_force_at: Option<Moment>,
    pub held_back_on: Option<NaiveDate>,
    pub ended_at: Option<Moment>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OnePolicyVersion {
    #[arguments(id: $id)]
    pub policy_version: Option<Version>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OnePolicyFile {
    #[arguments(id: $id)]
    pub policy_version: Option<File>,
}

/// A version as its file has it.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyVersion")]
pub struct File {
    pub name: String,
    pub version: i32,
    #[cynic(alias, rename = "text")]
    pub lines: Lines,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OnePolicyDiff {
    #[arguments(id: $id)]
    pub policy_diff: Diff,
}

/// A version, the one it replaces, and what is otherwise.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyDiff")]
pub struct Diff {
    pub from: Option<Version>,
    pub to: Version,
    pub changes: Vec<Change>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyChange")]
pub struct Change {
    pub part: Word<schema::PolicyPart>,
    pub code: String,
    pub kind: Word<schema::ChangeKind>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub effect: String,
    pub is_material: bool,
    pub worsens: bool,
    pub line: Option<i32>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct PolicyMatrix {
    pub policy: Sharing,
}

/// Who may be given what.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Policy")]
pub struct Sharing {
    pub name: String,
    pub version: i32,
    pub matrix: Matrix,
    pub recipients: Vec<Recipient>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyMatrix")]
pub struct Matrix {
    pub destinations: Vec<String>,
    pub rows: Vec<MatrixRow>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyMatrixRow")]
pub struct MatrixRow {
    pub field: String,
    pub title: String,
    pub received: bool,
    pub held: String,
    pub forms: Vec<Word<schema::FieldForm>>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyRecipient")]
pub struct Recipient {
    pub code: String,
    pub name: String,
    pub service: String,
    pub regions: Vec<String>,
    pub purposes: Vec<String>,
}

change!(publish, publish_policy(PublishPolicyInput) -> "PublishPolicyPayload");
change!(withdraw, withdraw_policy(WithdrawPolicyInput) -> "WithdrawPolicyPayload");

pub fn in_force() -> String {
    ask::query::<PolicyInForce, ()>()
}

pub fn versions() -> String {
    ask::query::<PolicyVersions, PageVariables>()
}

pub fn version() -> String {
    ask::query::<OnePolicyVersion, IdVariables>()
}

pub fn file() -> String {
    ask::query::<OnePolicyFile, IdVariables>()
}

pub fn diff() -> String {
    ask::query::<OnePolicyDiff, IdVariables>()
}

pub fn matrix() -> String {
    ask::query::<PolicyMatrix, ()>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] =
    &[in_force, versions, version, file, diff, matrix, publish::document, withdraw::document];
