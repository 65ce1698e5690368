//! Signatures with a shared secret, compared in constant time, and the headers they come in. A secret that is empty
//! signs nothing.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

/// Longest header that is looked at.
const LONGEST: usize = 4096;

/// The text of a header that is there once and is of a sensible length.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    let text = first.to_str().ok().filter(|text| text.len() <= LONGEST)?;
    values.next().is_none().then_some(text)
}

fn over(secret: &[u8], parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok().filter(|_| !secret.is_empty())?;
    for part in parts {
        mac.update(part);
    }
    Some(mac)
}

/// Whether one of these secrets made this signature. All are tried, so that the time does not tell which.
pub(super) fn is_signed<'a>(secrets: impl IntoIterator<Item = &'a [u8]>, parts: &[&[u8]], claimed: &[u8]) -> bool {
    secrets
        .into_iter()
        .fold(false, |signed, secret| signed | over(secret, parts).is_some_and(|mac| mac.verify_slice(claimed).is_ok()))
}

/// The signature in base64.
pub fn sign(secret: &[u8], message: &[u8]) -> Option<String> {
    over(secret, &[message]).map(|mac| BASE64.encode(&mac.finalize().into_bytes()))
}

/// What stands in a header as base64.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.trim().as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_signs_nothing_and_a_short_signature_proves_nothing() {
        assert!(sign(b"", b"x").is_none());
        let made = decoded(&sign(b"k", b"xy").expect("signed")).expect("base64");
        assert!(is_signed([&b"other"[..], b"k"], &[b"x", b"y"], &made));
        assert!(!is_signed([&b""[..], b"other"], &[b"xy"], &made));
        for cut in 0..made.len() {
            assert!(!is_signed([&b"k"[..]], &[b"xy"], &made[..cut]), "{cut} bytes");
        }
    }

    #[test]
    fn a_header_counts_once_and_within_measure() {
        let mut headers = HeaderMap::new();
        assert_eq!(header(&headers, "x-a"), None);
        headers.append("x-a", "v".parse().expect("a value"));
        assert_eq!(header(&headers, "X-A"), Some("v"));
        headers.append("x-a", "w".parse().expect("a value"));
        headers.append("x-long", "v".repeat(LONGEST + 1).parse().expect("a value"));
        headers.append("x-odd", http::HeaderValue::from_bytes(b"\xff\xfe").expect("a value"));
        assert!(["x-a", "x-long", "x-odd"].iter().all(|name| header(&headers, name).is_none()));
    }
}
