//! One file a letter, whole or not there: what a crash leaves behind has another ending and is no letter.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::floor::kernel::{Error, Result};

#[derive(Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        if made.is_err() || !path.is_dir() {
            return Err(Error::invalid("mail.way", "the folder for letters cannot be made or is no folder"));
        }
        Ok(Self(path))
    }

    pub(super) async fn keep(&self, id: String, letter: Vec<u8>) -> Result<()> {
        let folder = self.0.clone();
        match tokio::task::spawn_blocking(move || write(&folder, &id, &letter)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Error::unavailable("the folder for letters")),
            Err(_) => Err(Error::internal("writing a letter was broken off")),
        }
    }
}

/// Under the letter's own name only once it is whole and on the disk; the same letter again takes its place.
fn write(folder: &Path, id: &str, letter: &[u8]) -> io::Result<()> {
    let part = folder.join(format!(".{id}.{}.part", Uuid::new_v4().as_simple()));
    let written = fill(&part, letter).and_then(|()| fs::rename(&part, folder.join(format!("{id}.eml"))));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.and_then(|()| File::open(folder)?.sync_all())
}

fn fill(part: &Path, letter: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    file.write_all(letter)?;
    file.sync_all()
}
