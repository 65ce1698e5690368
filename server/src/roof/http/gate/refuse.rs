//! Refusals: a status, a code from a closed list, our own words and the call's id. Nothing that was sent is repeated.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::negotiate::Speech;
use crate::floor::graphql::{TooCostly, UNAUTHENTICATED};
use crate::floor::kernel::Error;
use crate::roof::config::Statuses;

/// Why a call was not carried out.
#[derive(Debug)]
pub(in crate::roof::http) struct Refused {
    pub status: StatusCode,
    pub code: &'static str,
    pub words: Cow<'static, str>,
    pub after: Option<Duration>,
    /// The document itself is wrong. Clients of plain JSON expect 200 then, as from the library.
    pub is_document: bool,
}

impl Refused {
    pub fn new(status: StatusCode, code: &'static str, words: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, words: words.into(), after: None, is_document: false }
    }

    /// The call has not the form of one.
    pub fn malformed(words: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", words)
    }

    /// Its document or variables are wrong.
    pub fn document(code: &'static str, words: &'static str) -> Self {
        Self { is_document: true, ..Self::new(StatusCode::BAD_REQUEST, code, words) }
    }

    pub fn later(status: StatusCode, code: &'static str, words: &'static str, after: Duration) -> Self {
        Self { after: Some(after), ..Self::new(status, code, words) }
    }

    /// The answer was not there in time.
    pub fn late() -> Self {
        let words = "this took too long and was given up: ask for less, or later";
        Self::later(StatusCode::SERVICE_UNAVAILABLE, "TIMED_OUT", words, Duration::from_secs(1))
    }

    /// A panic on the way: the standing hook has logged where.
    pub fn failed() -> Self {
        Self::from(&Error::internal("a call panicked"))
    }

    /// As one of the `errors` of an answer.
    pub fn error(&self, call: &str) -> Value {
        let mut extensions = json!({ "code": self.code });
        if !call.is_empty() {
            extensions["requestId"] = call.into();
        }
        if let Some(after) = self.after {
            extensions["retryAfterMs"] = u64::try_from(after.as_millis()).unwrap_or(u64::MAX).into();
        }
        json!({ "message": self.words, "extensions": extensions })
    }

    pub fn answer(&self, speech: Speech, statuses: Statuses, call: &str) -> Response {
        let is_soft = self.is_document && speech == Speech::Json && statuses == Statuses::Usual;
        let status = if is_soft { StatusCode::OK } else { self.status };
        let mut answer = speech.answer(status, &json!({ "errors": [self.error(call)] }));
        let headers = answer.headers_mut();
        if let Some(after) = self.after {
            headers.insert(header::RETRY_AFTER, whole_seconds(after).into());
        }
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => drop(headers.insert(header::ALLOW, HeaderValue::from_static("POST"))),
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        answer
    }
}

/// Rounded up: who comes after so long is early otherwise.
fn whole_seconds(span: Duration) -> u64 {
    span.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

impl From<TooCostly> for Refused {
    fn from(over: TooCostly) -> Self {
        if over.is_broken() {
            Self::document("BAD_DOCUMENT", over.advice())
        } else {
            Self::new(StatusCode::BAD_REQUEST, "TOO_COSTLY", over.advice())
        }
    }
}

/// One of the seven outcomes, outside a document.
impl From<&Error> for Refused {
    fn from(error: &Error) -> Self {
        let status = match error {
            Error::Refused(refusal) if refusal.code == UNAUTHENTICATED => StatusCode::UNAUTHORIZED,
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
        let after = if let Error::Unavailable { after, .. } = error { Some(*after) } else { None };
        Self { after, ..Self::new(status, error.code(), error.to_string()) }
    }
}

/// An outcome of a way in that speaks no GraphQL.
pub fn refuse(error: &Error) -> Response {
    Refused::from(error).answer(Speech::Json, Statuses::Usual, "")
}

/// A panic's answer.
pub fn failed() -> Response {
    Refused::failed().answer(Speech::Json, Statuses::Usual, "")
}
