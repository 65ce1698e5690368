//! What is not read as one list or one thing: a version of the policy by its number, what is otherwise in it, the map of
//! what is held a line a column, and the matrix with a column for each destination.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use crate::api::{map, policies};
use crate::core::filter::typed;
use crate::core::window::PAGE;

use super::door::{Ended, Visit};
use super::exit::{Code, say};
use super::nouns::{self, Noun};
use super::print;
use super::reads::{Form, List, Read, ask};

/// The versions of the policy.
#[derive(Subcommand, Clone, Debug)]
pub enum Policies {
    /// List them, newest first
    List(List),
    /// Show one
    Show {
        /// Its id, or its number such as 7; without it the one in force
        version: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Say what is otherwise between one and the version it replaces
    Diff {
        /// Its id, or its number such as 7; without it the one in force
        version: Option<String>,
        #[command(flatten)]
        form: Form,
    },
}

/// What is held, and who is given it.
#[derive(Subcommand, Clone, Debug)]
pub enum Maps {
    /// Show every column of every table, and its class
    Show {
        #[command(flatten)]
        form: Form,
    },
    /// Show each field by each destination
    Matrix {
        #[command(flatten)]
        form: Form,
    },
}

/// What is read of these.
#[derive(Clone, Debug)]
pub enum Wish {
    Version(Option<String>, Form),
    Diff(Option<String>, Form),
    Map(Form),
    Matrix(Form),
}

impl Policies {
    pub fn of(self) -> Read {
        match self {
            Self::List(list) => Read::List(&nouns::POLICIES, list),
            Self::Show { version, form } => Read::Estate(Wish::Version(version, form)),
            Self::Diff { version, form } => Read::Estate(Wish::Diff(version, form)),
        }
    }
}

impl Maps {
    pub fn of(self) -> Read {
        Read::Estate(match self {
            Self::Show { form } => Wish::Map(form),
            Self::Matrix { form } => Wish::Matrix(form),
        })
    }
}

pub async fn carry_out(visit: &Visit, wish: &Wish) -> Result<String, Ended> {
    match wish {
        Wish::Version(version, form) => {
            let id = meant(visit, version.as_deref()).await?;
            let data = ask(visit, policies::version(), json!({ "id": id })).await?;
            let version = there(&data, "/policyVersion")?;
            Ok(print::one(nouns::POLICIES.singular, version.clone(), *form))
        }
        Wish::Diff(version, form) => {
            let id = meant(visit, version.as_deref()).await?;
            let data = ask(visit, policies::diff(), json!({ "id": id })).await?;
            let diff = there(&data, "/policyDiff")?;
            let told = |which: &str| match diff[which]["version"].as_i64() {
                Some(version) => format!("v{version}"),
                None => "nothing".to_owned(),
            };
            say(&format!("from {} to {}", told("from"), told("to")));
            Ok(rows(&nouns::CHANGES, listed(&diff["changes"]), *form))
        }
        Wish::Map(form) => {
            let data = ask(visit, map::map(), json!({})).await?;
            let rows = listed(&data["dataMap"]).into_iter().flat_map(|table| columns_of(&table)).collect();
            Ok(self::rows(&nouns::MAP, rows, *form))
        }
        Wish::Matrix(form) => {
            let data = ask(visit, policies::matrix(), json!({})).await?;
            Ok(matrix(there(&data, "/policy/matrix")?, *form))
        }
    }
}

fn rows(noun: &Noun, rows: Vec<Value>, form: Form) -> String {
    let total = json!(rows.len());
    print::rows(noun, rows, &total, form)
}

fn there<'a>(data: &'a Value, at: &str) -> Result<&'a Value, Ended> {
    let found = data.pointer(at).filter(|found| !found.is_null());
    found.ok_or_else(|| Ended(Code::NotFound, "no such version, or none for you".to_owned()))
}

fn listed(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The id of the version that is meant.
async fn meant(visit: &Visit, said: Option<&str>) -> Result<String, Ended> {
    if let Some(id) = said.filter(|said| said.starts_with("pol_")) {
        return Ok(id.to_owned());
    }
    let number = said.map(|said| said.trim_start_matches('v').parse::<i64>()).transpose();
    let number = number.map_err(|_| Ended(Code::Usage, "a version is its id, or a number such as 7".to_owned()))?;
    let is_it = |version: &Value| match number {
        Some(number) => version["version"] == number,
        None => version["state"] == "IN_FORCE",
    };
    let mut variables = json!({ "first": PAGE });
    loop {
        let data = ask(visit, policies::versions(), variables.clone()).await?;
        let page = there(&data, "/policyVersions")?;
        let edges = listed(&page["edges"]);
        if let Some(found) = edges.iter().find(|edge| is_it(&edge["node"])) {
            return Ok(found["node"]["id"].as_str().unwrap_or_default().to_owned());
        }
        match edges.last() {
            Some(edge) if page["pageInfo"]["hasNextPage"] == true => variables["after"] = edge["cursor"].clone(),
            _ => return Err(Ended(Code::NotFound, "no such version, or none for you".to_owned())),
        }
    }
}

/// A row for each column of a table, with what is so of the table beside it.
fn columns_of(table: &Value) -> Vec<Value> {
    let beside = json!({
        "table": table["name"], "whose": table["of"], "about": table["about"], "category": table["category"],
        "erasedBy": table["erasedBy"], "agesFrom": table["agesFrom"],
    });
    let row = |column: Value| match (beside.clone(), column) {
        (Value::Object(mut row), Value::Object(column)) => {
            row.extend(column);
            Value::Object(row)
        }
        (row, _) => row,
    };
    listed(&table["columns"]).into_iter().map(row).collect()
}

/// A row for each field; its forms stand under the codes of the destinations.
fn matrix(matrix: &Value, form: Form) -> String {
    let destinations: Vec<String> =
        listed(&matrix["destinations"]).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let is_for_people = !form.json && !form.jsonl;
    let row = |mut row: Value| {
        let said = listed(&row["forms"]).into_iter().map(|form| match form.as_str() {
            Some(word) if is_for_people => json!(typed(word)),
            _ => form,
        });
        let forms: Map<String, Value> = destinations.iter().cloned().zip(said).collect();
        row["forms"] = Value::Object(forms);
        row
    };
    let rows: Vec<Value> = listed(&matrix["rows"]).into_iter().map(row).collect();
    let mut columns: Vec<(String, String)> = [("FIELD", "/field"), ("HELD", "/held"), ("RECEIVED", "/received")]
        .map(|(head, at)| (head.to_owned(), at.to_owned()))
        .to_vec();
    columns.extend(destinations.iter().map(|code| (code.to_uppercase(), format!("/forms/{code}"))));
    let columns: Vec<(&str, &str)> = columns.iter().map(|(head, at)| (head.as_str(), at.as_str())).collect();
    let total = json!(rows.len());
    print::table(("matrix", "matrix-field"), &columns, rows, &total, form)
}
