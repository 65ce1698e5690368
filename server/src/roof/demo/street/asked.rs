//! A call as it came in, and the answers that are made of plain parts. It never judges a call.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use data_encoding::BASE64;
use serde_json::Value;
use url::{Url, form_urlencoded};

/// Names and values, decoded, in the order in which they came.
pub(super) type Pairs = Vec<(String, String)>;

pub(super) struct Asked {
    pub method: Method,
    /// Whose shop it is about, where the address says so.
    pub shop: Option<String>,
    /// What stands before the path: the address of the shop.
    pub site: String,
    pub path: String,
    pub query: Pairs,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn query(&self, name: &str) -> &str {
        value(&self.query, name)
    }

    /// A number of the query, or what is meant where there is none.
    pub fn number(&self, name: &str, otherwise: usize) -> usize {
        self.query(name).parse().unwrap_or(otherwise)
    }

    pub fn form(&self) -> Pairs {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The body, null where it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn bearer(&self) -> &str {
        self.header("authorization").strip_prefix("Bearer ").unwrap_or_default()
    }

    /// Name and password of a Basic authorization.
    pub fn basic(&self) -> Option<(String, String)> {
        let told = self.header("authorization").strip_prefix("Basic ")?;
        let told = String::from_utf8(BASE64.decode(told.as_bytes()).ok()?).ok()?;
        let (name, password) = told.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    /// The path in its parts.
    pub fn steps(&self) -> Vec<&str> {
        self.path.split('/').filter(|step| !step.is_empty()).collect()
    }
}

/// The first value of this name, empty where there is none.
pub(super) fn value<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

pub(super) fn answer(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

pub(super) fn json(status: StatusCode, told: &Value) -> Response {
    answer(status, "application/json; charset=utf-8", told.to_string())
}

pub(super) fn html(status: StatusCode, page: String) -> Response {
    answer(status, "text/html; charset=utf-8", page)
}

/// Why a call is not answered as it hopes, as the platform says it.
pub(super) type Refused = (StatusCode, Value);

pub(super) fn settled(answer: Result<Response, Refused>) -> Response {
    answer.unwrap_or_else(|(status, told)| json(status, &told))
}

pub(super) fn not_found() -> Response {
    json(StatusCode::NOT_FOUND, &serde_json::json!({ "errors": "Not Found" }))
}

/// Sends the browser to an address, with these added to what it carries already.
pub(super) fn sent_back(back: &Url, carried: &[(String, String)]) -> Response {
    let mut to = back.clone();
    to.query_pairs_mut().extend_pairs(carried);
    with(answer(StatusCode::FOUND, "text/plain", Body::empty()), "location", to.as_str())
}

/// With one more header; a value that no header can hold is left out.
pub(super) fn with(mut answer: Response, name: &'static str, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
    answer
}

pub(super) fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}
