//! Signing what leaves the database: checkpoints, certificates, the tombstone journal. Ed25519 over a context line
//! and the bytes, so that no signature of one kind of document passes for one of another.
//! Whoever verifies needs the public key only, and never a key file.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::calls::CallKey;
use super::keys::KeyBytes;
use crate::floor::kernel::Result;

/// A version of the signing key.
pub struct SignKey {
    key: SigningKey,
    version: u32,
}

impl SignKey {
    pub(super) fn new(seed: &KeyBytes, version: u32) -> Self {
        Self { key: SigningKey::from_bytes(seed.bytes()), version }
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    /// The key for answers to controllers' machines that belongs to this one.
    pub(super) fn for_calls(&self) -> Result<CallKey> {
        CallKey::of(&self.key.to_bytes())
    }

    /// The bytes of `sign-NNNN.pub`.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// `context` is the document's kind and version, like `rightsdesk/checkpoint/1`.
    pub fn sign(&self, context: &str, document: &[u8]) -> [u8; 64] {
        self.key.sign(&message(context, document)).to_bytes()
    }
}

/// Whether `signature` over this document was made with the secret half of `public`. Never more than a yes or no.
pub fn verify(public: &[u8], context: &str, document: &[u8], signature: &[u8]) -> bool {
    let (Ok(public), Ok(signature)) = (public.try_into(), Signature::from_slice(signature)) else { return false };
    VerifyingKey::from_bytes(public).is_ok_and(|key| key.verify_strict(&message(context, document), &signature).is_ok())
}

fn message(context: &str, document: &[u8]) -> Vec<u8> {
    [context.as_bytes(), b"\n", document].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::vault::testing::span;

    #[test]
    fn a_signature_holds_for_its_document_and_context_only() {
        let key = SignKey::new(&span(0), 1);
        let signature = key.sign("rightsdesk/checkpoint/1", b"{}");
        assert!(verify(&key.public(), "rightsdesk/checkpoint/1", b"{}", &signature));
        assert!(!verify(&key.public(), "rightsdesk/certificate/1", b"{}", &signature));
        assert!(!verify(&key.public(), "rightsdesk/checkpoint/1", b"{ }", &signature));
        assert!(!verify(&SignKey::new(&span(1), 1).public(), "rightsdesk/checkpoint/1", b"{}", &signature));
        assert!(!verify(&key.public()[..31], "rightsdesk/checkpoint/1", b"{}", &signature));
        assert!(!verify(&key.public(), "rightsdesk/checkpoint/1", b"{}", &signature[..63]));
    }
}
