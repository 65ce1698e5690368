//! Text into values: what does not fit is noted as a flaw, and reading goes on.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::Staff;
use super::network::Network;
use super::settings::SETTINGS;
use super::sources::{Sources, policy_of};
use super::{Documents, Graphql, Statuses};
use crate::floor::issuers::{self, Login, Tokens};
use crate::floor::kernel::{Flaws, Mode, Secret};
use crate::floor::policy::Chosen;

pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) flaws: Flaws,
}

impl Reader<'_> {
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
        let value = self.sources.find(setting).unwrap_or_else(|| setting.default.to_owned());
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A policy that comes along, or the one in the file of this name.
    pub(super) fn policy(&mut self, mode: Mode) -> Chosen {
        let is_named = SETTINGS.iter().any(|setting| setting.key == "policy" && self.sources.find(setting).is_some());
        if mode == Mode::Production && !is_named {
            self.flaws.add("policy", "production wants it named: whose promises does this desk keep?");
        }
        let from = self.text("policy").unwrap_or_default();
        policy_of(&from).unwrap_or_else(|flaw| {
            self.flaws.extend(flaw.into());
            Chosen { from, text: String::new() }
        })
    }

    pub(super) fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    pub(super) fn parse<T: FromStr>(&mut self, key: &str, fallback: T, wanted: &str, fits: impl Fn(&T) -> bool) -> T {
        let given = self.text(key).unwrap_or_default();
        if let Some(value) = given.parse().ok().filter(fits) {
            return value;
        }
        self.flaws.add(key, format!("give {wanted}"));
        fallback
    }

    pub(super) fn seconds(&mut self, key: &str) -> Duration {
        Duration::from_secs(self.parse(key, 1_u64, "whole seconds, from 1 to 3600", |n| (1..=3600).contains(n)))
    }

    /// How long sessions live.
    pub(super) fn staff(&mut self) -> Staff {
        let idle = self.parse("staff.idle_minutes", 30, "whole minutes, from 1 to 480", |n| (1..=480).contains(n));
        let session = self.parse("staff.session_hours", 8, "whole hours, from 1 to 24", |n| (1..=24).contains(n));
        Staff { idle: Duration::from_mins(idle), session: Duration::from_hours(session) }
    }

    pub(super) fn one_of(&mut self, key: &str, words: &[&'static str]) -> &'static str {
        let given = self.text(key).unwrap_or_default();
        if let Some(word) = words.iter().find(|word| **word == given) {
            return word;
        }
        self.flaws.add(key, format!("give one of: {}", words.join(", ")));
        words.first().copied().unwrap_or_default()
    }

    pub(super) fn yes(&mut self, key: &str) -> bool {
        self.one_of(key, &["no", "yes"]) == "yes"
    }

    /// What the gate before the documents goes by.
    pub(super) fn graphql(&mut self) -> Graphql {
        Graphql {
            introspection: self.yes("graphql.introspection"),
            graphiql: self.yes("graphql.graphiql"),
            documents: match self.one_of("graphql.documents", &["signed_in", "any", "known"]) {
                "any" => Documents::Anyone,
                "known" => Documents::Nobody,
                _ => Documents::SignedIn,
            },
            statuses: match self.one_of("graphql.http_profile", &["usual", "2026"]) {
                "2026" => Statuses::Draft2026,
                _ => Statuses::Usual,
            },
            points: self
                .parse("graphql.points", 5_000, "a number from 100 to 1000000", |n| (100..=1_000_000).contains(n)),
            points_per_second: self
                .parse("graphql.points_per_second", 100, "a number from 1 to 100000", |n| (1..=100_000).contains(n)),
        }
    }

    /// Networks and addresses, by commas.
    pub(super) fn networks(&mut self, key: &str) -> Vec<Network> {
        let given = self.text(key).unwrap_or_default();
        let mut networks = Vec::new();
        for one in given.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            match one.parse() {
                Ok(network) => networks.push(network),
                Err(()) => self.flaws.add(key, "give addresses and networks, such as 10.0.0.0/8, by commas"),
            }
        }
        networks
    }

    /// Texts with a comma between them.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn listen(&mut self) -> SocketAddr {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        self.parse("http.listen", nowhere, "an address and port, such as 127.0.0.1:8320", |_| true)
    }

    /// Where people reach the desk. An address that only says where it listens is none.
    pub(super) fn public_url(&mut self, listen: SocketAddr, secure: bool, wanted: bool) -> String {
        if let Some(url) = self.text("http.public_url") {
            return url.trim_end_matches('/').to_owned();
        }
        if wanted && (listen.port() == 0 || listen.ip().is_unspecified()) {
            self.flaws.add("http.public_url", "give it: people come there from the identity provider's sign-in");
        }
        format!("{}://{listen}", if secure { "https" } else { "http" })
    }

    /// What is said of identity providers: a part of it without its issuer is a slip of the pen.
    pub(super) fn issuers(&mut self, listen: SocketAddr, secure: bool) -> issuers::Settings {
        let (login, tokens) = (self.text("oidc.issuer"), self.text("jwt.issuer"));
        for (key, issuer) in [
            ("oidc.client_id", &login),
            ("oidc.client_secret", &login),
            ("oidc.acr", &login),
            ("jwt.jwks_url", &tokens),
            ("jwt.audience", &tokens),
        ] {
            if issuer.is_none() && self.text(key).is_some() {
                let section = key.split('.').next().unwrap_or_default();
                self.flaws.add(format!("{section}.issuer"), format!("give it too: {key} says nothing without it"));
            }
        }
        let desk = self.public_url(listen, secure, login.is_some());
        let age = self.seconds("oidc.max_age_seconds");
        let login = login.map(|issuer| Login {
            issuer,
            client_id: self.text("oidc.client_id").unwrap_or_default(),
            client_secret: self.secret("oidc.client_secret"),
            acr: self.list("oidc.acr"),
            amr: self.list("oidc.amr"),
            max_age: chrono::Duration::from_std(age).unwrap_or_default(),
            desk,
        });
        let tokens = tokens.map(|issuer| Tokens {
            issuer,
            keys: self.text("jwt.jwks_url"),
            audience: self.text("jwt.audience"),
            tenant_claim: self.text("jwt.tenant_claim").unwrap_or_else(|| "tenant".to_owned()),
            subject_claim: self.text("jwt.subject_claim").unwrap_or_else(|| "sub".to_owned()),
        });
        issuers::Settings { login, tokens, hosts: self.list("egress.hosts") }
    }

    /// A desk that is planted is one of mode demo.
    pub(super) fn mode(&mut self, is_planted: bool) -> Mode {
        let code = self.one_of("mode", &["development", "demo", "production"]);
        let mode = Mode::from_code(code).unwrap_or(Mode::Production);
        if !is_planted {
            return mode;
        }
        if mode != Mode::Demo && self.is_given("mode") {
            self.flaws.add("mode", "leave it out: only a desk of mode demo is planted");
        }
        Mode::Demo
    }

    /// How many times over a demo is planted, where one is asked for.
    pub(super) fn demo(&mut self) -> Option<u32> {
        let is_wanted = self.yes("demo");
        let scale = self.parse("demo_scale", 1, "a number from 1 to 1000", |n| (1..=1_000).contains(n));
        if scale != 1 && !is_wanted {
            self.flaws.add("demo", "give it too: demo_scale says nothing without it");
        }
        is_wanted.then_some(scale)
    }

    fn is_given(&self, key: &str) -> bool {
        SETTINGS.iter().any(|setting| setting.key == key && self.sources.find(setting).is_some())
    }

    pub(super) fn tls(&mut self) -> Option<(PathBuf, PathBuf)> {
        self.pair("http.tls_certificate", "http.tls_key", "serve TLS")
    }

    /// A certificate and its key: both, or neither.
    pub(super) fn pair(
        &mut self,
        certificate: &'static str,
        key: &'static str,
        what: &str,
    ) -> Option<(PathBuf, PathBuf)> {
        match (self.path(certificate), self.path(key)) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => {
                self.flaws.add(key, format!("give it too: a certificate alone cannot {what}"));
                None
            }
            (None, Some(_)) => {
                self.flaws.add(certificate, format!("give it too: a key alone cannot {what}"));
                None
            }
        }
    }
}
