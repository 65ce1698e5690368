//! Those whom merchants had data of people sent to, a path each: interfaces of their own, and a processor that speaks
//! OpenDSR and signs what it answers. Each act is written down, so that one that was done twice shows; what goes wrong was
//! ordered by somebody.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::{Url, form_urlencoded};

use super::faults::{self, Fault, Kind};
use crate::floor::vault::CallKey;

/// The domain that the processor signs for: this machine.
const DOMAIN: &str = "127.0.0.1";

/// The one list that there is at Mailchimp.
const LIST: &str = "buyers";

/// What it signs with is nobody's secret.
const SEED: [u8; 32] = [0x5d; 32];

/// How far the processor has come with what it was asked, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    InProgress,
    Completed,
    /// It found nothing.
    NothingFound,
    Cancelled,
}

impl Status {
    const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed | Self::NothingFound => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// All of them.
pub struct Recipients {
    pub url: Url,
    key: CallKey,
    within: Mutex<Within>,
}

#[derive(Default)]
struct Within {
    /// Whom each knows, and as what.
    known: BTreeMap<(String, String), String>,
    /// What was done, to whom: the same twice is there twice.
    deeds: Vec<(String, String)>,
    /// Calls, without what they carried.
    seen: Vec<(String, String)>,
    faults: Vec<Fault>,
    /// Regulations of Segment: whom each is about.
    regulations: Vec<String>,
    /// What all of them ended with, where they have.
    ended: Option<&'static str>,
    /// What lets somebody in at Google now, where it was given out; and how often it was.
    google: (Option<String>, usize),
    /// What the processor was asked: the call, and how far it is.
    asked: BTreeMap<String, (Value, Status)>,
    signs_wrongly: bool,
}

pub(super) async fn open() -> io::Result<(Arc<Recipients>, JoinHandle<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = Url::parse(&format!("http://{}/", listener.local_addr()?)).map_err(io::Error::other)?;
    let key = CallKey::of(&SEED).map_err(|_| io::Error::other("no key"))?;
    let recipients = Arc::new(Recipients { url, key, within: Mutex::default() });
    let app = Router::new().fallback(taken).with_state(Arc::clone(&recipients));
    let door = tokio::spawn(async move {
        let _ = axum::serve(listener, app).await;
    });
    Ok((recipients, door))
}

impl Recipients {
    fn within(&self) -> MutexGuard<'_, Within> {
        self.within.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where one of them is called.
    pub fn at(&self, recipient: &str) -> String {
        format!("{}{recipient}", self.url)
    }

    /// From now on it knows somebody by this.
    pub fn knows(&self, recipient: &str, whom: &str) {
        let mut within = self.within();
        let id = format!("{recipient}_{}", within.known.len() + 1);
        within.known.insert((recipient.to_owned(), whom.to_owned()), id);
    }

    /// Whether it knows somebody by this.
    pub fn knows_still(&self, recipient: &str, whom: &str) -> bool {
        self.within().known.contains_key(&(recipient.to_owned(), whom.to_owned()))
    }

    /// What was done, in order: by whom, and to whom.
    pub fn deeds(&self) -> Vec<(String, String)> {
        self.within().deeds.clone()
    }

    /// Calls that came, in order: method and path, without the query.
    pub fn seen(&self) -> Vec<(String, String)> {
        self.within().seen.clone()
    }

    /// Something is to go wrong.
    pub fn order(&self, fault: Fault) {
        self.within().faults.push(fault);
    }

    /// What takes its time is over.
    pub fn finish(&self) {
        self.ends("FINISHED");
    }

    /// What takes its time ended with this word of Segment's.
    pub fn ends(&self, word: &'static str) {
        self.within().ended = Some(word);
    }

    /// Everything that the processor was asked stands so from now on.
    pub fn stands(&self, status: Status) {
        for (_, now) in self.within().asked.values_mut() {
            *now = status;
        }
    }

    /// What was given out to let somebody in for a while lets nobody in any more.
    pub fn runs_out(&self) {
        self.within().google.0 = None;
    }

    /// How often something was given out that lets somebody in for a while.
    pub fn let_in(&self) -> usize {
        self.within().google.1
    }

    /// From now on the processor signs with another key than it shows, or with the right one again.
    pub fn signs_wrongly(&self, wrongly: bool) {
        self.within().signs_wrongly = wrongly;
    }

    /// What the processor was asked, by its id.
    pub fn asked(&self) -> Vec<(String, Value)> {
        self.within().asked.iter().map(|(id, (call, _))| (id.clone(), call.clone())).collect()
    }

    /// What the processor would post to whoever asked: where to, its signature, and the words themselves.
    pub fn callback(&self, id: &str) -> Option<(String, String, String)> {
        let (call, status) = self.within().asked.get(id).cloned()?;
        let to = call["status_callback_urls"][0].as_str()?.to_owned();
        let body = standing(id, status).to_string();
        Some((to, self.signature(&body), body))
    }

    fn signature(&self, body: &str) -> String {
        let wrong = self.within().signs_wrongly.then(|| CallKey::of(&[1; 32]).ok()).flatten();
        let signed = wrong.as_ref().unwrap_or(&self.key).sign(body.as_bytes());
        BASE64.encode(&signed.unwrap_or_default())
    }

    /// An answer of the processor's, signed over its very bytes.
    fn signed(&self, status: StatusCode, document: &Value) -> Response {
        let body = document.to_string();
        let signature = self.signature(&body);
        let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        for (name, value) in [("x-opendsr-processor-domain", DOMAIN), ("x-opendsr-signature", &signature)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                answer.headers_mut().insert(name, value);
            }
        }
        answer
    }
}

fn standing(id: &str, status: Status) -> Value {
    let mut said = json!({
        "controller_id": "desk", "subject_request_id": id, "request_status": status.code(),
        "expected_completion_time": "2030-01-01T00:00:00Z", "api_version": "2.0",
    });
    if status == Status::NothingFound {
        said["results_count"] = 0.into();
    }
    said
}

fn json_of(status: StatusCode, document: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

/// A call as it came.
struct Call<'a> {
    method: &'a str,
    /// Its steps, decoded; the first names the recipient.
    steps: Vec<String>,
    query: Vec<(String, String)>,
    body: Value,
    /// The same where it is a form.
    form: Vec<(String, String)>,
    /// By what it wants to be let in.
    bearer: String,
}

impl Call<'_> {
    fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    fn says(&self, name: &str, value: &str) -> bool {
        self.form.iter().any(|(own, said)| own == name && said == value)
    }
}

async fn taken(
    State(recipients): State<Arc<Recipients>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    let fault = {
        let mut within = recipients.within();
        within.seen.push((method.to_string(), path.to_owned()));
        faults::met(&mut within.faults, path)
    };
    let steps = path.trim_matches('/').split('/').map(|step| percent_decode_str(step).decode_utf8_lossy().into_owned());
    let call = Call {
        method: method.as_str(),
        steps: steps.collect(),
        query: form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        form: form_urlencoded::parse(&body).into_owned().collect(),
        bearer: headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned(),
    };
    let is_open = call.steps.iter().any(|step| step == "dsr" || step == "oauth2");
    let is_let_in = !call.bearer.is_empty() || is_open;
    let answer = || if is_let_in { acted(&recipients, &call) } else { StatusCode::UNAUTHORIZED.into_response() };
    match fault {
        None => answer(),
        Some(Kind::TooMany { after }) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, after.as_secs().to_string())]).into_response()
        }
        Some(Kind::Fails | Kind::Blabs) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Kind::Answers(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            let is_signed = call.steps.first().is_some_and(|step| step == "dsr");
            let said = json!({ "error": { "code": status.as_u16() } });
            if is_signed { recipients.signed(status, &said) } else { status.into_response() }
        }
        Some(Kind::Lies | Kind::Garbles) => json_of(StatusCode::OK, &json!([7, null])),
        Some(Kind::Slow(delay)) => {
            let answer = answer();
            tokio::time::sleep(delay).await;
            answer
        }
        Some(Kind::DropsAfterActing | Kind::Truncated) => {
            let _ = answer();
            Body::from_stream(stream::iter([Err::<Bytes, _>(io::Error::other("gone"))])).into_response()
        }
    }
}

/// Does what is asked, and says so in the recipient's own words.
fn acted(recipients: &Recipients, call: &Call<'_>) -> Response {
    let steps: Vec<&str> = call.steps.iter().map(String::as_str).collect();
    let mut within = recipients.within();
    match (call.method, steps.as_slice()) {
        ("POST", ["segment", "regulations"]) => {
            let whom = call.body["subjectIds"][0].as_str().unwrap_or_default().to_owned();
            within.regulations.push(whom.clone());
            let id = format!("reg_{}", within.regulations.len());
            within.does("segment", &whom);
            json_of(StatusCode::OK, &json!({ "data": { "regulateId": id } }))
        }
        ("GET", ["segment", "regulations"]) => {
            let item = |(at, whom): (usize, &String)| json!({ "id": format!("reg_{}", at + 1), "subjects": [whom] });
            let all: Vec<Value> = within.regulations.iter().enumerate().map(item).collect();
            json_of(StatusCode::OK, &json!({ "data": { "regulations": all } }))
        }
        ("GET", ["segment", "regulations", id]) => {
            let status = within.ended.unwrap_or("RUNNING");
            json_of(StatusCode::OK, &json!({ "data": { "regulation": { "id": id, "overallStatus": status } } }))
        }
        ("POST", ["klaviyo", "api", "data-privacy-deletion-jobs"]) => {
            let profile = &call.body["data"]["attributes"]["profile"]["data"]["attributes"];
            let whom = profile["email"].as_str().unwrap_or_default().to_owned();
            within.does("klaviyo", &whom);
            StatusCode::ACCEPTED.into_response()
        }
        ("PATCH", ["pinterest", "v5", "ad_accounts", _, "customer_lists", _]) => {
            let whom = call.body["records"].as_str().unwrap_or_default().to_owned();
            within.does("pinterest", &whom);
            json_of(StatusCode::OK, &json!({ "status": "PROCESSING" }))
        }
        ("POST", ["google", "oauth2", "v4", "token"]) => within.lets_in(call),
        ("POST", ["google", "analytics", ..]) if within.google.0.as_deref() != Some(call.bearer.as_str()) => {
            StatusCode::UNAUTHORIZED.into_response()
        }
        ("POST", ["google", "analytics", "v3", "userDeletion", "userDeletionRequests:upsert"]) => {
            let whom = call.body["id"]["userId"].as_str().unwrap_or_default().to_owned();
            within.does("google", &whom);
            json_of(StatusCode::OK, &json!({ "deletionRequestTime": "2026-01-01T00:00:00Z" }))
        }
        ("GET", ["stripe", "v1", "customers"]) => {
            let found = within.found("stripe", call.query("email"));
            json_of(StatusCode::OK, &json!({ "data": found }))
        }
        ("GET", ["clerk", "v1", "users"]) => {
            let found = within.found("clerk", call.query("email_address"));
            json_of(StatusCode::OK, &Value::Array(found))
        }
        ("DELETE", [one @ "stripe", "v1", "customers", id] | [one @ "clerk", "v1", "users", id]) => {
            within.forgets_by_id(one, id)
        }
        // Of a list that is not there it says no more than of somebody who is not in one.
        ("GET", ["mailchimp", "3.0", "lists", LIST]) => json_of(StatusCode::OK, &json!({ "id": LIST })),
        ("GET", ["mailchimp", "3.0", "lists", LIST, "members", whom]) => within.shows("mailchimp", whom),
        ("POST", ["mailchimp", "3.0", "lists", LIST, "members", whom, "actions", "delete-permanent"]) => {
            within.forgets("mailchimp", whom, StatusCode::NO_CONTENT)
        }
        ("GET", ["resend", "contacts", whom]) => within.shows("resend", whom),
        ("DELETE", ["resend", "contacts", whom]) => within.forgets("resend", whom, StatusCode::OK),
        (_, ["dsr", ..]) => {
            drop(within);
            processed(recipients, call, &steps)
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The processor that speaks OpenDSR.
fn processed(recipients: &Recipients, call: &Call<'_>, steps: &[&str]) -> Response {
    match (call.method, steps) {
        ("GET", ["dsr", "discovery"]) => {
            let certificate = recipients.at("dsr/certificate");
            recipients.signed(
                StatusCode::OK,
                &json!({ "api_version": "2.0", "supported_subject_request_types": ["access", "erasure", "portability"],
                    "supported_identities": [{ "identity_type": "email", "identity_format": "raw" }],
                    "processor_certificate": certificate }),
            )
        }
        ("GET", ["dsr", "certificate"]) => match recipients.key.certificate(DOMAIN) {
            Ok(chain) => chain.into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        ("POST", ["dsr", "requests"]) => {
            let id = call.body["subject_request_id"].as_str().unwrap_or_default().to_owned();
            let other = {
                let mut within = recipients.within();
                let known = within.asked.get(&id).map(|(call, _)| call.clone());
                if known.is_none() {
                    within.does("dsr", &id);
                    within.asked.insert(id.clone(), (call.body.clone(), Status::Pending));
                }
                known.is_some_and(|known| known != call.body)
            };
            if other {
                return recipients.signed(StatusCode::CONFLICT, &json!({ "error": { "code": 409 } }));
            }
            let said = json!({
                "controller_id": "desk", "subject_request_id": id, "received_time": "2026-01-01T00:00:00Z",
                "expected_completion_time": "2030-01-01T00:00:00Z",
                "encoded_request": BASE64.encode(call.body.to_string().as_bytes()),
            });
            recipients.signed(StatusCode::CREATED, &said)
        }
        ("GET", ["dsr", "requests", id]) => {
            let status = recipients.within().asked.get(*id).map(|(_, status)| *status);
            match status {
                Some(status) => recipients.signed(StatusCode::OK, &standing(id, status)),
                None => recipients.signed(StatusCode::NOT_FOUND, &json!({ "error": { "code": 404 } })),
            }
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Within {
    fn does(&mut self, recipient: &str, whom: &str) {
        self.deeds.push((recipient.to_owned(), whom.to_owned()));
    }

    /// Gives out what lets somebody in for a while, to whoever shows what lasts.
    fn lets_in(&mut self, call: &Call<'_>) -> Response {
        let lasting = [("client_id", "desk"), ("client_secret", "let-me-in"), ("refresh_token", "always")];
        if !call.says("grant_type", "refresh_token") || !lasting.iter().all(|(name, value)| call.says(name, value)) {
            return json_of(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_grant" }));
        }
        self.google.1 += 1;
        let token = format!("for-an-hour-{}", self.google.1);
        self.google.0 = Some(format!("Bearer {token}"));
        json_of(StatusCode::OK, &json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" }))
    }

    fn found(&self, recipient: &str, whom: &str) -> Vec<Value> {
        let known = self.known.get(&(recipient.to_owned(), whom.to_owned()));
        known.map(|id| json!({ "id": id, "email": whom })).into_iter().collect()
    }

    fn shows(&self, recipient: &str, whom: &str) -> Response {
        let is_known = self.known.contains_key(&(recipient.to_owned(), whom.to_owned()));
        if is_known { json_of(StatusCode::OK, &json!({ "id": whom })) } else { StatusCode::NOT_FOUND.into_response() }
    }

    fn forgets(&mut self, recipient: &str, whom: &str, said: StatusCode) -> Response {
        if self.known.remove(&(recipient.to_owned(), whom.to_owned())).is_none() {
            return StatusCode::NOT_FOUND.into_response();
        }
        self.does(recipient, whom);
        if said == StatusCode::NO_CONTENT { said.into_response() } else { json_of(said, &json!({ "deleted": true })) }
    }

    fn forgets_by_id(&mut self, recipient: &str, id: &str) -> Response {
        let known = self.known.iter().find(|((own, _), known)| own == recipient && *known == id);
        let whom = known.map(|((_, whom), _)| whom.clone());
        match whom {
            Some(whom) => self.forgets(recipient, &whom, StatusCode::OK),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}
