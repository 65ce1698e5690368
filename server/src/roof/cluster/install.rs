//! The one line that installs PostgreSQL on this system, and the offer to carry it out.
//! It never runs anything by itself: whoever shows the offer asks first.

use std::path::Path;
use std::process::Command;

use super::Trouble;

/// Ways to install, by the word a system uses for itself in `/etc/os-release`.
const WAYS: [(&[&str], &str); 6] = [
    (&["debian", "ubuntu"], "apt-get install postgresql"),
    (&["alpine"], "apk add postgresql"),
    (&["arch"], "pacman -S postgresql"),
    (&["suse", "opensuse", "sles"], "zypper install postgresql-server"),
    (&["fedora", "rhel", "centos"], "dnf install postgresql-server"),
    (&["void"], "xbps-install postgresql"),
];

/// The line for this machine.
pub(super) fn line() -> String {
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17".into();
    }
    line_for(&os_release())
}

/// The line for one major version, where packages are named by it.
pub(super) fn line_for_major(major: u32) -> String {
    match line().as_str() {
        "apt-get install postgresql" => format!("apt-get install postgresql-{major}"),
        "brew install postgresql@17" => format!("brew install postgresql@{major}"),
        "apk add postgresql" => format!("apk add postgresql{major}"),
        other => other.to_owned(),
    }
}

fn os_release() -> String {
    std::fs::read_to_string("/etc/os-release")
        .or_else(|_| std::fs::read_to_string("/usr/lib/os-release"))
        .unwrap_or_default()
}

fn line_for(release: &str) -> String {
    let words: Vec<&str> = release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches(['"', '\'']).split_whitespace())
        .collect();
    let known = |names: &[&str]| words.iter().any(|word| names.iter().any(|name| word.starts_with(name)));
    WAYS.iter()
        .find(|(names, _)| known(names))
        .map_or_else(|| "your system's package of the PostgreSQL server".into(), |(_, way)| (*way).into())
}

/// An installation that this process may carry out, once the person has said yes.
#[derive(Debug)]
pub struct InstallOffer {
    /// What would be run, for showing.
    pub line: String,
}

/// What Debian asks before it lays out and starts a cluster of its own, which nobody here wants.
const CLUSTERS: &str = "/etc/postgresql-common/createcluster.d";

/// An offer where one can be kept: root on a system with apt. Whether a person is there to ask is for the caller
/// to find out.
pub fn install_offer() -> Option<InstallOffer> {
    let apt = Path::new("/usr/bin/apt-get");
    let may = nix::unistd::geteuid().is_root() && apt.exists() && line_for(&os_release()).starts_with("apt-get");
    may.then(|| InstallOffer {
        line: "apt-get update && apt-get install --yes --no-install-recommends postgresql".into(),
    })
}

impl InstallOffer {
    /// Carries it out, with the installer's own words on this terminal.
    pub fn run(&self) -> Result<(), Trouble> {
        self.apt(&["update"])?;
        self.apt(&["install", "--yes", "--no-install-recommends", "postgresql-common"])?;
        let word = Path::new(CLUSTERS).join("rightsdesk.conf");
        // Where it cannot be said, the distribution's cluster stands idle beside ours, which does no harm.
        let _ = std::fs::create_dir_all(CLUSTERS);
        let _ = std::fs::write(&word, "create_main_cluster = false\n");
        let installed = self.apt(&["install", "--yes", "--no-install-recommends", "postgresql"]);
        let _ = std::fs::remove_file(&word);
        installed
    }

    fn apt(&self, words: &[&str]) -> Result<(), Trouble> {
        let program = Path::new("/usr/bin/apt-get");
        let ended = Command::new(program).args(words).env("DEBIAN_FRONTEND", "noninteractive").status();
        let well = ended.map_err(|why| Trouble::NoLaunch { program: program.into(), why })?;
        if well.success() {
            return Ok(());
        }
        Err(Trouble::Missing { install: self.line.clone(), older: " (the installation did not succeed)".into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_is_told_its_own_line() {
        assert_eq!(line_for("NAME=x\nID=debian\n"), "apt-get install postgresql");
        assert_eq!(line_for("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), "apt-get install postgresql");
        assert_eq!(line_for("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), "dnf install postgresql-server");
        assert_eq!(line_for("ID=alpine\n"), "apk add postgresql");
        assert_eq!(line_for("ID=manjaro\nID_LIKE=arch\n"), "pacman -S postgresql");
        assert_eq!(line_for("ID=\"opensuse-leap\"\n"), "zypper install postgresql-server");
        assert_eq!(line_for(""), "your system's package of the PostgreSQL server");
    }
}
