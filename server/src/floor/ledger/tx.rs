//! A transaction in hand: its connection, its moment, its tenant. It gives no way back to the ledger, so a door
//! cannot be opened inside a door.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sql_types::Timestamptz;
use diesel::{QueryableByName, RunQueryDsl};

use super::books::{Leave, Opened};
use super::handover::Handover;
use super::pin;
use super::pool::Conn;
use super::statement::statement;
use crate::floor::access::Actor;
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, Instant, Result, SubjectId, TenantId};

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// What every door's closure gets.
pub struct Tx {
    conn: Conn,
    actor: Actor,
    tenant: Option<TenantId>,
    held: Option<Instant>,
    now: Option<Instant>,
}

impl Tx {
    pub(super) fn new(conn: Conn, actor: Actor, tenant: Option<TenantId>, held: Option<Instant>) -> Self {
        Self { conn, actor, tenant, held, now: held }
    }

    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The one tenant this transaction is pinned to.
    pub fn tenant(&self) -> Result<TenantId> {
        self.tenant.ok_or_else(|| Error::internal("a span or the desk has no one tenant"))
    }

    /// The instant of this transaction: Postgres's own, so a host that jumps decides nothing; the World's in tests.
    pub fn now(&mut self) -> Result<Instant> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let begun: Begun = statement("select transaction_timestamp() as at").get_result(self.conn())?;
        let now = Instant::from_utc(begun.at);
        self.now = Some(now);
        Ok(now)
    }

    /// The same, where a statement told it along with something else.
    pub fn told_now(&mut self, at: Instant) -> Instant {
        *self.now.get_or_insert(at)
    }

    /// The moment a test's watch dictates, if one does.
    pub fn held_now(&self) -> Option<Instant> {
        self.held
    }

    pub(super) fn finish<T>(mut self, outcome: Result<T>) -> Result<T> {
        match outcome {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(&mut *self.conn)?;
                Ok(value)
            }
            Err(error) => {
                // A connection that cannot even roll back is broken, and the pool discards it.
                let _ = AnsiTransactionManager::rollback_transaction(&mut *self.conn);
                Err(error)
            }
        }
    }
}

/// A transaction that may write, and ends witnessed.
pub struct WriteTx {
    pub(super) tx: Tx,
    pub(super) handed: Vec<Handover>,
}

impl WriteTx {
    pub(super) fn new(tx: Tx) -> Self {
        Self { tx, handed: Vec::new() }
    }

    /// Hands a job to the workers of the pinned tenant's lane. It is inserted when the write ends, and not at all
    /// where the write does not.
    pub fn hand_over(&mut self, job: Handover) {
        self.handed.push(job);
    }

    /// For work by the page: what a foreign key points to is looked up by index, though the table was small when that was
    /// first planned. Ends with the transaction.
    pub fn look_up_by_index(&mut self) -> Result<()> {
        statement("set local enable_seqscan = off").execute(self.tx.conn())?;
        Ok(())
    }

    /// Pins a transaction that began without a tenant. Whoever works lanes learns only in it whose turn it is.
    pub fn pin(&mut self, tenant: TenantId) -> Result<()> {
        if self.tx.tenant.is_some() {
            return Err(Error::internal("a transaction is pinned once"));
        }
        pin::narrow(&mut self.tx.conn, tenant)?;
        self.tx.tenant = Some(tenant);
        Ok(())
    }
}

/// A transaction that may open sealed values, and writes who looked.
pub struct RevealTx {
    pub(super) tx: Tx,
    pub(super) purpose: String,
    pub(super) leave: Leave,
    pub(super) opened: Vec<(AccessId, Opened)>,
    pub(super) next: AccessId,
}

impl RevealTx {
    pub(super) fn new(tx: Tx, purpose: String) -> Self {
        Self { tx, purpose, leave: Leave::default(), opened: Vec::new(), next: AccessId::fresh() }
    }

    /// The id of the row that the next look writes: what is sealed into that row is bound to it.
    pub fn next_access(&self) -> AccessId {
        self.next
    }

    /// Under whose leave the values noted from here on are opened.
    pub fn under(&mut self, leave: Leave) {
        self.leave = leave;
    }

    /// Notes that a sealed value of `subject` is being opened, and says under which row. The row commits before the
    /// value leaves; the same look twice is one row.
    pub fn note(&mut self, subject: Option<SubjectId>, view: &'static str) -> AccessId {
        let (purpose, leave) = (self.purpose.clone(), self.leave.clone());
        let opened = Opened { subject, view: view.to_owned(), purpose, leave };
        if let Some((id, _)) = self.opened.iter().find(|(_, noted)| *noted == opened) {
            return *id;
        }
        let id = std::mem::replace(&mut self.next, AccessId::fresh());
        self.opened.push((id, opened));
        id
    }
}

impl Deref for WriteTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl Deref for RevealTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for RevealTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}
