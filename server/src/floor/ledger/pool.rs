//! A bounded pool of connections and the count of what they are asked. It never hands a connection out of the ledger.

use std::cell::Cell;
use std::time::Duration;

use diesel::connection::{Connection, Instrumentation, InstrumentationEvent};
use diesel::pg::PgConnection;
use diesel::r2d2::ConnectionManager;
use r2d2::{CustomizeConnection, Pool, PooledConnection};

use crate::floor::kernel::{Error, Result, Secret};

/// Where a database is: a libpq URL, which may hold a password.
pub type Url = Secret;

pub(super) type Conn = PooledConnection<ConnectionManager<PgConnection>>;
pub(super) type Connections = Pool<ConnectionManager<PgConnection>>;

/// How much of the database one process may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connections: u32,
    /// How long a call may wait for a connection before it is told to come back.
    pub patience: Duration,
    /// Off behind a pooler without prepared statements.
    pub prepare: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 4, patience: Duration::from_secs(2), prepare: true }
    }
}

/// No connection is made here, so that a database that is still starting does not fail the program.
pub(super) fn open(url: &Url, limits: Limits) -> Connections {
    let manager = ConnectionManager::new(patient(url.expose()));
    Pool::builder()
        .max_size(limits.connections)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(limits.patience)
        .connection_customizer(Box::new(Fitted { prepare: limits.prepare }))
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build_unchecked(manager)
}

/// A server that went silent is found out by the connection itself, unless the address says otherwise.
fn patient(url: &str) -> String {
    const SIGNS_OF_LIFE: [(&str, &str); 3] =
        [("connect_timeout", "5"), ("tcp_user_timeout", "10000"), ("keepalives_idle", "5")];
    let mut url = url.to_owned();
    let by_words = !url.starts_with("postgres://") && !url.starts_with("postgresql://");
    for (name, value) in SIGNS_OF_LIFE {
        if url.contains(name) {
            continue;
        }
        url.push(match (by_words, url.contains('?')) {
            (true, _) => ' ',
            (false, true) => '&',
            (false, false) => '?',
        });
        url.push_str(name);
        url.push('=');
        url.push_str(value);
    }
    url
}

pub(super) fn take(pool: &Connections, patience: Duration) -> Result<Conn> {
    pool.get_timeout(patience).map_err(|_| Error::unavailable("the database"))
}

#[derive(Debug)]
struct Fitted {
    prepare: bool,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Fitted {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        if !self.prepare {
            conn.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
        }
        conn.set_instrumentation(Counter);
        Ok(())
    }
}

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

/// Statements asked on this thread since it was last read. A door runs on one thread from begin to commit.
pub(super) fn take_count() -> u64 {
    ASKED.replace(0)
}

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            ASKED.set(ASKED.get() + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::patient;

    #[test]
    fn signs_of_life_are_asked_for_unless_the_address_says_otherwise() {
        let all = "connect_timeout=5&tcp_user_timeout=10000&keepalives_idle=5";
        assert_eq!(patient("postgres://host/desk"), format!("postgres://host/desk?{all}"));
        assert_eq!(patient("postgresql:///desk?host=/run"), format!("postgresql:///desk?host=/run&{all}"));
        let own = "postgres://host/desk?connect_timeout=1&tcp_user_timeout=2&keepalives_idle=3";
        assert_eq!(patient(own), own);
        assert!(
            patient("host=db dbname=desk")
                .ends_with("dbname=desk connect_timeout=5 tcp_user_timeout=10000 keepalives_idle=5")
        );
    }
}
