//! A shop's name at its platform, in the one form that is stored and compared. It is an address or an id of a business,
//! and may be shown.

use std::fmt;

/// A bare host, an id, or the address of a store of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shop(String);

impl Shop {
    /// One that stands in a row, put there in its form.
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
