//! Where a mail system hands over the letters that people write to the desk: shown its secret, read whole and within
//! measure, kept before it is answered. It says of no letter what stood in it, and of none whether it was the first.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::doorman::bearer;
use super::gate::Gate;
use super::webhooks::{Listened, listen};
use crate::floor::kernel::{Error, Secret};
use crate::requests::ways::mail::LARGEST;
use crate::requests::{Post, bring_letter};

/// `POST /intake/mail`, one letter as `message/rfc822`.
pub async fn post(State(gate): State<Arc<Gate>>, headers: HeaderMap, body: Body) -> Response {
    let tools = &gate.edge.doorman.tools;
    if !is_shown(&headers, tools.mail.secret()) {
        return ([(header::WWW_AUTHENTICATE, "Bearer")], StatusCode::UNAUTHORIZED).into_response();
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("message/rfc822") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let raw = match tokio::time::timeout(gate.edge.read, listen(body, LARGEST)).await {
        Ok(Listened::Whole(raw)) => raw,
        Ok(Listened::TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Ok(Listened::BrokenOff) => return StatusCode::BAD_REQUEST.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    match bring_letter(tools, Post { raw, at: None, is_cut: false }).await {
        Ok(_) => StatusCode::ACCEPTED.into_response(),
        Err(error) => later(error),
    }
}

/// Without a secret in the settings nobody can show it.
fn is_shown(headers: &HeaderMap, secret: Option<&Secret>) -> bool {
    let (Some(shown), Some(secret)) = (bearer(headers), secret) else { return false };
    let (shown, secret) = (Sha256::digest(shown), Sha256::digest(secret.expose()));
    bool::from(shown.as_slice().ct_eq(secret.as_slice()))
}

/// It could not be kept: the mail system has it still, and comes again.
fn later(error: Error) -> Response {
    if let Error::Internal(report) = &error {
        tracing::error!(reference = %report.reference.as_simple(), story = report.story(), "a letter was not kept");
    }
    match error {
        Error::Unavailable { .. } => error.into_response(),
        _ => Error::unavailable("the mailbox").into_response(),
    }
}
