//! Lays out a new cluster, once: beside its final place, synced, then renamed into it, so that a half-made one is
//! never mistaken for data. Leftovers of an attempt that was killed are removed; nothing else ever is.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use super::farewell::Farewell;
use super::find::Binaries;
use super::folder::Home;
use super::processes::{at_work_in, signal_all};
use super::{SUPERUSER, Setup, Trouble, launch};

/// The folder while it is being made. Its name carries our pid: an `initdb` that lost its owner may still write
/// into the one it was given.
const UNFINISHED: &str = "postgres.init-";

/// Who may come in: everyone who can reach the socket, and its folder admits nobody but us.
const DOOR: &str = "local all all trust\n";

/// Makes the cluster unless there is one. Called from the thread that keeps it.
pub(super) fn lay_out(home: &Home, binaries: &Binaries, setup: &Setup) -> Result<(), Trouble> {
    sweep(home.root());
    if home.written_by()?.is_some() {
        return Ok(());
    }
    let unfinished = home.root().join(format!("{UNFINISHED}{}", std::process::id()));
    home.identity.private_folder(&unfinished)?;
    let made = make(home, binaries, setup, &unfinished).and_then(|()| settle(home, &unfinished));
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&unfinished);
    }
    made
}

fn make(home: &Home, binaries: &Binaries, setup: &Setup, into: &Path) -> Result<(), Trouble> {
    let mut words: Vec<OsString> = vec!["-D".into(), into.into()];
    let superuser = format!("--username={SUPERUSER}");
    // The locale C sorts by code point on every system, so no library update ever spoils an index.
    for word in [superuser.as_str(), "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-clean"]
    {
        words.push(word.into());
    }
    words.push(if setup.throwaway { "--no-sync".into() } else { "--data-checksums".into() });
    let nameless = !home.identity.has_a_name();
    let program = if nameless { lend_a_name(&mut words, binaries)? } else { binaries.initdb() };
    let mut child = launch::spawn(&setup.launcher, &home.identity, None, &program, &words)?;
    let farewell = Farewell::listen(child.stderr.take());
    let ended = child.wait().map_err(|why| Trouble::NoLaunch { program, why })?;
    match (ended.success(), nameless) {
        (true, _) => Ok(()),
        (false, false) => Err(farewell.trouble(home.root())),
        (false, true) => match farewell.trouble(home.root()) {
            Trouble::DidNotStart { .. } => Err(Trouble::Nameless { uid: home.identity.uid().as_raw() }),
            known => Err(known),
        },
    }
}

/// `initdb` wants its user to have a name. A uid without one borrows it inside a namespace of its own.
fn lend_a_name(words: &mut Vec<OsString>, binaries: &Binaries) -> Result<PathBuf, Trouble> {
    let unshare = Path::new("/usr/bin/unshare");
    let nobody = nix::unistd::User::from_name("nobody").ok().flatten();
    let (true, Some(nobody)) = (unshare.exists(), nobody) else {
        return Err(Trouble::Nameless { uid: nix::unistd::geteuid().as_raw() });
    };
    let borrowed = [
        "--user".into(),
        format!("--map-user={}", nobody.uid).into(),
        format!("--map-group={}", nobody.gid).into(),
        "--".into(),
        binaries.initdb().into(),
    ];
    words.splice(0..0, borrowed);
    Ok(unshare.into())
}

/// Closes the door, makes the layout durable and gives it its name.
fn settle(home: &Home, unfinished: &Path) -> Result<(), Trouble> {
    let door = unfinished.join("pg_hba.conf");
    let written = OpenOptions::new().write(true).truncate(true).custom_flags(nix::libc::O_NOFOLLOW).open(&door);
    written
        .and_then(|mut file| file.write_all(DOOR.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|why| Trouble::at(&door, why))?;
    let renamed = File::open(unfinished)
        .and_then(|folder| folder.sync_all())
        .and_then(|()| std::fs::rename(unfinished, home.path()))
        .and_then(|()| File::open(home.root()))
        .and_then(|root| root.sync_all());
    renamed.map_err(|why| Trouble::at(home.path(), why))
}

/// Removes what killed attempts left. One that cannot be removed yet is left for the next start.
fn sweep(root: &Path) {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        signal_all(&at_work_in(&entry.path()), Signal::SIGKILL);
        let _ = std::fs::remove_dir_all(entry.path());
    }
}
