//! From the text of a policy file to a policy, or to where it is wrong and why.

use std::fmt;

use super::Policy;

/// What is wrong with a policy file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
}

impl Fault {
    /// A fault at this offset of the text.
    pub fn at(text: &str, offset: usize, reason: impl Into<String>) -> Self {
        Self { line: line_of(text, offset), reason: reason.into() }
    }
}

/// The line of an offset, counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Reads a policy file. Its shape is judged here, whether it can be kept is not.
pub fn parse(text: &str) -> Result<Policy, Fault> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let offset = error.span().map_or(0, |span| span.start);
        Fault::at(text, offset, error.message().trim())
    })
}
