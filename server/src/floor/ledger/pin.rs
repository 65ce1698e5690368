//! The one place that begins a transaction and says whose it is. Settings are local to the transaction, so they die
//! with it and any pooler fits; they are built from typed ids, so nothing can be slipped in.

use std::fmt::Write;

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::result::{DatabaseErrorKind, Error as Diesel};

use super::constraint::mended;
use super::pool::{Conn, Connections, Limits, take};
use super::tx::Tx;
use crate::floor::kernel::{Result, TenantId};

/// The roles a process takes while it is online; each holds only the grants of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Api,
    Worker,
    Dispatcher,
    Desk,
    Auditor,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Api, Self::Worker, Self::Dispatcher, Self::Desk, Self::Auditor];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "rd_api",
            Self::Worker => "rd_worker",
            Self::Dispatcher => "rd_dispatcher",
            Self::Desk => "rd_desk",
            Self::Auditor => "rd_auditor",
        }
    }

    /// How statements about one tenant are planned. Work looks up a few rows among many, time and again, by what an index
    /// leads with: a plan that was made when a table was small must not read all of it once it has grown, and behind the fence
    /// planning costs more than looking up. Whoever reads lists is planned for what they ask.
    const fn planning(self) -> &'static str {
        match self {
            Self::Worker => "; set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan",
            Self::Api | Self::Dispatcher | Self::Desk | Self::Auditor => "",
        }
    }
}

/// How a transaction sees what others do meanwhile, and whether it may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    /// Everything as it stood when the first statement began.
    Snapshot,
    Write,
}

impl Mode {
    const fn words(self) -> &'static str {
        match self {
            Self::Read => "read only",
            Self::Snapshot => "isolation level repeatable read, read only",
            Self::Write => "read write",
        }
    }
}

/// What a transaction is pinned to.
pub(super) struct Pin<'a> {
    pub role: Role,
    pub mode: Mode,
    /// The one tenant that may be written.
    pub tenant: Option<TenantId>,
    /// The tenants that may be read.
    pub reach: &'a [TenantId],
}

/// Begins on a live connection. One that went stale while it lay in the pool is found out here, before anything was
/// done on it, so another is taken.
pub(super) fn begin(pool: &Connections, limits: Limits, pin: &Pin<'_>) -> Result<Conn> {
    let sql = pin.sql();
    let mut tries = limits.connections + 1;
    loop {
        let mut conn = take(pool, limits.patience)?;
        match AnsiTransactionManager::begin_transaction_sql(&mut *conn, &sql) {
            Ok(()) => return Ok(conn),
            Err(error) if tries > 0 && is_stale(&error) => tries -= 1,
            Err(error) => {
                // It may have begun before it failed, and diesel does not know: the next to take it must not find out.
                let _ = conn.batch_execute("rollback");
                return Err(mended(error));
            }
        }
    }
}

/// Pins a transaction that has begun to one tenant, for the rest of it.
pub(super) fn narrow(conn: &mut Conn, tenant: TenantId) -> Result<()> {
    let id = tenant.uuid();
    conn.batch_execute(&format!("set local app.tenant = '{id}'; set local app.reach = '{{{id}}}'")).map_err(mended)
}

/// Shows a digest at the keyhole, for the rest of the transaction.
pub(super) fn knock(tx: &mut Tx, digest: &[u8; 32]) -> Result<()> {
    let mut sql = "set local app.knock = '".to_owned();
    for byte in digest {
        let _ = write!(sql, "{byte:02x}");
    }
    sql.push('\'');
    tx.conn().batch_execute(&sql).map_err(mended)
}

fn is_stale(error: &Diesel) -> bool {
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)
        | Diesel::BrokenTransactionManager => true,
        Diesel::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            let message = info.message();
            message.contains("server closed the connection") || message.contains("terminating connection")
        }
        _ => false,
    }
}

impl Pin<'_> {
    fn sql(&self) -> String {
        let mut sql = format!("begin {}; set local role {}", self.mode.words(), self.role.name());
        if let Some(tenant) = self.tenant {
            let _ = write!(sql, "; set local app.tenant = '{}'", tenant.uuid());
            sql.push_str(self.role.planning());
        }
        if !self.reach.is_empty() {
            sql.push_str("; set local app.reach = '{");
            for (at, tenant) in self.reach.iter().enumerate() {
                let gap = if at == 0 { "" } else { "," };
                let _ = write!(sql, "{gap}{}", tenant.uuid());
            }
            sql.push_str("}'");
        }
        sql
    }
}
