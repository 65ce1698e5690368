//! What a GraphQL call must be before the library sees it: JSON by POST, or a query by GET; one object, small, arrived in
//! time, and asking for no more than it may. It decides nothing about data, and its answers repeat nothing of what was
//! sent.

mod carry;
mod document;
mod negotiate;
mod read;
mod refuse;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, FromRequestParts, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use sha2::{Digest, Sha256};
use tower_http::request_id::RequestId;

pub(super) use carry::{Answer, Gate};
pub(super) use document::Way;
pub use document::{document_id, documents};
pub(super) use negotiate::Speech;
pub(super) use read::Wish;
pub(super) use refuse::Refused;
pub use refuse::{failed, refuse};

use super::{socket, source};
use crate::roof::config::Statuses;

/// What a call brings beside its document.
pub(super) struct Call {
    pub headers: HeaderMap,
    pub from: Option<IpAddr>,
    pub id: String,
}

impl FromRequestParts<Arc<Gate>> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, gate: &Arc<Gate>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let from = peer.map(|peer| source::source(peer, &parts.headers, &gate.edge.proxies));
        let id = parts.extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
        Ok(Self { headers: parts.headers.clone(), from, id: id.unwrap_or_default().to_owned() })
    }
}

/// A query by GET, or the beginning of a socket.
pub(super) async fn get(
    State(gate): State<Arc<Gate>>,
    call: Call,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Ok(upgrade) = upgrade {
        return socket::accept(gate, call, upgrade);
    }
    let wish = async { read::got(query.as_deref(), gate.edge.body) };
    answer(&gate, &call, wish, Way::Get).await
}

/// A query or a mutation by POST.
pub(super) async fn post(State(gate): State<Arc<Gate>>, call: Call, body: Body) -> Response {
    let wish = read::posted(&call.headers, body, gate.edge.body, gate.edge.read);
    answer(&gate, &call, wish, Way::Post).await
}

async fn answer(gate: &Gate, call: &Call, wish: impl Future<Output = Result<Wish, Refused>>, way: Way) -> Response {
    let statuses = gate.edge.graphql.statuses;
    let speech = match Speech::wanted(&call.headers) {
        Some(speech) => speech,
        None if statuses == Statuses::Draft2026 => {
            let words = "this server speaks application/graphql-response+json and application/json";
            let refused = Refused::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", words);
            return refused.answer(Speech::Json, statuses, &call.id);
        }
        None => Speech::Json,
    };
    let served = async {
        let wish = wish.await?;
        let asking = gate.edge.doorman.ask(&call.headers, call.from).await.map_err(|error| Refused::from(&error))?;
        let admitted = gate.admit(wish, asking, way)?;
        let may_be_kept = admitted.by_id && way == Way::Get;
        Ok((gate.carry_out(admitted, &call.id).await?, may_be_kept))
    };
    match tokio::time::timeout(gate.edge.answer, served).await {
        Ok(Ok((answer, false))) => spoken(&answer, speech, statuses),
        Ok(Ok((answer, true))) => kept(&answer, speech, statuses, &call.headers),
        Ok(Err(refused)) => Refused::answer(&refused, speech, statuses, &call.id),
        Err(_) => Refused::late().answer(speech, statuses, &call.id),
    }
}

/// An answer with the status that its reading of the protocol gives it.
fn spoken(answer: &Answer, speech: Speech, statuses: Statuses) -> Response {
    let status = match (statuses, speech) {
        (Statuses::Draft2026, _) if answer.never_ran => StatusCode::UNPROCESSABLE_ENTITY,
        // The draft's word for an answer in part; no name has been given to it yet.
        (Statuses::Draft2026, _) if !answer.response.errors.is_empty() => StatusCode::from_u16(294).unwrap_or_default(),
        (Statuses::Usual, Speech::Graphql) if answer.never_ran => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    speech.answer(status, &answer.body())
}

/// An answer to a document of ours over GET: whoever asked may keep it, and ask whether it still holds.
fn kept(answer: &Answer, speech: Speech, statuses: Statuses, headers: &HeaderMap) -> Response {
    if !answer.response.errors.is_empty() {
        return spoken(answer, speech, statuses);
    }
    // What the budget has left is another each time; the data is what is asked about.
    let data = serde_json::to_vec(&answer.response.data).unwrap_or_default();
    let tag = format!("W/\"{}\"", data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(data)[..16]));
    let held = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut response = if held.flat_map(|line| line.split(',')).any(|held| held.trim() == tag) {
        let mut unchanged = Response::new(Body::empty());
        *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
        unchanged
    } else {
        spoken(answer, speech, statuses)
    };
    let set = response.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    set.insert(header::VARY, HeaderValue::from_static("authorization, accept"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    response
}
