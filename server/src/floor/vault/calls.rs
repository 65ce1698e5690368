//! The key that answers to controllers' machines are signed with, and the certificate that shows its public half. It is a
//! curve that their protocol knows, and it is made from the signing key each time: nothing is stored, and a new signing key
//! brings a new one of these. It never signs what stays in our own books.

use hkdf::Hkdf;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm};
use sha2::Sha256;

use super::keys::KeyBytes;
use crate::floor::kernel::{Error, Result};

/// What keeps this key apart from the one that it is made from.
const CONTEXT: &[u8] = b"rightsdesk/opendsr/1";

/// A P-256 key.
pub struct CallKey {
    key: SigningKey,
    /// The public half, as a certificate holds it.
    point: Box<[u8]>,
}

impl CallKey {
    /// The one that belongs to the signing key of this seed.
    pub(super) fn of(seed: &[u8; 32]) -> Result<Self> {
        let made = Hkdf::<Sha256>::new(None, seed);
        // A number beyond the curve's order is none of its keys; the next one is tried.
        for turn in 0..=u8::MAX {
            let mut bytes = KeyBytes::zeros();
            let drawn = made.expand_multi_info(&[CONTEXT, &[turn]], bytes.bytes_mut());
            drawn.map_err(|_| Error::internal("no key for calls"))?;
            if let Ok(key) = SigningKey::from_slice(bytes.bytes()) {
                let point = key.verifying_key().to_sec1_bytes();
                return Ok(Self { key, point });
            }
        }
        Err(Error::internal("no key for calls"))
    }

    /// ECDSA over the SHA-256 digest of the document, in DER.
    pub fn sign(&self, document: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.key.sign(document);
        signature.as_bytes().to_vec()
    }

    /// A certificate for this domain, in PEM, that this key signs itself. The same each time: it holds no moment.
    pub fn certificate(&self, domain: &str) -> Result<String> {
        let failed = |_: rcgen::Error| Error::internal("a certificate for calls could not be made");
        let mut wanted = CertificateParams::new([domain.to_owned()]).map_err(failed)?;
        wanted.distinguished_name = DistinguishedName::new();
        wanted.distinguished_name.push(DnType::CommonName, domain);
        wanted.self_signed(self).map(|certificate| certificate.pem()).map_err(failed)
    }
}

impl PublicKeyData for CallKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for CallKey {
    fn sign(&self, document: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Self::sign(self, document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    #[test]
    fn a_signature_holds_for_its_document_under_the_key_of_its_certificate() {
        let key = CallKey::of(&[7; 32]).expect("a key");
        let signature = DerSignature::from_bytes(&key.sign(b"{}")).expect("DER");
        let shown = VerifyingKey::from_sec1_bytes(key.der_bytes()).expect("a point");
        assert!(shown.verify(b"{}", &signature).is_ok());
        assert!(shown.verify(b"{ }", &signature).is_err());
        assert_eq!(key.sign(b"{}"), CallKey::of(&[7; 32]).expect("a key").sign(b"{}"));
        assert_ne!(key.der_bytes(), CallKey::of(&[8; 32]).expect("a key").der_bytes());
    }

    #[test]
    fn the_certificate_is_the_same_each_time() {
        let key = CallKey::of(&[7; 32]).expect("a key");
        let shown = key.certificate("desk.example").expect("a certificate");
        assert!(shown.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_eq!(shown, key.certificate("desk.example").expect("a certificate"));
        assert!(key.certificate("127.0.0.1").is_ok());
    }
}
