//! One file: appended to under its own lock by any number of processes, and followed by each as it grows.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedMutexGuard;

use super::line::{Hash, Line, NOTHING};
use super::sheet::Lines;
use crate::floor::kernel::{Error, Result};
use crate::floor::vault::SignKey;

/// What a file of lines is for.
pub trait Document: Serialize + DeserializeOwned + Send + 'static {
    /// Kind and version; it is signed with the line.
    const CONTEXT: &'static str;
    const FILE: &'static str;
    /// What its lines say together.
    type Standing: Default + Clone + Send;

    fn stand(self, line: &Line, standing: &mut Self::Standing);
}

/// How long a line may wait for another's.
const PATIENCE: Duration = Duration::from_secs(5);

/// A file of one kind of document.
pub struct Book<D: Document> {
    path: Arc<PathBuf>,
    seen: Arc<Mutex<Seen<D>>>,
    /// Those of this process wait here, one after the other; only the first of them asks for the file's lock.
    row: Arc<tokio::sync::Mutex<()>>,
}

impl<D: Document> Clone for Book<D> {
    fn clone(&self) -> Self {
        Self { path: Arc::clone(&self.path), seen: Arc::clone(&self.seen), row: Arc::clone(&self.row) }
    }
}

/// How far the file was read, and what it said.
struct Seen<D: Document> {
    to: u64,
    last: Hash,
    standing: D::Standing,
}

impl<D: Document> Default for Seen<D> {
    fn default() -> Self {
        Self { to: 0, last: NOTHING, standing: D::Standing::default() }
    }
}

impl<D: Document> Clone for Seen<D> {
    fn clone(&self) -> Self {
        Self { to: self.to, last: self.last, standing: self.standing.clone() }
    }
}

/// A turn at the file: nobody else appends until it is dropped, so what is read meanwhile, from wherever, is newer than
/// every line that stands.
pub struct Turn<D: Document> {
    book: Book<D>,
    file: File,
    seen: Seen<D>,
    /// A crash left a piece without its line feed.
    torn: bool,
    /// The place in this process's row, until it ends.
    _place: Option<OwnedMutexGuard<()>>,
}

impl<D: Document> Book<D> {
    pub(super) fn at(mut folder: PathBuf) -> Self {
        folder.push(D::FILE);
        Self { path: Arc::new(folder), seen: Arc::default(), row: Arc::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the lines say together, as far as they are whole. A file that is not there says nothing.
    pub async fn standing(&self) -> Result<D::Standing> {
        let book = self.clone();
        off(move || {
            let mut seen = book.known();
            match File::open(&*book.path) {
                Ok(file) => follow(&file, &mut seen)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(D::Standing::default()),
                Err(error) => return Err(error),
            };
            let standing = seen.standing.clone();
            book.remember(seen);
            Ok(standing)
        })
        .await
    }

    /// Waits for a turn at the file.
    pub async fn turn(&self) -> Result<Turn<D>> {
        let locked = || Error::unavailable("the lock of a journal file");
        let begun = tokio::time::Instant::now();
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.row).lock_owned()).await.map_err(|_| locked())?;
        loop {
            let book = self.clone();
            if let Some(turn) = off(move || book.try_turn()).await? {
                return Ok(Turn { _place: Some(place), ..turn });
            }
            if begun.elapsed() > PATIENCE {
                return Err(locked());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn try_turn(self) -> io::Result<Option<Turn<D>>> {
        let (file, is_new) = open(&self.path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if is_new && let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        let mut seen = self.known();
        let torn = follow(&file, &mut seen)?;
        // With the lock in hand nobody is still writing it: whole but for its line feed, or broken off.
        if let Some(piece) = torn.as_deref() {
            take_in(piece, &mut seen);
        }
        Ok(Some(Turn { book: self, file, seen, torn: torn.is_some(), _place: None }))
    }

    fn known(&self) -> Seen<D> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, seen: Seen<D>) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
}

impl<D: Document> Turn<D> {
    pub fn standing(&self) -> &D::Standing {
        &self.seen.standing
    }

    /// Appends a line and waits until it is on the disk. A piece that a crash left stays where it is: the file may be
    /// one that only grows.
    pub async fn append(self, document: D, key: &SignKey) -> Result<Hash> {
        self.append_all(vec![document], key).await
    }

    /// The same of several at once, one after the other.
    pub async fn append_all(mut self, documents: Vec<D>, key: &SignKey) -> Result<Hash> {
        let (mut lines, mut prev) = (Vec::with_capacity(documents.len()), self.seen.last);
        for document in &documents {
            let value =
                serde_json::to_value(document).map_err(|_| Error::internal("a journal's document is no JSON"))?;
            let line = Line::write(D::CONTEXT, value, &prev, key)?;
            prev = Sha256::digest(&line).into();
            lines.push(line);
        }
        if lines.is_empty() {
            return Ok(prev);
        }
        off(move || {
            let mut bytes = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum::<usize>() + 1);
            if self.torn {
                bytes.push(b'\n');
            }
            for line in &lines {
                bytes.extend(line);
                bytes.push(b'\n');
            }
            self.file.write_all(&bytes)?;
            self.file.sync_all()?;
            for line in &lines {
                take_in::<D>(line, &mut self.seen);
            }
            self.seen.to = self.file.metadata()?.len();
            let digest = self.seen.last;
            self.book.remember(self.seen);
            Ok(digest)
        })
        .await
    }
}

/// Reads on from where it was left; returns what stands behind the last line feed. A file that is not the one that was
/// read is read anew, and said so: to judge it is another's work.
fn follow<D: Document>(file: &File, seen: &mut Seen<D>) -> io::Result<Option<Vec<u8>>> {
    let mut file = file.try_clone()?;
    if file.metadata()?.len() < seen.to {
        tracing::error!(file = D::FILE, "a file that only grows is shorter than it was: verify it");
        *seen = Seen::default();
    }
    file.seek(SeekFrom::Start(seen.to))?;
    let mut lines = Lines::of(file, seen.to);
    while let Some(found) = lines.read()? {
        if !found.ended {
            return Ok(Some(found.text.to_vec()));
        }
        let to = found.to;
        if let Some(prev) = take_in::<D>(found.text, seen)
            && prev.0 != prev.1
        {
            tracing::error!(file = D::FILE, byte = found.from, "a line does not follow the one before: verify it");
        }
        seen.to = to;
    }
    Ok(None)
}

/// Takes in a whole line; returns what came before it and what it says came before it.
fn take_in<D: Document>(text: &[u8], seen: &mut Seen<D>) -> Option<(Hash, Hash)> {
    let line = Line::read(text)?;
    let document = serde_json::from_value::<D>(line.document.clone()).ok()?;
    let before = (seen.last, line.prev);
    document.stand(&line, &mut seen.standing);
    seen.last = line.digest;
    Some(before)
}

pub(super) fn make(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    if made.is_err() || !folder.is_dir() {
        return Err(Error::invalid("audit.folder", "the folder cannot be made or is no folder"));
    }
    Ok(())
}

/// For appending only; made where it is missing, readable by the group that an operator may give it.
fn open(path: &Path) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).mode(0o640);
    match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok((options.open(path)?, false)),
        made => Ok((made?, true)),
    }
}

/// File work, off the threads that answer calls.
async fn off<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::warn!(kind = %error.kind(), "the journal's folder does not do as it is asked");
            Err(Error::unavailable("the journal's folder"))
        }
        Err(_) => Err(Error::internal("work on the journal was broken off")),
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
