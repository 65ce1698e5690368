//! The key folder: `root-0001.key`, `epoch-000001.key`, `suppress-0001.key`, `sign-0001.key` with `sign-0001.pub`.
//! Nothing else knows where roots and epochs live. A file is made once, whole or not at all, and never written
//! again; none is read that others could read; no message holds a byte of one.
//!
//! A key is first *prepared* (`root-0002.key.new`, synced), then written into the keyring, then *published* under
//! its name. Killed in between, the next start finds either a leftover nobody used or the missing half of a key.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::keys::{KEY, KeyBytes};
use super::signing::SignKey;
use crate::floor::kernel::Secret;
use crate::floor::kernel::vocabulary::vocabulary;

pub use super::fault::KeyFault;

vocabulary! {
    /// What a key file is for.
    pub enum FileKind {
        /// Above every tenant's keys.
        Root = "root",
        /// Above every person's and request's key, for a month or so.
        Epoch = "epoch",
        /// Tombstone digests.
        Suppress = "suppress",
        /// Checkpoints, certificates, the tombstone journal.
        Sign = "sign",
    }
}

impl FileKind {
    fn digits(self) -> usize {
        if self == Self::Epoch { 6 } else { 4 }
    }

    pub fn file_name(self, version: u32) -> String {
        format!("{}-{version:0digits$}.key", self.code(), digits = self.digits())
    }

    /// `None` for a file that is no key of ours.
    fn parse(name: &str) -> Option<(Self, u32)> {
        let (code, number) = name.strip_suffix(".key")?.split_once('-')?;
        let (kind, version) = (Self::from_code(code)?, number.parse().ok()?);
        (kind.file_name(version) == name).then_some((kind, version))
    }
}

/// Where the keys come from: all of them from a folder, or the root from a setting and the rest from a folder.
pub enum KeySource {
    Folder(PathBuf),
    /// The root as `HEX` (version 1) or `1:HEX,2:HEX`, 64 digits each.
    GivenRoot {
        root: Secret,
        folder: PathBuf,
    },
}

/// An opened key source.
pub struct KeyFiles {
    folder: PathBuf,
    given: BTreeMap<u32, KeyBytes>,
}

impl KeyFiles {
    /// Makes the folder if it is missing, and refuses one that others can enter.
    pub fn open(source: KeySource) -> Result<Self, KeyFault> {
        let (folder, given) = match source {
            KeySource::Folder(folder) => (folder, BTreeMap::new()),
            KeySource::GivenRoot { root, folder } => (folder, given_roots(&root)?),
        };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| KeyFault::io(&folder, &error))?;
        let found = fs::metadata(&folder).map_err(|error| KeyFault::io(&folder, &error))?;
        if found.mode() & 0o077 != 0 {
            return Err(KeyFault::FolderOpen(folder));
        }
        Ok(Self { folder, given })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How a key is called in messages.
    pub fn name(&self, kind: FileKind, version: u32) -> PathBuf {
        if kind == FileKind::Root && !self.given.is_empty() {
            return PathBuf::from(format!("the root key given by a setting, version {version}"));
        }
        self.folder.join(kind.file_name(version))
    }

    /// Every published key, by kind and version.
    pub fn list(&self) -> Result<Vec<(FileKind, u32)>, KeyFault> {
        let fault = |error: io::Error| KeyFault::io(&self.folder, &error);
        let mut found: Vec<_> = self.given.keys().map(|version| (FileKind::Root, *version)).collect();
        for entry in fs::read_dir(&self.folder).map_err(fault)? {
            let name = entry.map_err(fault)?.file_name();
            found.extend(name.to_str().and_then(FileKind::parse).filter(|key| !self.is_given(key.0)));
        }
        found.sort_unstable();
        Ok(found)
    }

    pub fn read(&self, kind: FileKind, version: u32) -> Result<KeyBytes, KeyFault> {
        if self.is_given(kind) {
            return self.given(version);
        }
        read(&self.name(kind, version))
    }

    /// A key that was prepared and not published, if there is one.
    pub fn read_prepared(&self, kind: FileKind, version: u32) -> Result<KeyBytes, KeyFault> {
        read(&self.prepared_name(kind, version))
    }

    /// A key for this version: one nobody had before, or the one that is given. Not on disk yet.
    pub fn draw(&self, kind: FileKind, version: u32) -> Result<KeyBytes, KeyFault> {
        if self.is_given(kind) {
            return self.given(version);
        }
        if self.name(kind, version).exists() {
            return Err(KeyFault::Exists(self.name(kind, version)));
        }
        KeyBytes::fresh().map_err(|_| KeyFault::NoRandomness)
    }

    /// A drawn key on disk, synced, under its preliminary name. Only for one who has its row of the keyring in hand:
    /// a leftover of the same name is one that no row names, and goes.
    pub fn prepare(&self, kind: FileKind, version: u32, key: &KeyBytes) -> Result<(), KeyFault> {
        if self.is_given(kind) {
            return Ok(());
        }
        let path = self.prepared_name(kind, version);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(KeyFault::io(&path, &error)),
            _ => write(&path, key.bytes(), 0o400)?,
        }
        self.sync_folder()
    }

    /// Gives a prepared key its name. Doing it twice, or at once with another process, is free.
    pub fn publish(&self, kind: FileKind, version: u32) -> Result<(), KeyFault> {
        if self.is_given(kind) {
            return Ok(());
        }
        let (prepared, path) = (self.prepared_name(kind, version), self.name(kind, version));
        match fs::hard_link(&prepared, &path) {
            Ok(()) => {}
            Err(_) if path.exists() => {}
            Err(error) => return Err(KeyFault::io(&path, &error)),
        }
        if kind == FileKind::Sign {
            self.write_public(version)?;
        }
        self.sync_folder()?;
        match fs::remove_file(&prepared) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(KeyFault::io(&prepared, &error)),
            _ => Ok(()),
        }
    }

    /// Overwrites, syncs and unlinks: best effort where the storage copies on write. A public key stays for ever.
    pub fn destroy(&self, kind: FileKind, version: u32) -> Result<(), KeyFault> {
        if self.is_given(kind) {
            return Err(KeyFault::Given(version));
        }
        let path = self.name(kind, version);
        let fault = |error: io::Error| KeyFault::io(&path, &error);
        if !path.exists() {
            return Ok(());
        }
        let noise = KeyBytes::fresh().map_err(|_| KeyFault::NoRandomness)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(fault)?;
        let mut file = OpenOptions::new().write(true).open(&path).map_err(fault)?;
        file.write_all(noise.bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
        fs::remove_file(&path).map_err(fault)?;
        self.sync_folder()
    }

    pub(super) fn is_given(&self, kind: FileKind) -> bool {
        kind == FileKind::Root && !self.given.is_empty()
    }

    fn given(&self, version: u32) -> Result<KeyBytes, KeyFault> {
        self.given.get(&version).map(KeyBytes::copy).ok_or(KeyFault::Given(version))
    }

    fn prepared_name(&self, kind: FileKind, version: u32) -> PathBuf {
        self.folder.join(format!("{}.new", kind.file_name(version)))
    }

    fn write_public(&self, version: u32) -> Result<(), KeyFault> {
        let key = SignKey::new(&self.read(FileKind::Sign, version)?, version);
        let path = self.folder.join(FileKind::Sign.file_name(version)).with_extension("pub");
        let draft = path.with_extension(format!("pub.{}.new", Uuid::new_v4().as_simple()));
        let fault = |error: io::Error| KeyFault::io(&path, &error);
        write(&draft, &key.public(), 0o444)?;
        fs::rename(&draft, &path).map_err(fault)
    }

    fn sync_folder(&self) -> Result<(), KeyFault> {
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| KeyFault::io(&self.folder, &error))
    }
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), KeyFault> {
    let fault = |error: io::Error| KeyFault::io(path, &error);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(fault)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fault)
}

fn read(path: &Path) -> Result<KeyBytes, KeyFault> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => KeyFault::Missing(path.to_owned()),
        _ => KeyFault::io(path, &error),
    };
    let mut file = File::open(path).map_err(fault)?;
    let found = file.metadata().map_err(fault)?;
    if !found.is_file() {
        return Err(KeyFault::NotAFile(path.to_owned()));
    }
    if found.mode() & 0o077 != 0 {
        return Err(KeyFault::FileOpen(path.to_owned()));
    }
    if found.len() != KEY as u64 {
        return Err(KeyFault::Length(path.to_owned(), found.len()));
    }
    let mut key = KeyBytes::zeros();
    file.read_exact(key.bytes_mut()).map_err(fault)?;
    Ok(key)
}

fn given_roots(text: &Secret) -> Result<BTreeMap<u32, KeyBytes>, KeyFault> {
    let mut roots = BTreeMap::new();
    for part in text.expose().split(',').map(str::trim) {
        let (version, digits) = part.split_once(':').unwrap_or(("1", part));
        let version = version.trim().parse().ok().filter(|version| *version > 0);
        let (version, key) = version.zip(unhex(digits.trim())).ok_or(KeyFault::GivenForm)?;
        if roots.insert(version, key).is_some() {
            return Err(KeyFault::GivenForm);
        }
    }
    Ok(roots)
}

fn unhex(digits: &str) -> Option<KeyBytes> {
    let mut key = KeyBytes::zeros();
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = digits.as_bytes().chunks_exact(2);
    (digits.len() == 2 * KEY).then_some(())?;
    for (byte, pair) in key.bytes_mut().iter_mut().zip(pairs) {
        *byte = digit(pair.first()?)? << 4 | digit(pair.last()?)?;
    }
    Some(key)
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
