//! OpenDSR 2.0, as a processor: a controller's machine shows its API key, asks, looks, takes back. Every answer is signed
//! over its very bytes; none names who it is about but the receipt, which gives a call back to whoever made it. The routes
//! and headers of OpenGDPR, as it was called before, are honoured too.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use data_encoding::BASE64;
use serde_json::Value;
use uuid::Uuid;

use super::gate::{Call, Gate};
use super::webhooks::{Listened, listen};
use crate::floor::access::Caller;
use crate::floor::graphql::UNAUTHENTICATED;
use crate::floor::kernel::{Error, Flaw, Result};
use crate::floor::tools::Tools;
use crate::propagation::{self, CALLBACK_PATH};
use crate::requests::ways::opendsr::{LARGEST, Rules, discovery, error, read, request_id};
use crate::requests::{BEGUN, REUSED, ask_by_machine, asked_by_machine, cancel_by_machine, may_be_told_at};

/// By which names a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    OpenDsr,
    OpenGdpr,
}

pub(super) fn routes() -> Router<Arc<Gate>> {
    let (new, old) = (Names::OpenDsr, Names::OpenGdpr);
    let asked = |names| post(move |gate, call, body| ask(names, gate, call, body));
    let one = |names| {
        get(move |gate, call, path| look(names, gate, call, path))
            .delete(move |gate, call, path| take_back(names, gate, call, path))
    };
    Router::new()
        .route("/discovery", get(discover))
        .route("/v2/discovery", get(discover))
        .route("/v2/certificate", get(certificate))
        .route("/v2/requests", asked(new))
        .route("/v2/requests/{id}", one(new))
        .route(&format!("{CALLBACK_PATH}/{{task}}"), post(hear))
        .route("/opengdpr_requests", asked(old))
        .route("/opengdpr_requests/{id}", one(old))
        .route("/v1/opengdpr_requests", asked(old))
        .route("/v1/opengdpr_requests/{id}", one(old))
}

/// `GET /discovery`
async fn discover(State(gate): State<Arc<Gate>>) -> Response {
    let tools = &gate.edge.doorman.tools;
    signed(tools, Names::OpenDsr, StatusCode::OK, &discovery(&tools.public_url))
}

/// `GET /v2/certificate`: what shows the key that answers are signed with.
async fn certificate(State(gate): State<Arc<Gate>>) -> Response {
    let tools = &gate.edge.doorman.tools;
    let shown = tools.vault.call_key().and_then(|key| key.certificate(&tools.domain()));
    match shown {
        Ok(pem) => ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response(),
        Err(error) => error.into_response(),
    }
}

/// `POST /v2/requests`
async fn ask(names: Names, State(gate): State<Arc<Gate>>, call: Call, body: Body) -> Response {
    let tools = &gate.edge.doorman.tools;
    let answer = match asked(names, &gate, call, body).await {
        Ok((receipt, body)) => {
            let times = (receipt.received_at, receipt.expected_at);
            return signed(tools, names, StatusCode::CREATED, &receipt.about.receipt(times, &body));
        }
        Err(refused) => refused,
    };
    refused(tools, names, answer)
}

async fn asked(
    names: Names,
    gate: &Gate,
    call: Call,
    body: Body,
) -> Result<(crate::requests::Receipt, Vec<u8>), Refused> {
    let tools = &gate.edge.doorman.tools;
    let caller = caller(gate, &call).await?;
    if !is_json(&call.headers) {
        return Err(Refused::Plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json"));
    }
    let body = match tokio::time::timeout(gate.edge.read, listen(body, LARGEST)).await {
        Ok(Listened::Whole(body)) => body,
        Ok(Listened::TooLarge) => return Err(Refused::Plain(StatusCode::PAYLOAD_TOO_LARGE, "send at most 64 KiB")),
        Ok(Listened::BrokenOff) => return Err(Refused::Plain(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => return Err(Refused::Plain(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    };
    let permits = |url: &url::Url| may_be_told_at(tools, url);
    let rules = Rules { now: tools.watch.now(), is_old: names == Names::OpenGdpr, permits: &permits };
    let wish = read(&body, rules).map_err(Refused::Flawed)?;
    let receipt = ask_by_machine(tools, &caller, wish, body.clone()).await?;
    Ok((receipt, body))
}

/// `GET /v2/requests/{id}`
async fn look(names: Names, State(gate): State<Arc<Gate>>, call: Call, Path(id): Path<String>) -> Response {
    let tools = &gate.edge.doorman.tools;
    let found = async {
        let (caller, id) = (caller(&gate, &call).await?, named(&id)?);
        Ok::<_, Refused>(asked_by_machine(tools, &caller, id).await?)
    };
    match found.await {
        Ok((about, status, expected)) => signed(tools, names, StatusCode::OK, &about.status(status, expected)),
        Err(answer) => refused(tools, names, answer),
    }
}

/// `DELETE /v2/requests/{id}`
async fn take_back(names: Names, State(gate): State<Arc<Gate>>, call: Call, Path(id): Path<String>) -> Response {
    let tools = &gate.edge.doorman.tools;
    let cancelled = async {
        let (caller, id) = (caller(&gate, &call).await?, named(&id)?);
        Ok::<_, Refused>(cancel_by_machine(tools, &caller, id).await?)
    };
    match cancelled.await {
        Ok((about, at)) => signed(tools, names, StatusCode::ACCEPTED, &about.cancelled(at)),
        Err(answer) => refused(tools, names, answer),
    }
}

/// `POST /v2/callbacks/{task}`: a processor that we asked tells how far it is. Whatever is not signed by it is refused alike.
async fn hear(State(gate): State<Arc<Gate>>, call: Call, Path(task): Path<String>, body: Body) -> Response {
    let heard = match tokio::time::timeout(gate.edge.read, listen(body, LARGEST)).await {
        Ok(Listened::Whole(body)) => body,
        Ok(Listened::TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Ok(Listened::BrokenOff) => return StatusCode::BAD_REQUEST.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    match propagation::called_back(&gate.edge.doorman.tools, &task, call.headers, heard).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => StatusCode::FORBIDDEN.into_response(),
        Err(error) => error.into_response(),
    }
}

async fn caller(gate: &Gate, call: &Call) -> Result<Caller> {
    let asking = gate.edge.doorman.ask(&call.headers, call.from).await?;
    asking.caller().cloned()
}

/// What is no id of a controller's leads where an unknown one does.
fn named(id: &str) -> Result<Uuid> {
    request_id(id).ok_or(Error::NotFound("request"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Why a call is not answered as it wished.
enum Refused {
    Plain(StatusCode, &'static str),
    Flawed(Vec<Flaw>),
    Ours(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

fn refused(tools: &Tools, names: Names, refused: Refused) -> Response {
    let failed = match refused {
        Refused::Plain(status, words) => return told(tools, names, status, words, &[]),
        Refused::Flawed(flaws) => {
            let words = "the request is flawed: see errors";
            return told(tools, names, StatusCode::BAD_REQUEST, words, &flaws);
        }
        Refused::Ours(error) => error,
    };
    let status = match &failed {
        Error::Invalid(flaws) => {
            let flaws: Vec<Flaw> = flaws.iter().cloned().collect();
            return told(tools, names, StatusCode::BAD_REQUEST, "the request is flawed: see errors", &flaws);
        }
        Error::Refused(why) if why.code == UNAUTHENTICATED => StatusCode::UNAUTHORIZED,
        Error::Refused(why) if [REUSED, BEGUN].contains(&why.code) => StatusCode::CONFLICT,
        Error::Refused(_) => StatusCode::BAD_REQUEST,
        Error::Conflict => StatusCode::CONFLICT,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        // The edge words these two itself, and logs what only we may know.
        Error::Unavailable { .. } | Error::Internal(_) => return failed.into_response(),
    };
    let words = failed.to_string();
    told(tools, names, status, &words, &[])
}

fn told(tools: &Tools, names: Names, status: StatusCode, words: &str, flaws: &[Flaw]) -> Response {
    signed(tools, names, status, &error(status.as_u16(), words, flaws))
}

/// An answer with its signature, over the bytes as they go out.
fn signed(tools: &Tools, names: Names, status: StatusCode, answer: &Value) -> Response {
    let body = answer.to_string();
    let signature = tools.vault.call_key().and_then(|key| key.sign(body.as_bytes()));
    let signature = match signature {
        Ok(signature) => BASE64.encode(&signature),
        Err(error) => return error.into_response(),
    };
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    let own = [("x-opendsr-processor-domain", "x-opendsr-signature")];
    let both = [own[0], ("x-opengdpr-processor-domain", "x-opengdpr-signature")];
    let pairs: &[_] = if names == Names::OpenGdpr { &both } else { &own };
    for (domain, mark) in pairs {
        for (name, value) in [(*domain, tools.domain()), (*mark, signature.clone())] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
    response
}
