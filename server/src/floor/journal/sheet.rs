//! Plain lines of a file, one after the other: reading never holds more than a line, writing makes a new file and
//! overwrites none.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::floor::kernel::{Error, Result};

/// Longer is no line of ours: what has one is not read into memory.
const LONGEST: u64 = 64 * 1024 * 1024;

/// The lines of a file from a place on.
pub struct Lines {
    file: BufReader<File>,
    at: u64,
    text: Vec<u8>,
}

/// One line, and where it stands.
pub struct Found<'a> {
    pub text: &'a [u8],
    /// The offset of its first byte, and of the first byte after it.
    pub from: u64,
    pub to: u64,
    /// Whether its line feed stands behind it. The last may still be on its way to the disk.
    pub ended: bool,
}

impl Lines {
    pub fn open(path: &Path, from: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        Ok(Self::of(file, from))
    }

    /// Of a file that is open and stands at `at`.
    pub(super) fn of(file: File, at: u64) -> Self {
        Self { file: BufReader::with_capacity(1 << 16, file), at, text: Vec::new() }
    }

    pub fn read(&mut self) -> io::Result<Option<Found<'_>>> {
        self.text.clear();
        let read = (&mut self.file).take(LONGEST).read_until(b'\n', &mut self.text)?;
        if read == 0 {
            return Ok(None);
        }
        let from = self.at;
        self.at += read as u64;
        let ended = self.text.last() == Some(&b'\n');
        if ended {
            self.text.pop();
        } else if read as u64 == LONGEST {
            return Err(io::Error::other("a line without end"));
        }
        Ok(Some(Found { text: &self.text, from, to: self.at, ended }))
    }
}

/// A new file of lines, for its owner only.
pub struct Sheet(BufWriter<File>);

impl Sheet {
    pub fn create(path: &Path) -> Result<Self> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::invalid(shown(path), "is there already, and nothing is overwritten"),
            kind => Error::invalid(shown(path), format!("cannot be made: {kind}")),
        })?;
        Ok(Self(BufWriter::new(file)))
    }

    pub fn line(&mut self, text: &[u8]) -> io::Result<()> {
        self.0.write_all(text)?;
        self.0.write_all(b"\n")
    }

    /// On the disk, whole.
    pub fn finish(self) -> io::Result<()> {
        self.0.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
