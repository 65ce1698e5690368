//! Values put into a file's texts, each encoded for where it stands: in a path, a document or a header. A name that is
//! not known stays out, and the call is not made.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use md5::Md5;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::file::Unit;
use crate::floor::kernel::Secret;
use crate::propagation::model::{RecipientWay, Task};

/// What stands in an address as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What may be put in.
pub struct Words<'a> {
    credential: &'a Secret,
    unit: String,
    values: BTreeMap<String, String>,
}

impl<'a> Words<'a> {
    pub fn of(task: &Task, way: &RecipientWay, credential: &'a Secret) -> Self {
        let mut words = Self::bare(credential);
        words.put("key", &HEXLOWER.encode(&task.effect_key()));
        way.parts.iter().for_each(|(name, value)| words.put_part(name, value));
        words
    }

    pub fn bare(credential: &'a Secret) -> Self {
        Self { credential, unit: String::new(), values: BTreeMap::from([("key".to_owned(), String::new())]) }
    }

    pub fn put(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// What the account is called there. It takes the place of no other word.
    pub fn put_part(&mut self, name: &str, value: &str) {
        self.values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }

    /// What one call is made for, as it is and as digests of it.
    pub fn put_unit(&mut self, unit: Unit, value: &str) {
        let name = unit.name();
        value.clone_into(&mut self.unit);
        self.put(name, value);
        self.put(&[name, "_md5"].concat(), &HEXLOWER.encode(&Md5::digest(value)));
        self.put(&[name, "_sha256"].concat(), &HEXLOWER.encode(&Sha256::digest(value)));
    }

    /// What one call is made for.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// An address; none where a name is not known or it makes no address. A value never makes a path of its own: one that
    /// would lead up is none.
    pub fn url(&self, base: &str, path: &str) -> Option<Url> {
        let leads_up = |value: &str| matches!(value, "" | "." | "..");
        let encoded = |value: &str| (!leads_up(value)).then(|| utf8_percent_encode(value, PLAIN).to_string());
        let base = self.filled(base, |value| {
            let is_label = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            is_label.then(|| value.to_owned())
        })?;
        let path = self.filled(path, encoded)?;
        Url::parse(&[base.trim_end_matches('/'), &path].concat()).ok()
    }

    /// A text with its values put in; none where a name is not known.
    pub fn text(&self, text: &str) -> Option<String> {
        self.filled(text, |value| Some(value.to_owned()))
    }

    /// A document with the values put into its texts; none where a name is not known.
    pub fn document(&self, document: &Value) -> Option<Value> {
        Some(match document {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Array(items) => items.iter().map(|item| self.document(item)).collect::<Option<_>>()?,
            Value::Object(fields) => {
                let filled = |(name, value): (&String, &Value)| Some((name.clone(), self.document(value)?));
                Value::Object(fields.iter().map(filled).collect::<Option<_>>()?)
            }
            other => other.clone(),
        })
    }

    fn filled(&self, text: &str, encoded: impl Fn(&str) -> Option<String>) -> Option<String> {
        let (mut filled, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            filled.push_str(before);
            let value = if name == "credential" { self.credential.expose() } else { self.values.get(name)? };
            filled.push_str(&encoded(value)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// What a text wants put in, by name.
pub fn names(text: &str) -> Vec<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name)).collect()
}

/// What the texts of a document want put in.
pub fn names_in(document: &Value) -> Vec<&str> {
    match document {
        Value::String(text) => names(text),
        Value::Array(items) => items.iter().flat_map(names_in).collect(),
        Value::Object(fields) => fields.values().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}

/// Every text at a place in a document whose `*` stands for each item of a list; none where there is no such list.
pub fn all_at(document: &Value, place: &str) -> Option<Vec<String>> {
    let (list, rest) = place.split_once("/*")?;
    let items = document.pointer(list)?.as_array()?;
    let text = |item: &Value| item.pointer(rest).and_then(Value::as_str).map(str::to_owned);
    items.iter().map(text).collect()
}

/// The items of a list that say at this place that they are about this one; none where there is no such list.
pub fn whose<'d>(document: &'d Value, place: &str, unit: &str) -> Option<Vec<&'d Value>> {
    let (list, rest) = place.split_once("/*")?;
    let items = document.pointer(list)?.as_array()?;
    Some(items.iter().filter(|item| item.pointer(rest).and_then(Value::as_str) == Some(unit)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_encoded_for_where_it_stands() {
        let secret = Secret::new("s3cret");
        let mut words = Words::bare(&secret);
        words.put_unit(Unit::Mail, "a/../b?x=1#\"@x.example");
        let url = words.url("https://api.resend.com/", "/contacts/{mail}").expect("an address");
        assert_eq!(url.path(), "/contacts/a%2F..%2Fb%3Fx%3D1%23%22%40x.example");
        let document = words.document(&json!({ "of": ["{mail}"] }));
        assert_eq!(document, Some(json!({ "of": ["a/../b?x=1#\"@x.example"] })));
        assert_eq!(words.text("Bearer {credential}").as_deref(), Some("Bearer s3cret"));
    }

    #[test]
    fn no_value_leads_to_another_path() {
        let secret = Secret::new("s");
        for value in ["..", ".", ""] {
            let mut words = Words::bare(&secret);
            words.put("found", value);
            assert_eq!(words.url("https://api.stripe.com", "/v1/customers/{found}"), None, "{value}");
        }
    }

    #[test]
    fn no_value_and_no_part_makes_another_host() {
        let secret = Secret::new("s");
        let mut words = Words::bare(&secret);
        words.put_part("data_centre", "evil.example/x");
        let url =
            words.url("https://{data_centre}.api.mailchimp.com", "/3.0").map(|url| url.host_str().map(str::to_owned));
        assert_ne!(url.flatten().as_deref(), Some("evil.example"));
        words.put("key", "ours");
        words.put_part("key", "theirs");
        assert_eq!(words.text("{key}").as_deref(), Some("ours"));
    }

    #[test]
    fn what_is_not_known_is_never_sent_as_it_stands() {
        let secret = Secret::new("s");
        let words = Words::bare(&secret);
        assert!(
            words.url("https://x.example", "/{nobody}").is_none() && words.url("https://x.example", "/{open").is_none()
        );
        assert_eq!(words.text("Bearer {other_secret}"), None);
        assert_eq!(words.document(&json!({ "of": [{ "secret": "{other_secret}" }] })), None);
        assert_eq!(names_in(&json!({ "a": ["x {one}{two}"], "b": 7 })), ["one", "two"]);
    }

    #[test]
    fn everybody_in_a_list_is_found() {
        let told = json!({ "data": [{ "id": "cus_1" }, { "id": "cus_2" }] });
        assert_eq!(all_at(&told, "/data/*/id"), Some(vec!["cus_1".to_owned(), "cus_2".to_owned()]));
        assert_eq!(all_at(&json!([{ "id": "u" }]), "/*/id"), Some(vec!["u".to_owned()]));
        assert_eq!(all_at(&json!({ "data": [] }), "/data/*/id"), Some(Vec::new()));
        assert_eq!(all_at(&json!({ "error": 1 }), "/data/*/id"), None);
        let told = json!({ "all": [{ "of": ["7"], "id": "a" }, { "of": ["8"], "id": "b" }] });
        let ids = |unit: &str| {
            whose(&told, "/all/*/of/0", unit)
                .map(|items| items.iter().map(|item| item["id"].clone()).collect::<Vec<_>>())
        };
        assert_eq!((ids("8"), ids("9")), (Some(vec![json!("b")]), Some(Vec::new())));
    }
}
