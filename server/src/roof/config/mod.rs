//! Every setting, read once: flag, then environment, then file, then default, under one name. All flaws are reported
//! together. Nothing else in the server reads the environment, and secrets have no flag: arguments are public.

mod network;
mod reader;
mod settings;
mod sources;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use network::Network;
pub use settings::{SETTINGS, Setting};
pub use sources::{Sources, policy_of};

use crate::floor::issuers;
use crate::floor::kernel::{Flaws, Mode, Result, Secret};
use crate::floor::platforms;
use crate::floor::policy::Chosen;
use reader::Reader;

/// The settings in force. `boot` takes it apart without `..`, so one that nobody uses does not pass quietly.
pub struct Config {
    pub mode: Mode,
    pub data: PathBuf,
    pub policy: Chosen,
    /// How many times over a demo is planted, where one is.
    pub demo: Option<u32>,
    pub database: Database,
    pub http: Http,
    pub graphql: Graphql,
    pub issuers: issuers::Settings,
    pub platforms: platforms::Settings,
    pub staff: Staff,
    pub keys: Keys,
    pub mail: Mail,
    pub intake: Intake,
    pub opendsr: Opendsr,
    pub blobs: Blobs,
    pub audit: Audit,
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
    /// Where people reach the desk, without a slash at its end.
    pub public_url: String,
    pub tls: Option<(PathBuf, PathBuf)>,
    pub body: usize,
    pub read: Duration,
    pub answer: Duration,
    pub grace: Duration,
    /// Those whose word for a caller's address is taken.
    pub proxies: Vec<Network>,
}

#[derive(Debug, Clone)]
pub struct Graphql {
    pub introspection: bool,
    pub graphiql: bool,
    pub documents: Documents,
    pub statuses: Statuses,
    /// What one caller may spend at once, and what comes back each second.
    pub points: u32,
    pub points_per_second: u32,
}

/// Who may send documents that are not on our list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documents {
    Anyone,
    SignedIn,
    Nobody,
}

/// Which reading of GraphQL over HTTP chooses the status of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statuses {
    /// What clients of today expect, and the public audits ask for.
    Usual,
    /// The draft of 2026: 406, 422 and 294 where they are due.
    Draft2026,
}

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct Staff {
    pub idle: Duration,
    pub session: Duration,
}

pub struct Keys {
    pub folder: PathBuf,
    pub root: Option<Secret>,
}

pub struct Mail {
    pub way: Secret,
    pub from: String,
}

/// By which ways letters come in.
pub struct Intake {
    pub address: Option<String>,
    pub maildir: Option<PathBuf>,
    pub secret: Option<Secret>,
}

/// What controllers' machines may ask for.
#[derive(Debug, Clone)]
pub struct Opendsr {
    /// Hosts at which they may be told.
    pub callbacks: Vec<String>,
    /// Files of the chain and the key that answers are signed with.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

pub struct Blobs {
    pub place: String,
    pub access_key: Option<Secret>,
    pub secret_key: Option<Secret>,
    pub session: Option<Secret>,
}

#[derive(Debug, Clone)]
pub struct Audit {
    pub folder: PathBuf,
    pub access_months: u32,
    pub request_months: u32,
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
    /// The settings, or all that is wrong with them.
    pub fn read(sources: &Sources) -> Result<Self> {
        let (config, flaws) = Self::draft(sources);
        flaws.or(config)
    }

    /// The settings with a fallback wherever one is flawed, and the flaws: for whoever has more to find fault with.
    pub fn draft(sources: &Sources) -> (Self, Flaws) {
        let mut reader = Reader { sources, flaws: Flaws::default() };
        sources.unknown(&mut reader.flaws);
        let demo = reader.demo();
        let mode = reader.mode(demo.is_some());
        let data = reader.path("data").unwrap_or_else(|| sources.home(mode));
        let within = |name: &str| data.join(name);
        let folder = |name: &str| format!("folder:{}", within(name).display());
        let (listen, tls) = (reader.listen(), reader.tls());
        let config = Self {
            mode,
            demo,
            policy: reader.policy(mode),
            issuers: reader.issuers(listen, tls.is_some()),
            platforms: platforms::Settings {
                shopify: reader.secret("platforms.shopify"),
                ebay: reader.secret("platforms.ebay"),
                etsy: reader.secret("platforms.etsy"),
                addresses: reader.list("platforms.addresses"),
                hosts: reader.list("egress.hosts"),
            },
            database: Database {
                url: reader.secret("database.url"),
                migrator_url: reader.secret("database.migrator_url"),
                admin_url: reader.secret("database.admin_url"),
                connections: reader.parse("database.connections", 4, "a number from 2 to 64", |n| (2..=64).contains(n)),
                prepare: reader.yes("database.prepare"),
                binaries: reader.path("database.binaries"),
            },
            http: Http {
                listen,
                public_url: reader.public_url(listen, tls.is_some(), false),
                tls,
                body: reader.parse("http.body_kib", 64_usize, "a number from 1 to 1024", |n| (1..=1024).contains(n))
                    * 1024,
                read: reader.seconds("http.read_seconds"),
                answer: reader.seconds("http.answer_seconds"),
                grace: reader.seconds("http.grace_seconds"),
                proxies: reader.networks("http.proxies"),
            },
            graphql: reader.graphql(),
            staff: reader.staff(),
            keys: Keys {
                folder: reader.path("keys.folder").unwrap_or_else(|| within("keys")),
                root: reader.secret("keys.root"),
            },
            mail: Mail {
                way: reader.secret("mail.way").unwrap_or_else(|| Secret::new(folder("mail"))),
                from: reader.text("mail.from").unwrap_or_default(),
            },
            intake: Intake {
                address: reader.text("intake.address"),
                maildir: reader.path("intake.maildir"),
                secret: reader.secret("intake.secret"),
            },
            opendsr: Opendsr {
                callbacks: reader.list("opendsr.callbacks"),
                certificate: reader.pair("opendsr.certificate", "opendsr.key", "sign for controllers"),
            },
            blobs: Blobs {
                place: reader.text("blobs.place").unwrap_or_else(|| folder("blobs")),
                access_key: reader.secret("blobs.access_key"),
                secret_key: reader.secret("blobs.secret_key"),
                session: reader.secret("blobs.session"),
            },
            audit: Audit {
                folder: reader.path("audit.folder").unwrap_or_else(|| within("audit")),
                access_months: reader
                    .parse("audit.access_months", 24, "a number from 3 to 1200", |n| (3..=1200).contains(n)),
                request_months: reader
                    .parse("audit.request_months", 24, "a number from 1 to 1200", |n| (1..=1200).contains(n)),
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
        if mode == Mode::Production && config.graphql.introspection {
            reader.flaws.add("graphql.introspection", "production does not offer it; the contract ships as a file");
        }
        if config.graphql.graphiql && !cfg!(feature = "graphiql") {
            reader.flaws.add("graphql.graphiql", "this program is built without it: cargo build --features graphiql");
        } else if config.graphql.graphiql && mode != Mode::Development {
            reader.flaws.add("graphql.graphiql", "only a desk in the mode development offers it");
        }
        (config, reader.flaws)
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
    fn a_demo_is_a_desk_beside_ones_own() {
        let home = ("HOME", "/nowhere");
        let demo = Config::read(&environment(&[home, ("RIGHTSDESK_DEMO", "yes")])).expect("fits");
        let own = Config::read(&environment(&[home])).expect("defaults hold");
        assert_eq!((demo.mode, demo.demo, own.demo), (Mode::Demo, Some(1), None));
        assert_ne!(demo.data, own.data);
        for slip in [("RIGHTSDESK_MODE", "development"), ("RIGHTSDESK_DEMO_SCALE", "0")] {
            assert!(Config::read(&environment(&[home, ("RIGHTSDESK_DEMO", "yes"), slip])).is_err(), "{slip:?}");
        }
        assert!(Config::read(&environment(&[home, ("RIGHTSDESK_DEMO_SCALE", "2")])).is_err(), "of what?");
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
    fn what_only_development_offers_is_refused_elsewhere() {
        for (name, mode) in [("INTROSPECTION", "production"), ("GRAPHIQL", "demo"), ("GRAPHIQL", "production")] {
            let variable = format!("RIGHTSDESK_GRAPHQL_{name}");
            let sources = environment(&[(&variable, "yes"), ("RIGHTSDESK_MODE", mode)]);
            let error = Config::read(&sources).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("graphql."), "{name} in {mode}: {error}");
        }
    }

    #[test]
    fn proxies_are_a_list() {
        let config =
            Config::read(&environment(&[("RIGHTSDESK_HTTP_PROXIES", "10.0.0.0/8, 192.0.2.1,")])).expect("fits");
        assert_eq!(config.http.proxies.len(), 2);
        assert!(Config::read(&environment(&[("RIGHTSDESK_HTTP_PROXIES", "everyone")])).is_err());
    }

    #[test]
    fn what_is_said_of_a_provider_goes_with_its_issuer_and_with_an_address_to_come_back_to() {
        let told = |pairs: &[(&str, &str)]| Config::read(&environment(pairs)).err().map(|error| error.to_string());
        let (issuer, client) =
            (("RIGHTSDESK_OIDC_ISSUER", "https://login.example"), ("RIGHTSDESK_OIDC_CLIENT_ID", "desk"));
        assert_eq!(told(&[issuer, client]), None);
        assert!(told(&[client]).is_some_and(|told| told.contains("oidc.issuer")));
        assert!(told(&[("RIGHTSDESK_JWT_AUDIENCE", "desk")]).is_some_and(|told| told.contains("jwt.issuer")));
        for listen in ["127.0.0.1:0", "0.0.0.0:8320", "[::]:8320"] {
            let listen = ("RIGHTSDESK_HTTP_LISTEN", listen);
            assert!(told(&[issuer, client, listen]).is_some_and(|told| told.contains("http.public_url")));
            assert_eq!(told(&[issuer, client, listen, ("RIGHTSDESK_HTTP_PUBLIC_URL", "https://desk.example/")]), None);
            assert_eq!(told(&[listen]), None, "without a provider nobody comes back");
        }
        let alone = Config::read(&environment(&[issuer])).expect("fits so far");
        let flaws = issuers::hosts(&alone.issuers, alone.mode.reach()).expect_err("no client");
        assert!(flaws.to_string().contains("oidc.client_id"));
    }

    #[test]
    fn every_setting_is_read() {
        let reading = [include_str!("mod.rs"), include_str!("reader.rs")].concat();
        for setting in SETTINGS {
            assert!(
                reading.contains(&format!("(\"{}\"", setting.key))
                    || reading.contains(&format!("\"{}\",\n", setting.key))
                    || reading.contains(&format!(", \"{}\"", setting.key)),
                "{} is offered and never read",
                setting.key
            );
        }
    }

    #[test]
    fn the_usual_name_of_the_database_url_works_too() {
        let config = Config::read(&environment(&[("DATABASE_URL", "postgres://x")])).expect("fits");
        assert_eq!(config.database.url.map(|url| url.expose().to_owned()).as_deref(), Some("postgres://x"));
    }
}
