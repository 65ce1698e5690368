//! OAuth 1.0a with one leg, HMAC-SHA256, in the address: how a store in the clear is asked. The signature proves who asks;
//! it hides nothing.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::super::signature::sign;

/// What RFC 3986 reserves, and all that is no letter of ASCII.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The address with all that signs it.
pub(super) fn signed(method: &str, url: Url, (key, secret): (&str, &str), nonce: &str, seconds: i64) -> Option<Url> {
    let seconds = seconds.to_string();
    let own = [
        ("oauth_consumer_key", key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", &seconds),
        ("oauth_version", "1.0"),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let given = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
    let pairs: Vec<_> = given.chain(own).collect();
    let signature = sign(&[secret.as_bytes(), b"&"].concat(), base(method, &url, &pairs).as_bytes())?;
    let mut signed = url;
    signed.query_pairs_mut().clear().extend_pairs(pairs).append_pair("oauth_signature", &signature);
    Some(signed)
}

/// What is signed.
pub(super) fn base(method: &str, url: &Url, pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    sorted.sort();
    let query = sorted.into_iter().map(|(name, value)| [name, value].join("=")).collect::<Vec<_>>().join("&");
    let mut bare = url.clone();
    bare.set_query(None);
    [method.to_owned(), encoded(bare.as_str()), encoded(&query)].join("&")
}
