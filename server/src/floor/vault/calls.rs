//! The key that answers to controllers' machines are signed with, and the certificate that shows its public half: the
//! operator's own, with the chain of an authority, or one that is made from the signing key each time. Of that one nothing is
//! stored, and a new signing key brings another. Neither ever signs what stays in our own books.

use std::fs;
use std::path::Path;

use data_encoding::BASE64;
use hkdf::Hkdf;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData,
    SignatureAlgorithm, SigningKey as _,
};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keys::KeyBytes;
use crate::floor::kernel::{Error, Result};

/// What keeps this key apart from the one that it is made from.
const CONTEXT: &[u8] = b"rightsdesk/opendsr/1";

/// A key that answers are signed with.
pub enum CallKey {
    /// One that is made from our signing key.
    Made(MadeKey),
    /// The operator's, and the chain that shows it, in PEM.
    Given { key: Box<KeyPair>, chain: String },
}

/// A P-256 key.
pub struct MadeKey {
    key: SigningKey,
    /// The public half, as a certificate holds it.
    point: Box<[u8]>,
}

/// What a certificate and a key are called in the settings.
const CERTIFICATE: &str = "opendsr.certificate";
const KEY: &str = "opendsr.key";

impl CallKey {
    /// The one that belongs to the signing key of this seed.
    pub fn of(seed: &[u8; 32]) -> Result<Self> {
        MadeKey::of(seed).map(Self::Made)
    }

    /// The operator's, out of these two files.
    pub fn at(certificate: &Path, key: &Path) -> Result<Self> {
        let read = |setting: &str, path: &Path| {
            let text = fs::read_to_string(path).map(Zeroizing::new);
            text.map_err(|error| Error::invalid(setting, format!("cannot read {}: {error}", path.display())))
        };
        Self::given(&read(CERTIFICATE, certificate)?, &read(KEY, key)?)
    }

    /// The operator's, in PEM: the desk's own certificate first, then who vouches for it.
    pub fn given(chain: &str, key: &str) -> Result<Self> {
        let key = KeyPair::from_pem(key)
            .map_err(|_| Error::invalid(KEY, "give a private key in PEM as PKCS #8: BEGIN PRIVATE KEY"))?;
        if ![&PKCS_ECDSA_P256_SHA256, &PKCS_RSA_SHA256].into_iter().any(|known| key.is_compatible(known)) {
            return Err(Error::invalid(KEY, "give a key of the curve P-256, or of RSA"));
        }
        if chain.contains("PRIVATE KEY") {
            return Err(Error::invalid(
                CERTIFICATE,
                "keep the private key in a file of its own: this one is shown to all",
            ));
        }
        let own = first_of(chain)
            .ok_or_else(|| Error::invalid(CERTIFICATE, "give certificates in PEM, the desk's own first"))?;
        let public = key.subject_public_key_info();
        if !own.windows(public.len()).any(|part| part == public) {
            return Err(Error::invalid(CERTIFICATE, "the first certificate shows another key than opendsr.key"));
        }
        Ok(Self::Given { key: Box::new(key), chain: chain.to_owned() })
    }

    /// A signature over the SHA-256 digest of the document: ECDSA in DER, or RSA.
    pub fn sign(&self, document: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Made(made) => Ok(made.sign(document)),
            Self::Given { key, .. } => {
                key.sign(document).map_err(|_| Error::internal("the key for calls signs nothing"))
            }
        }
    }

    /// What shows it, in PEM: the operator's chain, or a certificate for this domain that the key signs itself.
    pub fn certificate(&self, domain: &str) -> Result<String> {
        match self {
            Self::Made(made) => made.certificate(domain),
            Self::Given { chain, .. } => Ok(chain.clone()),
        }
    }
}

/// The bytes of the first certificate of a chain.
pub(super) fn first_of(chain: &str) -> Option<Vec<u8>> {
    let lines = chain.lines().map(str::trim).skip_while(|line| *line != "-----BEGIN CERTIFICATE-----").skip(1);
    let inner: String = lines.take_while(|line| *line != "-----END CERTIFICATE-----").collect();
    BASE64.decode(inner.as_bytes()).ok().filter(|bytes| !bytes.is_empty())
}

impl MadeKey {
    fn of(seed: &[u8; 32]) -> Result<Self> {
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
    fn sign(&self, document: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.key.sign(document);
        signature.as_bytes().to_vec()
    }

    /// A certificate for this domain, in PEM, that this key signs itself. The same each time: it holds no moment.
    fn certificate(&self, domain: &str) -> Result<String> {
        let failed = |_: rcgen::Error| Error::internal("a certificate for calls could not be made");
        let mut wanted = CertificateParams::new([domain.to_owned()]).map_err(failed)?;
        wanted.distinguished_name = DistinguishedName::new();
        wanted.distinguished_name.push(DnType::CommonName, domain);
        wanted.self_signed(self).map(|certificate| certificate.pem()).map_err(failed)
    }
}

impl PublicKeyData for MadeKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for MadeKey {
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
        let key = MadeKey::of(&[7; 32]).expect("a key");
        let signature = DerSignature::from_bytes(&key.sign(b"{}")).expect("DER");
        let shown = VerifyingKey::from_sec1_bytes(key.der_bytes()).expect("a point");
        assert!(shown.verify(b"{}", &signature).is_ok());
        assert!(shown.verify(b"{ }", &signature).is_err());
        assert_eq!(key.sign(b"{}"), MadeKey::of(&[7; 32]).expect("a key").sign(b"{}"));
        assert_ne!(key.der_bytes(), MadeKey::of(&[8; 32]).expect("a key").der_bytes());
    }

    #[test]
    fn the_certificate_is_the_same_each_time() {
        let key = CallKey::of(&[7; 32]).expect("a key");
        let shown = key.certificate("desk.example").expect("a certificate");
        assert!(shown.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_eq!(shown, key.certificate("desk.example").expect("a certificate"));
        assert!(key.certificate("127.0.0.1").is_ok());
    }

    /// A key, and a certificate that shows it.
    fn bought(domain: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let wanted = CertificateParams::new([domain.to_owned()]).expect("a domain");
        (key.serialize_pem(), wanted.self_signed(&key).expect("a certificate").pem())
    }

    #[test]
    fn the_operators_own_key_signs_and_its_chain_is_shown_as_it_came() {
        let ((key, own), (other, voucher)) = (bought("desk.example"), bought("authority.example"));
        let chain = [own.as_str(), voucher.as_str()].concat();
        let given = CallKey::given(&chain, &key).expect("they belong together");
        assert_eq!(given.certificate("desk.example").expect("shown"), chain);
        let signature = DerSignature::from_bytes(&given.sign(b"{}").expect("signed")).expect("DER");
        let pair = KeyPair::from_pem(&key).expect("a key");
        let shown = VerifyingKey::from_sec1_bytes(pair.public_key_raw()).expect("a point");
        assert!(shown.verify(b"{}", &signature).is_ok());
        for (chain, key, setting) in [
            (chain.as_str(), other.as_str(), CERTIFICATE),
            (&[voucher.as_str(), own.as_str()].concat(), key.as_str(), CERTIFICATE),
            ("no certificate", key.as_str(), CERTIFICATE),
            (&[own.as_str(), key.as_str()].concat(), key.as_str(), CERTIFICATE),
            (chain.as_str(), "no key", KEY),
        ] {
            let error = CallKey::given(chain, key).err().expect("refused").to_string();
            assert!(error.contains(setting), "{setting}: {error}");
        }
    }
}
