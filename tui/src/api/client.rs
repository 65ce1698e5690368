//! One client of one desk: sends an operation over HTTP, returns its data or why there is none.
//!
//! It never retries (the supervisor does), never follows a redirect to another place, and never shows its key.

use std::time::{Duration, Instant};

use cynic::{GraphQlResponse, QueryBuilder};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{StatusCode, Url, redirect};

use crate::core::connection::News;
use crate::core::scrub::scrub;

use super::schema::ServerQuery;

/// A desk that takes longer is as good as away.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than any answer to the console; a larger one is not read.
const LARGEST: usize = 8 * 1024 * 1024;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: Url,
}

/// Why there is no data, one variant for each reaction.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Trouble {
    #[error("{0}")]
    Unreached(String),
    #[error("it asks for a sign-in")]
    SignIn,
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Strange(String),
}

/// Why a client cannot be made from an address or a key.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("this is no address of a desk, such as https://rightsdesk.example")]
    Address,
    #[error("a desk on another machine is reached by https only, so that the key does not travel in the open")]
    Plain,
    #[error("the key holds characters that cannot travel in a header")]
    Key,
    #[error("no client could be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Client {
    /// A client of the desk at this address; the key goes along with every call.
    pub fn new(url: &str, key: Option<&str>) -> Result<Self, Unusable> {
        let mut endpoint = Url::parse(url).map_err(|_| Unusable::Address)?;
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host_str().is_none() {
            return Err(Unusable::Address);
        }
        if key.is_some() && endpoint.scheme() == "http" && !is_loopback(&endpoint) {
            return Err(Unusable::Plain);
        }
        if !endpoint.path().ends_with("/graphql") {
            let path = format!("{}/graphql", endpoint.path().trim_end_matches('/'));
            endpoint.set_path(&path);
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| Unusable::Key)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE / 2)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("rightsdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, endpoint })
    }

    /// The address as a person may see it: without a password and without our path.
    pub fn shown_url(&self) -> String {
        let mut url = self.endpoint.clone();
        // Only addresses that cannot hold them refuse; they were refused before.
        _ = url.set_password(None);
        _ = url.set_username("");
        scrub(url.as_str().trim_end_matches("/graphql"))
    }

    /// Asks the server who it is, and how long that took.
    pub async fn check(&self) -> Result<News, Trouble> {
        let begun = Instant::now();
        let data: ServerQuery = self.run(&ServerQuery::build(())).await?;
        Ok(data.news(begun.elapsed()))
    }

    async fn run<T: serde::de::DeserializeOwned>(&self, operation: &impl serde::Serialize) -> Result<T, Trouble> {
        let mut reply =
            self.http.post(self.endpoint.clone()).json(operation).send().await.map_err(|e| unreached(&e))?;
        let status = reply.status();
        let mut body = Vec::new();
        while let Some(chunk) = reply.chunk().await.map_err(|e| unreached(&e))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Trouble::Strange("its answer is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(Trouble::SignIn);
        }
        let Ok(answer) = serde_json::from_slice::<GraphQlResponse<T>>(&body) else {
            return Err(not_ours(status));
        };
        match (answer.data, answer.errors) {
            (Some(data), _) => Ok(data),
            (None, Some(errors)) if !errors.is_empty() => {
                let words: Vec<_> = errors.iter().map(|error| scrub(&error.message)).collect();
                Err(Trouble::Refused(words.join("; ")))
            }
            (None, _) => Err(not_ours(status)),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn not_ours(status: StatusCode) -> Trouble {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
            Trouble::Unreached(format!("not ready ({})", status.as_u16()))
        }
        StatusCode::TOO_MANY_REQUESTS => Trouble::Unreached("too many calls for now".to_owned()),
        _ => Trouble::Strange(format!("something else answers there ({})", status.as_u16())),
    }
}

/// The innermost reason; the outer ones repeat the address.
fn unreached(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Unreached(format!("no answer within {} s", PATIENCE.as_secs()));
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    let words = inner.to_string().to_lowercase();
    // The number of the system's error says nothing to a person.
    let words = words.split(" (os error").next().unwrap_or_default();
    Trouble::Unreached(scrub(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install() {
        // Another test of this binary may have been first.
        _ = rustls::crypto::ring::default_provider().install_default();
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        install();
        let client = Client::new("https://mira:secret@desk.example/eu/", Some("key")).unwrap();
        assert_eq!(client.shown_url(), "https://desk.example/eu");
        assert_eq!(client.endpoint.path(), "/eu/graphql");
    }

    #[test]
    fn a_key_does_not_travel_in_the_open() {
        install();
        assert!(matches!(Client::new("http://desk.example", Some("key")), Err(Unusable::Plain)));
        assert!(Client::new("http://[::1]:4000", Some("key")).is_ok());
        assert!(Client::new("http://127.0.0.1:4000", Some("key")).is_ok());
        assert!(Client::new("http://desk.example", None).is_ok());
        assert!(matches!(Client::new("ftp://desk.example", None), Err(Unusable::Address)));
        assert!(matches!(Client::new("desk", None), Err(Unusable::Address)));
        assert!(matches!(Client::new("https://desk.example", Some("two\nlines")), Err(Unusable::Key)));
    }
}
