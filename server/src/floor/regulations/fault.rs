//! What is wrong with a file of regimes or calendars.

use std::fmt;

use crate::floor::kernel::Error;

/// A fault, where it is and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    /// Counted from 1, where it is known.
    pub line: Option<usize>,
    pub reason: String,
}

impl Fault {
    pub(super) fn new(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, reason: reason.into() }
    }

    pub(super) fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
        Self { file: file.to_owned(), line, reason: error.message().trim().to_owned() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}.toml, line {line}: {}", self.file, self.reason),
            None => write!(f, "{}.toml: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for Fault {}

/// A file that came along is ours to mend.
impl From<&Fault> for Error {
    fn from(fault: &Fault) -> Self {
        Self::internal(format!("regimes: {fault}"))
    }
}
