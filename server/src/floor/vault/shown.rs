//! The public half of another's key, as its certificate shows it: what it signed is told from what anybody wrote. Whose
//! certificate it is says the connection that it came by; nothing here looks at names, dates or who vouches for it.

use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;
use webpki::ring::{ECDSA_P256_SHA256, ECDSA_P384_SHA256, RSA_PKCS1_2048_8192_SHA256};

use super::calls::first_of;

/// A certificate that was shown to us.
pub struct ShownKey(CertificateDer<'static>);

impl ShownKey {
    /// The first certificate of a chain in PEM, if it holds a key that we can tell signatures by.
    pub fn of(chain: &str) -> Option<Self> {
        let der = CertificateDer::from(first_of(chain)?);
        EndEntityCert::try_from(&der).is_ok().then_some(())?;
        Some(Self(der))
    }

    /// Whether the key that it shows signed the SHA-256 digest of these very bytes: by ECDSA in DER, or by RSA.
    pub fn has_signed(&self, document: &[u8], signature: &[u8]) -> bool {
        let Ok(certificate) = EndEntityCert::try_from(&self.0) else { return false };
        [ECDSA_P256_SHA256, ECDSA_P384_SHA256, RSA_PKCS1_2048_8192_SHA256]
            .into_iter()
            .any(|by| certificate.verify_signature(by, document, signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::vault::CallKey;

    #[test]
    fn what_a_key_signed_is_told_by_its_certificate_and_nothing_else_is() {
        let key = CallKey::of(&[7; 32]).expect("a key");
        let other = CallKey::of(&[8; 32]).expect("a key");
        let shown = ShownKey::of(&key.certificate("dsr.example").expect("a certificate")).expect("a key");
        let signature = key.sign(b"{}").expect("signed");
        assert!(shown.has_signed(b"{}", &signature));
        assert!(!shown.has_signed(b"{ }", &signature) && !shown.has_signed(b"{}", b"nothing"));
        assert!(!shown.has_signed(b"{}", &other.sign(b"{}").expect("signed")));
    }

    #[test]
    fn what_is_no_certificate_shows_no_key() {
        for chain in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
            assert!(ShownKey::of(chain).is_none(), "{chain}");
        }
    }
}
