//! How a Postgres program is started so that it cannot outlive us: our own executable is started once more, lays
//! down what it must, ties its life to its parent's, and becomes the program.
//!
//! On Linux the kernel sends SIGINT to the child when the *thread* that started it ends, so [`spawn`] must be called
//! from a thread that lives as long as the cluster does. Nothing of our environment is handed on: a leaked HOME or
//! PGDATA has broken a Postgres before.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use nix::unistd::{Gid, Pid, Uid, getppid, setgid, setsid, setuid};

use super::Trouble;
use super::identity::Identity;
use super::takeover::Stale;

/// The first argument that turns our executable into Postgres. Meant for ourselves, not for people.
const WORD: &str = "__postgres";

/// This program's own file, for [`super::Setup::launcher`]; on Linux also when it was replaced meanwhile.
pub fn own_launcher() -> Result<PathBuf, Trouble> {
    let own = Path::new("/proc/self/exe");
    if own.exists() {
        return Ok(own.into());
    }
    std::env::current_exe().map_err(|why| Trouble::NoLaunch { program: "this program".into(), why })
}

/// Starts `program` as `identity`, with its standard error in a pipe.
pub(super) fn spawn(
    launcher: &Path,
    identity: &Identity,
    stale: Option<Stale>,
    program: &Path,
    words: &[OsString],
) -> Result<Child, Trouble> {
    let ids = match identity {
        Identity::Own => "-".to_owned(),
        Identity::Lowered { uid, gid, .. } => format!("{uid}:{gid}"),
    };
    let mut command = Command::new(launcher);
    command.arg(WORD).arg(std::process::id().to_string()).arg(ids).arg(program).args(words);
    command.env_clear().envs([("PATH", "/usr/bin:/bin"), ("LANG", "C"), ("LC_ALL", "C"), ("TZ", "UTC")]);
    if let Some(Stale(pid)) = stale {
        // Postgres knows this variable from its own starter: a pid file that names this pid is stale, not taken.
        command.env("PG_GRANDPARENT_PID", pid.to_string());
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().map_err(|why| Trouble::NoLaunch { program: launcher.into(), why })
}

/// For the first line of `main`: when this process was started to become Postgres it does, and comes back only
/// with the exit code of a failure.
pub fn launched() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let Err(trouble) = become_postgres(words);
    let _ = writeln!(std::io::stderr(), "FATAL:  {trouble}");
    Some(ExitCode::FAILURE)
}

/// Becomes the program that `words` name: `<parent's pid> <uid>:<gid>|- <program> <arguments…>`.
pub fn become_postgres(words: impl IntoIterator<Item = OsString>) -> Result<Infallible, Trouble> {
    let mut words = words.into_iter();
    let mut next = || words.next().ok_or(Trouble::Misspoken);
    let parent = number(&next()?)?;
    let ids = next()?;
    let program = PathBuf::from(next()?);
    let failed = |why: nix::errno::Errno| Trouble::NoLaunch { program: program.clone(), why: why.into() };
    // A session of its own: Ctrl-C in our terminal is for us, and we then stop Postgres in order.
    setsid().map_err(failed)?;
    if ids != "-" {
        let text = ids.to_str().ok_or(Trouble::Misspoken)?;
        let (uid, gid) = text.split_once(':').ok_or(Trouble::Misspoken)?;
        let gid = Gid::from_raw(gid.parse().map_err(|_| Trouble::Misspoken)?);
        let uid = Uid::from_raw(uid.parse().map_err(|_| Trouble::Misspoken)?);
        only_group(gid)?;
        setgid(gid).map_err(failed)?;
        setuid(uid).map_err(failed)?;
    }
    // After the change of user, which clears it; before the look at the parent, which may have died meanwhile.
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGINT).map_err(failed)?;
    if getppid() != Pid::from_raw(parent) {
        return Err(Trouble::Orphaned);
    }
    let why = Command::new(&program).args(words).exec();
    Err(Trouble::NoLaunch { program, why })
}

fn number(word: &OsStr) -> Result<i32, Trouble> {
    word.to_str().and_then(|word| word.parse().ok()).ok_or(Trouble::Misspoken)
}

/// Keeps no group but this one.
#[cfg(not(target_vendor = "apple"))]
fn only_group(gid: Gid) -> Result<(), Trouble> {
    nix::unistd::setgroups(&[gid])
        .map_err(|why| Trouble::NoLaunch { program: "a Postgres without our groups".into(), why: why.into() })
}

/// There is no safe call for it here, and root's groups must not reach Postgres.
#[cfg(target_vendor = "apple")]
fn only_group(_: Gid) -> Result<(), Trouble> {
    Err(Trouble::NobodyToRunAs)
}
