//! The private Postgres: found, laid out, started, watched and stopped with the program that owns it.
//! It never listens on a network, never downloads anything, never deletes a `postmaster.pid`, never writes a log
//! file, and never asks a person a question: it answers with a [`Trouble`] whose sentence says what to do.
//!
//! One data folder holds `postgres` (the cluster), `run` (its socket) and `lock` (who owns it now). A program that
//! was killed leaves all three as they are; the next one stops what still runs there and starts anew. On Linux the
//! kernel stops the postmaster when its owner dies (see `launch.rs`); elsewhere the next start does.

mod farewell;
mod find;
mod folder;
mod identity;
mod initdb;
mod install;
mod launch;
mod lock;
mod processes;
mod takeover;
mod token;
mod trouble;
mod tuning;
mod warden;

use std::fmt::Write;
use std::path::{Path, PathBuf};

pub use install::{InstallOffer, install_offer};
pub use launch::{become_postgres, launched, own_launcher};
pub use processes::at_work_in;
pub use token::{write_street, write_token};
pub use trouble::Trouble;

use folder::Folder;
use lock::Lock;
use warden::Warden;

/// The superuser inside the cluster. The folder of the socket is the only thing that guards it.
pub const SUPERUSER: &str = "postgres";

/// What a cluster is opened with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The folder that holds everything; made when it is missing.
    pub data: PathBuf,
    /// The folder with `postgres` and `initdb`, when the person named one.
    pub bin: Option<PathBuf>,
    /// A folder with a short path, for the socket of a data folder whose path is too long for one.
    pub runtime: Option<PathBuf>,
    /// The executable whose `main` calls [`launched`] first: it becomes Postgres.
    pub launcher: PathBuf,
    /// For tests: nothing is synced to the disk, and a crash of the machine may lose everything.
    pub throwaway: bool,
}

impl Setup {
    pub fn new(data: impl Into<PathBuf>, launcher: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), bin: None, runtime: None, launcher: launcher.into(), throwaway: false }
    }
}

/// A running private Postgres. It stops when this is dropped, and starts again by itself when it dies before.
pub struct Cluster {
    // The order matters: the lock is released after the warden has seen the last process go.
    warden: Warden,
    address: Address,
    postgres: PathBuf,
    _lock: Lock,
}

impl Cluster {
    /// Waits until Postgres answers; crash recovery of an earlier life is part of that. Blocks.
    pub fn open(setup: Setup) -> Result<Self, Trouble> {
        let folder = Folder::prepare(&setup.data, setup.runtime.as_deref())?;
        let lock = Lock::take(&folder)?;
        if !folder.holds_data() {
            // Looked for before any folder is given to a user: the package that may be missing brings its own.
            find::find(setup.bin.as_deref(), None, folder.root())?;
        }
        let home = folder.settle()?;
        let binaries = find::find(setup.bin.as_deref(), home.written_by()?, home.path())?;
        let (address, postgres) = (Address::of(&home), home.path().to_path_buf());
        let warden = Warden::start(warden::Charge { home, binaries, setup })?;
        Ok(Self { warden, address, postgres, _lock: lock })
    }

    /// Where a Postgres answers that another program owns and may stop at any time.
    pub fn visit(setup: &Setup) -> Result<Address, Trouble> {
        let folder = Folder::prepare(&setup.data, setup.runtime.as_deref())?;
        Ok(Address::of(&folder.settle()?))
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The address of a database for libpq, over the socket.
    pub fn url(&self, database: &str, role: &str) -> String {
        self.address.url(database, role)
    }

    /// The data directory of Postgres itself.
    pub fn postgres_folder(&self) -> &Path {
        &self.postgres
    }

    /// The process id of the postmaster, while there is one.
    pub fn postmaster(&self) -> Option<i32> {
        self.warden.postmaster()
    }

    /// Stops Postgres in order: fast first, hard when it does not listen. May be called twice.
    pub fn stop(&self) {
        self.warden.stop();
    }
}

/// Where a private Postgres answers.
#[derive(Debug, Clone)]
pub struct Address {
    socket: PathBuf,
}

impl Address {
    fn of(home: &folder::Home) -> Self {
        Self { socket: home.socket_folder().to_path_buf() }
    }

    /// The address of a database for libpq, over the socket.
    pub fn url(&self, database: &str, role: &str) -> String {
        let host = escaped(&self.socket.to_string_lossy());
        format!("postgresql://{}@/{}?host={host}&port={}", escaped(role), escaped(database), folder::PORT)
    }
}

/// Percent-encodes what is not plainly safe in a URL.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_folder_with_odd_letters_stays_one_part_of_the_address() {
        assert_eq!(escaped("/tmp/a b&c=ü%"), "%2Ftmp%2Fa%20b%26c%3D%C3%BC%25");
    }
}
