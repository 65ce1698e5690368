//! Where the server binaries are: the person's setting, then PATH, then the places where distributions, Homebrew
//! and Postgres.app put them. It runs nothing but `postgres --version`, and never picks a version it was not told
//! to accept.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Trouble, install};

/// The majors our SQL is tested against.
pub(super) const SUPPORTED: std::ops::RangeInclusive<u32> = 15..=18;

/// One folder with `postgres` and `initdb`, both of one major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }
}

/// The binaries to use. `written` is the major of the data that is already in `data`.
pub(super) fn find(setting: Option<&Path>, written: Option<u32>, data: &Path) -> Result<Binaries, Trouble> {
    if let Some(written) = written.filter(|written| !SUPPORTED.contains(written)) {
        return Err(Trouble::ForeignData { folder: data.into(), written });
    }
    let Some(folder) = setting else {
        return choose(places(), written, data);
    };
    let named = examine(folder).map_err(|why| Trouble::NotBinaries { folder: folder.into(), why })?;
    if !SUPPORTED.contains(&named.major) {
        return Err(Trouble::Unsupported { folder: named.folder, major: named.major, install: install::line() });
    }
    fitting(named, written, data)
}

/// The first supported one, or the first of the major that wrote the data.
fn choose(places: Vec<PathBuf>, written: Option<u32>, data: &Path) -> Result<Binaries, Trouble> {
    let mut first = None;
    let mut refused = None;
    for place in places {
        match examine(&place) {
            Ok(found) if !SUPPORTED.contains(&found.major) => refused = refused.or(Some(found)),
            Ok(found) if written.is_none_or(|written| written == found.major) => return Ok(found),
            Ok(found) => first = first.or(Some(found)),
            Err(_) => {}
        }
    }
    match first {
        Some(found) => fitting(found, written, data),
        None => Err(Trouble::Missing {
            install: install::line(),
            older: refused.map_or_else(String::new, |found| {
                format!(" ({} is PostgreSQL {})", found.folder.display(), found.major)
            }),
        }),
    }
}

fn fitting(found: Binaries, written: Option<u32>, data: &Path) -> Result<Binaries, Trouble> {
    let folder = data.to_path_buf();
    match written {
        Some(written) if written > found.major => {
            let install = install::line_for_major(written);
            Err(Trouble::NewerData { folder, written, found: found.major, install })
        }
        Some(written) if written < found.major => {
            let install = install::line_for_major(written);
            Err(Trouble::OlderData { folder, written, found: found.major, install })
        }
        _ => Ok(found),
    }
}

/// Everywhere to look, best first.
fn places() -> Vec<PathBuf> {
    // PATH is no setting of ours: it is the system's own list of places to look.
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the system, not to our settings")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).filter(|place| place.is_absolute()).collect();
    for (parent, prefix, rest) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/usr/lib", "postgresql", "bin"),
        ("/usr/libexec", "postgresql", ""),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        places.extend(numbered(Path::new(parent), prefix).into_iter().map(|folder| folder.join(rest)));
    }
    places.extend(["/usr/local/pgsql/bin", "/usr/libexec/postgresql"].map(PathBuf::from));
    places
}

/// The subfolders named `prefix` and a major, highest first.
fn numbered(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let major = |name: &str| name.strip_prefix(prefix)?.parse::<u32>().ok();
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((major(entry.file_name().to_str()?)?, entry.path()))).collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The binaries that `place` leads to, or why they will not do. Links are followed, because a distribution may
/// link `postgres` alone into PATH, without `initdb` and the files both need.
fn examine(place: &Path) -> Result<Binaries, String> {
    let postgres = place.join("postgres").canonicalize().map_err(|_| "there is no `postgres` in it".to_owned())?;
    let folder = postgres.parent().ok_or("there is no `postgres` in it")?.to_path_buf();
    if !folder.join("initdb").exists() {
        return Err("there is no `initdb` in it".into());
    }
    let said = Command::new(&postgres)
        .arg("--version")
        .env_clear()
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|why| format!("`postgres` does not run: {why}"))?;
    let major = version(&String::from_utf8_lossy(&said.stdout)).ok_or("`postgres` does not tell its version")?;
    Ok(Binaries { folder, major })
}

/// The major in `postgres (PostgreSQL) 15.18 (Debian …)`; a pre-release says `18beta1`.
fn version(said: &str) -> Option<u32> {
    let number = said.split_once("(PostgreSQL)")?.1.trim_start();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A folder with a `postgres` that only knows its version.
    fn pretend(parent: &Path, name: &str, version: &str) -> PathBuf {
        let folder = parent.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for program in ["postgres", "initdb"] {
            let file = folder.join(program);
            std::fs::write(&file, format!("#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder.canonicalize().unwrap()
    }

    const DATA: &str = "/data/postgres";

    #[test]
    fn the_major_is_read_from_every_way_of_saying_it() {
        assert_eq!(version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(version("mysqld 8\n"), None);
    }

    #[test]
    fn the_highest_numbered_folder_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for name in ["pgsql-9", "pgsql-16", "pgsql-15", "pgsql-old", "other-17"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let names: Vec<_> =
            numbered(root.path(), "pgsql-").into_iter().map(|at| at.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["pgsql-16", "pgsql-15", "pgsql-9"]);
    }

    #[test]
    fn a_linked_postgres_leads_to_the_folder_that_also_has_initdb() {
        let root = tempfile::tempdir().unwrap();
        let real = pretend(root.path(), "real", "17.2");
        let linked = root.path().join("linked");
        std::fs::create_dir(&linked).unwrap();
        symlink(real.join("postgres"), linked.join("postgres")).unwrap();
        assert_eq!(examine(&linked), Ok(Binaries { folder: real, major: 17 }));
    }

    #[test]
    fn the_binary_of_the_datas_own_major_is_preferred() {
        let root = tempfile::tempdir().unwrap();
        let newer = pretend(root.path(), "newer", "17.1");
        let same = pretend(root.path(), "same", "16.9");
        let places = vec![newer.clone(), same.clone()];
        assert_eq!(choose(places.clone(), Some(16), Path::new(DATA)).unwrap().folder, same);
        assert_eq!(choose(places, None, Path::new(DATA)).unwrap().folder, newer);
    }

    #[test]
    fn a_machine_without_postgres_is_told_the_one_line_that_installs_it() {
        let root = tempfile::tempdir().unwrap();
        let old = pretend(root.path(), "old", "14.3");
        let nothing = choose(vec![root.path().to_path_buf()], None, Path::new(DATA)).unwrap_err().to_string();
        assert!(nothing.contains(&format!("install it with `{}`", install::line())), "{nothing}");
        let older = choose(vec![old], None, Path::new(DATA)).unwrap_err().to_string();
        assert!(older.contains("is PostgreSQL 14") && older.contains("15 to 18"), "{older}");
    }

    #[test]
    fn data_of_another_major_is_refused_by_a_sentence_that_names_both() {
        let root = tempfile::tempdir().unwrap();
        let sixteen = pretend(root.path(), "sixteen", "16.4");
        let newer = find(Some(&sixteen), Some(17), Path::new(DATA)).unwrap_err().to_string();
        assert!(newer.contains("PostgreSQL 17") && newer.contains("newer than the 16"), "{newer}");
        let older = find(Some(&sixteen), Some(15), Path::new(DATA)).unwrap_err().to_string();
        assert!(older.contains("PostgreSQL 15") && older.contains("older than the 16"), "{older}");
        assert!(matches!(
            find(Some(&sixteen), Some(12), Path::new(DATA)),
            Err(Trouble::ForeignData { written: 12, .. })
        ));
        let fourteen = pretend(root.path(), "fourteen", "14.1");
        assert!(matches!(find(Some(&fourteen), None, Path::new(DATA)), Err(Trouble::Unsupported { major: 14, .. })));
    }
}
