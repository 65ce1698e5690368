//! The page where people ask, over HTTP. What is wrong comes back at once with everything that was typed; what is right is
//! taken in and answered the same whatever the desk knows of the shop, after the same time. A browser that asks by itself
//! to be left out of sale and sharing is heard where that may be asked for.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{DefaultBodyLimit, Extension, RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::form::{Filled, Wrong, asks_for_children, given, offered};
use super::seal::{is_from_elsewhere, is_ours, seal};
use super::{Source, dress, failed, field, own_choice, reader};
use crate::floor::html::Forms;
use crate::floor::kernel::{Error, Personal, RequestId, Result, TenantId};
use crate::floor::policy::Policy;
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::requests::{self, ASK_PATH, Asking, AtPage, CHILD, SubjectKind, Wanted, ask_at_page};
use crate::trust::frame::tongues;
use crate::trust::pages::ask::{Form, Noted, doors, kinds, thanks};
use crate::trust::reader::Reader;
use crate::trust::rows::Rows;
use crate::trust::words::Words;

/// More than any form of ours holds.
const MOST: usize = 256 * 1024;

/// What takes longer tells nothing, for nothing takes less.
const FLOOR: Duration = Duration::from_millis(400);

/// What the seal of the page is bound to.
const PAGE: &str = "ask";

/// Where a browser reads whether its wish is heard.
const SIGNAL_PATH: &str = "/.well-known/gpc.json";

pub fn routes() -> Router<Tools> {
    Router::new()
        .route(ASK_PATH, get(page).post(take))
        .route(SIGNAL_PATH, get(signal))
        .layer(DefaultBodyLimit::max(MOST))
}

async fn page(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let drawn = || {
        let adopted = tools.policy.in_force()?;
        let (choice, rows) = (own_choice(&adopted.policy, &query, &headers), Rows::default());
        let reader = reader(&tools, &adopted.policy, &choice, &rows)?;
        let kinds = kinds(&adopted.policy);
        let named = field(query.as_bytes(), "who").and_then(|who| SubjectKind::from_code(&who));
        let only = if let [only] = kinds[..] { Some(only) } else { None };
        let Some(who) = named.filter(|who| kinds.contains(who)).or(only) else {
            return Ok((StatusCode::OK, doors(&reader)));
        };
        let filled = Filled::empty(who, reader.locale);
        let has_signal = is_heard(&headers, &adopted.policy, who);
        let form = Form { who, filled: &filled, wrongs: &[], seal: &seal(&tools, PAGE)?, has_signal };
        Ok((StatusCode::OK, form.page(&reader)))
    };
    answered(drawn(), &headers)
}

async fn take(
    State(tools): State<Tools>,
    Extension(Source(source)): Extension<Source>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let begun = tokio::time::Instant::now();
    let body = form.map(|RawForm(form)| form).unwrap_or_default();
    let answer = taken(&tools, source.as_deref(), &query.unwrap_or_default(), &headers, &body).await;
    tokio::time::sleep_until(begun + FLOOR).await;
    answered(answer, &headers)
}

async fn taken(
    tools: &Tools,
    source: Option<&str>,
    query: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(StatusCode, String)> {
    let adopted = tools.policy.in_force()?;
    let policy = &adopted.policy;
    let (choice, rows) = (own_choice(policy, query, headers), Rows::default());
    let reader = reader(tools, policy, &choice, &rows)?;
    let mut filled = Filled::of(body);
    let Some(who) = filled.who.filter(|who| kinds(policy).contains(who)) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, doors(&reader)));
    };
    let offered = offered(policy, who);
    filled.is_of_child &= asks_for_children(policy, &offered);
    let has_signal = is_heard(headers, policy, who);
    if has_signal && !filled.asks_for(Right::OptOut) {
        filled.rights.push(Right::OptOut.code().to_owned());
    }
    if filled.is_trapped {
        metrics::counter!("rightsdesk_trapped_total").increment(1);
        return Ok((StatusCode::OK, thanks(&reader, &pretended(&filled, &offered))));
    }
    let mut wrongs = filled.wrongs(&offered, &tongues(policy));
    if is_from_elsewhere(headers) || !is_ours(tools, PAGE, &filled.seal)? {
        wrongs.push(Wrong::new("form", |words| &words.form));
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if wrongs.is_empty() {
        let asked = asked(who, &filled, &offered, reader.words, body);
        match ask_at_page(tools, source, asked).await {
            Ok(taken) => {
                let noted: Vec<Noted> = taken.requests.iter().map(Noted::of).collect();
                return Ok((StatusCode::OK, thanks(&reader, &noted)));
            }
            Err(Error::Refused(_)) => {
                status = StatusCode::TOO_MANY_REQUESTS;
                wrongs.push(Wrong::new("busy", |words| &words.busy));
            }
            Err(Error::Invalid(flaws)) => {
                tracing::info!(fields = ?flaws.iter().map(|flaw| flaw.field.as_str()).collect::<Vec<_>>(), "the page let a flaw pass");
                wrongs.push(Wrong::new("other", |words| &words.other));
            }
            Err(other) => return Err(other),
        }
    }
    let form = Form { who, filled: &filled, wrongs: &wrongs, seal: &seal(tools, PAGE)?, has_signal };
    Ok((status, form.page(&reader)))
}

/// What is asked, of the operator until its shop is found. The same form sent twice is taken once.
fn asked(who: SubjectKind, filled: &Filled, offered: &[Right], words: &Words, body: &Bytes) -> AtPage {
    let rights = filled.wanted(offered).into_iter().map(|right| {
        let is_of_child = filled.is_of_child && right == Right::Deletion;
        Wanted { right, case: is_of_child.then(|| CHILD.to_owned()) }
    });
    let asking = Asking {
        source: requests::Source::Web,
        tenant: TenantId::HOUSE,
        subject_kind: who,
        store: None,
        delivery: Some(HEXLOWER.encode(&Sha256::digest(body))),
        rights: rights.collect(),
        identifiers: filled.stated(),
        words: in_words(filled, words),
        original: None,
        locale: Some(filled.locale.clone()),
        place: Some(filled.place.clone()).filter(|place| !place.is_empty()),
        received_at: None,
        notice: None,
        mandate: filled.mandate(),
        is_test: false,
        appeal_of: None,
    };
    AtPage { asking, shop: given(&filled.shop), order: given(&filled.order) }
}

/// What the person says in words, with what they said of the shop and the order, which may find nothing here; and that it is
/// about a child, whatever is asked.
fn in_words(filled: &Filled, words: &Words) -> Option<Personal> {
    let mut told = String::new();
    for (label, value) in [(&words.ask.shop, &filled.shop), (&words.ask.order, &filled.order)] {
        if let Some(value) = given(value) {
            told.push_str(&[label.as_str(), " ", value.disclose(), "\n"].concat());
        }
    }
    if filled.is_of_child {
        told.push_str(&[words.ask.child.as_str(), "\n"].concat());
    }
    told.push_str(filled.words.disclose());
    given(&Personal::new(told.trim()))
}

/// What a program is told that filled in what nobody sees: the same, about nothing.
fn pretended(filled: &Filled, offered: &[Right]) -> Vec<Noted> {
    let wanted = filled.wanted(offered).into_iter();
    wanted.map(|right| Noted { reference: requests::reference(RequestId::fresh()), right, due: None }).collect()
}

/// Whether the browser asks to be left out of sale and sharing, and that may be asked for here. No other value counts.
fn is_heard(headers: &HeaderMap, policy: &Policy, who: SubjectKind) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value.as_bytes() == b"1")
        && offered(policy, who).contains(&Right::OptOut)
}

/// That the wish of browsers is heard, where it may be asked for.
async fn signal(State(tools): State<Tools>) -> Response {
    let adopted = match tools.policy.in_force() {
        Ok(adopted) => adopted,
        Err(error) => return error.into_response(),
    };
    let policy = &adopted.policy;
    if !kinds(policy).into_iter().any(|who| offered(policy, who).contains(&Right::OptOut)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let since = policy.effective.get_ref().0.to_string();
    let mut answer = Json(json!({ "gpc": true, "lastUpdate": since })).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    answer
}

/// A page that nobody keeps, and whose address is told to nobody.
pub(super) fn answered(drawn: Result<(StatusCode, String)>, headers: &HeaderMap) -> Response {
    match drawn {
        Ok((status, page)) => {
            let mut answer = (status, page).into_response();
            dress(answer.headers_mut(), Forms::Home);
            answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            answer
        }
        Err(error) => failed(error, headers),
    }
}

/// What is drawn for a reader in the language that they read.
pub(super) fn drawn(
    tools: &Tools,
    (query, headers): (&str, &HeaderMap),
    draw: impl FnOnce(&Reader<'_>) -> Result<(StatusCode, String)>,
) -> Result<(StatusCode, String)> {
    let adopted = tools.policy.in_force()?;
    let (choice, rows) = (own_choice(&adopted.policy, query, headers), Rows::default());
    draw(&reader(tools, &adopted.policy, &choice, &rows)?)
}
