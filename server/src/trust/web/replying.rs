//! Where a recipient of people's data says what became of a person's wish: behind the link of a letter to it. A link by itself
//! changes nothing, because mail programs fetch links ahead of people. Nobody is named there, and what leads nowhere and
//! what has ended are one answer.

use axum::Router;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{DefaultBodyLimit, RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;

use super::asking::{answered, drawn};
use super::field;
use super::form::lines;
use super::seal::is_from_elsewhere;
use crate::floor::html::Html;
use crate::floor::kernel::{Error, Personal, Result};
use crate::floor::tools::Tools;
use crate::propagation::{self, Asked, REPLY_PATH, TaskState};
use crate::trust::frame::Sheet;
use crate::trust::reader::Reader;
use crate::trust::words::Reply;

/// More than any answer of a recipient's holds.
const MOST: usize = 16 * 1024;

/// What can be said, in the order of its buttons.
const SAID: [TaskState; 4] = [TaskState::Done, TaskState::AlreadyGone, TaskState::Acknowledged, TaskState::Refused];

pub fn routes() -> Router<Tools> {
    Router::new().route(REPLY_PATH, get(show).post(say)).layer(DefaultBodyLimit::max(MOST))
}

async fn show(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let page = async {
        let token = field(query.as_bytes(), "token").unwrap_or_default();
        let asked = propagation::behind_link(&tools, &token).await?;
        shown(&tools, (&query, &headers), asked.filter(|asked| !asked.state.has_ended()), &token, false)
    };
    answered(page.await, &headers)
}

async fn say(
    State(tools): State<Tools>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: std::result::Result<RawForm, RawFormRejection>,
) -> Response {
    let query = query.unwrap_or_default();
    let form = form.map(|RawForm(form)| form).unwrap_or_default();
    let page = async {
        let token = field(&form, "token").unwrap_or_default();
        let state = field(&form, "state").and_then(|state| TaskState::from_code(&state));
        let words = Personal::new(lines(field(&form, "words").unwrap_or_default().trim()));
        let state = state.filter(|state| SAID.contains(state) && !is_from_elsewhere(&headers));
        let said = match state {
            Some(state) => {
                let answer = propagation::Answered { state, words: Some(words) };
                propagation::answer_by_link(&tools, &token, answer).await
            }
            None => Err(Error::invalid("state", "say what became of it")),
        };
        match said {
            Ok(true) => drawn(&tools, (&query, &headers), |reader| {
                let words = &reader.words.reply;
                Ok((StatusCode::OK, told(reader, &words.thanks_title, &words.thanks)))
            }),
            Ok(false) => shown(&tools, (&query, &headers), None, &token, false),
            Err(Error::Invalid(_)) => {
                let asked = propagation::behind_link(&tools, &token).await?;
                shown(&tools, (&query, &headers), asked, &token, true)
            }
            Err(other) => Err(other),
        }
    };
    answered(page.await, &headers)
}

/// The page of what is asked, or that there is nothing any more.
fn shown(
    tools: &Tools,
    at: (&str, &HeaderMap),
    asked: Option<Asked>,
    token: &str,
    is_wrong: bool,
) -> Result<(StatusCode, String)> {
    drawn(tools, at, |reader| {
        let words = &reader.words.reply;
        Ok(match asked {
            Some(asked) => {
                let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
                (status, page(reader, &asked, token, is_wrong))
            }
            None => (StatusCode::NOT_FOUND, told(reader, &words.stale_title, &words.stale)),
        })
    })
}

fn told(reader: &Reader<'_>, title: &str, text: &str) -> String {
    Sheet { title, ..Sheet::default() }.around(reader, |html| html.line("p", &[("class", "lead")], text))
}

fn page(reader: &Reader<'_>, asked: &Asked, token: &str, is_wrong: bool) -> String {
    let words = &reader.words.reply;
    Sheet { title: &words.title, ..Sheet::default() }.around(reader, |html| {
        html.line("p", &[("class", "lead")], &words.lead);
        if is_wrong {
            html.line("p", &[("role", "alert")], &words.wrong);
        }
        let right = reader.words.code("right", asked.right.code());
        let until = reader.words.date(asked.until.0);
        html.tag("dl", &[], |html| {
            for (name, value) in [
                (&words.reference, asked.reference.as_str()),
                (&words.asked, right.as_ref()),
                (&words.until, until.as_str()),
            ] {
                html.line("dt", &[], name);
                html.line("dd", &[], value);
            }
        });
        html.tag("form", &[("method", "post"), ("action", REPLY_PATH)], |html| form(html, words, token));
    })
}

fn form(html: &mut Html, words: &Reply, token: &str) {
    html.lone("input", &[("type", "hidden"), ("name", "token"), ("value", token)]);
    html.line("label", &[("for", "words")], &words.words);
    html.line("textarea", &[("id", "words"), ("name", "words"), ("rows", "4"), ("maxlength", "2000")], "");
    let labels = [&words.done, &words.already_gone, &words.acknowledged, &words.refused];
    for (state, label) in SAID.into_iter().zip(labels) {
        html.line("button", &[("type", "submit"), ("name", "state"), ("value", state.code())], label);
    }
}
