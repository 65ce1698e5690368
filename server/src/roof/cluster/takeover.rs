//! What an earlier life left running is stopped before a new one starts: an orphaned postmaster in order, backends
//! without a postmaster at once. It asks nothing, and never deletes `postmaster.pid`: that file is the postmaster's
//! own, and Postgres replaces it when it is stale.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::Trouble;
use super::processes::{at_work_in, signal_all, wait_until_gone};

/// How long a postmaster may take to end its sessions and write its checkpoint.
pub(super) const FAST: Duration = Duration::from_secs(20);
/// How long after it was told to drop everything.
pub(super) const HARD: Duration = Duration::from_secs(10);

/// A pid that stands in `postmaster.pid` although no postmaster of this folder has it: a zombie nobody has reaped,
/// or a stranger that was given the number. Postgres would take it for a live postmaster and refuse to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stale(pub(super) i32);

/// Leaves nobody at work in the folder.
pub(super) fn clear(postgres: &Path) -> Result<Option<Stale>, Trouble> {
    let written = written_pid(postgres);
    let found = at_work_in(postgres);
    if let Some(postmaster) = written.filter(|pid| found.contains(pid)) {
        tracing::info!(postmaster, "an earlier postmaster is still at work: stopping it");
        let still = || at_work_in(postgres).into_iter().filter(|pid| *pid == postmaster).collect::<Vec<_>>();
        for (signal, patience) in [(Signal::SIGINT, FAST), (Signal::SIGQUIT, HARD), (Signal::SIGKILL, HARD)] {
            signal_all(&still(), signal);
            if wait_until_gone(patience, still).is_empty() {
                break;
            }
        }
    }
    // Backends that lost their postmaster hold its shared memory, and a busy one does not notice by itself.
    for (signal, patience) in [(Signal::SIGQUIT, HARD), (Signal::SIGKILL, HARD)] {
        let left = at_work_in(postgres);
        if left.is_empty() {
            return Ok(written.map(Stale));
        }
        signal_all(&left, signal);
        wait_until_gone(patience, || at_work_in(postgres));
    }
    match at_work_in(postgres) {
        left if left.is_empty() => Ok(written.map(Stale)),
        left => {
            let pids = left.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Err(Trouble::Lingering { folder: postgres.into(), pids })
        }
    }
}

/// The pid in `postmaster.pid`; one that belongs to a single-user session is written negative.
fn written_pid(postgres: &Path) -> Option<i32> {
    let text = std::fs::read_to_string(postgres.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse::<i32>().ok().map(i32::abs).filter(|pid| *pid > 1)
}

/// Whether the postmaster `pid` has written that it takes connections.
pub(super) fn is_ready(postgres: &Path, pid: i32) -> bool {
    let text = std::fs::read_to_string(postgres.join("postmaster.pid")).unwrap_or_default();
    let mut lines = text.lines().map(str::trim);
    lines.next().and_then(|first| first.parse().ok()) == Some(pid) && lines.nth(6) == Some("ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_is_what_this_postmaster_wrote_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let write = |status: &str| {
            let text = format!("41\n/data\n1700000000\n5432\n/run\n\n  5432001  7\n{status}\n");
            std::fs::write(folder.path().join("postmaster.pid"), text).unwrap();
        };
        write("starting");
        assert!(!is_ready(folder.path(), 41));
        write("ready   ");
        assert!(is_ready(folder.path(), 41));
        assert!(!is_ready(folder.path(), 42));
        assert_eq!(written_pid(folder.path()), Some(41));
    }

    #[test]
    fn a_pid_nobody_of_this_folder_has_is_stale_and_its_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postmaster.pid");
        std::fs::write(&file, format!("{}\n", std::process::id())).unwrap();
        let stale = clear(folder.path()).unwrap();
        assert_eq!(stale.map(|stale| stale.0), i32::try_from(std::process::id()).ok());
        assert!(file.exists());
    }
}
