//! Where settings are found: flags, the environment, a file. The one place that reads the environment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::settings::{SETTINGS, Setting};
use crate::floor::kernel::{Error, Flaw, Flaws, Mode, Result};
use crate::floor::policy::{Chosen, SHIPPED, shipped};

/// Variables that are the console's own.
const CONSOLE: [&str; 7] = ["CONFIG", "SERVER", "TOKEN", "THEME", "ASCII", "READ_ONLY", "E2E"];

/// What was given, by source. The first that knows a key wins.
#[derive(Default)]
pub struct Sources {
    pub flags: HashMap<String, String>,
    pub environment: HashMap<String, String>,
    pub file: toml::Table,
}

impl Sources {
    /// Flags over the process's environment over the file; a file is read only where one is named.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn gather(flags: HashMap<String, String>, file: Option<&Path>) -> Result<Self> {
        let ours =
            |name: &str| name.starts_with("RIGHTSDESK_") || matches!(name, "DATABASE_URL" | "XDG_DATA_HOME" | "HOME");
        let mut environment = HashMap::new();
        let mut unreadable = Flaws::default();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| ours(name)) else { continue };
            match value.into_string() {
                Ok(value) => drop(environment.insert(name.to_owned(), value)),
                Err(_) => unreadable.add(name, "is not text in UTF-8"),
            }
        }
        unreadable.or(())?;
        let named = file.map(Path::to_owned).or_else(|| environment.get("RIGHTSDESK_CONFIG").map(PathBuf::from));
        let file = match named {
            Some(path) => parse_file(&path)?,
            None => toml::Table::new(),
        };
        Ok(Self { flags, environment, file })
    }

    pub(super) fn find(&self, setting: &Setting) -> Option<String> {
        if let Some(value) = self.flags.get(setting.key) {
            return Some(value.clone());
        }
        if let Some(value) = self.environment.get(&setting.variable()) {
            return Some(value.clone());
        }
        if setting.key == "database.url"
            && let Some(value) = self.environment.get("DATABASE_URL")
        {
            return Some(value.clone());
        }
        let value = match setting.key.split_once('.') {
            Some((section, name)) => self.file.get(section)?.get(name)?,
            None => self.file.get(setting.key)?,
        };
        Some(match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            other => other.to_string(),
        })
    }

    /// Names in the file or among our variables that no setting has: most often a slip of the pen.
    pub(super) fn unknown(&self, flaws: &mut Flaws) {
        let known = |key: &str| SETTINGS.iter().any(|setting| setting.key == key);
        for (section, value) in &self.file {
            match value {
                toml::Value::Table(names) => {
                    for name in names.keys().filter(|name| !known(&format!("{section}.{name}"))) {
                        flaws.add(format!("{section}.{name}"), "no such setting; see --help");
                    }
                }
                _ if !known(section) => flaws.add(section, "no such setting; see --help"),
                _ => {}
            }
        }
        for name in self.environment.keys().filter_map(|name| name.strip_prefix("RIGHTSDESK_")) {
            let ours = SETTINGS.iter().any(|setting| setting.variable() == format!("RIGHTSDESK_{name}"));
            if !ours && !CONSOLE.contains(&name) {
                flaws.add(format!("RIGHTSDESK_{name}"), "no such setting; see --help");
            }
        }
    }

    /// A demo stands beside the desk of one's own.
    pub(super) fn home(&self, mode: Mode) -> PathBuf {
        let name = if mode == Mode::Demo { "rightsdesk-demo" } else { "rightsdesk" };
        if nix::unistd::geteuid().is_root() {
            // Postgres must not run as root, and its own user cannot enter root's home.
            return Path::new("/var/lib").join(name);
        }
        if let Some(data) = self.environment.get("XDG_DATA_HOME").filter(|data| data.starts_with('/')) {
            return Path::new(data).join(name);
        }
        let home = self.environment.get("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
        home.join(if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" }).join(name)
    }
}

/// The policy that comes along under this name, or the one in this file.
pub fn policy_of(from: &str) -> Result<Chosen, Flaw> {
    if let Some(text) = shipped(from) {
        return Ok(Chosen { from: from.to_owned(), text: text.to_owned() });
    }
    std::fs::read_to_string(from).map(|text| Chosen { from: from.to_owned(), text }).map_err(|error| {
        let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
        let advice = format!("{from:?} is none of {} and no file to be read: {}", names.join(", "), error.kind());
        Flaw::new("policy", advice)
    })
}

fn parse_file(path: &Path) -> Result<toml::Table> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::invalid(&shown, "there is no such file"),
        kind => Error::invalid(&shown, format!("cannot be read: {kind}")),
    })?;
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        Error::invalid(format!("{shown}:{line}"), error.message())
    })
}
