//! Values in a platform's documents, read one by one. Empty is nothing; an amount that is not exact is none.

use serde_json::Value;

use super::goods::Money;
use crate::floor::kernel::{Instant, Personal};

/// A text that is not empty.
pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn personal(value: &Value) -> Option<Personal> {
    text(value).map(Personal::new)
}

/// Several in the place of one, such as the lines of an address.
pub(super) fn personals<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<Personal> {
    values.into_iter().filter_map(personal).collect()
}

pub(super) fn lower(value: &Value) -> Option<String> {
    text(value).map(|text| text.to_ascii_lowercase())
}

/// An id, written as a number or as a text.
pub(super) fn id(value: &Value) -> Option<String> {
    value.as_u64().map(|id| id.to_string()).or_else(|| text(value))
}

/// A country by its two letters.
pub(super) fn country(value: &Value) -> Option<String> {
    let code = text(value)?.to_ascii_uppercase();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

/// A moment with its zone.
pub(super) fn moment(value: &Value) -> Option<Instant> {
    chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| Instant::from_utc(at.to_utc()))
}

pub(super) fn count(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|count| i32::try_from(count).ok())
}

pub(super) fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An amount written in decimals.
pub(super) fn money(amount: &Value, currency: &Value) -> Option<Money> {
    Some(Money { micros: micros(amount.as_str()?)?, currency: code(currency)? })
}

fn code(currency: &Value) -> Option<[u8; 3]> {
    let code: [u8; 3] = currency.as_str()?.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

/// Millionths, digit by digit.
fn micros(text: &str) -> Option<i64> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > 6 {
        return None;
    }
    let micros: i64 = [whole, part, &"0".repeat(6 - part.len())].concat().parse().ok()?;
    Some(if is_negative { -micros } else { micros })
}
