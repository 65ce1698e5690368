//! A provider's public keys. Which of them a token names is only a hint: what counts is that one verifies it, under an
//! algorithm that we allow and that the key is of.

use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeySet, JwsSigningAlgorithm};
use serde::Deserialize;

use super::token::Doubt;

/// A key set as a provider publishes it; keys of kinds that we do not know are passed over.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Keys(JsonWebKeySet<CoreJsonWebKey>);

/// The algorithms a token may be signed with: none that shares a secret, and not `none`.
pub(super) fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    match name {
        "RS256" => Some(CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
        "ES256" => Some(CoreJwsSigningAlgorithm::EcdsaP256Sha256),
        "EdDSA" => Some(CoreJwsSigningAlgorithm::EdDsa),
        _ => None,
    }
}

impl Keys {
    pub(super) fn verify(
        &self,
        kid: Option<&str>,
        algorithm: &CoreJwsSigningAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Doubt> {
        let family = algorithm.key_type();
        let fits = |key: &&CoreJsonWebKey| {
            Some(key.key_type()) == family.as_ref()
                && kid.is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid))
        };
        let mut fitting = self.0.keys().iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (None, _) => Err(Doubt::UNKNOWN_KEY),
            (Some(_), Some(_)) => Err(Doubt("more than one key fits")),
            (Some(key), None) => match key.verify_signature(algorithm, message, signature) {
                Ok(()) => Ok(()),
                // Without a name the key that is meant may be a new one.
                Err(_) if kid.is_none() => Err(Doubt::UNKNOWN_KEY),
                Err(_) => Err(Doubt("the signature is not by that key")),
            },
        }
    }
}
