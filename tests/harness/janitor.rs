//! A small process of its own that outlives the test run, waits for its end (also by SIGKILL), sees the last
//! Postgres go and removes the run's folder. It touches nothing outside that folder.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, setsid};
use rightsdesk_server::roof::cluster;

use crate::desk;

/// How long a Postgres may take to stop by itself before it is stopped.
const GRACE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts one for `folder`. The run has ended when the returned end is closed.
pub fn hire(folder: &Path) -> io::Result<ChildStdin> {
    let mut child = Command::new(desk::program())
        .arg("__janitor")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().ok_or_else(|| io::Error::other("the janitor has no ears"))
}

/// What the janitor does.
pub fn serve(folder: &Path) -> io::Result<()> {
    // Ctrl-C in the terminal of the run is not meant for us.
    let _ = setsid();
    io::stdin().read_to_end(&mut Vec::new())?;
    let ended = Instant::now();
    while ended.elapsed() < PATIENCE {
        let left: Vec<i32> = homes(folder).iter().flat_map(|home| cluster::at_work_in(home)).collect();
        if left.is_empty() {
            for home in homes(folder) {
                free_shared_memory(&home);
            }
            if std::fs::remove_dir_all(folder).is_ok() {
                return Ok(());
            }
        }
        let signal = if ended.elapsed() > GRACE * 2 { Signal::SIGKILL } else { Signal::SIGQUIT };
        for pid in left.into_iter().filter(|_| ended.elapsed() > GRACE) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(io::Error::other("something in the run's folder does not end"))
}

/// A postmaster that was killed leaves its pid file, and in it the number of the memory that outlived it. The next
/// start would free that; here there is none.
fn free_shared_memory(home: &Path) {
    let text = std::fs::read_to_string(home.join("postmaster.pid")).unwrap_or_default();
    if let Some(id) = text.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)).filter(|id| *id != "0") {
        let _ = Command::new("ipcrm").args(["-m", id]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// Every folder that may be a Postgres data directory: the grandchildren of the run's folder.
fn homes(folder: &Path) -> Vec<PathBuf> {
    let inside = |at: &Path| std::fs::read_dir(at).into_iter().flatten().flatten().map(|entry| entry.path());
    inside(folder).flat_map(|data| inside(&data).collect::<Vec<_>>()).filter(|path| path.is_dir()).collect()
}
