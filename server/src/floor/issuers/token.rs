//! A signed token, read and doubted. Nothing it says counts before signature, issuer, audience and times have held.

use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::keys::{Keys, algorithm};
use crate::floor::kernel::Instant;

/// Longest token that is read.
pub const LARGEST: usize = 8 * 1024;
/// How far a provider's clock may be from ours.
pub const SKEW: Duration = Duration::seconds(60);

/// Why a token proves nothing: for the log and for tests, never for who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt(pub &'static str);

impl Doubt {
    pub(super) const UNKNOWN_KEY: Self = Self("no key of that name");
}

/// Whom a token must be meant for.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// This client and nobody beside it, as in a token that says who signed in.
    Only(&'a str),
    /// This one among others.
    Among(&'a str),
    /// Nobody in particular: one that names an audience is meant for somebody else.
    Nobody,
}

/// What a token says. It does not print: people stand in it.
pub struct Claims(Map<String, Value>);

/// A token that was read and not yet believed.
pub(super) struct Token<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    kid: Option<String>,
    algorithm: CoreJwsSigningAlgorithm,
    claims: Claims,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<Value>,
    crit: Option<Value>,
}

impl<'a> Token<'a> {
    pub(super) fn read(token: &'a str) -> Result<Self, Doubt> {
        if token.len() > LARGEST {
            return Err(Doubt("too long"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Doubt("not in three parts"))?;
        let (header, claims) = signed.split_once('.').ok_or(Doubt("not in three parts"))?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Doubt("not in base64url"));
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Doubt("no header"))?;
        let algorithm = algorithm(&header.alg).ok_or(Doubt("an algorithm that is not allowed"))?;
        let kinds = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"];
        if header.typ.is_some_and(|typ| !kinds.contains(&typ.to_ascii_lowercase().as_str())) {
            return Err(Doubt("a token of another kind"));
        }
        if header.crit.is_some() || header.cty.is_some() {
            return Err(Doubt("a header that wants more than we know"));
        }
        let claims = Claims(serde_json::from_slice(&decode(claims)?).map_err(|_| Doubt("no claims"))?);
        Ok(Self { signed, signature: decode(signature)?, kid: header.kid, algorithm, claims })
    }

    pub(super) fn is_of(&self, issuer: &str) -> Result<(), Doubt> {
        if self.claims.text("iss") == Some(issuer) { Ok(()) } else { Err(Doubt("another issuer")) }
    }

    pub(super) fn is_signed_by(&self, keys: &Keys) -> Result<(), Doubt> {
        keys.verify(self.kid.as_deref(), &self.algorithm, self.signed.as_bytes(), &self.signature)
    }

    /// The claims, if they are meant for us and for now.
    pub(super) fn holds(self, audience: Audience<'_>, now: Instant) -> Result<Claims, Doubt> {
        let claims = self.claims;
        if !claims.is_for(audience) {
            return Err(Doubt("another audience"));
        }
        let (early, late) = (now.plus(-SKEW), now.plus(SKEW));
        if claims.time("exp")?.ok_or(Doubt("it never ends"))? <= early {
            return Err(Doubt("it has ended"));
        }
        if claims.time("nbf")?.is_some_and(|from| from > late) || claims.time("iat")?.is_some_and(|at| at > late) {
            return Err(Doubt("it has not begun"));
        }
        Ok(claims)
    }
}

impl Claims {
    #[cfg(test)]
    pub fn of(claims: &Value) -> Self {
        Self(claims.as_object().cloned().unwrap_or_default())
    }

    /// A claim that is text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.0.get(claim)?.as_str()
    }

    /// A claim that is a list of texts, or one text alone.
    pub fn list(&self, claim: &str) -> Vec<&str> {
        match self.0.get(claim) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// A claim that is a moment; one that is there and no moment is doubted.
    pub fn time(&self, claim: &str) -> Result<Option<Instant>, Doubt> {
        let Some(value) = self.0.get(claim) else { return Ok(None) };
        let seconds = value.as_i64().or_else(|| {
            let fraction = value.as_f64().filter(|seconds| seconds.is_finite() && seconds.abs() < 1e12)?;
            #[expect(clippy::cast_possible_truncation, reason = "within bounds, and a fraction of a second is dropped")]
            Some(fraction.trunc() as i64)
        });
        let micros = seconds.and_then(|seconds| seconds.checked_mul(1_000_000)).filter(|micros| micros.abs() < 1 << 62);
        micros.map(|micros| Some(Instant::from_micros(micros))).ok_or(Doubt("a time that is none"))
    }

    fn is_for(&self, audience: Audience<'_>) -> bool {
        let named = self.list("aud");
        match audience {
            // Whoever else is named could play this token to us; whoever it was made for is named too.
            Audience::Only(client) => {
                named == [client] && self.0.get("azp").is_none_or(|party| party.as_str() == Some(client))
            }
            Audience::Among(audience) => named.contains(&audience),
            Audience::Nobody => self.0.get("aud").is_none(),
        }
    }
}
