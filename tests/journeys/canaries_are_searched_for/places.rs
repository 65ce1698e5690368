//! Where something may be left, each with a word planted, so that it is known to be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use data_encoding::HEXLOWER;
use harness::base::Base;
use harness::desk::program;
use harness::{logs, scratch};
use rightsdesk_server::floor::ledger::migrations;
use rightsdesk_server::roof::cluster::{Cluster, Setup};

use super::needles::{Finding, Needles, ways};

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

    /// Leaves the word in each place, in every way that the place can hold.
    pub fn plant(&self, word: &str) {
        tracing::info!(target: "rightsdesk_canaries", "this is an {word} of nobody's");
        let forms: Vec<Vec<u8>> = ways(word).into_iter().map(|(_, form)| form).collect();
        for base in self.bases.values() {
            base.tamper("create table planted (plain text, sealed bytea)");
            for form in &forms {
                // A text in Postgres has no zero in it.
                let plain = if form.contains(&0) { "" } else { std::str::from_utf8(form).expect("letters") };
                let sealed = HEXLOWER.encode(form);
                base.tamper(&format!("insert into planted values ('{plain}', '\\x{sealed}')"));
            }
        }
        let lines = forms.join(&b'\n');
        for folder in [self.home.clone(), self.home.join("stores/blobs"), self.home.join("relay/audit")] {
            std::fs::write(folder.join("planted"), &lines).expect("written");
        }
        std::fs::write(temporary_file(), &lines).expect("written");
    }

    /// What is found, by the place.
    pub fn look(
        &self,
        needles: &Needles,
        answers: &[String],
        begun: SystemTime,
    ) -> BTreeMap<String, BTreeSet<Finding>> {
        let mut everywhere = BTreeMap::new();
        // Checkpoints let Postgres write over what was noted before them.
        let postgres = self.home.join("desk").join("postgres");
        everywhere.insert("Postgres's pg_wal".to_owned(), below(needles, &postgres, "pg_wal"));
        for (name, base) in &self.bases {
            base.tamper("checkpoint");
            let tables = base.lines(
                "select quote_ident(table_schema) || '.' || quote_ident(table_name) as line from information_schema.tables
                  where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
            );
            assert!(tables.len() > 60, "{} tables", tables.len());
            let mut dump = BTreeSet::new();
            for table in tables {
                // A row as text has every backslash twice.
                let rows =
                    base.lines(&format!("select t::text as line from {table} t")).join("\n").replace(r"\\", r"\");
                dump.extend(needles.found_in(rows.as_bytes(), &table));
            }
            everywhere.insert(format!("the dump of {name}"), dump);
        }
        everywhere.insert("Postgres's base".to_owned(), below(needles, &postgres, "base"));
        for part in ["", "stores/blobs", "relay/audit"] {
            everywhere.insert(format!("/{part} of what is kept"), needles.found_below(&self.home.join(part)));
        }
        let figures = logs::telemetry().render();
        for (place, bytes) in [
            ("the log", &logs::heard()[..]),
            ("the figures", figures.as_bytes()),
            ("what was answered", answers.join("\n").as_bytes()),
        ] {
            everywhere.insert(place.to_owned(), needles.found_in(bytes, place));
        }
        everywhere.insert("temporary files".to_owned(), temporary(needles, begun));
        everywhere
    }
}

/// In every folder of this name.
fn below(needles: &Needles, postgres: &Path, name: &str) -> BTreeSet<Finding> {
    let within = format!("/{name}/");
    needles.found_below(postgres).into_iter().filter(|found| found.place.contains(&within)).collect()
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
fn temporary(needles: &Needles, begun: SystemTime) -> BTreeSet<Finding> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(std::env::temp_dir()).expect("a folder").flatten() {
        let Ok(about) = entry.metadata() else { continue };
        if about.is_file() && about.modified().is_ok_and(|at| at >= begun) {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            found.extend(needles.found_in(&bytes, &entry.path().display().to_string()));
        }
    }
    found
}
