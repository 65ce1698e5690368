//! The public halves of signing keys, which stay for ever: from a key folder, or from a file that somebody kept. They
//! open nothing, so whoever verifies needs no secret.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::floor::kernel::{Error, Result};

/// Public keys by their version.
#[derive(Debug, Default)]
pub struct PublicKeys {
    by_version: BTreeMap<u32, [u8; 32]>,
    /// One whose name says no version: it stands for every one.
    nameless: Option<[u8; 32]>,
}

impl PublicKeys {
    /// Of a file such as `sign-0001.pub`, or of every such file in a folder.
    pub fn at(path: &Path) -> Result<Self> {
        let mut keys = Self::default();
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(|error| unreadable(path, error.kind()))?;
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(path, error.kind()))?.path();
                if version(&entry).is_some() {
                    keys.add(&entry)?;
                }
            }
        } else {
            keys.add(path)?;
        }
        Ok(keys)
    }

    /// One that somebody has in hand.
    pub fn one(version: u32, key: [u8; 32]) -> Self {
        Self { by_version: BTreeMap::from([(version, key)]), nameless: None }
    }

    pub fn is_empty(&self) -> bool {
        self.by_version.is_empty() && self.nameless.is_none()
    }

    pub fn get(&self, version: u32) -> Option<&[u8; 32]> {
        self.by_version.get(&version).or(self.nameless.as_ref())
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let bytes = fs::read(path).map_err(|error| unreadable(path, error.kind()))?;
        let key = bytes.try_into().map_err(|_| Error::invalid(shown(path), "is no public key: those are 32 bytes"))?;
        match version(path) {
            Some(version) => drop(self.by_version.insert(version, key)),
            None => self.nameless = Some(key),
        }
        Ok(())
    }
}

fn version(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix("sign-")?.strip_suffix(".pub")?.parse().ok()
}

fn unreadable(path: &Path, kind: std::io::ErrorKind) -> Error {
    Error::invalid(
        shown(path),
        format!("the public key of the checkpoints cannot be read: {kind}; name it with --public"),
    )
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
