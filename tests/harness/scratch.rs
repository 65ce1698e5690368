//! Folders for one test run, all under one that the janitor removes when this process is gone.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::anyhow;

use crate::janitor;

struct Root {
    path: PathBuf,
    /// Open as long as this process lives: its end is what the janitor waits for.
    _alive: ChildStdin,
}

static ROOT: OnceLock<Result<Root, String>> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The folder of this run. Other users may pass through it, for a Postgres that is not root.
pub fn root() -> anyhow::Result<&'static Path> {
    let made = ROOT.get_or_init(|| make().map_err(|why| why.to_string()));
    made.as_ref().map(|root| root.path.as_path()).map_err(|why| anyhow!("no folder for this run: {why}"))
}

/// A fresh, empty folder.
pub fn folder(name: &str) -> anyhow::Result<PathBuf> {
    let path = root()?.join(format!("{name}-{}", COUNT.fetch_add(1, Ordering::SeqCst)));
    std::fs::create_dir(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn make() -> io::Result<Root> {
    let path = tempfile::Builder::new().prefix("rightsdesk-e2e-").tempdir()?.keep();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o711))?;
    let path = path.canonicalize()?;
    let alive = janitor::hire(&path)?;
    Ok(Root { path, _alive: alive })
}
