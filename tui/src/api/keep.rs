//! Tokens kept between two runs: a file for the session and one that keeps this console known, for each desk, in a
//! folder that only its owner may enter.
//!
//! Beside them stand the heads of chains that were checked here. A file that others may read is not believed. It never
//! holds a password or a code.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::core::chain::{Seen, hash_of, hex};
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
        let mut name: String = letters.take(60).chain(['-']).collect();
        for byte in Sha256::digest(url.as_bytes()).iter().take(4) {
            // Writing into a String cannot fail.
            _ = std::fmt::Write::write_fmt(&mut name, format_args!("{byte:02x}"));
        }
        Self { folder: states.join("rightsdesk"), name }
    }

    /// In a folder that belongs to one desk alone.
    pub fn beside(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), name: "console".to_owned() }
    }

    /// The head of this chain that was checked here last; one that cannot be read was none.
    pub fn head(&self, chain: &str) -> Option<Seen> {
        let line = read_private(&self.head_path(chain)).ok()??;
        let mut parts = line.expose().split(' ');
        let (seq, hash, at) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Seen { seq: seq.parse().ok()?, hash: hash_of(hash)?, at: at.parse().ok()? })
    }

    /// Keeps a head that was checked here.
    pub fn put_head(&self, chain: &str, seen: &Seen) -> Result<(), String> {
        let path = self.head_path(chain);
        let line = format!("{} {} {}", seen.seq, hex(&seen.hash), seen.at.to_rfc3339());
        self.write(&path, &line).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn head_path(&self, chain: &str) -> PathBuf {
        let mark = hex(&Sha256::digest(chain.as_bytes())[..8]);
        self.folder.join(format!("{}.{mark}.head", self.name))
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
        let path = self.path(what);
        self.write(&path, secret.expose()).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Keeps it no longer.
    pub fn drop_it(&self, what: What) {
        // Gone already is gone.
        _ = fs::remove_file(self.path(what));
    }

    fn write(&self, path: &Path, line: &str) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        // One that a killed console left behind.
        _ = fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
        let moved = written.and_then(|()| fs::rename(&draft, path));
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
    fn a_checked_head_comes_back_for_its_chain_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::new(folder.path(), "https://desk.example");
        let seen = Seen { seq: 41_207, hash: [7; 32], at: "2026-11-23T13:31:00Z".parse().unwrap() };
        keep.put_head("house", &seen).unwrap();
        assert_eq!((keep.head("house"), keep.head("ten_1")), (Some(seen), None));
        fs::write(keep.head_path("house"), "no head").unwrap();
        assert_eq!(keep.head("house"), None);
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
