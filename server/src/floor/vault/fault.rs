//! What can be wrong with a key file, as sentences for whoever runs the desk. They name the file and what to do,
//! and never hold a byte of it.

use std::io;
use std::path::{Path, PathBuf};

use crate::floor::kernel::Error;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("the key file {} is missing: bring it back from its backup", .0.display())]
    Missing(PathBuf),
    #[error("the key file {} can be read by others: chmod 0400 it, and think of the key as known", .0.display())]
    FileOpen(PathBuf),
    #[error("the key folder {} can be entered by others: chmod 0700 it", .0.display())]
    FolderOpen(PathBuf),
    #[error("the key file {} is {} bytes long, and a key is 32: bring it back from its backup", .0.display(), .1)]
    Length(PathBuf, u64),
    #[error("{} is not a file", .0.display())]
    NotAFile(PathBuf),
    #[error("the key file {} is there already, and a key is never overwritten", .0.display())]
    Exists(PathBuf),
    #[error("{} is not the key this database was made with: bring back the right one", .0.display())]
    Wrong(PathBuf),
    #[error(
        "this database does not know {}: either the database was taken back to before a rotation, or the key folder \
         is that of another desk",
        .0.display()
    )]
    Unknown(PathBuf),
    #[error("{} is a key of mode {theirs}, and this desk runs in mode {ours}: neither uses the other's", .name.display())]
    Mode { name: PathBuf, theirs: String, ours: String },
    #[error("the key file {}: {}", .0.display(), .1)]
    Io(PathBuf, io::ErrorKind),
    #[error("the root key setting is not 64 hexadecimal digits, nor a list like 1:DIGITS,2:DIGITS")]
    GivenForm,
    #[error("the root key setting gives no version {0}: add it as {0}:DIGITS beside the versions still in use")]
    Given(u32),
    #[error("the random source of the system does not answer, so no key was made")]
    NoRandomness,
}

impl KeyFault {
    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        Self::Io(path.to_owned(), error.kind())
    }

    /// As whoever runs the desk should read it.
    pub(super) fn told(self) -> Error {
        Error::invalid("keys", self.to_string())
    }
}

impl From<KeyFault> for Error {
    /// Inside a running server a key fault is ours; only the start shows its sentence.
    fn from(fault: KeyFault) -> Self {
        Self::internal(fault.to_string())
    }
}
