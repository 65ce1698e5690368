//! The pages over HTTP: which path shows which, in which language, and how long an answer may be kept.

mod asking;
mod fetching;
mod following;
mod form;
mod replying;
mod seal;
mod subscribing;

pub use fetching::Fetching;
pub use following::Steps;
pub use form::{Filled, Wrong, asks_for_children, offered};
pub use subscribing::{SUBSCRIBE_PATH, Source};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::accept::wants_json;
use super::frame::{STYLE, Sheet, tongues};
use super::locale::{Choice, choose};
use super::pages::{As, Place, written};
use super::reader::Reader;
use super::rows::Rows;
use super::words::Words;
use crate::floor::html::{Forms, Frame, Html};
use crate::floor::kernel::{Error, Result};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;

/// Everything under `/trust`. A page's own path answers in the form that the reader's program asks for; the path of its
/// data always in JSON.
pub fn routes<S: Clone + Send + Sync + 'static>(tools: Tools) -> Router<S> {
    let mut router = Router::new();
    for &place in Place::ALL {
        for (path, only) in [(place.path().to_owned(), None), (place.data(), Some(As::Json))] {
            let answered = move |State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap| async move {
                let wanted = only.unwrap_or_else(|| wanted(&headers));
                let told = shown(&tools, place, wanted, &query.unwrap_or_default(), &headers).await;
                let mut answer = match (told, wanted) {
                    (Ok(answer), _) => answer,
                    (Err(error), As::Json) => error.into_response(),
                    (Err(error), As::Html) => failed(error, &headers),
                };
                let varies = if only.is_some() { "accept-language" } else { "accept, accept-language" };
                answer.headers_mut().insert(header::VARY, HeaderValue::from_static(varies));
                answer
            };
            router = router.route(&path, get(answered));
        }
    }
    router
        .merge(subscribing::routes())
        .merge(asking::routes())
        .merge(following::routes())
        .merge(replying::routes())
        .merge(fetching::routes())
        .route("/trust/", get(|| async { Redirect::permanent(Place::Summary.path()) }))
        .route("/trust/{*rest}", any(lost))
        .with_state(tools)
}

fn wanted(headers: &HeaderMap) -> As {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if wants_json(accepted) { As::Json } else { As::Html }
}

async fn shown(tools: &Tools, place: Place, wanted: As, query: &str, headers: &HeaderMap) -> Result<Response> {
    let adopted = tools.policy.in_force()?;
    let choice = choice(&adopted.policy, query, headers);
    let rows = Rows::of(tools, place).await?;
    let text = written(place, wanted, &reader(tools, &adopted.policy, &choice, &rows)?)?;
    let mut answer = kept(text, headers);
    let set = answer.headers_mut();
    match wanted {
        As::Html => dress(set, place.forms()),
        As::Json => {
            set.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
            // It is everybody's, and nobody's sign-in goes with it.
            set.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
    put(set, header::CONTENT_LANGUAGE, &choice.locale);
    Ok(answer)
}

/// A field of a query or a form.
fn field(form: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(form).find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

fn choice(policy: &Policy, query: &str, headers: &HeaderMap) -> Choice {
    let named = field(query.as_bytes(), "lang");
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    choose(policy.locales.get_ref(), named.as_deref(), accepted)
}

/// The language of a page that speaks every language there are words for.
fn own_choice(policy: &Policy, query: &str, headers: &HeaderMap) -> Choice {
    let named = field(query.as_bytes(), "lang");
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    choose(&tongues(policy), named.as_deref(), accepted)
}

fn reader<'a>(tools: &'a Tools, policy: &'a Policy, choice: &'a Choice, rows: &'a Rows) -> Result<Reader<'a>> {
    let words = Words::of(&choice.locale).ok_or_else(|| Error::internal("the trust pages have no words"))?;
    let base = &*tools.public_url;
    Ok(Reader { policy, words, locale: &choice.locale, base, rows, is_named: choice.is_named })
}

/// An answer that anyone may keep for a minute, and then ask whether it still holds.
fn kept(text: String, headers: &HeaderMap) -> Response {
    let tag = format!("W/\"{}\"", BASE64URL_NOPAD.encode(&Sha256::digest(&text)[..16]));
    let held = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let is_held = held.flat_map(|line| line.split(',')).map(str::trim).any(|one| one == tag || one == "*");
    let mut answer = if is_held { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let set = answer.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    put(set, header::ETAG, &tag);
    answer
}

/// No such page, in the reader's language.
async fn lost(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let page = || {
        let adopted = tools.policy.in_force()?;
        let choice = choice(&adopted.policy, &query.unwrap_or_default(), &headers);
        let rows = Rows::default();
        let reader = reader(&tools, &adopted.policy, &choice, &rows)?;
        let words = &reader.words.lost;
        Ok(Sheet { title: &words.title, ..Sheet::default() }.around(&reader, |html| {
            html.line("p", &[("class", "lead")], &words.text);
            html.tag("p", &[], |html| html.line("a", &[("href", &reader.to(Place::Summary.path()))], &words.back));
        }))
    };
    match page() {
        Ok(page) => plain(StatusCode::NOT_FOUND, page),
        Err(error) => failed(error, &headers),
    }
}

/// What a reader sees where a page could not be made. Which policy holds may not be known here.
fn failed(error: Error, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let Choice { locale, .. } = choose(&Words::locales(), None, accepted);
    // Its status, its Retry-After and its line in the log.
    let told = error.into_response();
    let Some(words) = Words::of(&locale) else { return told };
    let (title, style) = (words.failed.title.as_str(), &*STYLE);
    let frame = Frame { lang: &locale, dir: &words.speech.dir, title, style, is_listed: false };
    let main = |html: &mut Html| {
        html.line("h1", &[], title);
        html.line("p", &[("class", "lead")], &words.failed.text);
    };
    let page = frame.around(|_| {}, |html| html.tag("main", &[], main));
    let mut answer = plain(told.status(), page);
    if let Some(after) = told.headers().get(header::RETRY_AFTER) {
        answer.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    answer
}

/// A page that nobody keeps.
fn plain(status: StatusCode, page: String) -> Response {
    let mut answer = (status, page).into_response();
    dress(answer.headers_mut(), Forms::Nowhere);
    answer
}

/// What a browser is told about a page of ours.
fn dress(set: &mut HeaderMap, forms: Forms) {
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    put(set, header::CONTENT_SECURITY_POLICY, &STYLE.policy(forms));
    set.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    set.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
}

/// A header whose value is of printable ASCII; any other is left out.
fn put(set: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        set.insert(name, value);
    }
}
