//! What is kept outside Postgres for ever: append-only files of signed JSON lines, each naming the hash of the line
//! before. A file never shrinks and no line is written twice; a piece that a crash broke off is left where it is, closed
//! by the next line and stepped over by every reader. Who reads needs no key, and who writes needs no database.
//!
//! It judges nothing: whether a file is the one that was written is for whoever verifies it.

mod book;
mod canonical;
mod checkpoint;
mod line;
mod replay;
mod sheet;
mod tombstone;

use std::path::{Path, PathBuf};

pub use book::{Book, Document, Turn};
pub use canonical::canonical;
pub use checkpoint::{Checkpoint, Last, Lost, Mark, Standing};
pub use line::{Hash, Line, NOTHING, hex, unhex};
pub use replay::standing_stones;
pub use sheet::{Found, Lines, Sheet};
pub use tombstone::{Buried, Deed, Tombstone};

use super::kernel::Result;

/// The door to the files. Cheap to clone; every clone shares what it has read.
#[derive(Clone)]
pub struct Journal {
    pub checkpoints: Book<Checkpoint>,
    pub tombstones: Book<Tombstone>,
}

impl Journal {
    /// Makes the folder if it is missing. No file is opened before somebody has a line for it.
    pub fn open(folder: PathBuf) -> Result<Self> {
        book::make(&folder)?;
        Ok(Self { checkpoints: Book::at(folder.clone()), tombstones: Book::at(folder) })
    }

    /// For a look only: nothing is made.
    pub fn visit(folder: &Path) -> Self {
        Self { checkpoints: Book::at(folder.to_owned()), tombstones: Book::at(folder.to_owned()) }
    }
}
