//! The two calls of the device grant: asking for a code, and asking whether the person has said yes. What the provider
//! says in words is never repeated; of its codes only those we know.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::model::{LONGEST, LONGEST_STEP, STEP, UserCode};
use super::proof::refused;
use crate::floor::egress::Call;
use crate::floor::issuers::{Issuer, Login, Metadata};
use crate::floor::kernel::{Error, Result, Secret};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the provider lent us for one sign-in.
pub struct Lent {
    /// Its device code and our verifier, as they are sealed.
    pub secret: Secret,
    pub user_code: String,
    /// Where the person goes on.
    pub page: Url,
    pub seconds: i64,
    pub step: i32,
}

/// What became of the person's yes.
pub enum Answered {
    Pending,
    SlowDown,
    Denied,
    Ended,
    /// The token that says who signed in, still unproven.
    Token(Secret),
}

#[derive(Serialize, Deserialize)]
struct Held {
    device_code: String,
    verifier: String,
}

#[derive(Deserialize)]
struct Codes {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: Url,
    #[serde(default)]
    verification_uri_complete: Option<Url>,
    expires_in: i64,
    #[serde(default)]
    interval: Option<i32>,
    #[serde(default)]
    iss: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    iss: Option<String>,
}

/// Asks for a code, and that the person signs in anew with a second factor.
pub async fn ask(issuer: &Issuer, login: &Login, nonce: &str, verifier: String) -> Result<Lent> {
    let metadata = issuer.metadata().await?;
    let at = metadata.device_authorization_endpoint.clone().ok_or_else(no_grant)?;
    let (max_age, classes) = (login.max_age.num_seconds().to_string(), login.acr.join(" "));
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(&verifier));
    let claims = wanted(login);
    let mut fields = vec![("scope", "openid"), ("nonce", nonce), ("max_age", &max_age), ("prompt", "login")];
    if !classes.is_empty() {
        fields.push(("acr_values", &classes));
    }
    if metadata.claims_parameter_supported {
        fields.push(("claims", &claims));
    }
    if metadata.code_challenge_methods_supported.iter().any(|method| method == "S256") {
        fields.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
    }
    let answer = issuer.send(call(&metadata, login, at, fields)).await?;
    let codes: Option<Codes> = answer.json().filter(|_| answer.is_success());
    let Some(codes) = codes else {
        tracing::warn!(status = answer.status, "the identity provider gives this desk no code");
        return Err(no_grant());
    };
    is_from(issuer, codes.iss.as_deref())?;
    let page = codes.verification_uri_complete.filter(|page| issuer.permits(page));
    let page = page.or(Some(codes.verification_uri).filter(|page| issuer.permits(page)));
    let (Some(page), Some(_)) = (page, UserCode::parse(&codes.user_code)) else {
        tracing::warn!("the identity provider names a page on a host that egress.hosts does not, or an odd code");
        return Err(refused("the identity provider names a page or a code that this desk does not take"));
    };
    let held = serde_json::to_string(&Held { device_code: codes.device_code, verifier });
    Ok(Lent {
        secret: Secret::new(held.map_err(|_| Error::internal("a device code is no text"))?),
        user_code: codes.user_code,
        page,
        seconds: codes.expires_in.clamp(0, LONGEST.num_seconds()),
        step: codes.interval.unwrap_or(STEP).clamp(1, LONGEST_STEP),
    })
}

/// Asks whether the person has said yes.
pub async fn exchange(issuer: &Issuer, login: &Login, secret: &Secret) -> Result<Answered> {
    let metadata = issuer.metadata().await?;
    let at = metadata.token_endpoint.clone().ok_or_else(no_grant)?;
    let held: Held =
        serde_json::from_str(secret.expose()).map_err(|_| Error::internal("a device code that we did not keep"))?;
    let mut fields = vec![("grant_type", GRANT), ("device_code", held.device_code.as_str())];
    if metadata.code_challenge_methods_supported.iter().any(|method| method == "S256") {
        fields.push(("code_verifier", &held.verifier));
    }
    let answer = issuer.send(call(&metadata, login, at, fields)).await?;
    let Some(tokens) = answer.json::<Tokens>() else {
        tracing::warn!(status = answer.status, "the identity provider answered with something else than was asked");
        return Err(Error::unavailable("the identity provider"));
    };
    is_from(issuer, tokens.iss.as_deref())?;
    match (tokens.id_token, tokens.error.as_deref()) {
        (Some(token), None) if answer.is_success() => Ok(Answered::Token(Secret::new(token))),
        (_, Some("authorization_pending")) => Ok(Answered::Pending),
        (_, Some("slow_down")) => Ok(Answered::SlowDown),
        (_, Some("access_denied")) => Ok(Answered::Denied),
        (_, Some("expired_token" | "invalid_grant")) => Ok(Answered::Ended),
        (_, Some("invalid_client" | "unauthorized_client" | "unsupported_grant_type")) => {
            tracing::warn!(status = answer.status, "the identity provider does not take this desk as a client");
            Err(no_grant())
        }
        _ => {
            tracing::warn!(status = answer.status, "the identity provider answered with something else than was asked");
            Err(Error::unavailable("the identity provider"))
        }
    }
}

/// As the client that the settings describe, in the way that the provider takes.
fn call<'a>(metadata: &Metadata, login: &'a Login, at: Url, mut fields: Vec<(&'a str, &'a str)>) -> Call {
    fields.push(("client_id", &login.client_id));
    let Some(secret) = &login.client_secret else { return Call::form(at, fields) };
    let ways = metadata.token_endpoint_auth_methods_supported.as_deref();
    let takes = |way: &str| ways.is_some_and(|ways| ways.iter().any(|one| one == way));
    if ways.is_some() && !takes("client_secret_basic") && takes("client_secret_post") {
        fields.push(("client_secret", secret.expose()));
        return Call::form(at, fields);
    }
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = [encode(&login.client_id), encode(secret.expose())].join(":");
    Call::form(at, fields).authorized(Secret::new(["Basic ", &BASE64.encode(pair.as_bytes())].concat()))
}

/// The claims without which a sign-in is refused afterwards.
fn wanted(login: &Login) -> String {
    let mut claims = serde_json::json!({ "auth_time": { "essential": true }, "amr": null, "acr": null });
    if login.amr.is_empty() {
        claims["acr"] = serde_json::json!({ "essential": true, "values": login.acr });
    }
    serde_json::json!({ "id_token": claims }).to_string()
}

/// An answer that names another provider was meant for another client's ears.
fn is_from(issuer: &Issuer, named: Option<&str>) -> Result<()> {
    if named.is_none_or(|named| named == issuer.url()) {
        return Ok(());
    }
    tracing::warn!("an answer of the identity provider names another one");
    Err(refused("the answer came from another identity provider: begin again"))
}

fn no_grant() -> Error {
    refused("the identity provider does not let this desk sign people in this way: its administrator can mend that")
}
