//! One way to write a document, so that whoever signs and whoever verifies hash the same bytes: RFC 8785, of which we
//! need no fractions. Names in order, no white space, text as ECMAScript escapes it.

use serde_json::Value;

/// Beyond this a reader with binary floats would round.
const EXACT: u64 = 1 << 53;

/// The bytes of `value`; `None` where it holds a fraction, a number that not every reader holds exactly, or a name that
/// is not plain ASCII (names sort by UTF-16 there, and ours never need it).
pub fn canonical(value: &Value) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(256);
    write(value, &mut text)?;
    Some(text)
}

fn write(value: &Value, text: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64())?;
            (size < EXACT).then_some(())?;
            text.extend(number.to_string().into_bytes());
        }
        Value::Array(items) => {
            text.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(b',');
                }
                write(item, text)?;
            }
            text.push(b']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            text.push(b'{');
            for (at, (name, item)) in fields.into_iter().enumerate() {
                name.is_ascii().then_some(())?;
                if at > 0 {
                    text.push(b',');
                }
                serde_json::to_writer(&mut *text, name).ok()?;
                text.push(b':');
                write(item, text)?;
            }
            text.push(b'}');
        }
        // The library escapes text as the standard wants it.
        Value::String(_) | Value::Bool(_) | Value::Null => serde_json::to_writer(&mut *text, value).ok()?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_has_one_form() {
        let document = json!({"b": [1, -2, true, null], "a": {"z": "", "": 9_007_199_254_740_991_u64}, "A": 0});
        let text = canonical(&document).expect("plain");
        assert_eq!(text, br#"{"A":0,"a":{"":9007199254740991,"z":""},"b":[1,-2,true,null]}"#);
    }

    #[test]
    fn text_is_escaped_as_the_standard_escapes_it() {
        let text = canonical(&json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{8}\u{7f}\u{1f}")).expect("plain");
        assert_eq!(text, "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\u{7f}\\u001f\"".as_bytes());
    }

    #[test]
    fn what_two_readers_could_read_differently_is_not_written() {
        for value in
            [json!(1.5), json!(1e300), json!(9_007_199_254_740_992_u64), json!(i64::MIN), json!({"\u{20ac}": 1})]
        {
            assert_eq!(canonical(&value), None, "{value}");
        }
    }
}
