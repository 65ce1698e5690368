//! What can go wrong with the private Postgres, as sentences that tell the person what to do next.
//! They name folders, processes and packages; they never carry a value from a database.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why there is no private Postgres, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(
        "no PostgreSQL 15 to 18 was found on this machine{older}: install it with `{install}`, or name the folder \
         that holds `postgres` and `initdb` in RIGHTSDESK_DATABASE_BINARIES, or give the address of a running one in \
         DATABASE_URL"
    )]
    Missing { install: String, older: String },
    #[error("{} holds no usable PostgreSQL ({why}): RIGHTSDESK_DATABASE_BINARIES must name the folder with `postgres` and `initdb`", folder.display())]
    NotBinaries { folder: PathBuf, why: String },
    #[error("{} is PostgreSQL {major}, and 15 to 18 are needed: install it with `{install}` or name another folder in RIGHTSDESK_DATABASE_BINARIES", folder.display())]
    Unsupported { folder: PathBuf, major: u32, install: String },
    #[error(
        "the data in {} was written by PostgreSQL {written}, which is newer than the {found} found here: install \
         PostgreSQL {written} (`{install}`) or name its folder in RIGHTSDESK_DATABASE_BINARIES; nothing was changed", folder.display()
    )]
    NewerData { folder: PathBuf, written: u32, found: u32, install: String },
    #[error(
        "the data in {} was written by PostgreSQL {written}, which is older than the {found} found here: install \
         PostgreSQL {written} beside it (`{install}`) or name its folder in RIGHTSDESK_DATABASE_BINARIES, or move the data \
         on with pg_upgrade; nothing was changed", folder.display()
    )]
    OlderData { folder: PathBuf, written: u32, found: u32, install: String },
    #[error("the data in {} was written by PostgreSQL {written}, and 15 to 18 are supported: move it to one of them with pg_upgrade; nothing was changed", folder.display())]
    ForeignData { folder: PathBuf, written: u32 },
    #[error("{} is not empty and holds no PostgreSQL data: choose another data folder in RIGHTSDESK_DATA, or empty this one", folder.display())]
    Strange { folder: PathBuf },
    #[error(
        "the desk in {} is open in another program (process {pid}): use that one, join it with \
         `rightsdesk --server URL` if it serves, stop it, or choose another folder in RIGHTSDESK_DATA", folder.display()
    )]
    Taken { folder: PathBuf, pid: i32 },
    #[error("the desk in {} is being opened by another program: wait a moment and try again", folder.display())]
    TakenJustNow { folder: PathBuf },
    #[error("the disk with {} is full: make room and start again; nothing that was saved is lost", folder.display())]
    DiskFull { folder: PathBuf },
    #[error("{} belongs to another user (uid {owner}): start the program as that user, or choose another folder in RIGHTSDESK_DATA", folder.display())]
    NotYours { folder: PathBuf, owner: u32 },
    #[error(
        "PostgreSQL does not run as root, and the user {user} it would run as cannot enter {}, which lies on the way \
         to {}: choose a folder that others may enter, such as /var/lib/rightsdesk, in RIGHTSDESK_DATA, or \
         start the program as an ordinary user", shut.display(), folder.display()
    )]
    ShutFolder { shut: PathBuf, folder: PathBuf, user: String },
    #[error(
        "PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody to run it as: start the program as an ordinary user"
    )]
    NobodyToRunAs,
    #[error(
        "the user with uid {uid} has no name on this system, and PostgreSQL needs one to lay out its data: add a line \
         for it to /etc/passwd, or start the program as a user that has one"
    )]
    Nameless { uid: u32 },
    #[error(
        "the path {} is too long for a socket ({length} bytes, {limit} are possible): choose a data folder with a \
         shorter path in RIGHTSDESK_DATA", socket.display()
    )]
    LongPath { socket: PathBuf, length: usize, limit: usize },
    #[error("{} cannot be used: {why}", path.display())]
    Unusable { path: PathBuf, why: io::Error },
    #[error("the processes {pids} of an earlier PostgreSQL in {} do not end: end them by hand and start again", folder.display())]
    Lingering { folder: PathBuf, pids: String },
    #[error("PostgreSQL in {} was not ready after {} s: look whether the machine is overloaded, and start again; its last words: {words}", folder.display(), after.as_secs())]
    Slow { folder: PathBuf, after: Duration, words: String },
    #[error(
        "this machine has no shared memory left for PostgreSQL: raise its limits (kernel.shmmni, kernel.shmall, or --shm-size of the container) and start again; its last words: {words}"
    )]
    NoSharedMemory { words: String },
    #[error("PostgreSQL in {} did not start; its last words: {words}", folder.display())]
    DidNotStart { folder: PathBuf, words: String },
    #[error("the program {} could not be started: {why}", program.display())]
    NoLaunch { program: PathBuf, why: io::Error },
    #[error("the program that wanted this PostgreSQL is gone")]
    Orphaned,
    #[error("the command for starting PostgreSQL is incomplete: it is meant for the program itself, not for people")]
    Misspoken,
    #[error("PostgreSQL was stopped before it was ready")]
    Stopped,
}

impl Trouble {
    /// What a failed call on a path means to the person.
    pub(super) fn at(path: &Path, why: io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { folder: path.into() },
            _ => Self::Unusable { path: path.into(), why },
        }
    }
}
