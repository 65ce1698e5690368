//! A mailbox folder that a mail system delivers into, as Maildir has it: what lies in `new` is taken, and moved to `cur`
//! once it was. It changes no letter and removes none: the mailbox is its owner's, who empties it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::floor::kernel::{Error, Instant, Result};

/// A mailbox folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Maildir(PathBuf);

/// A letter that lies there.
pub struct Lying {
    /// What it is called there.
    pub name: String,
    /// When it was delivered.
    pub at: Instant,
    /// As it came, or its beginning.
    pub raw: Vec<u8>,
    /// Whether there is more of it than was read.
    pub is_cut: bool,
}

/// Whom we wait for where the folder does not answer.
const FOLDER: &str = "the mailbox folder";

impl Maildir {
    pub fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// What is wrong with it before it is looked into.
    pub fn flaw(&self) -> Option<&'static str> {
        let is_there = ["new", "cur"].iter().all(|part| self.0.join(part).is_dir());
        (!is_there).then_some("give a folder with `new` and `cur` in it, as Maildir has them")
    }

    /// The names of up to so many letters that wait, oldest name first. Names begin with a time.
    pub async fn waiting(&self, most: usize) -> Result<Vec<String>> {
        let folder = self.0.join("new");
        off(move || {
            let mut names = Vec::new();
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                // A name that is no text is none that a mail system gives.
                if let Ok(name) = entry.file_name().into_string()
                    && !name.starts_with('.')
                    && entry.file_type()?.is_file()
                {
                    names.push(name);
                }
            }
            names.sort_unstable();
            names.truncate(most);
            Ok(names)
        })
        .await
    }

    /// Reads one, up to this many bytes. None where it went meanwhile.
    pub async fn read(&self, name: &str, most: usize) -> Result<Option<Lying>> {
        let (path, name) = (self.0.join("new").join(name), name.to_owned());
        off(move || {
            let file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            let at = Instant::from_utc(DateTime::<Utc>::from(file.metadata()?.modified()?));
            let mut raw = Vec::new();
            file.take(most as u64 + 1).read_to_end(&mut raw)?;
            let is_cut = raw.len() > most;
            raw.truncate(most);
            Ok(Some(Lying { name, at, raw, is_cut }))
        })
        .await
    }

    /// It was taken: it moves to what was seen. May be run again.
    pub async fn seen(&self, name: &str) -> Result<()> {
        let (folder, name) = (self.0.clone(), name.to_owned());
        off(move || {
            let bare = name.split(":2,").next().unwrap_or(&name);
            let to = folder.join("cur").join([bare, ":2,S"].concat());
            match fs::rename(folder.join("new").join(&name), to) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
                Ok(()) => settle(&folder),
            }
        })
        .await
    }
}

/// A name that moved comes back after a crash of the host unless both folders are on the disk.
fn settle(folder: &Path) -> io::Result<()> {
    ["cur", "new"].iter().try_for_each(|part| File::open(folder.join(part))?.sync_all())
}

/// File work, off the threads that answer calls.
async fn off<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::warn!(kind = %error.kind(), "the mailbox folder does not do as it is asked");
            Err(Error::unavailable(FOLDER))
        }
        Err(_) => Err(Error::internal("work on the mailbox folder was broken off")),
    }
}
