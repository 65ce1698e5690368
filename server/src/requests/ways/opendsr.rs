//! OpenDSR 2.0, as a processor speaks it: what a controller's call asks for, all that is wrong with one, and the words of
//! the answers. No answer repeats what somebody goes by, but for the receipt, which by its specification holds the call
//! as it came; it is made anew each time and kept nowhere.

use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use super::super::asking::Stated;
use super::super::model::{GoesBy, Outcome, Proof, Request, Stage};
use crate::floor::journal::hex;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Flaw, Instant, Personal, TenantId};
use crate::floor::mail::is_address;
use crate::floor::regulations::Right;

/// The version of the specification.
pub const VERSION: &str = "2.0";

/// The most bytes of a call.
pub const LARGEST: usize = 64 * 1024;

const MOST_IDENTITIES: usize = 50;
const MOST_CALLBACKS: usize = 5;

/// By when a request without a clock of its own is expected to be done.
const EXPECTED: Duration = Duration::days(30);

/// How far the sender's clock may be ahead of ours.
const AHEAD: Duration = Duration::minutes(5);

vocabulary! {
    /// What a controller may ask for.
    pub enum Asked {
        Access = "access",
        Portability = "portability",
        Erasure = "erasure",
    }
}

impl Asked {
    pub const fn right(self) -> Right {
        match self {
            Self::Access => Right::Access,
            Self::Portability => Right::Portability,
            Self::Erasure => Right::Deletion,
        }
    }
}

vocabulary! {
    /// How far a request has come, in the words of the specification.
    pub enum Status {
        Pending = "pending",
        InProgress = "in_progress",
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

/// How far a request has come. One that was lawfully not done counts as cancelled: there is no other word for it.
pub const fn status(request: &Request) -> Status {
    match request.stage {
        Stage::Received | Stage::Open { .. } | Stage::Paused { .. } => Status::Pending,
        Stage::AwaitingApproval { .. } | Stage::InProgress { .. } => Status::InProgress,
        Stage::Closed { outcome: Outcome::Fulfilled | Outcome::PartlyFulfilled, .. } => Status::Completed,
        Stage::Closed { .. } => Status::Cancelled,
    }
}

/// By when it is expected to be done: an extension moves it.
pub fn expected(request: &Request) -> Instant {
    request.due.as_ref().map_or_else(|| request.received_at.plus(EXPECTED), |due| due.at)
}

/// The kinds of identities, and in which forms each is taken.
const IDENTITIES: &[&str] = &[
    "controller_customer_id",
    "android_advertising_id",
    "android_id",
    "email",
    "fire_advertising_id",
    "ios_advertising_id",
    "ios_vendor_id",
    "microsoft_advertising_id",
    "microsoft_publisher_id",
    "roku_publisher_id",
    "roku_advertising_id",
];

/// The forms of an identity, and how many hexadecimal digits each has.
const FORMATS: &[(&str, usize)] = &[("raw", 0), ("sha1", 40), ("md5", 32), ("sha256", 64)];

/// A call, read.
pub struct Called {
    /// What the controller calls it.
    pub id: Uuid,
    pub asked: Asked,
    /// Where the person is, as far as the named law says.
    pub place: Option<&'static str>,
    pub identifiers: Vec<Stated>,
    pub callbacks: Vec<Url>,
}

/// What a call is held against.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub now: Instant,
    /// It came by the routes of OpenGDPR, which knew one law.
    pub is_old: bool,
    /// Whether a callback may go there.
    pub permits: &'a dyn Fn(&Url) -> bool,
}

/// Reads a call, or says all that is wrong with it.
pub fn read(body: &[u8], rules: Rules<'_>) -> Result<Called, Vec<Flaw>> {
    let Ok(Value::Object(call)) = serde_json::from_slice(body) else {
        return Err(vec![Flaw::new("body", "send one JSON object")]);
    };
    let mut flaws = Vec::new();
    let id = id(&call, &mut flaws);
    let asked = word(&call, "subject_request_type", &mut flaws, Asked::from_code, "access, portability or erasure");
    let law = law(&call, rules.is_old, &mut flaws);
    submitted(&call, rules.now, &mut flaws);
    let identifiers = identities(&call, &mut flaws);
    let callbacks = callbacks(&call, rules, &mut flaws);
    if call.get("extensions").is_some_and(|extensions| !extensions.is_object() && !extensions.is_null()) {
        flaws.push(Flaw::new("extensions", "send an object, by domain, or leave it out"));
    }
    match (id, asked, law) {
        (Some(id), Some(asked), Some(law)) if flaws.is_empty() => {
            let place = law.place();
            Ok(Called { id, asked, place, identifiers, callbacks })
        }
        _ => Err(flaws),
    }
}

fn text<'c>(call: &'c Map<String, Value>, field: &str) -> Option<&'c str> {
    call.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn word<T>(
    call: &Map<String, Value>,
    field: &str,
    flaws: &mut Vec<Flaw>,
    known: impl Fn(&str) -> Option<T>,
    words: &str,
) -> Option<T> {
    let found = text(call, field).and_then(known);
    if found.is_none() {
        flaws.push(Flaw::new(field, format!("give one of: {words}")));
    }
    found
}

/// In the one form that the specification allows: nobody's id is another's by its letters.
fn id(call: &Map<String, Value>, flaws: &mut Vec<Flaw>) -> Option<Uuid> {
    let id = text(call, "subject_request_id").and_then(request_id);
    if id.is_none() {
        flaws.push(Flaw::new("subject_request_id", "give a UUID of version 4 in small letters"));
    }
    id
}

/// A controller's id of a request, as it stands in a body or a path.
pub fn request_id(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.get_version_num() == 4 && id.hyphenated().to_string() == text).then_some(id)
}

/// The laws that a call may name.
#[derive(Clone, Copy)]
enum Law {
    Gdpr,
    Ccpa,
}

impl Law {
    fn from_code(code: &str) -> Option<Self> {
        match code {
            "gdpr" => Some(Self::Gdpr),
            "ccpa" => Some(Self::Ccpa),
            _ => None,
        }
    }

    /// Where whoever it protects is, as far as it says.
    const fn place(self) -> Option<&'static str> {
        match self {
            Self::Gdpr => None,
            Self::Ccpa => Some("US-CA"),
        }
    }
}

fn law(call: &Map<String, Value>, is_old: bool, flaws: &mut Vec<Flaw>) -> Option<Law> {
    if is_old && call.get("regulation").is_none() {
        return Some(Law::Gdpr);
    }
    word(call, "regulation", flaws, Law::from_code, "gdpr, ccpa")
}

fn submitted(call: &Map<String, Value>, now: Instant, flaws: &mut Vec<Flaw>) {
    let at = text(call, "submitted_time").and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    match at.map(|at| Instant::from_utc(at.with_timezone(&Utc))) {
        None => flaws.push(Flaw::new("submitted_time", "give a moment as RFC 3339 writes it")),
        Some(at) if at > now.plus(AHEAD) => flaws.push(Flaw::new("submitted_time", "give a moment that has come")),
        Some(_) => {}
    }
}

/// What one identity says, before it is known whether another says the same.
struct Said {
    kind: &'static str,
    form: &'static str,
    value: String,
}

fn identities(call: &Map<String, Value>, flaws: &mut Vec<Flaw>) -> Vec<Stated> {
    const FIELD: &str = "subject_identities";
    let Some(Value::Array(listed)) = call.get(FIELD) else {
        flaws.push(Flaw::new(FIELD, "list at least one identity: no extension of ours holds any"));
        return Vec::new();
    };
    if listed.is_empty() || listed.len() > MOST_IDENTITIES {
        flaws.push(Flaw::new(FIELD, "list 1 to 50 identities"));
        return Vec::new();
    }
    let mut said = Vec::new();
    for (at, identity) in listed.iter().enumerate() {
        let of = |field: &str| identity.get(field).and_then(Value::as_str).unwrap_or_default().trim();
        let mut flaw = |field: &str, advice: &str| flaws.push(Flaw::new(format!("{FIELD}.{at}.{field}"), advice));
        let kind = IDENTITIES.iter().find(|kind| **kind == of("identity_type")).copied();
        let form = FORMATS.iter().find(|(form, _)| *form == of("identity_format")).copied();
        let value = of("identity_value");
        if kind.is_none() {
            flaw("identity_type", "give one that /discovery lists");
        }
        let Some((form, digits)) = form else {
            flaw("identity_format", "give one of: raw, sha1, md5, sha256");
            continue;
        };
        let is_line = !value.is_empty() && value.len() <= 300 && !value.contains(char::is_control);
        let is_sound = match (kind, digits) {
            (Some("email"), 0) => is_address(&Personal::new(value)),
            (_, 0) => is_line,
            _ => value.len() == digits && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
        };
        if !is_sound {
            flaw("identity_value", "give a value that is whole and in the form that is named");
        }
        if let Some(kind) = kind.filter(|_| is_sound) {
            said.push(Said { kind, form, value: if digits == 0 { value.to_owned() } else { value.to_lowercase() } });
        }
    }
    let known: Vec<String> = said.iter().filter(|one| one.form == "raw").flat_map(hashes).collect();
    let told = |one: &&Said| !known.contains(&named(one.kind, one.form, &one.value));
    said.iter().filter(told).map(stated).collect()
}

/// The digests of a raw value, under the names that hashed ones have.
fn hashes(raw: &Said) -> [String; 2] {
    let value = raw.value.to_lowercase();
    [named(raw.kind, "sha1", &hex(&Sha1::digest(&value))), named(raw.kind, "sha256", &hex(&Sha256::digest(&value)))]
}

fn named(kind: &str, form: &str, value: &str) -> String {
    format!("{kind} {form} {value}")
}

/// A controller proved who asks before it called: its key speaks for that.
fn stated(said: &Said) -> Stated {
    let (kind, value) = match (said.kind, said.form) {
        ("email", "raw") => (GoesBy::Mail, said.value.clone()),
        ("controller_customer_id", "raw") => (GoesBy::Customer, said.value.clone()),
        (kind, form) => (GoesBy::Handle, named(kind, form, &said.value)),
    };
    Stated { kind, store: None, value: Personal::new(value), proof: Proof::Signature }
}

fn callbacks(call: &Map<String, Value>, rules: Rules<'_>, flaws: &mut Vec<Flaw>) -> Vec<Url> {
    const FIELD: &str = "status_callback_urls";
    let listed = match call.get(FIELD) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(listed)) if listed.len() <= MOST_CALLBACKS => listed,
        Some(_) => {
            flaws.push(Flaw::new(FIELD, "list up to 5 addresses"));
            return Vec::new();
        }
    };
    let mut urls: Vec<Url> = Vec::new();
    for (at, address) in listed.iter().enumerate() {
        let address = address.as_str().filter(|address| address.len() <= 500);
        match address.and_then(|address| Url::parse(address).ok()) {
            Some(url) if (rules.permits)(&url) && !urls.contains(&url) => urls.push(url),
            Some(url) if urls.contains(&url) => {}
            Some(_) => {
                let advice = "name a host that the processor was told of, with https: ask its operator to list it";
                flaws.push(Flaw::new(format!("{FIELD}.{at}"), advice));
            }
            None => flaws.push(Flaw::new(format!("{FIELD}.{at}"), "give a whole address of up to 500 bytes")),
        }
    }
    urls
}

/// What this desk speaks and takes, and where its certificate is.
pub fn discovery(public_url: &str) -> Value {
    let pair = |kind: &str, form: &str| json!({ "identity_type": kind, "identity_format": form });
    let forms = |kind: &&str| FORMATS.iter().map(|(form, _)| pair(kind, form)).collect::<Vec<_>>();
    let identities: Vec<Value> = IDENTITIES.iter().flat_map(forms).collect();
    let kinds: Vec<&str> = Asked::ALL.iter().map(|asked| asked.code()).collect();
    let certificate = [public_url, "/v2/certificate"].concat();
    json!({
        "api_version": VERSION,
        "supported_identities": identities,
        "supported_subject_request_types": kinds,
        "processor_certificate": certificate,
    })
}

/// Which request an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub controller: TenantId,
    pub id: Uuid,
}

impl About {
    fn with(self, more: Value) -> Value {
        let mut answer = json!({
            "api_version": VERSION,
            "controller_id": self.controller.to_string(),
            "subject_request_id": self.id.to_string(),
        });
        if let (Value::Object(answer), Value::Object(more)) = (&mut answer, more) {
            answer.extend(more);
        }
        answer
    }

    /// The receipt of a call.
    pub fn receipt(self, (received, expected): (Instant, Instant), body: &[u8]) -> Value {
        self.with(json!({
            "received_time": received.to_string(),
            "expected_completion_time": expected.to_string(),
            "encoded_request": BASE64.encode(body),
        }))
    }

    pub fn status(self, status: Status, expected: Instant) -> Value {
        self.with(json!({ "request_status": status.code(), "expected_completion_time": expected.to_string() }))
    }

    /// The same, told to an address of the controller's.
    pub fn callback(self, url: &Url, status: Status, expected: Instant) -> Value {
        self.with(json!({
            "status_callback_url": url.as_str(),
            "request_status": status.code(),
            "expected_completion_time": expected.to_string(),
        }))
    }

    pub fn cancelled(self, received: Instant) -> Value {
        self.with(json!({ "received_time": received.to_string() }))
    }
}

/// What went wrong, in the form of the specification.
pub fn error(code: u16, message: &str, flaws: &[Flaw]) -> Value {
    let errors: Vec<Value> = flaws
        .iter()
        .map(|flaw| json!({ "domain": "Validation", "reason": flaw.field, "message": flaw.advice }))
        .collect();
    json!({ "error": { "code": code, "message": message, "errors": errors } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: &str = "2026-03-02T00:00:00Z";

    fn rules(is_old: bool) -> Rules<'static> {
        let now = Instant::from_utc(NOW.parse().expect("a moment"));
        Rules { now, is_old, permits: &|url| url.host_str() == Some("controller.example") && url.scheme() == "https" }
    }

    fn sound() -> Value {
        json!({
            "regulation": "gdpr",
            "subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
            "subject_request_type": "erasure",
            "submitted_time": "2026-03-01T15:00:00Z",
            "subject_identities": [
                { "identity_type": "email", "identity_value": "johndoe@example.com", "identity_format": "raw" },
            ],
            "status_callback_urls": ["https://controller.example/opendsr/callbacks"],
            "extensions": { "example-processor.com": { "property_id": "123456" } },
        })
    }

    fn told(call: &Value, is_old: bool) -> Vec<String> {
        let flaws = read(call.to_string().as_bytes(), rules(is_old)).err().unwrap_or_default();
        flaws.into_iter().map(|flaw| flaw.field).collect()
    }

    #[test]
    fn a_call_is_read() {
        let Ok(called) = read(sound().to_string().as_bytes(), rules(false)) else { panic!("it is sound") };
        assert_eq!((called.asked.right(), called.place, called.callbacks.len()), (Right::Deletion, None, 1));
        assert_eq!((called.identifiers.len(), called.identifiers[0].kind), (1, GoesBy::Mail));
        assert_eq!(called.identifiers[0].proof, Proof::Signature);
        let mut ccpa = sound();
        ccpa["regulation"] = json!("ccpa");
        assert_eq!(read(ccpa.to_string().as_bytes(), rules(false)).ok().and_then(|called| called.place), Some("US-CA"));
    }

    #[test]
    fn all_that_is_wrong_is_told_and_nobody_is_named() {
        let wrong = json!({
            "subject_request_id": "A7551968-D5D6-44B2-9831-815AC9017798",
            "subject_request_type": "oblivion",
            "submitted_time": "yesterday",
            "subject_identities": [
                { "identity_type": "email", "identity_value": "swordfish", "identity_format": "raw" },
                { "identity_type": "phone", "identity_value": "swordfish", "identity_format": "raw" },
                { "identity_type": "email", "identity_value": "swordfish", "identity_format": "sha256" },
                { "identity_type": "android_id", "identity_value": "swordfish" },
            ],
            "status_callback_urls": ["https://swordfish.example/", "http://controller.example/", 7],
        });
        assert_eq!(
            told(&wrong, false),
            [
                "subject_request_id",
                "subject_request_type",
                "regulation",
                "submitted_time",
                "subject_identities.0.identity_value",
                "subject_identities.1.identity_type",
                "subject_identities.2.identity_value",
                "subject_identities.3.identity_format",
                "status_callback_urls.0",
                "status_callback_urls.1",
                "status_callback_urls.2",
            ]
        );
        let flaws = read(wrong.to_string().as_bytes(), rules(false)).err().expect("flaws");
        assert!(!error(400, "flawed", &flaws).to_string().contains("swordfish"));
        let Err(flaws) = read(b"[swordfish", rules(false)) else { panic!("no JSON") };
        assert_eq!(flaws[0].field, "body");
    }

    #[test]
    fn the_older_routes_knew_one_law() {
        let mut old = sound();
        old.as_object_mut().expect("an object").remove("regulation");
        assert_eq!(told(&old, false), ["regulation"]);
        assert_eq!(told(&old, true), Vec::<String>::new());
    }

    #[test]
    fn an_id_is_a_uuid_of_version_4_in_small_letters() {
        assert!(request_id("a7551968-d5d6-44b2-9831-815ac9017798").is_some());
        for text in [
            "a7551968d5d644b29831815ac9017798",
            "A7551968-d5d6-44b2-9831-815ac9017798",
            "a7551968-d5d6-14b2-9831-815ac9017798",
            "00000000-0000-0000-0000-000000000000",
            "",
        ] {
            assert!(request_id(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_digest_of_what_is_known_is_known_and_another_is_written_down_as_it_came() {
        let mut call = sound();
        let digest = hex(&Sha256::digest("johndoe@example.com"));
        call["subject_identities"] = json!([
            { "identity_type": "email", "identity_value": "JohnDoe@example.com", "identity_format": "raw" },
            { "identity_type": "email", "identity_value": digest.to_uppercase(), "identity_format": "sha256" },
            { "identity_type": "email", "identity_value": hex(&Sha256::digest("other")), "identity_format": "sha256" },
            { "identity_type": "controller_customer_id", "identity_value": "77", "identity_format": "raw" },
            { "identity_type": "ios_vendor_id", "identity_value": "v-1", "identity_format": "raw" },
        ]);
        let Ok(called) = read(call.to_string().as_bytes(), rules(false)) else { panic!("it is sound") };
        let said: Vec<(GoesBy, &str)> =
            called.identifiers.iter().map(|stated| (stated.kind, stated.value.disclose())).collect();
        let other = named("email", "sha256", &hex(&Sha256::digest("other")));
        assert_eq!(
            said,
            [
                (GoesBy::Mail, "JohnDoe@example.com"),
                (GoesBy::Handle, other.as_str()),
                (GoesBy::Customer, "77"),
                (GoesBy::Handle, "ios_vendor_id raw v-1"),
            ]
        );
    }

    #[test]
    fn discovery_lists_what_is_taken() {
        let told = discovery("https://desk.example");
        assert_eq!(told["supported_identities"].as_array().map(Vec::len), Some(44));
        assert_eq!(told["processor_certificate"], "https://desk.example/v2/certificate");
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(read(&body, rules(false)).is_err());
        }
    }
}
