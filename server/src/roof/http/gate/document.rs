//! Which documents are taken: those of our own list from everyone, others as the setting says; each parsed once and
//! reckoned before the library sees it. Nothing is carried out here.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{OperationDefinition, OperationType};
use async_graphql::{Request, Value, Variables};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};

use super::read::Wish;
use super::refuse::Refused;
use crate::floor::graphql::{Asking, Bill, UNAUTHENTICATED, meant, reckon, skim};
use crate::roof::config::{Documents, Graphql};

/// Longest document, in bytes.
const DOCUMENT: usize = 10 * 1024;

/// The documents of our own console and pages, by the digest of their text.
static LIST: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../operations.json")).unwrap_or_default());

/// The documents that everyone may send: id, then text.
pub fn documents() -> impl Iterator<Item = (&'static str, &'static str)> {
    LIST.iter().map(|(id, text)| (id.as_str(), text.as_str()))
}

/// The id of a document.
pub fn document_id(text: &str) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&Sha256::digest(text)))
}

/// How a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roof::http) enum Way {
    Get,
    Post,
    Socket,
}

/// What may be carried out.
pub(in crate::roof::http) struct Admitted {
    pub request: Request,
    pub asking: Asking,
    pub bill: Bill,
    /// It came by its id: its answer over GET may be kept by whom it was for.
    pub by_id: bool,
}

pub(in crate::roof::http) fn admit(
    settings: &Graphql,
    wish: Wish,
    asking: Asking,
    way: Way,
) -> Result<Admitted, Refused> {
    let by_id = wish.document.is_some();
    let text = chosen(settings.documents, wish.query, wish.document.as_deref(), &asking)?;
    if text.len() > DOCUMENT {
        return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "DOCUMENT_TOO_LARGE", "the document is over 10 KiB"));
    }
    skim(&text)?;
    let parsed = parse_query(&text).map_err(|_| Refused::document("BAD_DOCUMENT", "the document is not GraphQL"))?;
    let Some(operation) = meant(&parsed, wish.operation.as_deref()) else {
        return Err(Refused::document("BAD_DOCUMENT", "say in operationName which operation of the document it is"));
    };
    let variables = Variables::from_json(serde_json::Value::Object(wish.variables));
    let bill = reckon(&parsed, operation, &variables, settings.introspection)?;
    fits(bill.kind, way, &asking)?;
    if lacks_a_variable(operation, &variables) {
        return Err(Refused::document("BAD_VARIABLES", "a variable that is not null has no value"));
    }
    let mut request = Request::new(text).variables(variables).data(asking.clone());
    request.operation_name = wish.operation;
    request.set_parsed_query(parsed);
    Ok(Admitted { request, asking, bill, by_id })
}

/// The text of the document, if this caller may send it.
fn chosen(who: Documents, query: Option<String>, id: Option<&str>, asking: &Asking) -> Result<String, Refused> {
    let unknown = |words| Refused::new(StatusCode::BAD_REQUEST, "UNKNOWN_DOCUMENT", words);
    let Some(text) = query else {
        return id
            .and_then(|id| LIST.get(id))
            .cloned()
            .ok_or_else(|| unknown("no document of this server has that id"));
    };
    let is_free = match who {
        Documents::Anyone => true,
        Documents::SignedIn => asking.caller().is_ok(),
        Documents::Nobody => false,
    };
    if is_free || LIST.contains_key(&document_id(&text)) {
        return Ok(text);
    }
    Err(unknown(match who {
        Documents::Nobody => "this server takes only the documents it knows",
        _ => "sign in first: without that this server takes only the documents it knows",
    }))
}

/// Whether this kind of operation may come this way.
fn fits(kind: OperationType, way: Way, asking: &Asking) -> Result<(), Refused> {
    match (kind, way) {
        (OperationType::Mutation, Way::Get) => Err(Refused::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "send what changes something by POST",
        )),
        (OperationType::Subscription, Way::Get | Way::Post) => {
            Err(Refused::new(StatusCode::BAD_REQUEST, "NEEDS_SOCKET", "subscribe over a WebSocket at /graphql/ws"))
        }
        (OperationType::Subscription, Way::Socket) if asking.caller().is_err() => {
            Err(Refused::new(StatusCode::UNAUTHORIZED, UNAUTHENTICATED, "sign in first"))
        }
        _ => Ok(()),
    }
}

/// The library finds this out field by field, when some of the operation is done already.
fn lacks_a_variable(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().map(|declared| &declared.node).any(|declared| {
        let given = variables.get(&declared.name.node);
        let is_null = given.is_none_or(|value| *value == Value::Null);
        let falls_back = given.is_none() && declared.default_value.is_some();
        let may_be_null = declared.var_type.node.nullable;
        !may_be_null && is_null && !falls_back
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documents_id_is_its_digest() {
        assert_eq!(document_id("").len(), 7 + 64);
        assert!(documents().count() > 0 && documents().all(|(id, text)| id == document_id(text)));
    }

    #[test]
    fn a_variable_that_must_be_there_is_missed() {
        let lacks = |document: &str, variables: serde_json::Value| {
            let document = parse_query(document).expect("it parses");
            lacks_a_variable(meant(&document, None).expect("one"), &Variables::from_json(variables))
        };
        let asks = "query($a: Int!, $b: Int! = 3, $c: Int) { x }";
        assert!(!lacks(asks, serde_json::json!({ "a": 1 })));
        assert!(lacks(asks, serde_json::json!({})));
        assert!(lacks(asks, serde_json::json!({ "a": null })));
        assert!(lacks(asks, serde_json::json!({ "a": 1, "b": null })));
    }
}
