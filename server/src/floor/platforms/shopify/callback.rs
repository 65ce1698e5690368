//! What the browser brings back from Shopify's consent page. It reads nothing before the signature held.

use std::fmt::Write;

use data_encoding::HEXLOWER_PERMISSIVE;
use url::form_urlencoded::byte_serialize;

use super::super::signature::is_signed;
use super::super::{Came, Query, Refusal, Shop};
use super::named;
use crate::floor::kernel::{Instant, Secret};

/// How far the two clocks may be apart.
const SECONDS: u64 = 90;

pub(super) fn check(keys: [&[u8]; 2], shop: &Shop, query: &Query, now: Instant) -> Result<Came, Refusal> {
    if !is_shopifys(keys, query) {
        return Err(Refusal("signature"));
    }
    if query.one("shop").and_then(named).as_ref() != Some(shop) {
        return Err(Refusal("shop"));
    }
    let at = query.one("timestamp").and_then(|at| at.parse::<i64>().ok()).ok_or(Refusal("timestamp"))?;
    if now.utc().timestamp().abs_diff(at) > SECONDS {
        return Err(Refusal("too_old"));
    }
    if query.has("error") {
        return Ok(Came::Denied);
    }
    let code = query.one("code").filter(|code| !code.is_empty()).ok_or(Refusal("code"))?;
    Ok(Came::Code(Secret::new(code)))
}

/// Whether Shopify signed these pairs with the app's secret, or with its former one while it is turned.
pub(super) fn is_shopifys(keys: [&[u8]; 2], query: &Query) -> bool {
    let claimed = query.one("hmac").and_then(|hmac| HEXLOWER_PERMISSIVE.decode(hmac.as_bytes()).ok());
    let Some(claimed) = claimed else { return false };
    // Shopify's own programs write odd letters differently. Both forms are undone by the same decoding, so that no pairs
    // pass for others.
    let everything = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let separators = |text: &str| text.replace('%', "%25").replace('&', "%26").replace('=', "%3D");
    let forms = [message(query, everything), message(query, separators)];
    forms.iter().fold(false, |signed, form| signed | is_signed(keys, &[form.as_bytes()], &claimed))
}

/// The pairs, sorted; the values of a list in one, as Shopify's program in Python writes it.
fn message(query: &Query, escape: impl Fn(&str) -> String) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (key, value) in query.0.iter().filter(|(key, _)| key != "hmac" && key != "signature") {
        let Some(list) = key.strip_suffix("[]") else {
            pairs.push((escape(key), escape(value)));
            continue;
        };
        match pairs.iter_mut().find(|(known, _)| known.strip_suffix("[]") == Some(list)) {
            Some((_, items)) => drop(write!(items, ", \"{}\"", escape(value))),
            None => pairs.push((key.clone(), format!("\"{}\"", escape(value)))),
        }
    }
    for (key, value) in &mut pairs {
        if let Some(list) = key.strip_suffix("[]") {
            (*key, *value) = (escape(list), format!("[{value}]"));
        }
    }
    pairs.sort();
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}
