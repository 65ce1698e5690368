//! A line: a document with its version, the hash of the line before, the version of the key, and a signature over all
//! of that. Pure. It knows no file and no kind of document.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::canonical;
use crate::floor::kernel::{Error, Result};
use crate::floor::vault::{SignKey, verify};

pub type Hash = [u8; 32];

/// What stands before the first line.
pub const NOTHING: Hash = [0; 32];

/// The form of a line. Another number is another form, which this program does not read.
const FORM: u64 = 1;

pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// A line as it stands in a file.
pub struct Line {
    /// What it says, without what makes it a line.
    pub document: Value,
    pub prev: Hash,
    /// The version of the signing key.
    pub key: u32,
    /// SHA-256 of its bytes, without the line feed.
    pub digest: Hash,
    signed: Vec<u8>,
    signature: [u8; 64],
}

impl Line {
    /// The bytes of a line, without the line feed.
    pub fn write(context: &str, document: Value, prev: &Hash, key: &SignKey) -> Result<Vec<u8>> {
        let Value::Object(mut fields) = document else { return Err(unwritable()) };
        fields.insert("v".to_owned(), FORM.into());
        fields.insert("prev".to_owned(), hex(prev).into());
        fields.insert("key".to_owned(), key.version().into());
        let signed = canonical(&Value::Object(fields.clone())).ok_or_else(unwritable)?;
        fields.insert("sig".to_owned(), hex(&key.sign(context, &signed)).into());
        canonical(&Value::Object(fields)).ok_or_else(unwritable)
    }

    /// `None` for what is no whole line of ours: a piece of one, or anything in another form.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let Value::Object(mut fields) = serde_json::from_slice(bytes).ok()? else { return None };
        if canonical(&Value::Object(fields.clone()))? != bytes {
            return None;
        }
        let signature = unhex(fields.remove("sig")?.as_str()?)?;
        let signed = canonical(&Value::Object(fields.clone()))?;
        let form = fields.remove("v")?;
        let prev = text(&mut fields, "prev").and_then(|text| unhex(&text))?;
        let key = fields.remove("key")?.as_u64().and_then(|key| u32::try_from(key).ok())?;
        let digest = Sha256::digest(bytes).into();
        (form.as_u64() == Some(FORM)).then_some(())?;
        Some(Self { document: Value::Object(fields), prev, key, digest, signed, signature })
    }

    /// Whether the holder of the secret half of `public` wrote it as a document of this kind.
    pub fn is_signed_by(&self, context: &str, public: &[u8]) -> bool {
        verify(public, context, &self.signed, &self.signature)
    }
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    match fields.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn unwritable() -> Error {
    Error::internal("a document of the journal has no canonical form")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::vault::testing::sign_key;
    use serde_json::json;

    const CONTEXT: &str = "rightsdesk/test/1";

    #[test]
    fn a_line_says_who_wrote_it_after_what() {
        let key = sign_key(0, 3);
        let bytes = Line::write(CONTEXT, json!({"word": "yes"}), &[7; 32], &key).expect("written");
        let line = Line::read(&bytes).expect("whole");
        assert_eq!((line.key, line.prev, &line.document), (3, [7; 32], &json!({"word": "yes"})));
        assert!(line.is_signed_by(CONTEXT, &key.public()));
        assert!(!line.is_signed_by("rightsdesk/checkpoint/1", &key.public()));
        assert!(!line.is_signed_by(CONTEXT, &sign_key(1, 3).public()));
    }

    #[test]
    fn no_byte_of_a_line_can_be_another() {
        let key = sign_key(0, 1);
        let bytes = Line::write(CONTEXT, json!({"word": "yes"}), &NOTHING, &key).expect("written");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let holds = Line::read(&changed).is_some_and(|line| line.is_signed_by(CONTEXT, &key.public()));
            assert!(!holds, "byte {at}");
            assert!(Line::read(&bytes[..at]).is_none(), "a piece of {at} bytes");
        }
    }

    #[test]
    fn another_form_or_another_order_is_not_read() {
        let key = sign_key(0, 1);
        let bytes = Line::write(CONTEXT, json!({"word": "yes"}), &NOTHING, &key).expect("written");
        let text = String::from_utf8(bytes).expect("text");
        for other in [text.replace("\"v\":1", "\"v\":2"), text.replace(",\"prev", ", \"prev"), format!("{text} ")] {
            assert!(other != text && Line::read(other.as_bytes()).is_none(), "{other}");
        }
    }
}
