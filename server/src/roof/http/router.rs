//! Which path leads where, and what every call goes through: an id, a time limit, a panic net, a figure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument;
use uuid::Uuid;

use super::gate::Gate;
use super::{Doorman, Sockets, connect, gate, health, mailbox, network, opendsr, pages, webhooks};
use crate::floor::jobs::Queue;
use crate::floor::ledger::Ledger;
use crate::roof::config::{Graphql, Network};
use crate::roof::schema::Desk;
use crate::roof::telemetry::Telemetry;
use crate::trust;

/// What the edge holds.
#[derive(Clone)]
pub struct Edge {
    pub desk: Desk,
    pub doorman: Doorman,
    pub graphql: Graphql,
    /// Those whose word for a caller's address is taken.
    pub proxies: Vec<Network>,
    /// The sockets that are open.
    pub sockets: Sockets,
    pub ledger: Ledger,
    pub queue: Queue,
    pub telemetry: Telemetry,
    /// Set when the program is told to stop: readiness turns away, calls in flight go on.
    pub stopping: Arc<AtomicBool>,
    pub body: usize,
    pub read: Duration,
    pub answer: Duration,
}

impl Edge {
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub fn router(edge: Edge) -> Router {
    let answer = edge.answer;
    let gate = Arc::new(Gate::new(edge));
    let trust = trust::routes(gate.edge.doorman.tools.clone())
        .layer(middleware::from_fn_with_state(Arc::clone(&gate), name_source));
    let webhooks = webhooks::routes(gate.edge.doorman.tools.clone(), gate.edge.read);
    // The gate keeps the time of its own calls, and says so in the form of an answer.
    let plain = Router::new()
        .merge(trust)
        .merge(webhooks)
        .merge(opendsr::routes())
        .route("/intake/mail", post(mailbox::post))
        .route("/sign-in/device", get(pages::device))
        .route("/connect/{state}", get(connect::go))
        .route("/connect/{platform}/back", get(connect::back))
        .route("/connect/{platform}/keys", post(connect::keys).layer(DefaultBodyLimit::max(connect::KEYS)))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, answer));
    let documents =
        Router::new().route("/graphql", get(gate::get).post(gate::post)).route("/graphql/ws", get(gate::get));
    #[cfg(feature = "graphiql")]
    let documents =
        if gate.edge.graphql.graphiql { documents.route("/graphiql", get(super::graphiql::page)) } else { documents };
    plain
        .merge(documents)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(CatchPanicLayer::custom(|_| gate::failed()))
        .layer(CompressionLayer::new().gzip(true))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(middleware::from_fn(measured))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, Ours))
        .layer(middleware::from_fn(forget_their_id))
        .with_state(gate)
}

/// Pages that count askings do so by the network they come from.
async fn name_source(call: gate::Call, mut page: Request, next: Next) -> Response {
    page.extensions_mut().insert(trust::Source(call.from.map(network)));
    next.run(page).await
}

/// A caller's own request id could carry anything into our logs, so ours replaces it.
async fn forget_their_id(mut call: Request, next: Next) -> Response {
    call.headers_mut().remove(REQUEST_ID);
    next.run(call).await
}

#[derive(Clone, Copy)]
struct Ours;

impl MakeRequestId for Ours {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&Uuid::new_v4().as_simple().to_string()).ok().map(RequestId::new)
    }
}

/// One span and two figures per call: by route, never by path, which might hold a token.
async fn measured(call: Request, next: Next) -> Response {
    let route = call.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let id = call
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let method = match *call.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        // Any word may stand there, and each would be a figure of its own for ever.
        _ => "other",
    };
    let span = tracing::info_span!("http.call", call.id = %id, call.method = method, call.route = %route);
    let begun = std::time::Instant::now();
    let answer = next.run(call).instrument(span.clone()).await;
    let status = answer.status();
    span.in_scope(|| tracing::debug!(status = status.as_u16(), "answered"));
    let labels = [("route", route), ("method", method.to_owned()), ("status", status.as_u16().to_string())];
    metrics::counter!("rightsdesk_calls_total", &labels).increment(1);
    metrics::histogram!("rightsdesk_call_seconds", &labels[..1]).record(begun.elapsed());
    answer
}

impl IntoResponse for crate::floor::kernel::Error {
    fn into_response(self) -> Response {
        gate::refuse(&self)
    }
}
