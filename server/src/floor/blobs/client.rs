//! The HTTP client of the bucket: no redirects, no proxy, nothing remembered of what a server said but its answer.

use std::fmt;
use std::time::Duration;

use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};

use std::pin::Pin;

const CONNECT: Duration = Duration::from_secs(5);
/// The longest silence while something is read.
const SILENCE: Duration = Duration::from_secs(10);
/// Sending one part, on a slow line.
const SENDING: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        // Only the first provider in a process counts; `main` installs the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|_| object_store::Error::Generic { store: "S3", source: NotSent.into() })?;
        Ok(HttpClient::new(Client(client)))
    }
}

#[derive(Debug)]
struct Client(reqwest::Client);

impl Client {
    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let is_reading = parts.method == http::Method::GET;
        let body = body.collect().await.map_err(|_| HttpError::new(HttpErrorKind::Unknown, NotSent))?.to_bytes();
        let mut request = reqwest::Request::try_from(http::Request::from_parts(parts, body))
            .map_err(|_| HttpError::new(HttpErrorKind::Unknown, NotSent))?;
        if !is_reading {
            *request.timeout_mut() = Some(SENDING);
        }
        let answer = self.0.execute(request).await.map_err(|error| told(&error))?;
        let (parts, body) = http::Response::<reqwest::Body>::from(answer).into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(|error| told(&error)))))
    }
}

impl HttpService for Client {
    fn call<'client, 'call>(
        &'client self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'call>>
    where
        'client: 'call,
        Self: 'call,
    {
        Box::pin(self.carry(request))
    }
}

/// The kind decides whether it is tried again; the text names the address and is dropped.
fn told(error: &reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_decode() {
        HttpErrorKind::Decode
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, NotSent)
}

#[derive(Debug)]
struct NotSent;

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call did not come through")
    }
}

impl std::error::Error for NotSent {}
