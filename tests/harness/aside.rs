//! Programs of others that some tests want, and what becomes of those tests where one is missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{scratch, tree};

/// What `.ci/run` sets: a machine that lacks something is not let off there.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
pub fn nothing_may_be_skipped() -> bool {
    std::env::var_os("E2E_SKIP_NOTHING").is_some()
}

/// The scripts of `tests/npm` with the packages they want, in a folder of this run; or what is missing.
pub fn from_npm() -> Result<&'static Path, String> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let files = ["package.json", "package-lock.json", "audits.mjs", "talk.mjs", "follow.mjs"];
    MADE.get_or_init(|| installed("tests/npm", &files)).as_deref().map_err(Clone::clone)
}

/// These files of a folder of ours, and the packages they want beside them; or what is missing.
pub fn installed(of: &str, files: &[&str]) -> Result<PathBuf, String> {
    let folder = scratch::folder("npm").map_err(|why| why.to_string())?;
    for file in files {
        let from = tree::root().join(of).join(file);
        std::fs::copy(&from, folder.join(file)).map_err(|why| format!("{}: {why}", from.display()))?;
    }
    let ran = |program: &str, words: &[&str]| Command::new(program).args(words).current_dir(&folder).output();
    let node = ran("node", &["--version"]);
    if !node.is_ok_and(|node| node.status.success()) {
        return Err("node is missing".to_owned());
    }
    match ran("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) {
        Ok(npm) if npm.status.success() => Ok(folder),
        Ok(npm) => Err(format!("npm cannot fetch the packages: {}", String::from_utf8_lossy(&npm.stderr).trim())),
        Err(_) => Err("npm is missing".to_owned()),
    }
}

/// Runs one of the scripts: how it ended, and what it said.
pub fn script(folder: &Path, name: &str, words: &[&str]) -> (bool, String) {
    let ended = Command::new("node").arg(name).args(words).current_dir(folder).output().expect("node is there");
    let said = [ended.stdout, ended.stderr].concat();
    (ended.status.success(), String::from_utf8_lossy(&said).into_owned())
}
