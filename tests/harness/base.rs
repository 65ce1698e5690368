//! Databases for tests: one migrated template per run, clones of it by name, and the way to look into them with the
//! superuser's eyes.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use rightsdesk_server::floor::kernel::{Secret, Watch};
use rightsdesk_server::floor::ledger::{Ledger, Limits, migrations};

use crate::cluster;

const TEMPLATE: &str = "desk_template";

/// A database with the product's schema.
pub struct Base {
    /// The superuser's way in, for looking and for tampering.
    pub admin: Secret,
    pub migrator: Secret,
    /// The login that the product uses; row security holds it.
    pub online: Secret,
}

impl Base {
    fn of(database: &str) -> Self {
        Self::at(|login| postgres().cluster().url(database, login))
    }

    /// A database whose address is known by login.
    pub fn at(url: impl Fn(&str) -> String) -> Self {
        let url = |login: &str| Secret::new(url(login));
        Self { admin: url("postgres"), migrator: url("rd_migrator"), online: url("rightsdesk") }
    }

    /// The column `line` of every row, as the superuser sees it.
    pub fn lines(&self, sql: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let rows = sql_query(sql).load::<Row>(&mut self.superuser()).expect("a query that runs");
        rows.into_iter().map(|row| row.line).collect()
    }

    /// Runs SQL with superuser's rights, as someone with the run of the host would.
    pub fn tamper(&self, sql: &str) {
        self.superuser().batch_execute(sql).expect("SQL that runs");
    }

    fn superuser(&self) -> PgConnection {
        PgConnection::establish(self.admin.expose()).expect("the run's Postgres answers")
    }

    /// The product's door to it.
    pub fn ledger(&self, limits: Limits) -> Ledger {
        Ledger::open(&self.online, limits, Watch::host())
    }
}

fn postgres() -> &'static cluster::Throwaway {
    cluster::shared().expect("the run's Postgres starts")
}

/// The database that the run's tests share: each test owns tenants in it, not the database.
pub fn migrated() -> &'static Base {
    static SHARED: OnceLock<Base> = OnceLock::new();
    SHARED.get_or_init(fresh)
}

/// A database of one's own, for tests that change the schema or break things.
pub fn fresh() -> Base {
    static TEMPLATE_STANDS: OnceLock<()> = OnceLock::new();
    static CLONES: AtomicU32 = AtomicU32::new(0);
    let cluster = Base::of("postgres");
    TEMPLATE_STANDS.get_or_init(|| {
        migrations::install(&cluster.admin, TEMPLATE).expect("roles and template");
        migrations::migrate(&Base::of(TEMPLATE).migrator).expect("migrations apply");
    });
    let name = format!("desk_{}", CLONES.fetch_add(1, Ordering::SeqCst));
    cluster.tamper(&format!("create database {name} template {TEMPLATE} strategy file_copy owner rd_owner"));
    Base::of(&name)
}

impl Base {
    /// A backup of this database as it stands, come back beside it. Whoever is at it is sent away for that moment.
    #[must_use]
    pub fn come_back(&self) -> Self {
        static BACKUPS: AtomicU32 = AtomicU32::new(0);
        let own = self.lines("select current_database()::text as line").pop().expect("a name");
        let name = format!("{own}_back_{}", BACKUPS.fetch_add(1, Ordering::SeqCst));
        let cluster = Self::of("postgres");
        for _ in 0..50 {
            cluster.tamper(&format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{own}' and pid <> pg_backend_pid()"
            ));
            let copied = format!("create database {name} template {own} strategy file_copy owner rd_owner");
            if cluster.superuser().batch_execute(&copied).is_ok() {
                return Self::of(&name);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("somebody is at the database all the time");
    }
}
