//! Being told of changes, without a program: the form of the page, and where the links of letters lead. A link by itself
//! changes nothing, because mail programs fetch links ahead of people; the button beneath it does. Whether an address is
//! known shows in no answer.

use axum::extract::rejection::RawFormRejection;
use axum::extract::{DefaultBodyLimit, Extension, RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, body::Bytes};

use super::{choice, dress, failed, field, kept, reader};
use crate::floor::html::Forms;
use crate::floor::kernel::{self, Error, Personal};
use crate::floor::tools::Tools;
use crate::processors::{self, CONFIRM_PATH, FEED_PATH, FeedOf, LEAVE_PATH};
use crate::trust::frame::Sheet;
use crate::trust::pages::Place;
use crate::trust::reader::Reader;
use crate::trust::rows::Rows;

pub const SUBSCRIBE_PATH: &str = "/trust/notices";

/// The network that a call comes from, for what is counted by it.
#[derive(Debug, Clone, Default)]
pub struct Source(pub Option<String>);

/// More than any form of ours holds.
const MOST: usize = 4 * 1024;

pub fn routes() -> Router<Tools> {
    Router::new()
        .route(SUBSCRIBE_PATH, get(|| async { Redirect::to(Place::Processors.path()) }).post(subscribe))
        .route(CONFIRM_PATH, get(may_confirm).post(confirm))
        .route(LEAVE_PATH, get(may_leave).post(leave))
        .route(FEED_PATH, get(feed))
        .layer(DefaultBodyLimit::max(MOST))
}

/// What an answer says.
enum Told {
    Asked,
    Wrong,
    Busy,
    MayConfirm,
    Live,
    MayLeave,
    Left,
    Stale,
}

async fn subscribe(
    State(tools): State<Tools>,
    Extension(Source(source)): Extension<Source>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = async {
        let adopted = tools.policy.in_force()?;
        let locale = choice(&adopted.policy, &query, &headers).locale;
        // What is no form, or too long for one, holds no address.
        let mail = form.ok().and_then(|RawForm(form)| field(&form, "mail")).unwrap_or_default();
        let mail = Personal::new(mail.trim());
        match processors::ask_by_mail(&tools, source.as_deref(), mail, &locale).await {
            Ok(()) => Ok((StatusCode::OK, Told::Asked)),
            Err(Error::Invalid(_)) => Ok((StatusCode::UNPROCESSABLE_ENTITY, Told::Wrong)),
            Err(Error::Refused(_)) => Ok((StatusCode::TOO_MANY_REQUESTS, Told::Busy)),
            Err(other) => Err(other),
        }
    };
    answer(&tools, asked.await, &query, &headers)
}

async fn may_confirm(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    answer(&tools, Ok((StatusCode::OK, Told::MayConfirm)), &query.unwrap_or_default(), &headers)
}

async fn may_leave(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    answer(&tools, Ok((StatusCode::OK, Told::MayLeave)), &query.unwrap_or_default(), &headers)
}

/// The body is the button's, or a mail program's own: either means yes.
async fn confirm(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap, _: Bytes) -> Response {
    let query = query.unwrap_or_default();
    let done = processors::confirm(&tools, &field(query.as_bytes(), "token").unwrap_or_default()).await;
    answer(&tools, done.map(|is_done| settled(is_done, Told::Live)), &query, &headers)
}

async fn leave(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap, _: Bytes) -> Response {
    let query = query.unwrap_or_default();
    let done = processors::leave(&tools, &field(query.as_bytes(), "token").unwrap_or_default()).await;
    answer(&tools, done.map(|is_done| settled(is_done, Told::Left)), &query, &headers)
}

fn settled(is_done: bool, told: Told) -> (StatusCode, Told) {
    if is_done { (StatusCode::OK, told) } else { (StatusCode::NOT_FOUND, Told::Stale) }
}

/// A page that nobody keeps, and whose address, which may hold a token, is told to nobody.
fn answer(tools: &Tools, told: kernel::Result<(StatusCode, Told)>, query: &str, headers: &HeaderMap) -> Response {
    let page = || {
        let (status, told) = told?;
        let adopted = tools.policy.in_force()?;
        let (choice, rows) = (choice(&adopted.policy, query, headers), Rows::default());
        let page = told.page(&reader(tools, &adopted.policy, &choice, &rows)?, query);
        Ok((status, page))
    };
    match page() {
        Ok((status, page)) => {
            let mut answer = (status, page).into_response();
            dress(answer.headers_mut(), Forms::Home);
            answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            answer
        }
        Err(error) => failed(error, headers),
    }
}

impl Told {
    fn page(&self, reader: &Reader<'_>, query: &str) -> String {
        let words = &reader.words.subscribe;
        let (title, text, button) = match self {
            Self::Asked => (&words.asked_title, &words.asked, None),
            Self::Wrong => (&words.wrong_title, &words.wrong, None),
            Self::Busy => (&words.busy_title, &words.busy, None),
            Self::MayConfirm => (&words.confirm_title, &words.confirm, Some((CONFIRM_PATH, &words.confirm_yes))),
            Self::Live => (&words.live_title, &words.live, None),
            Self::MayLeave => (&words.leave_title, &words.leave, Some((LEAVE_PATH, &words.leave_yes))),
            Self::Left => (&words.left_title, &words.left, None),
            Self::Stale => (&words.stale_title, &words.stale, None),
        };
        Sheet { title, ..Sheet::default() }.around(reader, |html| {
            html.line("p", &[("class", "lead")], text);
            if let Some((path, yes)) = button {
                let token = field(query.as_bytes(), "token").unwrap_or_default();
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                let query = query.append_pair("token", &token).append_pair("lang", reader.locale).finish();
                let to = format!("{path}?{query}");
                html.tag("form", &[("method", "post"), ("action", &to)], |html| {
                    html.line("button", &[("type", "submit")], yes);
                });
            }
            html.tag("p", &[("class", "after")], |html| {
                html.line("a", &[("href", &reader.to(Place::Processors.path()))], &words.back);
            });
        })
    }
}

/// The notices as a feed, in the language a page would be in.
async fn feed(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let told = async {
        let adopted = tools.policy.in_force()?;
        let choice = choice(&adopted.policy, &query.unwrap_or_default(), &headers);
        let asked = FeedOf { base_url: &tools.public_url, locale: &choice.locale, is_named: choice.is_named };
        let mut answer = kept(processors::atom(&tools, asked).await?, &headers);
        let kind = HeaderValue::from_static("application/atom+xml; charset=utf-8");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        Ok(answer)
    };
    let mut answer = told.await.unwrap_or_else(|error: Error| error.into_response());
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    answer
}
