//! One throwaway Postgres for a test run, started by the product's own mechanism when the first test asks for it.
//! Every caller gets a database of its own, cloned from a template that was migrated once. Nothing is dropped one by
//! one: the whole folder goes with the run.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Context, anyhow};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use rightsdesk_server::roof::cluster::{Cluster, SUPERUSER, Setup};

use crate::{desk, scratch};

const TEMPLATE: &str = "template_desk";

/// The run's Postgres.
pub struct Throwaway {
    cluster: Cluster,
    template: OnceLock<Result<(), String>>,
    turn: Mutex<()>,
    count: AtomicU32,
}

/// A database that nobody else uses.
#[derive(Debug, Clone)]
pub struct Fresh {
    pub name: String,
    cluster: &'static Throwaway,
}

impl std::fmt::Debug for Throwaway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Throwaway")
    }
}

static SHARED: OnceLock<Result<Throwaway, String>> = OnceLock::new();

/// The one of this process.
pub fn shared() -> anyhow::Result<&'static Throwaway> {
    let made = SHARED.get_or_init(|| start().map_err(|why| format!("{why:#}")));
    made.as_ref().map_err(|why| anyhow!("no throwaway Postgres: {why}"))
}

fn start() -> anyhow::Result<Throwaway> {
    let mut setup = Setup::new(scratch::folder("shared")?, desk::program());
    setup.throwaway = true;
    let cluster = Cluster::open(setup)?;
    Ok(Throwaway { cluster, template: OnceLock::new(), turn: Mutex::new(()), count: AtomicU32::new(0) })
}

impl Throwaway {
    /// A database as `migrate` leaves one. It is run once, with the address of the template as superuser, by whoever
    /// comes first; it must close its connections.
    pub fn fresh_database(&'static self, migrate: impl FnOnce(&str) -> anyhow::Result<()>) -> anyhow::Result<Fresh> {
        let made = self.template.get_or_init(|| self.make_template(migrate).map_err(|why| format!("{why:#}")));
        made.as_ref().map_err(|why| anyhow!("no template: {why}"))?;
        let name = format!("desk_{}", self.count.fetch_add(1, Ordering::SeqCst));
        // One at a time: with two cores, copying two at once is slower than one after the other.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.command(&format!("create database {name} template {TEMPLATE} strategy file_copy"))?;
        Ok(Fresh { name, cluster: self })
    }

    fn make_template(&self, migrate: impl FnOnce(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.command(&format!("create database {TEMPLATE}"))?;
        migrate(&self.cluster.url(TEMPLATE, SUPERUSER)).context("migrating the template")?;
        self.command(&format!("alter database {TEMPLATE} with allow_connections false"))
    }

    /// Roles are the cluster's, not a database's: they are made here, once.
    pub fn command(&self, sql: &str) -> anyhow::Result<()> {
        let mut connection = PgConnection::establish(&self.cluster.url("postgres", SUPERUSER))?;
        Ok(connection.batch_execute(sql)?)
    }

    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}

impl Fresh {
    /// The address for libpq, as `role`.
    pub fn url(&self, role: &str) -> String {
        self.cluster.cluster.url(&self.name, role)
    }
}
