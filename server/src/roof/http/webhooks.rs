//! Where platforms post what happened: read whole and within measure, proved, stored, answered. Whatever proves nothing is
//! told 401, whatever its method, its type or its body; nobody is ever told that something went wrong with us, but to
//! come again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use futures_util::StreamExt;
use serde_json::json;
use url::form_urlencoded;
use uuid::Uuid;

use crate::floor::kernel::{Error, HookId};
use crate::floor::tools::Tools;
use crate::inbox::{Coming, Proofs, Received, challenge, receive};
use crate::stores::WEBHOOKS;

/// Longest body that is kept.
const LARGEST: usize = 2 * 1024 * 1024;

/// So many times as much is listened to.
const HEARD: usize = 4;

struct Door {
    tools: Tools,
    proofs: Proofs,
    /// How long a body may take to come.
    read: Duration,
}

/// Everything under `/webhooks`: a path and a method that nobody posts to are answered as a signature that nobody made.
pub fn routes<S: Clone + Send + Sync + 'static>(tools: Tools, read: Duration) -> Router<S> {
    let door = Arc::new(Door { tools, proofs: Proofs::default(), read });
    Router::new()
        .route(&[WEBHOOKS, "/{*to}"].concat(), any(post))
        .route(WEBHOOKS, any(unproved))
        .route(&[WEBHOOKS, "/"].concat(), any(unproved))
        .with_state(door)
}

async fn unproved() -> StatusCode {
    StatusCode::UNAUTHORIZED
}

/// `POST /webhooks/shopify`, `POST /webhooks/woocommerce/{hook}`, `GET /webhooks/ebay?challenge_code=…`
async fn post(State(door): State<Arc<Door>>, Path(to): Path<String>, call: Request) -> Response {
    let (platform, hook) = match to.split_once('/') {
        None => (to.as_str(), None),
        Some((platform, hook)) => match Uuid::try_parse(hook) {
            Ok(id) => (platform, Some(HookId::from_uuid(id))),
            Err(_) => return StatusCode::UNAUTHORIZED.into_response(),
        },
    };
    if call.method() == Method::GET && platform == "ebay" && hook.is_none() {
        return challenged(&door.tools, call.uri().query().unwrap_or_default());
    }
    if call.method() != Method::POST {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (head, body) = call.into_parts();
    let Ok(Some(body)) = tokio::time::timeout(door.read, whole(body)).await else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let coming = Coming { platform, hook, headers: &head.headers, body: &body };
    match receive(&door.tools, &door.proofs, coming).await {
        Ok(Received::Taken) if platform == "ebay" => StatusCode::NO_CONTENT.into_response(),
        Ok(Received::Taken | Received::Pinged) => StatusCode::OK.into_response(),
        Ok(Received::Refused(why)) => {
            metrics::counter!("rightsdesk_deliveries_refused_total", "why" => why).increment(1);
            StatusCode::UNAUTHORIZED.into_response()
        }
        Err(error) => later(error),
    }
}

/// A body, if it came whole and is within measure.
async fn whole(body: Body) -> Option<Vec<u8>> {
    match listen(body, LARGEST).await {
        Listened::Whole(body) => Some(body),
        Listened::TooLarge | Listened::BrokenOff => None,
    }
}

/// What came of listening to a body.
pub(super) enum Listened {
    Whole(Vec<u8>),
    TooLarge,
    BrokenOff,
}

/// Listens to a body, and to more of it than is kept: who is still talking hears no answer.
pub(super) async fn listen(body: Body, largest: usize) -> Listened {
    let (mut kept, mut heard, mut chunks) = (Vec::new(), 0, body.into_data_stream());
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else { return Listened::BrokenOff };
        heard += chunk.len();
        if heard > HEARD * largest {
            return Listened::TooLarge;
        }
        if heard <= largest {
            kept.extend_from_slice(&chunk);
        }
    }
    if heard <= largest { Listened::Whole(kept) } else { Listened::TooLarge }
}

fn challenged(tools: &Tools, query: &str) -> Response {
    let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "challenge_code");
    match code.and_then(|(_, code)| challenge(tools, &code)) {
        Some(answer) => Json(json!({ "challengeResponse": answer })).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// It was proved and could not be kept: whoever sent it comes again.
fn later(error: Error) -> Response {
    if let Error::Internal(report) = &error {
        tracing::error!(reference = %report.reference.as_simple(), story = report.story(), "a delivery was not kept");
    }
    match error {
        Error::Unavailable { .. } => error.into_response(),
        _ => Error::unavailable("the inbox").into_response(),
    }
}
