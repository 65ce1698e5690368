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
    let manager = ConnectionManager::new(url.expose());
    Pool::builder()
        .max_size(limits.connections)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(limits.patience)
        .connection_customizer(Box::new(Fitted { prepare: limits.prepare }))
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build_unchecked(manager)
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
