//! What the console asks about what is held: every table, and what each of its columns is.

use super::ask::{self, Document};
use super::schema::{Word, schema};

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct DataMap {
    pub data_map: Vec<Table>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "MapTable")]
pub struct Table {
    pub name: String,
    pub of: Word<schema::TableOf>,
    pub about: Option<String>,
    pub category: Option<String>,
    pub ages_from: Option<String>,
    pub erased_by: Option<Word<schema::RowFate>>,
    pub columns: Vec<Column>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "MapColumn")]
pub struct Column {
    pub name: String,
    pub class: Word<schema::ColumnClass>,
    pub field: Option<String>,
    pub of: Option<String>,
    pub is_disclosed: bool,
    pub kept_under: Option<Word<schema::LegalGround>>,
    pub note: Option<String>,
}

pub fn map() -> String {
    ask::query::<DataMap, ()>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[map];
