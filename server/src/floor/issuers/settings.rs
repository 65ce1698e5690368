//! What the operator says about identity providers, and what can be found wrong with it before anyone is called.

use chrono::Duration;

use crate::floor::egress::{Host, address};
use crate::floor::kernel::{Flaws, Reach, Secret};

/// The providers that are set up.
#[derive(Default)]
pub struct Settings {
    pub login: Option<Login>,
    pub tokens: Option<Tokens>,
    /// Further hosts that the providers keep endpoints on, as they are written.
    pub hosts: Vec<String>,
}

/// The provider that signs staff in, and what it must have seen of a person.
pub struct Login {
    /// Exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<Secret>,
    /// Classes of sign-in that are enough by themselves.
    pub acr: Vec<String>,
    /// Methods of which one must have been used, where no class is enough.
    pub amr: Vec<String>,
    pub max_age: Duration,
    /// Where people reach this desk, without a slash at its end.
    pub desk: String,
}

/// The provider of merchants' tokens, and where in a token tenant and subject stand.
pub struct Tokens {
    pub issuer: String,
    /// Where its keys are, if it does not describe itself.
    pub keys: Option<String>,
    pub audience: Option<String>,
    pub tenant_claim: String,
    pub subject_claim: String,
}

/// The hosts that may be called on the providers' account, or all that is wrong with how they are named.
pub fn hosts(settings: &Settings, reach: Reach) -> Result<Vec<Host>, Flaws> {
    let mut flaws = Flaws::default();
    let mut hosts = Vec::new();
    let login = settings.login.iter().map(|login| ("oidc.issuer", &login.issuer));
    let tokens = settings.tokens.iter().map(|tokens| ("jwt.issuer", &tokens.issuer));
    let keys = settings.tokens.iter().filter_map(|tokens| Some(("jwt.jwks_url", tokens.keys.as_ref()?)));
    // An issuer whose keys are named is never called.
    let called =
        |field: &str| field != "jwt.issuer" || settings.tokens.as_ref().is_none_or(|tokens| tokens.keys.is_none());
    for (field, text) in login.chain(tokens).chain(keys).filter(|(field, _)| called(field)) {
        match address(field, text, reach) {
            Ok(url) if url.query().is_some() && field != "jwt.jwks_url" => flaws.add(field, "leave out what follows ?"),
            Ok(url) => hosts.extend(Host::of(&url)),
            Err(flaw) => flaws.add(flaw.field, flaw.advice),
        }
    }
    for text in &settings.hosts {
        match Host::parse("egress.hosts", text) {
            Ok(host) => hosts.push(host),
            Err(flaw) => flaws.add(flaw.field, flaw.advice),
        }
    }
    if let Some(login) = &settings.login {
        if login.client_id.is_empty() {
            flaws.add("oidc.client_id", "give it too: the name this desk has at the provider");
        }
        if login.acr.is_empty() && login.amr.is_empty() {
            flaws.add("oidc.amr", "name what proves a second factor here, or in oidc.acr");
        }
        if let Err(flaw) = crate::floor::egress::address("http.public_url", &login.desk, Reach::House) {
            flaws.add(flaw.field, flaw.advice);
        }
    }
    if flaws.is_empty() { Ok(hosts) } else { Err(flaws) }
}
