//! Where something may be left, each with a word planted, so that it is known to be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::SystemTime;

use harness::base::Base;
use harness::desk::program;
use harness::{logs, scratch};
use rightsdesk_server::floor::ledger::migrations;
use rightsdesk_server::roof::cluster::{Cluster, Setup};

use super::needles::{Needles, ways};

/// A Postgres as the product starts its own, with all it keeps in one folder.
pub struct Places {
    pub home: PathBuf,
    cluster: Cluster,
    bases: BTreeMap<&'static str, &'static Base>,
}

impl Places {
    pub fn open() -> Self {
        let home = scratch::folder("canaries").expect("a folder");
        let cluster = Cluster::open(Setup::new(home.join("desk"), program())).expect("a Postgres");
        let mut bases = BTreeMap::new();
        for name in ["stores", "relay"] {
            let base = Base::at(|login| cluster.url(name, login));
            let admin = Base::at(|login| cluster.url("postgres", login)).admin;
            migrations::install(&admin, name).expect("roles and a database");
            migrations::migrate(&base.migrator).expect("migrations apply");
            let base: &'static Base = Box::leak(Box::new(base));
            bases.insert(name, base);
        }
        Self { home, cluster, bases }
    }

    pub fn base(&self, name: &str) -> &'static Base {
        self.bases[name]
    }

    /// Leaves the word in each place, in one way after another.
    pub fn plant(&self, word: &str) {
        tracing::info!(target: "rightsdesk_canaries", "this is an {word} of nobody's");
        for base in self.bases.values() {
            base.tamper(&format!(
                "create table planted (plain text, sealed bytea); insert into planted values ('{word}', '{word}')"
            ));
        }
        let forms: Vec<u8> = ways(word).into_iter().flat_map(|(_, form)| [form, b"\n".to_vec()].concat()).collect();
        for folder in [self.home.clone(), self.home.join("stores/blobs"), self.home.join("relay/audit")] {
            std::fs::write(folder.join("planted"), &forms).expect("written");
        }
        std::fs::write(temporary_file(), &forms).expect("written");
    }

    /// What is found, by the place.
    pub fn look(&self, needles: &Needles, answers: &[String], begun: SystemTime) -> BTreeMap<String, BTreeSet<String>> {
        let mut everywhere = BTreeMap::new();
        for (name, base) in &self.bases {
            base.tamper("checkpoint");
            let tables = base.lines(
                "select quote_ident(table_schema) || '.' || quote_ident(table_name) as line from information_schema.tables
                  where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
            );
            assert!(tables.len() > 60, "{} tables", tables.len());
            let mut dump = BTreeSet::new();
            for table in tables {
                let rows = base.lines(&format!("select t::text as line from {table} t")).join("\n");
                dump.extend(needles.found_in(rows.as_bytes()).into_iter().map(|what| format!("{what} in {table}")));
            }
            everywhere.insert(format!("the dump of {name}"), dump);
        }
        let postgres = self.home.join("desk").join("postgres");
        let below = needles.found_below(&postgres);
        for part in ["pg_wal", "base"] {
            let found = below.iter().filter(|what| what.contains(&format!("/{part}/"))).cloned().collect();
            everywhere.insert(format!("Postgres's {part}"), found);
        }
        for part in ["", "stores/blobs", "relay/audit"] {
            everywhere.insert(format!("/{part} of what is kept"), needles.found_below(&self.home.join(part)));
        }
        everywhere.insert("the log".to_owned(), needles.found_in(&logs::heard()));
        everywhere.insert("the figures".to_owned(), needles.found_in(logs::telemetry().render().as_bytes()));
        everywhere.insert("what was answered".to_owned(), needles.found_in(answers.join("\n").as_bytes()));
        everywhere.insert("temporary files".to_owned(), temporary(needles, begun));
        everywhere
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(temporary_file());
        self.cluster.stop();
    }
}

fn temporary_file() -> PathBuf {
    std::env::temp_dir().join(format!("rightsdesk-planted-{}", std::process::id()))
}

/// Files that lie there since this began.
fn temporary(needles: &Needles, begun: SystemTime) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(std::env::temp_dir()).expect("a folder").flatten() {
        let Ok(about) = entry.metadata() else { continue };
        if about.is_file() && about.modified().is_ok_and(|at| at >= begun) {
            found.extend(needles.found_in(&std::fs::read(entry.path()).unwrap_or_default()));
        }
    }
    found
}
