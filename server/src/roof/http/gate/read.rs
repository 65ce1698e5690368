//! Takes a call in: counted while it is read, in time, and of the right shape before anything else looks at it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use super::negotiate::is_json;
use super::refuse::Refused;

/// What a caller would have carried out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::roof::http) struct Wish {
    pub query: Option<String>,
    /// The id of a document of our list.
    pub document: Option<String>,
    pub operation: Option<String>,
    pub variables: Map<String, Value>,
}

impl Wish {
    /// Of a body, or of the payload of a message.
    pub fn of(value: Value) -> Result<Self, Refused> {
        let Value::Object(mut parts) = value else {
            return Err(Refused::malformed("send one object; batches are not taken"));
        };
        let wish = Self {
            query: text(parts.remove("query"), "query is text")?,
            document: text(parts.remove("documentId"), "documentId is text")?,
            operation: text(parts.remove("operationName"), "operationName is text or null")?,
            variables: map(parts.remove("variables"), "variables is an object or null")?,
        };
        map(parts.remove("extensions"), "extensions is an object or null")?;
        wish.whole()
    }

    /// Of the query string of a GET.
    pub fn of_query(query: &str) -> Result<Self, Refused> {
        let mut parts = Map::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = match name.as_ref() {
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&value)
                    .map_err(|_| Refused::malformed("variables and extensions are JSON in the query string"))?,
                _ => Value::String(value.into_owned()),
            };
            if parts.insert(name.into_owned(), value).is_some() {
                return Err(Refused::malformed("a part of the query string is there twice"));
            }
        }
        Self::of(Value::Object(parts))
    }

    fn whole(self) -> Result<Self, Refused> {
        match (&self.query, &self.document) {
            (Some(_), Some(_)) => Err(Refused::malformed("send query or documentId, not both")),
            (None, None) => Err(Refused::malformed("send query, or documentId")),
            _ => Ok(self),
        }
    }
}

fn text(value: Option<Value>, words: &'static str) -> Result<Option<String>, Refused> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refused::malformed(words)),
    }
}

fn map(value: Option<Value>, words: &'static str) -> Result<Map<String, Value>, Refused> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Refused::malformed(words)),
    }
}

/// The wish in a POST's body.
pub(super) async fn posted(headers: &HeaderMap, body: Body, most: usize, within: Duration) -> Result<Wish, Refused> {
    if !is_json(headers) {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send application/json",
        ));
    }
    let bytes = collect(headers, body, most, within).await?;
    Wish::of(serde_json::from_slice(&bytes).map_err(|_| Refused::malformed("the body is not JSON"))?)
}

/// The wish in a GET's query string, which is as long as a body at most.
pub(super) fn got(query: Option<&str>, most: usize) -> Result<Wish, Refused> {
    let query = query.unwrap_or_default();
    if query.len() > most {
        return Err(Refused::new(StatusCode::URI_TOO_LONG, "BODY_TOO_LARGE", "the query string is over the limit"));
    }
    Wish::of_query(query)
}

async fn collect(headers: &HeaderMap, body: Body, most: usize, within: Duration) -> Result<Bytes, Refused> {
    let too_large = || Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", "the body is over the limit");
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    match tokio::time::timeout(within, Limited::new(body, most).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refused::malformed("the body broke off")),
        Err(_) => Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW", "the body took too long to arrive")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_right_shape_is_taken() {
        for bad in [
            json!([]),
            json!("{a}"),
            json!({}),
            json!({ "query": 7 }),
            json!({ "query": null }),
            json!({ "query": "{a}", "operationName": ["a"] }),
            json!({ "query": "{a}", "variables": "x" }),
            json!({ "query": "{a}", "extensions": [] }),
            json!({ "query": "{a}", "documentId": "sha256:00" }),
            json!({ "documentId": { "a": 1 } }),
        ] {
            assert!(Wish::of(bad.clone()).is_err(), "{bad}");
        }
        let full = json!({ "query": "{a}", "operationName": null, "variables": { "a": 1 }, "extensions": { "b": 2 }, "more": 3 });
        let wish = Wish::of(full).expect("well formed");
        assert_eq!((wish.query.as_deref(), wish.variables.len()), (Some("{a}"), 1));
    }

    #[test]
    fn a_query_string_holds_the_same() {
        let wish = Wish::of_query("query=%7Ba%7D&variables=%7B%22b%22%3A1%7D&extensions=").expect("well formed");
        assert_eq!(wish, Wish::of(json!({ "query": "{a}", "variables": { "b": 1 } })).expect("well formed"));
        for bad in ["", "query=a&query=b", "query=a&variables=%7B", "query=a&variables=7", "documentId=a&query=b"] {
            assert!(Wish::of_query(bad).is_err(), "{bad}");
        }
    }
}
