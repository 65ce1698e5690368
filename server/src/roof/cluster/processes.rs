//! Which Postgres processes live in a folder. A pid alone proves nothing: it may be a zombie, or have been given to
//! someone else; so a process counts when it is called postgres, is not dead, and has the folder as its own.
//! It only looks; signals are sent by whoever asked, through [`signal_all`].

use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The live Postgres processes whose working folder is `folder`: a postmaster, its backends, or backends it left.
#[cfg(target_os = "linux")]
pub fn at_work_in(folder: &Path) -> Vec<i32> {
    use std::os::unix::fs::MetadataExt;
    let Ok(home) = std::fs::metadata(folder) else { return Vec::new() };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| is_live_postgres(*pid))
        .filter(|pid| {
            // Compared by inode, so that another name of the same folder is the same folder.
            let work = std::fs::metadata(format!("/proc/{pid}/cwd"));
            work.is_ok_and(|work| (work.dev(), work.ino()) == (home.dev(), home.ino()))
        })
        .collect()
}

#[cfg(target_os = "linux")]
fn is_live_postgres(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| says_live_postgres(&stat))
}

/// Reads `pid (name) state …`; a zombie answers signals and is dead all the same.
#[cfg(target_os = "linux")]
fn says_live_postgres(stat: &str) -> bool {
    let Some((head, tail)) = stat.rsplit_once(')') else { return false };
    let name = head.split_once('(').map(|(_, name)| name);
    matches!(name, Some("postgres" | "postmaster"))
        && !matches!(tail.trim_start().chars().next(), Some('Z' | 'X' | 'x') | None)
}

/// The live Postgres processes whose working folder is `folder`, as `lsof` tells them; zombies have no folder.
#[cfg(not(target_os = "linux"))]
pub fn at_work_in(folder: &Path) -> Vec<i32> {
    let Ok(home) = folder.canonicalize() else { return Vec::new() };
    let told = std::process::Command::new("lsof").args(["-a", "-c", "postgres", "-d", "cwd", "-F", "pn"]).output();
    told.map(|told| listed(&String::from_utf8_lossy(&told.stdout), &home)).unwrap_or_default()
}

/// Reads the lines `p<pid>`, `fcwd`, `n<folder>` of each process.
#[cfg(any(not(target_os = "linux"), test))]
fn listed(told: &str, home: &Path) -> Vec<i32> {
    let mut pid: Option<i32> = None;
    let mut found = Vec::new();
    for line in told.lines() {
        if let Some(number) = line.strip_prefix('p') {
            pid = number.parse().ok();
        } else if line.strip_prefix('n').is_some_and(|name| Path::new(name) == home) {
            found.extend(pid);
        }
    }
    found
}

/// Sends `signal` to each, and wakes those that were paused, so that they can act on it.
pub(super) fn signal_all(pids: &[i32], signal: Signal) {
    for pid in pids {
        let _ = kill(Pid::from_raw(*pid), signal);
        let _ = kill(Pid::from_raw(*pid), Signal::SIGCONT);
    }
}

/// Waits until `still_there` names nobody, and gives back whom it named last.
pub(super) fn wait_until_gone(patience: Duration, mut still_there: impl FnMut() -> Vec<i32>) -> Vec<i32> {
    let until = Instant::now() + patience;
    loop {
        let left = still_there();
        if left.is_empty() || Instant::now() >= until {
            return left;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_zombie_and_a_namesake_are_not_alive() {
        assert!(says_live_postgres("12 (postgres) S 1 12 12 0"));
        assert!(!says_live_postgres("12 (postgres) Z 1 12 12 0"));
        assert!(!says_live_postgres("12 (bash) S 1 12 12 0"));
        assert!(!says_live_postgres("12 (a (postgres) S 1) S 1"));
        assert!(!says_live_postgres(""));
    }

    #[test]
    fn a_listing_of_open_folders_is_read() {
        let told = "p11\nfcwd\nn/data/postgres\np12\nfcwd\nn/other\np13\nfcwd\nn/data/postgres\n";
        assert_eq!(listed(told, Path::new("/data/postgres")), [11, 13]);
    }
}
