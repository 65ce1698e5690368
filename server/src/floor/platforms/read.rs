//! Values in a platform's documents, read one by one. Empty is nothing; an amount that is not exact is none.

use serde_json::Value;

use super::goods::{Good, Money};
use super::{Fate, Page};
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

/// A moment in UTC that does not say so.
pub(super) fn bare_moment(value: &Value) -> Option<Instant> {
    value.as_str()?.parse::<chrono::NaiveDateTime>().ok().map(|at| Instant::from_utc(at.and_utc()))
}

/// Seconds since 1970.
pub(super) fn seconds(value: &Value) -> Option<Instant> {
    value.as_i64()?.checked_mul(1_000_000).map(Instant::from_micros)
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

/// An amount in coins, so many of which are one.
pub(super) fn coins(value: &Value) -> Option<Money> {
    let (amount, divisor) = (value["amount"].as_i64()?, value["divisor"].as_i64().filter(|divisor| *divisor > 0)?);
    let micros = i128::from(amount) * 1_000_000;
    let micros = (micros % i128::from(divisor) == 0).then(|| micros / i128::from(divisor))?;
    Some(Money { micros: i64::try_from(micros).ok()?, currency: code(&value["currency_code"])? })
}

pub(super) fn code(currency: &Value) -> Option<[u8; 3]> {
    let code: [u8; 3] = currency.as_str()?.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

/// Millionths, digit by digit.
pub(super) fn micros(text: &str) -> Option<i64> {
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

/// The goods in these rows. Where not one of them can be read, it is no answer to what was asked.
pub(super) fn goods<'v>(
    rows: impl IntoIterator<Item = &'v Value>,
    read: impl Fn(&Value) -> Option<Vec<Good>>,
) -> Result<Page, Fate> {
    let mut page = Page { total: None, calls: 1, ..Page::empty() };
    let mut is_any_read = false;
    for row in rows {
        match read(row) {
            Some(goods) => {
                is_any_read = true;
                page.goods.extend(goods);
            }
            None => page.unread += 1,
        }
    }
    if page.unread > 0 {
        tracing::warn!(unread = page.unread, "a platform tells of things that cannot be read");
    }
    if page.unread > 0 && !is_any_read { Err(Fate::Again { after: super::talk::LATER / 60 }) } else { Ok(page) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_is_exact_or_none() {
        for (text, amount) in [
            ("0", Some(0)),
            ("12.34", Some(12_340_000)),
            ("-0.5", Some(-500_000)),
            ("1000000000000.000001", Some(1_000_000_000_000_000_001)),
            ("7.1230000000", Some(7_123_000)),
            ("0.0000001", None),
            ("1e3", None),
            ("", None),
            (".5", None),
            ("1,5", None),
            ("--1", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(micros(text), amount, "{text}");
        }
        assert_eq!(money(&json!(12.3), &json!("EUR")), None, "a float is no amount");
        assert_eq!(money(&json!("1.0"), &json!("euro")), None);
        let of =
            |amount: i64, divisor: i64| coins(&json!({"amount": amount, "divisor": divisor, "currency_code": "JPY"}));
        assert_eq!(of(1999, 100).map(|money| money.micros), Some(19_990_000));
        assert!(of(1, 3).is_none() && of(1, 0).is_none());
    }

    #[test]
    fn rows_that_nobody_can_read_are_no_answer() {
        let rows = [json!({"a": 1}), json!(7)];
        let read = |row: &Value| row["a"].is_number().then(Vec::new);
        assert_eq!(goods(&rows, read).map(|page| page.unread).ok(), Some(1));
        assert!(goods(&rows[1..], read).is_err() && goods([], read).is_ok());
    }

    proptest! {
        #[test]
        fn cents_come_through_whole(cents in 0_i64..1_000_000_000_000) {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            prop_assert_eq!(micros(&text), Some(cents * 10_000));
        }
    }
}
