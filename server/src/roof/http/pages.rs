//! The one page for people: what waits under the code of a device sign-in, before they go on to the identity provider.
//! No script, no cookie, nothing from elsewhere; it changes nothing, so fetching it ahead of time does no harm.

use std::fmt::{self, Write};
use std::sync::{Arc, LazyLock};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::BASE64;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::gate::{Call, Gate};
use super::network;
use crate::floor::kernel::{Error, Instant};
use crate::staff::provider::{self, Waiting};

const STYLE: &str = include_str!("page.css");

/// Nothing may load but the style whose digest this is.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = BASE64.encode(&Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

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
        Err(Error::Refused(_)) => return page(StatusCode::TOO_MANY_REQUESTS, "Too many codes were tried", BUSY),
        Err(error) => return error.into_response(),
    };
    match waiting {
        Some(waiting) => page(StatusCode::OK, "Did you start this sign-in?", &question(&waiting)),
        None => page(StatusCode::NOT_FOUND, "No such sign-in", NONE),
    }
}

const NONE: &str = "<p>Nothing waits under this code, or its time is over. Codes last ten minutes at most.</p>\
    <p>Begin again in your console, and use the address and the code that it shows.</p>";

const BUSY: &str = "<p>Many codes were tried from where you are. Wait a few minutes, then open the address that your \
    console shows once more.</p>";

fn question(waiting: &Waiting) -> String {
    let host = Url::parse(&waiting.provider).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let unknown = "not known";
    let facts = [
        ("Program", Plain(waiting.client.as_deref().unwrap_or(unknown)).to_string()),
        ("Network", Plain(waiting.source.as_deref().unwrap_or(unknown)).to_string()),
        ("Asked", moment(waiting.begun_at)),
        ("Ends", moment(waiting.expires_at)),
    ];
    let facts = facts.iter().fold(String::new(), |mut list, (name, value)| {
        let _ = write!(list, "<div><dt>{name}</dt><dd>{value}</dd></div>");
        list
    });
    format!(
        "<p>Somebody asks to sign in to the privacy desk with your account at <strong>{host}</strong>. Go on only if \
         that was you, just now, and your console shows this very code:</p>\
         <p class=\"code\">{code}</p><dl>{facts}</dl>\
         <p><a class=\"go\" href=\"{to}\" rel=\"noopener noreferrer\">Yes, go on to {host}</a></p>\
         <section><h2>You did not start it?</h2><p>Close this page, and nothing happens. If somebody sent you here or \
         read a code out to you, do not go on: they would be signed in as you. Tell whoever keeps the desk’s \
         seats.</p></section>",
        host = Plain(&host),
        code = Plain(&waiting.user_code),
        to = Plain(&waiting.provider),
    )
}

fn moment(at: Instant) -> String {
    let at = at.utc();
    format!("<time datetime=\"{}\">{}</time>", at.format("%Y-%m-%dT%H:%M:%SZ"), at.format("%-d %B %Y, %H:%M UTC"))
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Rightsdesk</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">\
         <style>{STYLE}</style></head><body><main><p class=\"desk\">Rightsdesk</p><h1>{title}</h1>{body}</main></body></html>"
    );
    let mut answer = (status, Html(page)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    answer
}

/// Text between tags or in quotes, as text and as nothing else.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
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
        let page = question(&waiting);
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;x&#39;)"), "{page}");
        assert!(page.contains("href=\"https://login.example/device?user_code=A&amp;x=&quot;&gt;"), "{page}");
    }
}
