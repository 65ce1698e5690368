//! Whether the process lives, whether it may be sent calls, and its figures. No personal data, no tenant names.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::gate::Gate;

pub async fn alive() -> &'static str {
    "alive\n"
}

/// Ready while Postgres answers and nobody has told us to stop.
pub async fn ready(State(gate): State<Arc<Gate>>) -> Response {
    if gate.edge.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match gate.edge.ledger.answers().await {
        Ok(_) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "the database does not answer\n")
            .into_response(),
    }
}

pub async fn metrics(State(gate): State<Arc<Gate>>) -> Response {
    if let Err(error) = gate.edge.queue.publish().await {
        tracing::warn!(code = error.code(), "the queue's figures are those of the last look");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], gate.edge.telemetry.render()).into_response()
}
