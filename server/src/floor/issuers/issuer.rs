//! One identity provider: its description of itself and its keys, both fetched when first needed and kept for a while.

use serde::Deserialize;
use url::Url;

use super::kept::Kept;
use super::keys::Keys;
use super::token::{Audience, Claims, Doubt, Token};
use crate::floor::egress::{Call, Consignment, Egress};
use crate::floor::kernel::{Error, Instant, Result, Watch};

/// Whom we wait for.
pub const PROVIDER: &str = "the identity provider";

/// What a provider says of itself, as far as we ask.
#[derive(Deserialize)]
pub struct Metadata {
    issuer: String,
    jwks_uri: Url,
    #[serde(default)]
    pub token_endpoint: Option<Url>,
    #[serde(default)]
    pub device_authorization_endpoint: Option<Url>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    pub claims_parameter_supported: bool,
}

pub struct Issuer {
    url: String,
    keys_at: Option<String>,
    egress: Egress,
    described: Kept<Metadata>,
    keys: Kept<Keys>,
}

impl Issuer {
    pub(super) fn new(url: &str, keys_at: Option<String>, egress: Egress, watch: Watch) -> Self {
        let (described, keys) = (Kept::new(watch.clone()), Kept::new(watch));
        Self { url: url.to_owned(), keys_at, egress, described, keys }
    }

    /// Its name, exactly as it stands in its tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it says of itself.
    pub async fn metadata(&self) -> Result<std::sync::Arc<Metadata>> {
        self.described.get(self.describe()).await
    }

    /// Sends a call to it. None of them carries data about a person whom the desk looks after.
    pub async fn send(&self, call: Call) -> Result<crate::floor::egress::Answer> {
        self.egress.send(Consignment::NoPersonalData { to: PROVIDER }, call).await
    }

    /// Whether this address stands on a host that the settings name.
    pub fn permits(&self, url: &Url) -> bool {
        self.egress.permits(url)
    }

    /// What a token of this provider says, once its signature, name, audience and times have proved it. A key that is
    /// not known is asked for, at most once a minute.
    pub async fn prove(&self, token: &str, audience: Audience<'_>, now: Instant) -> Result<Result<Claims, Doubt>> {
        let token = match Token::read(token) {
            Ok(token) => token,
            Err(doubt) => return Ok(Err(doubt)),
        };
        // Before any key is fetched: a token that names another issuer is nobody's reason for a call.
        if let Err(doubt) = token.is_of(&self.url) {
            return Ok(Err(doubt));
        }
        let keys = self.keys.get(self.fetch_keys()).await?;
        let mut signed = token.is_signed_by(&keys);
        if signed.as_ref().is_err_and(|doubt| *doubt == Doubt::UNKNOWN_KEY)
            && let Some(newer) = self.keys.newer(&keys, self.fetch_keys()).await
        {
            signed = token.is_signed_by(&newer);
        }
        Ok(signed.and_then(|()| token.holds(audience, now)))
    }

    async fn describe(&self) -> Result<Metadata> {
        let at = format!("{}/.well-known/openid-configuration", self.url.trim_end_matches('/'));
        let at = Url::parse(&at).map_err(|_| Error::internal("an issuer that is no address"))?;
        let metadata: Metadata = self.fetch(at).await?;
        if metadata.issuer != self.url {
            tracing::warn!("the identity provider calls itself otherwise than the setting does");
            return Err(Error::refused(
                "PROVIDER",
                "the identity provider calls itself otherwise than our setting does",
            ));
        }
        let endpoints = [&metadata.token_endpoint, &metadata.device_authorization_endpoint];
        let named = endpoints.into_iter().flatten().chain([&metadata.jwks_uri]);
        if let Some(other) = named.into_iter().find(|url| !self.egress.permits(url)) {
            tracing::warn!(host = other.host_str(), "the identity provider names a host that egress.hosts does not");
            return Err(Error::refused("PROVIDER", "the identity provider names a host that our settings do not"));
        }
        Ok(metadata)
    }

    async fn fetch_keys(&self) -> Result<Keys> {
        let at = match &self.keys_at {
            Some(at) => Url::parse(at).map_err(|_| Error::internal("keys at what is no address"))?,
            None => self.metadata().await?.jwks_uri.clone(),
        };
        self.fetch(at).await
    }

    async fn fetch<T: serde::de::DeserializeOwned>(&self, at: Url) -> Result<T> {
        let answer = self.send(Call::get(at)).await?;
        answer.json().filter(|_| answer.is_success()).ok_or_else(|| {
            tracing::warn!(status = answer.status, "the identity provider answered with something else than was asked");
            Error::unavailable(PROVIDER)
        })
    }
}
