//! One client of one desk: sends an operation over HTTP, returns its data or why there is none.
//!
//! It never retries (the supervisor does), never follows a redirect to another place, and never shows its token.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cynic::QueryBuilder;
use reqwest::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{StatusCode, Url, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use zeroize::Zeroizing;

use crate::core::ask::{Ask, Refusal, Trouble};
use crate::core::connection::News;
use crate::core::scrub::{scrub, scrub_all};
use crate::core::secret::Secret;

use super::schema::ServerQuery;

/// A desk that takes longer is as good as away.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is spoken on a line that stays open.
const PROTOCOL: &str = "graphql-transport-ws";
/// A line that stays open.
pub type Line = WebSocketStream<reqwest::Upgraded>;
/// More than any answer to the console; a larger one is not read.
const LARGEST: usize = 8 * 1024 * 1024;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// For what stays open: one call, one connection.
    lines: reqwest::Client,
    endpoint: Url,
    bearer: Option<HeaderValue>,
    /// Documents that this desk does not know by their id.
    foreign: Arc<Mutex<HashSet<String>>>,
}

/// Why a client cannot be made from an address or a key.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("this is no address of a desk, such as https://rightsdesk.example")]
    Address,
    #[error("a desk on another machine is reached by https only, so that no password travels in the open")]
    Plain,
    #[error("the key holds characters that cannot travel in a header")]
    Key,
    #[error("no client could be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Client {
    /// A client of the desk at this address; the token goes along with every call.
    pub fn new(url: &str, key: Option<&Secret>) -> Result<Self, Unusable> {
        let mut endpoint = Url::parse(url).map_err(|_| Unusable::Address)?;
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host_str().is_none() {
            return Err(Unusable::Address);
        }
        if endpoint.scheme() == "http" && !is_loopback(&endpoint) {
            return Err(Unusable::Plain);
        }
        if !endpoint.path().ends_with("/graphql") {
            let path = format!("{}/graphql", endpoint.path().trim_end_matches('/'));
            endpoint.set_path(&path);
        }
        let builder = || {
            reqwest::Client::builder()
                .timeout(PATIENCE)
                .connect_timeout(PATIENCE / 2)
                .redirect(redirect::Policy::none())
                .user_agent(concat!("rightsdesk/", env!("CARGO_PKG_VERSION")))
        };
        let (http, lines) = (builder().build()?, builder().http1_only().build()?);
        Self { http, lines, endpoint, bearer: None, foreign: Arc::default() }.bearing(key)
    }

    /// The same, carrying another token or none.
    pub fn bearing(mut self, key: Option<&Secret>) -> Result<Self, Unusable> {
        self.bearer = None;
        if let Some(key) = key {
            let text = Zeroizing::new(format!("Bearer {}", key.expose()));
            let mut value = HeaderValue::from_str(&text).map_err(|_| Unusable::Key)?;
            value.set_sensitive(true);
            self.bearer = Some(value);
        }
        Ok(self)
    }

    /// The address as a person may see it: without a password and without our path.
    pub fn shown_url(&self) -> String {
        let mut url = self.endpoint.clone();
        // Only addresses that cannot hold them refuse; they were refused before.
        _ = url.set_password(None);
        _ = url.set_username("");
        scrub(url.as_str().trim_end_matches("/graphql"))
    }

    /// Asks the server who it is, and how long that took.
    pub async fn check(&self) -> Result<News, Trouble> {
        let begun = Instant::now();
        let data = self.run(&ServerQuery::build(()).query, &Value::Object(Map::new())).await?;
        let strange = |_| Trouble::Strange("something else answers there".to_owned());
        Ok(ServerQuery::deserialize(data).map_err(strange)?.news(begun.elapsed()))
    }

    /// Sends what a place asks; the data with every text scrubbed, or why there is none.
    pub async fn ask(&self, ask: &Ask) -> Result<Value, Trouble> {
        let mut data = self.exact(ask).await?;
        scrub_all(&mut data);
        Ok(data)
    }

    /// The data to the byte, for what a signature is over. It is for a program and never for a screen: nothing in it is
    /// made harmless.
    pub async fn exact(&self, ask: &Ask) -> Result<Value, Trouble> {
        self.run(&ask.document, &ask.variables).await
    }

    /// A line to the desk that stays open, with nothing said on it yet.
    pub async fn line(&self) -> Result<Line, Trouble> {
        let key = generate_key();
        let mut url = self.endpoint.clone();
        url.set_path(&format!("{}/ws", url.path()));
        let call = self.lines.get(url).header(CONNECTION, "Upgrade").header(UPGRADE, "websocket");
        let call = call.header(SEC_WEBSOCKET_VERSION, "13").header(SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
        let reply = call.header(SEC_WEBSOCKET_KEY, &key).send().await.map_err(|e| unreached(&e))?;
        let is = |name, value: &str| reply.headers().get(name).is_some_and(|said| said == value);
        let accepts =
            is(SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes())) && is(SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
        if reply.status() != StatusCode::SWITCHING_PROTOCOLS || !accepts {
            return Err(not_ours(reply.status()));
        }
        let line = reply.upgrade().await.map_err(|e| unreached(&e))?;
        Ok(WebSocketStream::from_raw_socket(line, Role::Client, None).await)
    }

    /// What the first words on a line show.
    pub fn shown(&self) -> Value {
        let bearer = self.bearer.as_ref().and_then(|bearer| bearer.to_str().ok());
        bearer.map_or_else(|| Value::Object(Map::new()), |bearer| json!({ "authorization": bearer }))
    }

    /// Names the document by its digest, and sends its text only to a desk that does not know it.
    async fn run(&self, document: &str, variables: &Value) -> Result<Value, Trouble> {
        let id = document_id(document);
        let foreign = || self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
        if !foreign().contains(&id) {
            let known = Body { document_id: Some(&id), query: None, variables };
            match self.send(&known).await {
                Err(trouble) if trouble.code() == Some("UNKNOWN_DOCUMENT") => _ = foreign().insert(id),
                outcome => return outcome,
            }
        }
        self.send(&Body { document_id: None, query: Some(document), variables }).await
    }

    async fn send(&self, operation: &impl Serialize) -> Result<Value, Trouble> {
        // An operation is texts and numbers: it always is JSON. What it holds is wiped once it has been sent.
        let body = Zeroizing::new(serde_json::to_vec(operation).unwrap_or_default());
        let mut call = self.http.post(self.endpoint.clone()).header(CONTENT_TYPE, "application/json");
        if let Some(bearer) = &self.bearer {
            call = call.header(AUTHORIZATION, bearer.clone());
        }
        let mut reply = call.body(Bytes::from_owner(body)).send().await.map_err(|e| unreached(&e))?;
        let status = reply.status();
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = reply.chunk().await.map_err(|e| unreached(&e))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Trouble::Strange("its answer is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(Trouble::SignIn);
        }
        match serde_json::from_slice::<Reply>(&body) {
            Ok(reply) => reply.outcome().unwrap_or_else(|| Err(not_ours(status))),
            Err(_) => Err(not_ours(status)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    document_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
    variables: &'a Value,
}

/// The name under which a desk of the same release knows this text.
pub fn document_id(text: &str) -> String {
    Sha256::digest(text).iter().fold("sha256:".to_owned(), |mut id, byte| {
        // Writing into a String cannot fail.
        _ = write!(id, "{byte:02x}");
        id
    })
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Vec<Complaint>,
}

/// An error of the whole call, or one of a payload's `userErrors`.
#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    message: String,
    #[serde(default)]
    field: Option<Vec<String>>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Extensions {
    #[serde(default)]
    code: String,
}

impl Reply {
    /// `None` when this is no answer of GraphQL at all.
    fn outcome(self) -> Option<Result<Value, Trouble>> {
        let data = self.data;
        if let Some(trouble) = trouble(self.errors) {
            return Some(Err(trouble));
        }
        let Value::Object(fields) = &data else { return None };
        let errors = |field: &Value| Vec::<Complaint>::deserialize(field.get("userErrors")?).ok();
        let flaws = fields.values().filter_map(errors).flatten().collect();
        Some(trouble(flaws).map_or(Ok(data), Err))
    }
}

/// What stands in the way; nothing when nobody complained.
fn trouble(complaints: Vec<Complaint>) -> Option<Trouble> {
    let refusals: Vec<Refusal> = complaints
        .into_iter()
        .map(|complaint| Refusal {
            code: scrub(&complaint.extensions.map_or(complaint.code, |extensions| extensions.code)),
            words: scrub(&complaint.message),
            field: complaint.field.unwrap_or_default().iter().map(|name| scrub(name)).collect(),
        })
        .collect();
    let has = |code: &str| refusals.iter().any(|refusal| refusal.code == code);
    match refusals.len() {
        0 => None,
        _ if has("UNAUTHENTICATED") => Some(Trouble::SignIn),
        _ if has("STEP_UP_REQUIRED") => Some(Trouble::StepUp),
        _ => Some(Trouble::Refused(refusals)),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn not_ours(status: StatusCode) -> Trouble {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
            Trouble::Unreached(format!("not ready ({})", status.as_u16()))
        }
        StatusCode::TOO_MANY_REQUESTS => Trouble::Unreached("too many calls for now".to_owned()),
        _ => Trouble::Strange(format!("something else answers there ({})", status.as_u16())),
    }
}

/// The innermost reason; the outer ones repeat the address.
fn unreached(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Unreached(format!("no answer within {} s", PATIENCE.as_secs()));
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    let words = inner.to_string().to_lowercase();
    // The number of the system's error says nothing to a person.
    let words = words.split(" (os error").next().unwrap_or_default();
    Trouble::Unreached(scrub(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install() {
        // Another test of this binary may have been first.
        _ = rustls::crypto::ring::default_provider().install_default();
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        install();
        let client = Client::new("https://mira:secret@desk.example/eu/", Some(&Secret::new("key"))).unwrap();
        assert_eq!(client.shown_url(), "https://desk.example/eu");
        assert_eq!(client.endpoint.path(), "/eu/graphql");
    }

    #[test]
    fn nothing_travels_in_the_open() {
        install();
        assert!(matches!(Client::new("http://desk.example", Some(&Secret::new("key"))), Err(Unusable::Plain)));
        assert!(Client::new("http://[::1]:4000", Some(&Secret::new("key"))).is_ok());
        assert!(Client::new("http://127.0.0.1:4000", Some(&Secret::new("key"))).is_ok());
        assert!(matches!(Client::new("http://desk.example", None), Err(Unusable::Plain)));
        assert!(matches!(Client::new("ftp://desk.example", None), Err(Unusable::Address)));
        assert!(matches!(Client::new("desk", None), Err(Unusable::Address)));
        assert!(matches!(Client::new("https://desk.example", Some(&Secret::new("two\nlines"))), Err(Unusable::Key)));
    }
}
