//! Tokens: 32 random bytes behind a prefix that secret scanners know. Ours is only the digest.

use data_encoding::BASE64URL_NOPAD;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

use crate::floor::kernel::{Error, Result, Secret};

/// A token that was just made: it leaves once, and its digest stays.
pub struct Token {
    pub text: Secret,
    pub digest: [u8; 32],
}

impl Token {
    pub fn fresh(prefix: &str) -> Result<Self> {
        let text = Secret::new(format!("{prefix}{}", BASE64URL_NOPAD.encode(&random::<32>()?)));
        let digest = digest(text.expose());
        Ok(Self { text, digest })
    }
}

/// What is kept of a token.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Bytes nobody can foresee.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| Error::internal("the random source of the system does not answer"))?;
    Ok(bytes)
}
