//! The repository as a reader sees it: where it stands, its sources line by line, and files that must match.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The repository's own folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// One source file: its path below the folder that was walked, and its text without tests.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// Its lines of code with their numbers: comments and blank lines left out.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
    }
}

/// Every file ending in `.ending` below `folder` of the repository, in order. Of Rust sources the unit tests at
/// their end are left out: laws speak of what ships.
pub fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let top = root().join(folder);
    let mut found = Vec::new();
    gather(&top, &top, ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no .{ending} file in {folder}");
    found
}

fn gather(top: &Path, folder: &Path, ending: &str, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")) {
            // Unit tests in a file or folder of their own.
        } else if path.is_dir() {
            gather(top, &path, ending, found);
        } else if path.extension().is_some_and(|own| own == ending) {
            let whole = std::fs::read_to_string(&path).expect("a source file");
            let text = whole.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            let path = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

/// Compares `actual` with a committed file. `BLESS=1 cargo laws` writes it instead, for a person to review.
#[expect(clippy::disallowed_methods, reason = "blessing is asked for by the person who runs the laws")]
pub fn must_equal(path: &str, actual: &str) {
    let file = root().join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("its folder");
        std::fs::write(&file, actual).expect("write what was blessed");
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if committed == actual {
        return;
    }
    let mut difference = String::new();
    for line in committed.lines().filter(|line| !actual.lines().any(|other| other == *line)) {
        let _ = writeln!(difference, "- {line}");
    }
    for line in actual.lines().filter(|line| !committed.lines().any(|other| other == *line)) {
        let _ = writeln!(difference, "+ {line}");
    }
    panic!("{path} is not current; look at the change and run `BLESS=1 cargo laws`:\n{difference}");
}
