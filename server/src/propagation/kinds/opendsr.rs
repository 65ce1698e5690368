//! By OpenDSR 2.0, as a controller: the request under an id that stays the same on every try, so that it is taken once; the
//! answer believed where its signature holds under the certificate that the processor shows at its own host; the status
//! asked for, or heard. The receipt, which holds the request as it went, is kept nowhere.

use std::time::Duration;

use data_encoding::BASE64;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use super::{AGAIN, CUSTOMER, Came, How, Kind, MAIL, Telling, passing, retry_after, unanswered};
use crate::floor::egress::{Answer, Call, Carried, Consignment, Host};
use crate::floor::kernel::{Error, Ref, Result, Secret};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::regulations::Right;
use crate::floor::vault::ShownKey;
use crate::propagation::CALLBACK_PATH;
use crate::propagation::model::{AttemptKind, RecipientWay, Task, TaskKind, TaskState, subject_request_id};
use crate::propagation::queries::ways;

pub struct ByOpenDsr;

const VERSION: &str = "2.0";

/// Between two questions for the status.
const EVERY: Duration = Duration::from_hours(4);

/// How long a certificate is taken for the one that is shown: keys are turned, and the old one signs nothing any more.
const SHOWN: chrono::Duration = chrono::Duration::days(1);

/// Longest chain of certificates that is kept.
const LONGEST: usize = 20_000;

/// Who is asked.
const WHOM: &str = "a recipient that speaks OpenDSR";

const NOT_SET_UP: &str = "Set up where this recipient takes requests by OpenDSR and try again, or ask it by hand.";
const NOT_KNOWN: &str = "Nothing is known by which this recipient could find the person: ask it by hand.";
const NOT_ITS_RIGHT: &str =
    "OpenDSR knows no wish of this kind: ask the recipient by hand, and attach what comes back.";

impl Kind for ByOpenDsr {
    fn kind(&self) -> TaskKind {
        TaskKind::OpenDsr
    }

    fn tell<'a>(&'a self, telling: &'a Telling<'a>) -> BoxFuture<'a, Result<Came>> {
        tell(telling).boxed()
    }
}

async fn tell(telling: &Telling<'_>) -> Result<Came> {
    let task = telling.task;
    let Some(way) = telling.way else { return Ok(Came::by_hand("not_set_up", NOT_SET_UP)) };
    let Some(asked) = asked(task.right) else { return Ok(Came::by_hand("not_its_right", NOT_ITS_RIGHT)) };
    let identities = identities(telling);
    if identities.is_empty() {
        return Ok(Came::by_hand("nobody", NOT_KNOWN));
    }
    let processor = match Processor::of(telling, way).await? {
        Ok(processor) => processor,
        Err(came) => return Ok(*came),
    };
    let was_told = task.is_unsure || !task.refs.is_empty() || task.state != TaskState::Waiting;
    if was_told {
        match processor.status(telling).await? {
            Asked::Came(came) => return Ok(*came),
            // What it was told never came there.
            Asked::Unknown => {}
        }
    }
    processor.ask(telling, (asked, identities)).await
}

/// What a right is called; none where there is no word for it.
const fn asked(right: Right) -> Option<&'static str> {
    match right {
        Right::Access => Some("access"),
        Right::Portability => Some("portability"),
        Right::Deletion => Some("erasure"),
        _ => None,
    }
}

fn identities(telling: &Telling<'_>) -> Vec<Value> {
    let identity = |kind: &str, value: &String| json!({ "identity_type": kind, "identity_value": value, "identity_format": "raw" });
    let mails = telling.matches.mails.iter().map(|mail| identity("email", mail));
    mails.chain(telling.matches.customers.iter().map(|id| identity("controller_customer_id", id))).collect()
}

fn left(telling: &Telling<'_>) -> Vec<Carried> {
    let fields = [(&telling.matches.mails, MAIL), (&telling.matches.customers, CUSTOMER)];
    let said = fields.into_iter().filter(|(values, _)| !values.is_empty());
    said.map(|(_, key)| telling.carried(key, "raw")).collect()
}

const NOT_SIGNED: &str = "It was not taken, and the answer is not signed by this recipient: look at its address and at what lets \
     us in, and try again or ask it by hand.";

const NOT_TAKEN: &str = "It did not take the request, and does not say that it refuses it: look at its address and at what lets \
     us in, and try again or ask it by hand.";

/// Its word for what it does not do.
const CANCELLED: &str = "cancelled";

/// What came of a question for the status.
enum Asked {
    Came(Box<Came>),
    Unknown,
}

/// One processor, as it is called now.
struct Processor {
    base: Url,
    host: Host,
    key: ShownKey,
    bearer: Option<Secret>,
}

impl Processor {
    /// The processor, with the key that it shows. It is looked up once a day, and again where a signature does not hold.
    async fn of(telling: &Telling<'_>, way: &RecipientWay) -> Result<Result<Self, Box<Came>>> {
        let base = way.url()?;
        let host = Host::of(&base).ok_or_else(|| Error::internal("a processor without a host"))?;
        let bearer = telling.credential.map(|key| Secret::new(["Bearer ", key.expose()].concat()));
        let now = telling.tools.watch.now();
        let kept =
            way.certificate.as_ref().and_then(|(chain, at)| Some((ShownKey::of(chain)?, now.since(*at) < SHOWN)));
        let key = match kept {
            Some((key, true)) => Some(key),
            // One that shows none just now is believed by the last that it showed.
            kept => looked_up(telling, way, &base, &host).await?.or(kept.map(|(key, _)| key)),
        };
        let Some(key) = key else {
            let how = How::Again { after: AGAIN, is_unsure: telling.task.is_unsure };
            return Ok(Err(Box::new(Came::of(how, AttemptKind::Asked, "no_certificate"))));
        };
        Ok(Ok(Self { base, host, key, bearer }))
    }

    fn at(&self, path: &str) -> Result<Url> {
        below(&self.base, path)
    }

    fn let_in(&self, call: Call) -> Call {
        match &self.bearer {
            Some(bearer) => call.authorized(bearer.clone()),
            None => call,
        }
    }

    /// Asks. The same id again is the same request there.
    async fn ask(&self, telling: &Telling<'_>, (asked, identities): (&str, Vec<Value>)) -> Result<Came> {
        let (task, tools) = (telling.task, telling.tools);
        let id = subject_request_id(task);
        let callback = format!("{}{CALLBACK_PATH}/{}", tools.public_url, Ref::new(task.tenant, task.id));
        let document = json!({
            "regulation": task.regulation.code(),
            "subject_request_id": id,
            "subject_request_type": asked,
            "submitted_time": task.submitted_at.to_string(),
            "subject_identities": identities,
            "api_version": VERSION,
            "status_callback_urls": [callback],
        });
        let (left, did) = (left(telling), AttemptKind::Sent);
        let call = self.let_in(Call::json(self.at("requests")?, &document));
        let sent = telling.share(call, Some(self.host.clone()), &left).await?;
        let answer = match sent.answer {
            Ok(answer) => answer,
            Err(why) => return Ok(unanswered(did, sent.has_left, why).with(left)),
        };
        if let Some(came) = passing(answer.status, retry_after(&answer), did) {
            return Ok(came.with(left));
        }
        let (status, is_signed) = (answer.status, self.is_signed(telling, &answer).await?);
        let document: Value = answer.json().unwrap_or(Value::Null);
        let is_ours = is_about(&document, id);
        let came = match (status, is_signed && is_ours) {
            (200..300, true) => {
                let came = Came::of(How::Acknowledged(Some(EVERY)), did, "201").proved(digest(&answer));
                Came { reference: Some(id.to_string()), ..came }
            }
            (200..300, false) => unanswered(did, true, "not_signed"),
            (_, is_theirs) => {
                declined(status, (is_signed, is_theirs && is_cancelled(&document))).proved(digest(&answer))
            }
        };
        Ok(came.with(left))
    }

    /// Asks how the request stands.
    async fn status(&self, telling: &Telling<'_>) -> Result<Asked> {
        let (id, did) = (subject_request_id(telling.task), AttemptKind::Asked);
        let call = self.let_in(Call::get(self.at(&format!("requests/{id}"))?)).theirs();
        telling.run.hold().await?;
        let came = |came| Ok(Asked::Came(Box::new(came)));
        let sent = telling.tools.egress.send(Consignment::NoPersonalData { to: WHOM }, call).await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(Error::Unavailable { .. }) => return came(self.as_sure_as_before(telling, "not_answered")),
            Err(other) => return Err(other),
        };
        if answer.status == 404 {
            return Ok(Asked::Unknown);
        }
        if let Some(passing) = passing(answer.status, retry_after(&answer), did) {
            return match passing.how {
                How::Again { .. } => came(self.as_sure_as_before(telling, &answer.status.to_string())),
                _ => came(passing),
            };
        }
        match self.verified(telling, &answer, id).await? {
            Some(document) if answer.is_success() => {
                // Whoever told it may have died before that stood in the book.
                let left = if telling.task.is_unsure { left(telling) } else { Vec::new() };
                let stands = standing(&document).proved(digest(&answer)).with(left);
                came(Came { did, reference: Some(id.to_string()), ..stands })
            }
            _ => came(self.as_sure_as_before(telling, "not_signed")),
        }
    }

    #[expect(clippy::unused_self, reason = "it stands beside what asks")]
    fn as_sure_as_before(&self, telling: &Telling<'_>, answer: &str) -> Came {
        let how = match telling.task.state {
            TaskState::Acknowledged | TaskState::Sent => How::Acknowledged(Some(EVERY)),
            _ => How::Again { after: AGAIN, is_unsure: telling.task.is_unsure },
        };
        Came::of(how, AttemptKind::Asked, answer)
    }

    /// The document of an answer that the processor signed and that is about this request. Where the signature does not
    /// hold, the certificate is looked up once more: keys are turned.
    async fn verified(&self, telling: &Telling<'_>, answer: &Answer, id: Uuid) -> Result<Option<Value>> {
        let is_signed = self.is_signed(telling, answer).await?;
        let document: Option<Value> = answer.json().filter(|_| is_signed);
        Ok(document.filter(|document| is_about(document, id)))
    }

    /// Whether the processor signed an answer, whatever it is about.
    async fn is_signed(&self, telling: &Telling<'_>, answer: &Answer) -> Result<bool> {
        let header = |name: &str| answer.headers(name).next().map(str::to_owned);
        let Some(signed) = Signed::of(header, self.base.host_str()) else { return Ok(false) };
        if signed.holds(&self.key, answer.bytes()) {
            return Ok(true);
        }
        let Some(way) = telling.way else { return Ok(false) };
        let shown = looked_up(telling, way, &self.base, &self.host).await?;
        Ok(shown.is_some_and(|key| signed.holds(&key, answer.bytes())))
    }
}

fn below(base: &Url, path: &str) -> Result<Url> {
    let text = [base.as_str().trim_end_matches('/'), "/", path].concat();
    Url::parse(&text).map_err(|_| Error::internal("a processor's address makes no other"))
}

/// The certificate that a processor names in its discovery and shows at its own host, kept for the next time.
async fn looked_up(telling: &Telling<'_>, way: &RecipientWay, base: &Url, host: &Host) -> Result<Option<ShownKey>> {
    let get = async |url: Url| {
        let sent = telling.tools.egress.send(Consignment::NoPersonalData { to: WHOM }, Call::get(url).theirs());
        match sent.await {
            Ok(answer) => Ok(Some(answer).filter(Answer::is_success)),
            Err(Error::Unavailable { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    };
    let Some(discovery) = get(below(base, "discovery")?).await? else { return Ok(None) };
    let named = discovery.json::<Value>().and_then(|said| Url::parse(said["processor_certificate"].as_str()?).ok());
    // The host that was set up vouches for the key, and no other.
    let Some(url) = named.filter(|url| Host::of(url).as_ref() == Some(host)) else { return Ok(None) };
    let Some(shown) = get(url).await? else { return Ok(None) };
    let chain = shown.text().into_owned();
    if chain.len() > LONGEST || chain.contains('\0') {
        return Ok(None);
    }
    let Some(key) = ShownKey::of(&chain) else { return Ok(None) };
    let (way, request, told) = (way.clone(), telling.task.request, telling.task.digest());
    let kept = telling.tools.ledger.write(telling.lane.clone(), move |tx| {
        ways::keep_certificate(tx, &way, &chain)?;
        Ok(Witnessed::new((), Event::new("recipient.looked_up", "request", request.uuid()).digest("task", &told)))
    });
    kept.await?;
    Ok(Some(key))
}

/// What came of a request that was not taken. It is refused where the processor itself says so of this request; a status by
/// itself may find fault with our call, or come from anything between us, and a person looks.
fn declined(status: u16, (is_signed, is_cancelled): (bool, bool)) -> Came {
    let did = AttemptKind::Sent;
    match (is_signed, is_cancelled) {
        (true, true) => Came::of(How::Refused, did, CANCELLED),
        (true, false) => Came { did, ..Came::by_hand(&status.to_string(), NOT_TAKEN) },
        (false, _) => Came { did, ..Came::by_hand(&status.to_string(), NOT_SIGNED) },
    }
}

/// What a status means.
fn standing(document: &Value) -> Came {
    let did = AttemptKind::Asked;
    match document["request_status"].as_str() {
        Some("completed") if document["results_count"] == 0 => Came::of(How::AlreadyGone, did, "completed"),
        Some("completed") => Came::of(How::Done, did, "completed"),
        Some(CANCELLED) => Came::of(How::Refused, did, CANCELLED),
        Some("in_progress") => Came::of(How::Acknowledged(Some(EVERY)), did, "in_progress"),
        _ => Came::of(How::Acknowledged(Some(EVERY)), did, "pending"),
    }
}

fn is_cancelled(document: &Value) -> bool {
    document["request_status"] == CANCELLED
}

fn is_about(document: &Value, id: Uuid) -> bool {
    document["subject_request_id"].as_str().and_then(|said| Uuid::try_parse(said).ok()) == Some(id)
}

fn digest(answer: &Answer) -> [u8; 32] {
    Sha256::digest(answer.bytes()).into()
}

/// A signature as it came along.
struct Signed(Vec<u8>);

impl Signed {
    /// The signature in these headers, if they name the processor that was meant.
    fn of(header: impl Fn(&str) -> Option<String>, domain: Option<&str>) -> Option<Self> {
        let either =
            |name: &str| header(&["x-opendsr-", name].concat()).or_else(|| header(&["x-opengdpr-", name].concat()));
        let named = either("processor-domain")?;
        let is_meant = domain.is_some_and(|domain| named.trim().eq_ignore_ascii_case(domain));
        let signature = BASE64.decode(either("signature")?.trim().as_bytes()).ok()?;
        is_meant.then_some(Self(signature))
    }

    fn holds(&self, key: &ShownKey, document: &[u8]) -> bool {
        key.has_signed(document, &self.0)
    }
}

/// What a processor told by itself.
pub enum Heard {
    /// How the request stands.
    Came(Came),
    /// It is not signed as it should be, or about another request.
    NotTheirs,
}

/// Reads what came to a task's own address: raw bytes are verified before anything in them is looked at.
pub fn read_callback(task: &Task, way: &RecipientWay, headers: &HeaderMap, body: &[u8]) -> Result<Heard> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let base = way.url()?;
    let key = way.certificate.as_ref().and_then(|(chain, _)| ShownKey::of(chain));
    let (Some(signed), Some(key)) = (Signed::of(header, base.host_str()), key) else { return Ok(Heard::NotTheirs) };
    if !signed.holds(&key, body) {
        return Ok(Heard::NotTheirs);
    }
    let Some(document) = serde_json::from_slice::<Value>(body).ok() else { return Ok(Heard::NotTheirs) };
    let id = subject_request_id(task);
    if !is_about(&document, id) {
        return Ok(Heard::NotTheirs);
    }
    let came = standing(&document).proved(Sha256::digest(body).into());
    Ok(Heard::Came(Came { did: AttemptKind::Heard, reference: Some(id.to_string()), ..came }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propagation::model::task_for_tests;

    #[test]
    fn what_was_not_found_is_gone_and_what_was_cancelled_is_refused() {
        let how = |document: Value| standing(&document).how;
        assert_eq!(how(json!({ "request_status": "completed", "results_count": 0 })), How::AlreadyGone);
        assert_eq!(how(json!({ "request_status": "completed", "results_count": 3 })), How::Done);
        assert_eq!(how(json!({ "request_status": "completed" })), How::Done);
        assert_eq!(how(json!({ "request_status": "cancelled" })), How::Refused);
        for open in ["pending", "in_progress", "something else"] {
            assert_eq!(how(json!({ "request_status": open })), How::Acknowledged(Some(EVERY)), "{open}");
        }
    }

    #[test]
    fn an_answer_is_about_one_request_and_from_one_processor() {
        let id = subject_request_id(&task_for_tests());
        assert!(is_about(&json!({ "subject_request_id": id }), id));
        assert!(!is_about(&json!({ "subject_request_id": Uuid::nil() }), id) && !is_about(&json!({}), id));
        let header = |domain: &'static str| {
            move |name: &str| match name {
                "x-opendsr-processor-domain" => Some(domain.to_owned()),
                "x-opendsr-signature" => Some(BASE64.encode(b"signature")),
                _ => None,
            }
        };
        assert!(Signed::of(header("DSR.example"), Some("dsr.example")).is_some());
        assert!(Signed::of(header("evil.example"), Some("dsr.example")).is_none());
        assert!(Signed::of(|_| None, Some("dsr.example")).is_none());
    }

    #[test]
    fn a_refusal_is_the_processors_own_word_under_its_signature() {
        assert_eq!(declined(400, (true, true)).how, How::Refused);
        for status in [301, 400, 404, 422] {
            for (is_signed, is_cancelled) in [(true, false), (false, true), (false, false)] {
                let came = declined(status, (is_signed, is_cancelled));
                assert!(matches!(came.how, How::ByHand(_)) && came.answer == status.to_string(), "{status}");
            }
        }
        assert!(is_cancelled(&json!({ "request_status": "cancelled" })));
        assert!(!is_cancelled(&json!({ "error": { "code": 400 } })) && !is_cancelled(&Value::Null));
    }

    #[test]
    fn rights_without_a_word_there_are_asked_for_by_hand() {
        assert_eq!((asked(Right::Deletion), asked(Right::Access)), (Some("erasure"), Some("access")));
        assert_eq!((asked(Right::Correction), asked(Right::Restriction)), (None, None));
    }
}
