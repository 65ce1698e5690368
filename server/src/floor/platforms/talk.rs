//! A call to a platform and what its answer means: tokens, try again, or the last word. Nothing of an answer is kept
//! that is not asked for here.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::{Came, Fate, Query, Refusal, Setup, Shop, Tokens};
use crate::floor::egress::{Answer, Call, Consignment, Egress};
use crate::floor::kernel::{Error, Instant, Secret};

/// Tokens and grants are the merchant's and the desk's; no shopper is in them.
const CONSIGNMENT: Consignment = Consignment::NoPersonalData { to: "the store's platform" };
const SOON: Duration = Duration::from_secs(10);
/// What a person has to mend first.
pub(super) const LATER: Duration = Duration::from_hours(1);

/// One store, called now.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    pub out: &'a Egress,
    pub setup: &'a Setup,
    pub shop: &'a Shop,
    pub now: Instant,
}

impl Visit<'_> {
    /// An address of the platform's or of this store's.
    pub(super) fn at(&self, path: &str) -> Result<Url, Fate> {
        self.setup.api(self.shop, path).ok_or(Fate::Over("address"))
    }
}

/// Sends it. An answer that only says to come back is none.
pub(super) async fn send(out: &Egress, call: Call) -> Result<Answer, Fate> {
    judged(out.send(CONSIGNMENT, call).await)
}

fn judged(answer: crate::floor::kernel::Result<Answer>) -> Result<Answer, Fate> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Error::Unavailable { after, .. }) => return Err(Fate::Again { after }),
        Err(_) => return Err(Fate::Over("address")),
    };
    if matches!(answer.status, 408 | 425 | 429 | 500..) {
        let said = answer.headers("retry-after").next().and_then(|seconds| seconds.trim().parse().ok());
        let after = said.map_or(SOON, Duration::from_secs);
        return Err(Fate::Again { after: after.clamp(Duration::from_secs(1), LATER) });
    }
    Ok(answer)
}

/// Sends what one person asked for.
pub(super) async fn send_of_one(out: &Egress, call: Call) -> Result<Answer, Fate> {
    judged(out.send(Consignment::OfOnePerson { to: "the store's platform" }, call).await)
}

/// What an answer brought that was asked with a token: a yes, or why not.
pub(super) fn yes(answer: Answer) -> Result<Answer, Fate> {
    match answer.status {
        200..=299 => Ok(answer),
        401 => Err(Fate::Stale),
        403 => Err(Fate::NOT_GRANTED),
        _ => Err(later(&answer)),
    }
}

/// A document that may be as long as a page of a shelf is.
pub(super) const PAGE: usize = 4 << 20;

/// The document in an answer; one of another shape may be right next time.
pub(super) fn document(answer: &Answer) -> Result<Value, Fate> {
    answer.json().ok_or(Fate::Again { after: SOON })
}

/// A field that is to be set in a document; one of another shape has no such place.
pub(super) fn field<'v>(told: &'v mut Value, place: &str, name: &str) -> Result<&'v mut Value, Fate> {
    let fields = told.pointer_mut(place).and_then(Value::as_object_mut).ok_or(ODD)?;
    Ok(fields.entry(name).or_insert(Value::Null))
}

/// An answer that is none of what was asked.
pub(super) const ODD: Fate = Fate::Again { after: SOON };

/// What an unsigned way back brings: a code, or an error. Only the state vouches for it.
pub(super) fn came(query: &Query) -> Result<Came, Refusal> {
    match (query.one("code").filter(|code| !code.is_empty()), query.one("error"), query.has("error")) {
        (Some(code), None, false) => Ok(Came::Code(Secret::new(code))),
        (None, Some("access_denied"), _) => Ok(Came::Denied),
        (None, Some(_), _) => Err(Refusal("platform")),
        _ => Err(Refusal("code")),
    }
}

#[derive(Deserialize)]
struct Given {
    #[serde(deserialize_with = "secret")]
    access_token: Secret,
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "maybe_secret")]
    refresh_token: Option<Secret>,
    refresh_token_expires_in: Option<i64>,
    scope: Option<String>,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    String::deserialize(from).map(Secret::new)
}

fn maybe_secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Option::<String>::deserialize(from).map(|text| text.map(Secret::new))
}

/// The tokens in an answer that says yes. One that cannot be read may be readable next time; a code that was used up by
/// then is refused by the platform itself.
pub(super) fn tokens(answer: &Answer, now: Instant) -> Result<Tokens, Fate> {
    let given: Option<Given> = answer.json().filter(|given: &Given| !given.access_token.is_empty());
    let given = given.ok_or(Fate::Again { after: SOON })?;
    // A hundred years are as good as for ever, and far from the end of the calendar.
    let ends = |seconds: i64| now.plus(chrono::Duration::seconds(seconds.clamp(0, 100 * 366 * 86_400)));
    Ok(Tokens {
        access: given.access_token,
        access_ends: given.expires_in.map(ends),
        refresh: given.refresh_token.filter(|token| !token.is_empty()),
        refresh_ends: given.refresh_token_expires_in.map(ends),
        scopes: given.scope.as_deref().map(scopes),
    })
}

/// Scopes in one text, with commas or spaces between them.
fn scopes(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// The code of an OAuth error. Anything else that stands there is not looked at.
fn told(answer: &Answer) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Told {
        error: Option<Value>,
    }
    match answer.json::<Told>()?.error?.as_str()? {
        "invalid_grant" => Some("ended"),
        "invalid_scope" => Some("scope"),
        "access_denied" => Some("denied"),
        _ => None,
    }
}

/// What a code that was refused means: it is good once, so there is nothing to try again with.
pub(super) fn exchange_refused(answer: &Answer) -> Fate {
    Fate::Over(told(answer).unwrap_or("refused"))
}

/// What a refresh token that was refused means. Final is only what the platform says of the token or the grant: where
/// our app itself is refused, no merchant mends that by consenting once more.
pub(super) fn refresh_refused(answer: &Answer) -> Fate {
    match told(answer) {
        Some(why) => Fate::Over(why),
        None => later(answer),
    }
}

/// What was not foreseen: a person reads the log, and meanwhile it is tried now and then.
pub(super) fn later(answer: &Answer) -> Fate {
    tracing::warn!(status = answer.status, "a platform refuses what this desk's app asks");
    Fate::Again { after: LATER }
}
