//! The doors themselves. Each is one blocking hop: begin and pin, the closure, then commit or roll back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, Semaphore};

use super::books::{self, Leave, Opened, Witnessed};
use super::handover;
use super::keyhole::{self, Keyhole};
use super::pin::{self, Mode, Pin, Role};
use super::pool::{self, Connections, Limits, Url};
use super::tx::{RevealTx, Tx, WriteTx};
use crate::floor::access::{Actor, Caller, Desk, DeskPermit, One, Permission, Readable, Scope, Span, SpanPermit};
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, Instant, Result, TenantId, Watch};

/// The way to Postgres. Cheap to clone; every clone shares the pool.
#[derive(Clone)]
pub struct Ledger {
    pool: Connections,
    turns: Arc<Semaphore>,
    limits: Limits,
    role: Role,
    watch: Watch,
    nudge: Arc<Notify>,
}

impl Ledger {
    /// Opens the way as the API; see [`Ledger::as_role`].
    pub fn open(url: &Url, limits: Limits, watch: Watch) -> Self {
        let turns = Arc::new(Semaphore::new(limits.connections as usize));
        Self { pool: pool::open(url, limits), turns, limits, role: Role::Api, watch, nudge: Arc::default() }
    }

    /// The same way, taken in another role.
    #[must_use]
    pub fn as_role(&self, role: Role) -> Self {
        Self { role, ..self.clone() }
    }

    /// The same way, by another watch.
    #[must_use]
    pub fn by(&self, watch: Watch) -> Self {
        Self { watch, ..self.clone() }
    }

    /// Resolves when a write of this process has handed a job over since the last time it was asked.
    pub async fn handed_over(&self) {
        self.nudge.notified().await;
    }

    /// Reads what the scope reaches. Postgres itself holds it read-only; sealed values stay sealed.
    pub async fn read<K, T, F>(&self, scope: &Scope<K>, ask: F) -> Result<T>
    where
        Scope<K>: Readable,
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        let reach = scope.tenants().to_vec();
        let tenant = if let [one] = reach[..] { Some(one) } else { None };
        self.hop(Readable::actor(scope), Room { role: self.role, mode: Mode::Read, tenant, reach }, |mut tx| {
            let outcome = ask(&mut tx);
            tx.finish(outcome)
        })
        .await
    }

    /// Reads keys and facts of every tenant, as the role that holds nothing else.
    pub async fn desk<T, F>(&self, scope: &Scope<Desk>, ask: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        self.look_around(scope, Mode::Read, ask).await
    }

    /// The same, with every statement seeing the desk as it stood when the first began.
    pub async fn snapshot<T, F>(&self, scope: &Scope<Desk>, ask: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        self.look_around(scope, Mode::Snapshot, ask).await
    }

    async fn look_around<T, F>(&self, scope: &Scope<Desk>, mode: Mode, ask: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        let room = Room { role: Role::Desk, mode, tenant: None, reach: Vec::new() };
        self.hop(scope.actor(), room, |mut tx| {
            let outcome = ask(&mut tx);
            tx.finish(outcome)
        })
        .await
    }

    /// Opens sealed values. One access row per subject opened commits with the look, before the answer leaves.
    pub async fn reveal<T, F>(&self, scope: Scope<One>, purpose: &str, ask: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut RevealTx) -> Result<T> + Send + 'static,
    {
        let purpose = purpose.to_owned();
        self.hop(scope.actor(), Room::of(self.role, scope.tenant()), move |tx| {
            let mut tx = RevealTx::new(tx, purpose);
            let outcome = ask(&mut tx).and_then(|value| {
                if !tx.opened.is_empty() {
                    books::note_access(&mut tx.tx, &tx.opened)?;
                }
                Ok(value)
            });
            tx.tx.finish(outcome)
        })
        .await
    }

    /// Changes one tenant's rows. Rows, jobs and the events that tell of them commit together or not at all; under a
    /// lease, only while the job is still the worker's own.
    pub async fn write<T, F>(&self, scope: Scope<One>, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx) -> Result<Witnessed<T>> + Send + 'static,
    {
        let lease = scope.lease();
        let nudge = Arc::clone(&self.nudge);
        self.hop(scope.actor(), Room::of(self.role, scope.tenant()), move |tx| {
            let mut tx = WriteTx::new(tx);
            let mut handed = false;
            let outcome = change(&mut tx).and_then(|witnessed| {
                if witnessed.events.is_empty() {
                    return Err(Error::internal("a change without a witness"));
                }
                handed = handover::flush(&mut tx)?;
                for event in &witnessed.events {
                    books::append(&mut tx, event)?;
                }
                lease.map_or(Ok(()), |lease| super::fence::check(&mut tx, lease))?;
                Ok(witnessed.value)
            });
            tx.tx.finish(outcome).inspect(|_| wake(&nudge, handed))
        })
        .await
    }

    /// Short unwitnessed upkeep of machine state: queues, leases, sessions, throttles. A law names its callers.
    pub async fn bookkeep<T, F>(&self, tenant: Option<TenantId>, tend: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx) -> Result<T> + Send + 'static,
    {
        let reach = tenant.into_iter().collect();
        let room = Room { role: self.role, mode: Mode::Write, tenant, reach };
        let nudge = Arc::clone(&self.nudge);
        self.hop(Actor::House, room, move |tx| {
            let mut tx = WriteTx::new(tx);
            let mut handed = false;
            let outcome = tend(&mut tx).and_then(|value| {
                handed = handover::flush(&mut tx)?;
                Ok(value)
            });
            tx.tx.finish(outcome).inspect(|_| wake(&nudge, handed))
        })
        .await
    }

    /// Turns a permit for several tenants into a scope, once the house's book says who looks where and why.
    pub async fn span(&self, permit: SpanPermit, reason: &str) -> Result<Scope<Span>> {
        let view = permit.tenants().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        self.trace(permit.actor(), format!("span {view}"), reason).await?;
        Ok(permit.traced())
    }

    /// Turns a permit for the desk into a scope, once the house's book says who looks at which view.
    pub async fn desk_scope(&self, permit: DeskPermit, view: &'static str) -> Result<Scope<Desk>> {
        self.trace(permit.actor(), format!("desk {view}"), "desk").await?;
        Ok(permit.traced())
    }

    /// Begins a tenant's books: its own chain begins, then its birth stands in the house's chain, so that a birth
    /// always has a chain and whoever verifies misses one that is gone. May be run again.
    pub async fn begin_books(&self, caller: &Caller, tenant: TenantId) -> Result<()> {
        let house = caller.permit(Permission::KeepHouse, TenantId::HOUSE)?;
        let own = caller.permit(Permission::KeepHouse, tenant)?;
        let born = books::Event::new("books.begun", "tenant", tenant.uuid());
        self.write(own, {
            let born = born.clone();
            move |tx| {
                books::begin_chain(tx)?;
                Ok(Witnessed::new((), born))
            }
        })
        .await?;
        self.write(house, move |_| Ok(Witnessed::new((), born))).await
    }

    /// Where a digest leads, for callers whose tenant is not yet known. A digest that leads nowhere is `None`.
    pub async fn knock(&self, digest: [u8; 32]) -> Result<Option<Keyhole>> {
        let room = Room { role: self.role, mode: Mode::Read, tenant: None, reach: Vec::new() };
        self.hop(Actor::House, room, move |mut tx| {
            let found = keyhole::look(&mut tx, &digest);
            tx.finish(found)
        })
        .await
    }

    /// Whether Postgres answers: for readiness, and nothing else.
    pub async fn answers(&self) -> Result<Instant> {
        let room = Room { role: self.role, mode: Mode::Read, tenant: None, reach: Vec::new() };
        self.hop(Actor::House, room, |mut tx| {
            let now = tx.now();
            tx.finish(now)
        })
        .await
    }

    async fn trace(&self, actor: Actor, view: String, purpose: &str) -> Result<()> {
        let opened = Opened { subject: None, view, purpose: purpose.to_owned(), leave: Leave::default() };
        self.hop(actor, Room::of(self.role, TenantId::HOUSE), move |mut tx| {
            let outcome = books::note_access(&mut tx, &[(AccessId::fresh(), opened)]);
            tx.finish(outcome)
        })
        .await
    }

    async fn hop<T, F>(&self, actor: Actor, room: Room, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Tx) -> Result<T> + Send + 'static,
    {
        let waiting = std::time::Instant::now();
        let turn = tokio::time::timeout(self.limits.patience, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Error::unavailable("the database"))?
            .map_err(|_| Error::unavailable("the database"))?;
        metrics::histogram!("rightsdesk_ledger_wait_seconds").record(waiting.elapsed());
        let (pool, limits, held) = (self.pool.clone(), self.limits, self.watch.held_at());
        let door = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            pool::take_count();
            let pin = Pin { role: room.role, mode: room.mode, tenant: room.tenant, reach: &room.reach };
            let outcome =
                pin::begin(&pool, limits, &pin).and_then(|conn| work(Tx::new(conn, actor, room.tenant, held)));
            (outcome, pool::take_count())
        });
        let (outcome, asked) = door.await.map_err(|_| Error::internal("a transaction was broken off by a panic"))?;
        metrics::histogram!("rightsdesk_statements_per_call")
            .record(f64::from(u32::try_from(asked).unwrap_or(u32::MAX)));
        let _ = TALLY.try_with(|tally| tally.fetch_add(asked, Ordering::Relaxed));
        outcome
    }
}

fn wake(nudge: &Notify, handed: bool) {
    if handed {
        nudge.notify_one();
    }
}

/// Where a hop goes: the role it takes, how it reads or writes, whose rows it sees.
struct Room {
    role: Role,
    mode: Mode,
    tenant: Option<TenantId>,
    reach: Vec<TenantId>,
}

impl Room {
    fn of(role: Role, tenant: TenantId) -> Self {
        Self { role, mode: Mode::Write, tenant: Some(tenant), reach: vec![tenant] }
    }
}

tokio::task_local! {
    static TALLY: AtomicU64;
}

/// Runs `call` and says how many statements it asked of Postgres.
pub async fn counting<F: Future>(call: F) -> (F::Output, u64) {
    TALLY
        .scope(AtomicU64::new(0), async {
            let answer = call.await;
            (answer, TALLY.with(|tally| tally.load(Ordering::Relaxed)))
        })
        .await
}
