//! Text that must not be seen: tokens, passwords, codes. It says nothing of itself, not even its length, and is wiped
//! when it goes; as far as a program can, because what was moved or sent has left copies.

use std::fmt;

use serde_json::Value;
use zeroize::{Zeroize, ZeroizeOnDrop};

#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who sends or stores it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Wipes every text in it.
pub fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_nothing_and_a_wiped_value_holds_nothing() {
        assert_eq!(format!("{:?}", Secret::new("marker")), "Secret(..)");
        let mut value = serde_json::json!({ "a": ["marker", { "b": "marker" }], "c": 1 });
        wipe(&mut value);
        assert!(!value.to_string().contains("marker"));
    }
}
