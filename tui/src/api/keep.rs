//! Tokens kept between two runs: a file for the session and one that keeps this console known, for each desk, in a
//! folder that only its owner may enter.
//!
//! A file that others may read is not believed. It never holds a password or a code.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::core::secret::Secret;

/// More than any token.
const LONGEST: u64 = 4096;

#[derive(Clone, Debug)]
pub struct Keep {
    folder: PathBuf,
    /// The desk's address, made fit for a file's name.
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Session,
    Device,
}

impl Keep {
    /// Under this folder of states (`$XDG_STATE_HOME`), for the desk at this address.
    pub fn new(states: &Path, url: &str) -> Self {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let letters = rest.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' });
        let digest = Sha256::digest(url.as_bytes());
        let mark: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let name = letters.take(60).chain(['-']).collect::<String>() + &mark;
        Self { folder: states.join("rightsdesk"), name }
    }

    fn path(&self, what: What) -> PathBuf {
        let kind = match what {
            What::Session => "session",
            What::Device => "device",
        };
        self.folder.join(format!("{}.{kind}", self.name))
    }

    /// What is kept; words when it cannot be believed.
    pub fn get(&self, what: What) -> Result<Option<Secret>, String> {
        read_private(&self.path(what))
    }

    /// Keeps it whole or not at all.
    pub fn put(&self, what: What, secret: &Secret) -> Result<(), String> {
        self.write(what, secret).map_err(|error| format!("{}: {error}", self.path(what).display()))
    }

    /// Keeps it no longer.
    pub fn drop_it(&self, what: What) {
        // Gone already is gone.
        _ = fs::remove_file(self.path(what));
    }

    fn write(&self, what: What, secret: &Secret) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let path = self.path(what);
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        // One that a killed console left behind.
        _ = fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let written = file.write_all(secret.expose().as_bytes()).and_then(|()| file.sync_all());
        let moved = written.and_then(|()| fs::rename(&draft, &path));
        if moved.is_err() {
            _ = fs::remove_file(&draft);
        }
        moved
    }
}

/// The first line of a file that nobody but its owner may read; nothing when there is none.
pub fn read_private(path: &Path) -> Result<Option<Secret>, String> {
    let told = |error: io::Error| format!("{}: {error}", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(error)),
    };
    let mode = file.metadata().map_err(told)?.mode();
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(format!("{path} can be read by others ({:o}): not used; chmod 600 it, or delete it", mode & 0o777));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST).read_to_string(&mut text).map_err(told)?;
    let line = text.lines().next().unwrap_or_default().trim();
    Ok((!line.is_empty()).then(|| Secret::new(line)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_for_the_same_desk_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::new(folder.path(), "https://desk.example/eu");
        assert_eq!(keep.get(What::Session), Ok(None));
        keep.put(What::Session, &Secret::new("old")).unwrap();
        keep.put(What::Session, &Secret::new("rds_x")).unwrap();
        keep.put(What::Device, &Secret::new("known")).unwrap();
        assert_eq!(keep.get(What::Session), Ok(Some(Secret::new("rds_x"))));
        assert_eq!(Keep::new(folder.path(), "https://desk.example").get(What::Session), Ok(None));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&keep.path(What::Session)), mode(&keep.folder)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&keep.folder).unwrap().count(), 2, "no draft is left");

        keep.drop_it(What::Session);
        assert_eq!(keep.get(What::Session), Ok(None));
        assert_eq!(keep.get(What::Device), Ok(Some(Secret::new("known"))));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::new(folder.path(), "https://desk.example");
        keep.put(What::Session, &Secret::new("marker")).unwrap();
        fs::set_permissions(keep.path(What::Session), fs::Permissions::from_mode(0o640)).unwrap();
        let words = keep.get(What::Session).unwrap_err();
        assert!(words.contains("can be read by others (640)") && !words.contains("marker"), "{words}");
    }
}
