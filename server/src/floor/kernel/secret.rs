//! Values that never print: no `Debug`, no `Display`, no `Serialize`. Zeroing on drop is best effort.
//! To read one takes a verb that grep finds.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A token, password, key or URL with a password in it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value in clear, for the length of one call.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A value about a person, in clear, on its way in or out of an envelope.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Personal(String);

impl Personal {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value in clear.
    pub fn disclose(&self) -> &str {
        &self.0
    }
}

/// An envelope as it is stored: unreadable, yet not for logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
