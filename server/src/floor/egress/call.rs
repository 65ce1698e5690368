//! One call out and its answer. A call never says by itself where it may go.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::LARGEST;
use crate::floor::kernel::Secret;

/// What a call carries, as whoever makes it declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consignment {
    /// Nothing about a person whose data the desk looks after. `to` is whom we wait for, in words.
    NoPersonalData { to: &'static str },
    /// What one person asked to have put right or forgotten, for whoever holds it for the merchant too.
    OfOnePerson { to: &'static str },
}

impl Consignment {
    pub(super) const fn to(self) -> &'static str {
        match self {
            Self::NoPersonalData { to } | Self::OfOnePerson { to } => to,
        }
    }
}

/// A call on its way out.
pub struct Call {
    pub(super) url: Url,
    /// A tenant named its host, no setting did.
    pub(super) is_theirs: bool,
    accept: &'static str,
    method: Method,
    body: Option<(&'static str, Secret)>,
    /// Longest answer that is read.
    pub(super) most: usize,
    headers: Vec<(Cow<'static, str>, Secret)>,
}

impl Call {
    /// Asks for a document.
    pub fn get(url: Url) -> Self {
        let (method, most, headers) = (Method::GET, LARGEST, Vec::new());
        Self { url, is_theirs: false, accept: "application/json", method, body: None, most, headers }
    }

    /// Asks for a page, as a reader's program does.
    pub fn page(url: Url) -> Self {
        Self { accept: "text/html", ..Self::get(url) }
    }

    /// Sends fields, as a form does.
    pub fn form<'a>(url: Url, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let body = Some(("application/x-www-form-urlencoded", Secret::new(form)));
        Self { method: Method::POST, body, ..Self::get(url) }
    }

    /// Sends a document.
    pub fn json(url: Url, document: &Value) -> Self {
        let body = Some(("application/json", Secret::new(document.to_string())));
        Self { method: Method::POST, body, ..Self::get(url) }
    }

    /// Puts a document in the place of what is there.
    pub fn put(url: Url, document: &Value) -> Self {
        Self { method: Method::PUT, ..Self::json(url, document) }
    }

    /// Changes no more of what is there than it says.
    #[must_use]
    pub fn as_patch(self) -> Self {
        Self { method: Method::PATCH, ..self }
    }

    pub fn delete(url: Url) -> Self {
        Self { method: Method::DELETE, ..Self::get(url) }
    }

    /// By a method that data names, in capitals; none where it is none that is used to tell somebody something.
    pub fn by(method: &str, url: Url) -> Option<Self> {
        let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let method = known.into_iter().find(|known| known.as_str() == method)?;
        Some(Self { method, ..Self::get(url) })
    }

    /// With a body of this kind.
    #[must_use]
    pub fn carrying(self, kind: &'static str, body: Secret) -> Self {
        Self { body: Some((kind, body)), ..self }
    }

    /// With an answer of up to so many bytes.
    #[must_use]
    pub fn up_to(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// With this value as its `Authorization`.
    #[must_use]
    pub fn authorized(self, value: Secret) -> Self {
        self.with("authorization", value)
    }

    /// With a header of this name. Its value is never shown.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: Secret) -> Self {
        self.headers.push((name.into(), value));
        self
    }

    /// To a host that a tenant named: one at a public address, looked up for this call.
    #[must_use]
    pub fn theirs(mut self) -> Self {
        self.is_theirs = true;
        self
    }

    pub(super) fn into_request(self) -> Result<reqwest::Request, &'static str> {
        let mut request = reqwest::Request::new(self.method, self.url);
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static(self.accept));
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "not_a_header")?;
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| "not_a_header")?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        if let Some((kind, body)) = &self.body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            *request.body_mut() = Some(body.expose().to_owned().into());
        }
        Ok(request)
    }
}

/// What came back. It does not print: anything may stand in it.
pub struct Answer {
    pub status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Every value of this header that is text.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
    }

    /// Its body as text; what is none stands there as a sign of it.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Its body as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Its body as JSON of this shape, if it is.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}
