//! Bringing a database to the schema this program was built with: roles, the database itself, migrations.
//! Runs at installation and deployment; a program that is online only asks whether anything is pending.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::{Pg, PgConnection};
use diesel::result::Error as Diesel;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::constraint::mended;
use super::pool::Url;
use crate::floor::kernel::{Error, Result};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");
const ROLES: &str = include_str!("roles.sql");

/// What Postgres is told to keep out of its log, on every login of ours. Asserted again at each start.
pub(super) const QUIET: [(&str, &str); 10] = [
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_statement", "none"),
    ("log_min_duration_statement", "-1"),
    ("log_duration", "off"),
    ("log_min_duration_sample", "-1"),
    ("log_transaction_sample_rate", "0"),
    // What the ledger reads out of a failure is then the same words everywhere.
    ("lc_messages", "C"),
];

/// Makes roles and the database where they are missing. `admin` is a superuser's way to the cluster's own database.
pub fn install(admin: &Url, database: &str) -> Result<()> {
    let mut conn = connect(admin)?;
    // In one transaction: a private Postgres is told at each start, and the disk is waited for once.
    conn.transaction(|conn| {
        conn.batch_execute(ROLES)?;
        for login in ["rd_migrator", "rightsdesk"] {
            for (name, value) in QUIET {
                conn.batch_execute(&format!("alter role {login} set {name} = '{value}'"))?;
            }
        }
        Ok(())
    })
    .map_err(mended)?;
    let there = sql_query("select datname::text as name from pg_database where datname = $1")
        .bind::<Text, _>(database)
        .load::<Named>(&mut conn)
        .map_err(mended)?;
    if there.is_empty() {
        let name = database.replace('"', "\"\"");
        conn.batch_execute(&format!("create database \"{name}\" owner rd_owner")).map_err(mended)?;
    }
    Ok(())
}

/// Applies what is pending, as the owner, and names it.
pub fn migrate(migrator: &Url) -> Result<Vec<String>> {
    let mut conn = owner(migrator)?;
    let applied = conn.run_pending_migrations(MIGRATIONS).map_err(|error| failed("apply", &*error))?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

/// Takes every migration back, newest first: for the law that they go both ways.
pub fn revert_all(migrator: &Url) -> Result<()> {
    let mut conn = owner(migrator)?;
    conn.revert_all_migrations(MIGRATIONS).map_err(|error| failed("revert", &*error))?;
    Ok(())
}

/// What this program's schema has and the database lacks, and the reverse: either way the two do not fit.
pub fn mismatch(url: &Url) -> Result<Option<String>> {
    let mut conn = connect(url)?;
    let applied = sql_query("select version::text as name from public.__diesel_schema_migrations order by version")
        .load::<Named>(&mut conn);
    let applied: Vec<String> = match applied {
        Ok(rows) => rows.into_iter().map(|row| row.name).collect(),
        Err(Diesel::DatabaseError(_, info)) if info.message().contains("does not exist") => Vec::new(),
        Err(Diesel::DatabaseError(_, info)) if info.message().contains("permission denied") => {
            return Ok(Some(
                "this login may not read which migrations ran: run `rightsdesk migrate`, and make it a member of the \
                 roles that roles.sql names"
                    .to_owned(),
            ));
        }
        Err(error) => return Err(mended(error)),
    };
    let known: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(|error| failed("list", &*error))?;
    let known: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    if known.iter().any(|version| !applied.contains(version)) {
        return Ok(Some("the database is older than this program: run `rightsdesk migrate` first".to_owned()));
    }
    if applied.iter().any(|version| !known.contains(version)) {
        return Ok(Some("the database is newer than this program: start the newer program".to_owned()));
    }
    Ok(None)
}

pub(super) fn connect(url: &Url) -> Result<PgConnection> {
    PgConnection::establish(url.expose()).map_err(|_| Error::unavailable("the database"))
}

fn owner(migrator: &Url) -> Result<PgConnection> {
    let mut conn = connect(migrator)?;
    conn.batch_execute("set role rd_owner").map_err(mended)?;
    Ok(conn)
}

/// Migrations hold no data, so what Postgres says of them may be repeated.
fn failed(verb: &str, error: &(dyn std::error::Error + Send + Sync)) -> Error {
    Error::internal(format!("could not {verb} migrations: {error}"))
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}
