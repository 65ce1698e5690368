//! The one page for people: what waits under the code of a device sign-in, before they go on to the identity provider.
//! No script, no cookie, nothing from elsewhere; it changes nothing, so fetching it ahead of time does no harm.

use std::sync::{Arc, LazyLock};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::Url;

use super::gate::{Call, Gate};
use super::network;
use crate::floor::html::{Forms, Frame, Html, Style};
use crate::floor::kernel::{Error, Instant};
use crate::staff::provider::{self, Waiting};

static STYLE: LazyLock<Style> = LazyLock::new(|| Style::new(include_str!("page.css")));

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    code: String,
}

/// `GET /sign-in/device?code=ABCD-EFGH`
pub async fn device(
    State(gate): State<Arc<Gate>>,
    call: Call,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let code = asked.map(|Query(asked)| asked.code).unwrap_or_default();
    let source = call.from.map(network);
    let waiting = match provider::waiting(&gate.edge.doorman.tools, source.as_ref(), &code).await {
        Ok(waiting) => waiting,
        Err(Error::Refused(_)) => return page(StatusCode::TOO_MANY_REQUESTS, "Too many codes were tried", busy),
        Err(error) => return error.into_response(),
    };
    match waiting {
        Some(waiting) => page(StatusCode::OK, "Did you start this sign-in?", |html| question(html, &waiting)),
        None => page(StatusCode::NOT_FOUND, "No such sign-in", none),
    }
}

fn none(html: &mut Html) {
    html.line("p", &[], "Nothing waits under this code, or its time is over. Codes last ten minutes at most.");
    html.line("p", &[], "Begin again in your console, and use the address and the code that it shows.");
}

fn busy(html: &mut Html) {
    let words = "Many codes were tried from where you are. Wait a few minutes, then open the address that your console \
                 shows once more.";
    html.line("p", &[], words);
}

fn question(html: &mut Html, waiting: &Waiting) {
    let host = Url::parse(&waiting.provider).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let words = "Somebody asks to sign in to the privacy desk with your account at {host}. Go on only if that was you, \
                 just now, and your console shows this very code:";
    html.tag("p", &[], |html| html.fill(words, |html, _| html.line("strong", &[], &host)));
    html.line("p", &[("class", "code")], &waiting.user_code);
    html.tag("dl", &[], |html| {
        fact(html, "Program", |html| html.text(waiting.client.as_deref().unwrap_or("not known")));
        fact(html, "Network", |html| html.text(waiting.source.as_deref().unwrap_or("not known")));
        fact(html, "Asked", |html| moment(html, waiting.begun_at));
        fact(html, "Ends", |html| moment(html, waiting.expires_at));
    });
    html.tag("p", &[], |html| {
        let go = [("class", "go"), ("href", waiting.provider.as_str()), ("rel", "noopener noreferrer")];
        html.line("a", &go, &format!("Yes, go on to {host}"));
    });
    html.tag("section", &[], |html| {
        html.line("h2", &[], "You did not start it?");
        let words = "Close this page, and nothing happens. If somebody sent you here or read a code out to you, do not go \
                     on: they would be signed in as you. Tell whoever keeps the desk’s seats.";
        html.line("p", &[], words);
    });
}

fn fact(html: &mut Html, name: &str, value: impl FnOnce(&mut Html)) {
    html.tag("div", &[], |html| {
        html.line("dt", &[], name);
        html.tag("dd", &[], value);
    });
}

fn moment(html: &mut Html, at: Instant) {
    let at = at.utc();
    let exactly = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    html.line("time", &[("datetime", &exactly)], &at.format("%-d %B %Y, %H:%M UTC").to_string());
}

pub(super) fn page(status: StatusCode, title: &str, body: impl FnOnce(&mut Html)) -> Response {
    let full = format!("{title} · Rightsdesk");
    let frame = Frame { lang: "en", dir: "ltr", title: &full, style: &STYLE, is_listed: false };
    let page = frame.around(
        |_| {},
        |html| {
            html.tag("main", &[], |html| {
                html.line("p", &[("class", "desk")], "Rightsdesk");
                html.line("h1", &[], title);
                body(html);
            });
        },
    );
    let mut answer = (status, axum::response::Html(page)).into_response();
    let headers = answer.headers_mut();
    // Of printable ASCII alone, which any header can carry.
    if let Ok(policy) = HeaderValue::from_str(&STYLE.policy(Forms::Nowhere)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_calls_his_program_stays_text() {
        let waiting = Waiting {
            user_code: "ABCD-EFGH".to_owned(),
            source: None,
            client: Some("<script>alert('x')</script>\"&".to_owned()),
            begun_at: Instant::EPOCH,
            expires_at: Instant::EPOCH,
            provider: "https://login.example/device?user_code=A&x=\"><script>".to_owned(),
        };
        let mut html = Html::default();
        question(&mut html, &waiting);
        let page = html.into_text();
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;x&#39;)"), "{page}");
        assert!(page.contains("href=\"https://login.example/device?user_code=A&amp;x=&quot;&gt;"), "{page}");
    }
}
