//! Every setting, read once: flag, then environment, then file, then default, under one name. All flaws are reported
//! together. Nothing else in the server reads the environment, and secrets have no flag: arguments are public.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::floor::kernel::{Flaws, Mode, Result, Secret};

/// One setting, as the README's table and `--help` show it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// `section.name` in the file; the flag and the variable are made from it.
    pub key: &'static str,
    pub default: &'static str,
    pub secret: bool,
    pub help: &'static str,
}

impl Setting {
    pub fn flag(&self) -> String {
        self.key.replace(['.', '_'], "-")
    }

    pub fn variable(&self) -> String {
        format!("RIGHTSDESK_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn setting(key: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, default, secret: false, help }
}

const fn secret(key: &'static str, help: &'static str) -> Setting {
    Setting { key, default: "", secret: true, help }
}

/// The closed list.
pub const SETTINGS: &[Setting] = &[
    setting("mode", "development", "demo, development or production; a desk of one kind refuses keys of another"),
    setting("data", "", "folder of the desk's own Postgres, keys and files; by default where your system keeps data"),
    secret("database.url", "the online login at your own Postgres (DATABASE_URL works too); without it we run our own"),
    secret("database.migrator_url", "the login that migrates; needed by `migrate` at your own Postgres"),
    secret("database.admin_url", "a superuser's login, for `migrate` to create roles and database the first time"),
    setting("database.connections", "4", "connections one process may hold"),
    setting("database.prepare", "yes", "no behind a pooler that does not track prepared statements"),
    setting("database.binaries", "", "folder of initdb and postgres, where they are in no usual place"),
    setting("http.listen", "127.0.0.1:8320", "address and port to answer at; port 0 takes a free one"),
    setting("http.tls_certificate", "", "PEM file of the certificate chain; with the key it turns TLS on"),
    setting("http.tls_key", "", "PEM file of the certificate's private key"),
    setting("http.body_kib", "64", "largest body of a call, in KiB"),
    setting("http.read_seconds", "5", "longest time a call may take to arrive"),
    setting("http.answer_seconds", "10", "longest time an answer may take"),
    setting("http.grace_seconds", "20", "time that calls and jobs in flight get to finish at a stop"),
    setting(
        "graphql.introspection",
        "no",
        "yes lets clients ask for the schema; the contract is server/schema.graphql",
    ),
    setting("keys.folder", "", "key folder, on a volume of its own; by default `keys` in the data folder"),
    secret("keys.root", "the root key as 64 hex digits, where it comes from a key store and not from the folder"),
    setting(
        "mail.way",
        "",
        "smtp://host:port, smtps://…, folder:PATH or memory:; by default `mail` in the data folder",
    ),
    secret("mail.password", "password of the SMTP account named in mail.way"),
    setting("mail.from", "privacy@desk.example", "sender of the desk's letters"),
    setting("blobs.place", "", "folder:PATH or s3://bucket/prefix?region=…; by default `blobs` in the data folder"),
    secret("blobs.access_key", "access key id of the object store"),
    secret("blobs.secret_key", "secret access key of the object store"),
    secret("blobs.session", "session token of the object store, where its keys are lent for a time"),
    setting("jobs.at_once", "8", "jobs one worker carries out at the same time"),
    setting("jobs.lease_seconds", "60", "time after which a silent worker's job goes to another"),
    setting("log.format", "readable", "readable or json"),
    setting("log.filter", "info", "what is logged, as level or target=level,…"),
    setting("telemetry.otlp_endpoint", "", "OpenTelemetry collector to send spans to, such as http://127.0.0.1:4318"),
];

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
    /// Flags over the process's environment over the file; `file` is read only if it is named or at its usual place.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn gather(flags: HashMap<String, String>, file: Option<&Path>) -> Result<Self> {
        let environment: HashMap<String, String> = std::env::vars()
            .filter(|(name, _)| {
                name.starts_with("RIGHTSDESK_") || matches!(name.as_str(), "DATABASE_URL" | "XDG_DATA_HOME" | "HOME")
            })
            .collect();
        let named = file.map(Path::to_owned).or_else(|| environment.get("RIGHTSDESK_CONFIG").map(PathBuf::from));
        let file = match named {
            Some(path) => parse_file(&path)?,
            None => toml::Table::new(),
        };
        Ok(Self { flags, environment, file })
    }

    fn find(&self, setting: &Setting) -> Option<String> {
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
    fn unknown(&self, flaws: &mut Flaws) {
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

    fn home(&self) -> PathBuf {
        if nix::unistd::geteuid().is_root() {
            // Postgres must not run as root, and its own user cannot enter root's home.
            return PathBuf::from("/var/lib/rightsdesk");
        }
        if let Some(data) = self.environment.get("XDG_DATA_HOME").filter(|data| data.starts_with('/')) {
            return Path::new(data).join("rightsdesk");
        }
        let home = self.environment.get("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
        if cfg!(target_os = "macos") {
            home.join("Library/Application Support/rightsdesk")
        } else {
            home.join(".local/share/rightsdesk")
        }
    }
}

fn parse_file(path: &Path) -> Result<toml::Table> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| crate::floor::kernel::Error::invalid(&shown, format!("cannot be read: {}", error.kind())))?;
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        crate::floor::kernel::Error::invalid(format!("{shown}:{line}"), error.message())
    })
}

/// The settings in force. `boot` takes it apart without `..`, so one that nobody uses does not pass quietly.
pub struct Config {
    pub mode: Mode,
    pub data: PathBuf,
    pub database: Database,
    pub http: Http,
    pub introspection: bool,
    pub keys: Keys,
    pub mail: Mail,
    pub blobs: Blobs,
    pub jobs: Jobs,
    pub log: Log,
}

pub struct Database {
    pub url: Option<Secret>,
    pub migrator_url: Option<Secret>,
    pub admin_url: Option<Secret>,
    pub connections: u32,
    pub prepare: bool,
    pub binaries: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct Http {
    pub listen: SocketAddr,
    pub tls: Option<(PathBuf, PathBuf)>,
    pub body: usize,
    pub read: Duration,
    pub answer: Duration,
    pub grace: Duration,
}

pub struct Keys {
    pub folder: PathBuf,
    pub root: Option<Secret>,
}

pub struct Mail {
    pub way: Secret,
    pub from: String,
}

pub struct Blobs {
    pub place: String,
    pub access_key: Option<Secret>,
    pub secret_key: Option<Secret>,
    pub session: Option<Secret>,
}

#[derive(Debug, Clone, Copy)]
pub struct Jobs {
    pub at_once: usize,
    pub lease: Duration,
}

#[derive(Debug, Clone)]
pub struct Log {
    pub json: bool,
    pub filter: String,
    pub otlp_endpoint: Option<String>,
}

impl Config {
    pub fn read(sources: &Sources) -> Result<Self> {
        let mut reader = Reader { sources, flaws: Flaws::default() };
        sources.unknown(&mut reader.flaws);
        let mode = reader.mode();
        let data = reader.path("data").unwrap_or_else(|| sources.home());
        let within = |name: &str| data.join(name);
        let folder = |name: &str| format!("folder:{}", within(name).display());
        let config = Self {
            mode,
            database: Database {
                url: reader.secret("database.url"),
                migrator_url: reader.secret("database.migrator_url"),
                admin_url: reader.secret("database.admin_url"),
                connections: reader.parse("database.connections", 4, "a number from 2 to 64", |n| (2..=64).contains(n)),
                prepare: reader.yes("database.prepare"),
                binaries: reader.path("database.binaries"),
            },
            http: Http {
                listen: reader.parse(
                    "http.listen",
                    SocketAddr::from(([127, 0, 0, 1], 0)),
                    "an address and port, such as 127.0.0.1:8320",
                    |_| true,
                ),
                tls: reader.tls(),
                body: reader.parse("http.body_kib", 64_usize, "a number from 1 to 1024", |n| (1..=1024).contains(n))
                    * 1024,
                read: reader.seconds("http.read_seconds"),
                answer: reader.seconds("http.answer_seconds"),
                grace: reader.seconds("http.grace_seconds"),
            },
            introspection: reader.yes("graphql.introspection"),
            keys: Keys {
                folder: reader.path("keys.folder").unwrap_or_else(|| within("keys")),
                root: reader.secret("keys.root"),
            },
            mail: Mail {
                way: reader.secret("mail.way").unwrap_or_else(|| Secret::new(folder("mail"))),
                from: reader.text("mail.from").unwrap_or_default(),
            },
            blobs: Blobs {
                place: reader.text("blobs.place").unwrap_or_else(|| folder("blobs")),
                access_key: reader.secret("blobs.access_key"),
                secret_key: reader.secret("blobs.secret_key"),
                session: reader.secret("blobs.session"),
            },
            jobs: Jobs {
                at_once: reader.parse("jobs.at_once", 8, "a number from 1 to 64", |n| (1..=64).contains(n)),
                lease: reader.seconds("jobs.lease_seconds"),
            },
            log: Log {
                json: reader.one_of("log.format", &["readable", "json"]) == "json",
                filter: reader.text("log.filter").unwrap_or_default(),
                otlp_endpoint: reader.text("telemetry.otlp_endpoint"),
            },
            data,
        };
        if mode == Mode::Production && config.introspection {
            reader.flaws.add("graphql.introspection", "production does not offer it; the contract ships as a file");
        }
        reader.flaws.or(config)
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    flaws: Flaws,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> Option<String> {
        let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
        let value = self.sources.find(setting).unwrap_or_else(|| setting.default.to_owned());
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    fn parse<T: FromStr>(&mut self, key: &str, fallback: T, wanted: &str, fits: impl Fn(&T) -> bool) -> T {
        let given = self.text(key).unwrap_or_default();
        if let Some(value) = given.parse().ok().filter(fits) {
            return value;
        }
        self.flaws.add(key, format!("give {wanted}"));
        fallback
    }

    fn seconds(&mut self, key: &str) -> Duration {
        Duration::from_secs(self.parse(key, 1_u64, "whole seconds, from 1 to 3600", |n| (1..=3600).contains(n)))
    }

    fn one_of(&mut self, key: &str, words: &[&'static str]) -> &'static str {
        let given = self.text(key).unwrap_or_default();
        if let Some(word) = words.iter().find(|word| **word == given) {
            return word;
        }
        self.flaws.add(key, format!("give one of: {}", words.join(", ")));
        words.first().copied().unwrap_or_default()
    }

    fn yes(&mut self, key: &str) -> bool {
        self.one_of(key, &["no", "yes"]) == "yes"
    }

    fn mode(&mut self) -> Mode {
        let code = self.one_of("mode", &["development", "demo", "production"]);
        Mode::from_code(code).unwrap_or(Mode::Production)
    }

    fn tls(&mut self) -> Option<(PathBuf, PathBuf)> {
        match (self.path("http.tls_certificate"), self.path("http.tls_key")) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => {
                self.flaws.add("http.tls_key", "give it too: a certificate alone cannot serve TLS");
                None
            }
            (None, Some(_)) => {
                self.flaws.add("http.tls_certificate", "give it too: a key alone cannot serve TLS");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        let environment = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Sources { environment, ..Sources::default() }
    }

    #[test]
    fn the_defaults_are_a_desk_of_ones_own() {
        let config = Config::read(&environment(&[("HOME", "/nowhere")])).expect("defaults hold");
        assert_eq!(config.mode, Mode::Development);
        assert!(config.database.url.is_none());
        assert!(config.keys.folder.ends_with("rightsdesk/keys"));
    }

    #[test]
    fn all_flaws_come_together_and_name_their_setting() {
        let sources = environment(&[
            ("RIGHTSDESK_HTTP_LISTEN", "everywhere"),
            ("RIGHTSDESK_JOBS_AT_ONCE", "0"),
            ("RIGHTSDESK_HTTP_TLS_KEY", "key.pem"),
            ("RIGHTSDESK_HTPP_LISTEN", "127.0.0.1:1"),
        ]);
        let error = Config::read(&sources).err().map(|error| error.to_string()).unwrap_or_default();
        for name in ["http.listen", "jobs.at_once", "http.tls_certificate", "RIGHTSDESK_HTPP_LISTEN"] {
            assert!(error.contains(name), "{name} is missing in: {error}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_the_environment_over_the_file() {
        let mut sources = environment(&[("RIGHTSDESK_JOBS_AT_ONCE", "5")]);
        sources.file = "[jobs]\nat_once = 6\nlease_seconds = 7\n".parse().expect("toml");
        sources.flags.insert("log.format".into(), "json".into());
        let config = Config::read(&sources).expect("fits");
        assert_eq!((config.jobs.at_once, config.jobs.lease.as_secs(), config.log.json), (5, 7, true));
    }

    #[test]
    fn the_usual_name_of_the_database_url_works_too() {
        let config = Config::read(&environment(&[("DATABASE_URL", "postgres://x")])).expect("fits");
        assert_eq!(config.database.url.map(|url| url.expose().to_owned()).as_deref(), Some("postgres://x"));
    }
}
