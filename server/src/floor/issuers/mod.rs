//! Identity providers whose word counts: what they say of themselves, their keys, and what a token of theirs proves.
//! Two may be known: one that signs staff in, one whose tokens merchants' frontends bring.
//!
//! It never keeps a token, never says to an outsider which check one failed, and believes no description of a provider
//! that names another host than the settings do.

mod issuer;
mod kept;
mod keys;
mod settings;
#[cfg(test)]
mod tests;
mod token;

pub use issuer::{Issuer, Metadata};
pub use settings::{Login, Settings, Tokens, hosts};
pub use token::{Audience, Claims, Doubt, LARGEST, SKEW};

use std::sync::Arc;

use super::egress::Egress;
use super::kernel::{Error, Instant, Result, Watch};

/// The providers that the settings name. Cheap to clone; every clone shares what is known of them.
#[derive(Clone, Default)]
pub struct Issuers {
    /// Signs staff in.
    pub login: Option<Arc<(Issuer, Login)>>,
    /// Gives merchants' frontends their tokens.
    pub tokens: Option<Arc<(Issuer, Tokens)>>,
}

/// Whom a merchant's token speaks for.
pub struct Bearer {
    pub issuer: String,
    pub subject: String,
    /// What the provider calls the tenant.
    pub tenant: String,
}

impl Issuers {
    /// Nobody is called yet.
    pub fn new(settings: Settings, egress: &Egress, watch: &Watch) -> Self {
        let issuer = |url: &str, keys: Option<String>| Issuer::new(url, keys, egress.clone(), watch.clone());
        Self {
            login: settings.login.map(|login| Arc::new((issuer(&login.issuer, None), login))),
            tokens: settings.tokens.map(|tokens| Arc::new((issuer(&tokens.issuer, tokens.keys.clone()), tokens))),
        }
    }

    /// Whom this token speaks for, if a provider for merchants is set up and the token proves it.
    pub async fn bearer(&self, token: &str, now: Instant) -> Result<Option<Bearer>> {
        let Some((issuer, wanted)) = self.tokens.as_deref() else { return Ok(None) };
        let audience = wanted.audience.as_deref().map_or(Audience::Nobody, Audience::Among);
        let claims = match issuer.prove(token, audience, now).await {
            Ok(Ok(claims)) => claims,
            // Whoever brought the token cannot mend what is wrong between us and the provider.
            Err(Error::Refused(_)) => return Err(Error::unavailable(issuer::PROVIDER)),
            Err(error) => return Err(error),
            Ok(Err(Doubt(why))) => {
                tracing::debug!(why, "a merchant's token proves nothing");
                return Ok(None);
            }
        };
        let text = |claim: &str| claims.text(claim).filter(|text| !text.is_empty() && text.len() <= 255);
        let (Some(subject), Some(tenant)) = (text(&wanted.subject_claim), text(&wanted.tenant_claim)) else {
            return Ok(None);
        };
        Ok(Some(Bearer { issuer: wanted.issuer.clone(), subject: subject.to_owned(), tenant: tenant.to_owned() }))
    }

    /// The provider that signs staff in, or the refusal where none is set up.
    pub fn login(&self) -> Result<&(Issuer, Login)> {
        self.login.as_deref().ok_or_else(|| Error::refused("PROVIDER", "no identity provider is set up at this desk"))
    }
}
