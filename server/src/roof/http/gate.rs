//! What a GraphQL call must be before the library sees it: POST, JSON, one object, small, arrived in time, and asking
//! for no more than it may.
//! Answers repeat nothing of what was sent.

use std::time::Duration;

use async_graphql::Request as Document;
use async_graphql::parser::parse_query;
use async_graphql_axum::GraphQLResponse;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, body};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;

use super::Edge;
use crate::floor::graphql::check;
use crate::floor::kernel::Error;

/// Longest document, in bytes.
const DOCUMENT: usize = 10 * 1024;

pub async fn answer(State(edge): State<Edge>, headers: HeaderMap, body: Body) -> Response {
    match admit(&edge, &headers, body).await {
        Ok(document) => {
            let mut answer = GraphQLResponse::from(edge.desk.execute(document).await).into_response();
            if !asks_for(&headers, GRAPHQL) {
                answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            answer
        }
        Err(refused) => refused.into_response(),
    }
}

/// The media type of an answer, for those who say that they know it.
const GRAPHQL: &str = "application/graphql-response+json";

fn asks_for(headers: &HeaderMap, kind: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| one.split(';').next().is_some_and(|one| one.trim() == kind))
}

async fn admit(edge: &Edge, headers: &HeaderMap, body: Body) -> Result<Document, Refused> {
    if !is_json(headers) {
        return Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", "send application/json"));
    }
    let bytes = collect(body, edge.body, edge.read).await?;
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|_| Refused::malformed("the body is not JSON"))?;
    if !value.is_object() {
        return Err(Refused::malformed("send one object; batches are not taken"));
    }
    let mut document: Document =
        serde_json::from_value(value).map_err(|_| Refused::malformed("send query, operationName, variables"))?;
    if document.query.len() > DOCUMENT {
        return Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, "DOCUMENT_TOO_LARGE", "the document is over 10 KiB"));
    }
    let parsed = parse_query(&document.query).map_err(|_| Refused::malformed("the document is not GraphQL"))?;
    check(&parsed, edge.introspection).map_err(|over| Refused(StatusCode::BAD_REQUEST, "TOO_COSTLY", over.advice()))?;
    document.set_parsed_query(parsed);
    let asking = edge
        .doorman
        .ask(headers, None)
        .await
        .map_err(|_| Refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "sign in first"))?;
    Ok(document.data(asking))
}

async fn collect(body: Body, most: usize, within: Duration) -> Result<body::Bytes, Refused> {
    let read = Limited::new(body, most).collect();
    match tokio::time::timeout(within, read).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", "the body is over the limit"))
        }
        Ok(Err(_)) => Err(Refused::malformed("the body broke off")),
        Err(_) => Err(Refused(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW", "the body took too long to arrive")),
    }
}

/// `application/json`, alone or in UTF-8. Anything a browser sends without asking first is refused.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(media) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = media.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts
        .all(|part| part.eq_ignore_ascii_case("charset=utf-8") || part.eq_ignore_ascii_case("charset=\"utf-8\""))
}

struct Refused(StatusCode, &'static str, &'static str);

impl Refused {
    fn malformed(advice: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, "BAD_REQUEST", advice)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        shaped(self.0, self.1, self.2)
    }
}

/// One of the seven outcomes, outside GraphQL.
pub fn refuse(error: &Error) -> Response {
    let status = match error {
        Error::Invalid(_) | Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict => StatusCode::CONFLICT,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(report) => {
            tracing::error!(reference = %report.reference.as_simple(), story = report.story(), "a call failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    let mut answer = shaped(status, error.code(), &error.to_string());
    if let Error::Unavailable { after, .. } = error {
        answer.headers_mut().insert(header::RETRY_AFTER, after.as_secs().max(1).into());
    }
    answer
}

/// A panic's answer: the standing hook has logged where.
pub fn failed() -> Response {
    refuse(&Error::internal("a call panicked"))
}

fn shaped(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "errors": [{ "message": message, "extensions": { "code": code } }] }))).into_response()
}
