//! A database full of work, and workers as processes that may be killed, stopped and told to go. Each yard has its own
//! database: a worker takes whatever is due in the one it looks at.

use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::jobs::{self, Pace, Queue, Registry, Ticket, Worker};
use rightsdesk_server::floor::kernel::{JobId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Ledger, Limits, Witnessed};
use tokio::sync::{Mutex, MutexGuard};

use crate::base::{Base, fresh};
use crate::desk::{Desk, program};

/// Work, and whose.
pub struct Yard {
    pub base: Base,
    pub ledger: Ledger,
    pub tenants: Vec<TenantId>,
    watch: Watch,
}

impl Yard {
    pub async fn new(tenants: usize) -> Self {
        Self::under(tenants, Watch::host()).await
    }

    pub async fn under(tenants: usize, watch: Watch) -> Self {
        let base = tokio::task::spawn_blocking(fresh).await.expect("a database");
        let ledger = Ledger::open(&base.online, Limits { connections: 8, ..Limits::default() }, watch.clone());
        let mut yard = Self { base, ledger, tenants: Vec::new(), watch };
        for _ in 0..tenants {
            let tenant = TenantId::fresh();
            yard.ledger.begin_books(&Caller::house(), tenant).await.expect("books begin");
            yard.tenants.push(tenant);
        }
        yard
    }

    /// Enqueues in one witnessed write of the tenant's, as an action would.
    pub async fn enqueue(&self, tenant: TenantId, tickets: Vec<Ticket>) -> Vec<JobId> {
        let scope = Caller::house().permit(Permission::KeepHouse, tenant).expect("the house may");
        let written = self.ledger.write(scope, move |tx| {
            let ids = tickets.into_iter().map(|ticket| jobs::redeem(tx, ticket)).collect();
            Ok(Witnessed::new(ids, Event::new("test.enqueued", "tenant", tenant.uuid())))
        });
        written.await.expect("enqueued")
    }

    /// A person decides that a job which was given up shall be tried again.
    pub async fn reopen(&self, tenant: TenantId, id: JobId) {
        let scope = Caller::house().permit(Permission::KeepHouse, tenant).expect("the house may");
        let written = self.ledger.write(scope, move |tx| {
            jobs::reopen(tx, id)?;
            Ok(Witnessed::new((), Event::new("job.reopened", "job", id.uuid())))
        });
        written.await.expect("reopened");
    }

    pub fn queue(&self, pace: Pace) -> Queue {
        Queue::new(&self.ledger, pace)
    }

    /// A worker inside this process.
    pub fn worker(&self, registry: Registry, pace: Pace) -> Worker {
        Worker::new(&self.ledger, self.watch.clone(), registry, pace)
    }

    /// A worker as a process of its own.
    pub fn spawn(&self, lease: Duration, slots: usize) -> Hand {
        self.start("work", lease, slots)
    }

    /// The same, which also knows a schedule that ticks each second.
    pub fn spawn_ticking(&self, lease: Duration, slots: usize) -> Hand {
        self.start("tick", lease, slots)
    }

    fn start(&self, verb: &str, lease: Duration, slots: usize) -> Hand {
        let mut command = Command::new(program());
        command.args([verb, self.base.online.expose()]).args([lease.as_millis().to_string(), slots.to_string()]);
        Hand::hired(command)
    }

    /// One number.
    pub fn count(&self, sql: &str) -> i64 {
        self.base.lines(&format!("select ({sql})::text as line"))[0].parse().expect("a number")
    }

    pub fn jobs(&self, state: &str) -> i64 {
        self.count(&format!("select count(*) from jobs where state = '{state}'"))
    }

    /// How many attempts ended so.
    pub fn attempts(&self, fate: &str) -> i64 {
        self.count(&format!("select count(*) from job_attempts where fate = '{fate}'"))
    }

    /// Waits until it is so, and says how long that took.
    pub async fn until(&self, patience: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < patience, "not so after {patience:?}: {:?}", self.standing());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        begun.elapsed()
    }

    /// Jobs by state, for a person who wonders.
    pub fn standing(&self) -> Vec<String> {
        self.base.lines(
            "select state || ' ' || name || ' attempt ' || attempt || ' x' || count(*) as line
               from jobs group by state, name, attempt order by 1",
        )
    }
}

/// Journeys with many processes take turns: leases are short, and two cores are few.
pub async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}

/// A short lease and little patience, so that a journey does not take long.
pub fn brisk() -> Pace {
    Pace {
        lease: Duration::from_secs(1),
        poll: Duration::from_millis(50),
        slots: 8,
        grace: Duration::from_secs(2),
        first_retry: Duration::from_millis(100),
        last_retry: Duration::from_secs(2),
        round: Duration::from_millis(200),
        ..Pace::default()
    }
}

/// A worker process.
pub struct Hand(Desk);

impl Hand {
    /// A process that works once it says that it is ready.
    pub fn hired(command: Command) -> Self {
        let mut desk = Desk::run(command).expect("a process");
        desk.ready().expect("a worker");
        Self(desk)
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.pid()), signal).expect("a process of ours");
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.0.kill().expect("a process of ours");
    }

    /// How it ended, once it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.ended().expect("a process of ours")
    }
}
