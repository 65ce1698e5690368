//! One program per data folder. The kernel holds the lock and lets go of it when its owner dies, however it dies;
//! the pid written into the file is only for the sentence the second program says. The file is never removed:
//! a lock on a file that someone else has unlinked would guard nothing.

use std::fs::OpenOptions;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::Trouble;
use super::folder::Folder;

/// How often it is tried again: what its last owner had just forked holds it too, until that runs a program of its own.
const TRIES: u32 = 25;
const MOMENT: Duration = Duration::from_millis(20);

/// Held as long as it lives.
pub(super) struct Lock {
    _held: Flock<std::fs::File>,
}

impl Lock {
    pub(super) fn take(folder: &Folder) -> Result<Self, Trouble> {
        let path = folder.lock();
        let at = |why| Trouble::at(&path, why);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(nix::libc::O_NOFOLLOW)
            .open(&path)
            .map_err(at)?;
        let (mut file, mut tries) = (file, 0);
        let mut held = loop {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(held) => break held,
                Err((taken, Errno::EWOULDBLOCK)) if tries == TRIES => return Err(owner(taken, folder)),
                Err((taken, Errno::EWOULDBLOCK)) => file = taken,
                Err((_, why)) => return Err(at(why.into())),
            }
            tries += 1;
            std::thread::sleep(MOMENT);
        };
        held.set_len(0).map_err(at)?;
        held.write_all(format!("{}\n", std::process::id()).as_bytes()).map_err(at)?;
        Ok(Self { _held: held })
    }
}

/// Says who has it. Between taking the lock and writing the pid there is a moment without one.
fn owner(mut file: std::fs::File, folder: &Folder) -> Trouble {
    let folder = folder.root().to_path_buf();
    for _ in 0..10 {
        let mut text = String::new();
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        if let (Ok(_), Ok(pid)) = (read, text.trim().parse()) {
            return Trouble::Taken { folder, pid };
        }
        std::thread::sleep(MOMENT);
    }
    Trouble::TakenJustNow { folder }
}
