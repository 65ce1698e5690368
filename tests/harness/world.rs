//! A tenant of one's own, in a desk that really runs: the server on a free port, over real HTTP.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rightsdesk_server::floor::access::{Caller, One, Permission, Scope};
use rightsdesk_server::floor::jobs::{Pace, Queue};
use rightsdesk_server::floor::kernel::TenantId;
use rightsdesk_server::floor::ledger::{Ledger, Limits};
use rightsdesk_server::roof::http::{Edge, Listening, listen, router};
use rightsdesk_server::roof::schema;

use crate::base::{Base, migrated};
use crate::logs;

/// A test's own corner of the run's database.
pub struct World {
    pub base: &'static Base,
    pub ledger: Ledger,
    pub tenant: TenantId,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let base = tokio::task::spawn_blocking(migrated).await.expect("a database");
        let ledger = base.ledger(limits);
        let world = Self { base, ledger, tenant: TenantId::fresh() };
        world.ledger.begin_books(&Caller::house(), world.tenant).await.expect("books begin");
        world
    }

    /// Another tenant beside the test's own.
    pub async fn neighbour(&self) -> TenantId {
        let tenant = TenantId::fresh();
        self.ledger.begin_books(&Caller::house(), tenant).await.expect("books begin");
        tenant
    }

    /// The house's own hand on one tenant.
    pub fn scope(&self, tenant: TenantId) -> Scope<One> {
        Caller::house().permit(Permission::KeepHouse, tenant).expect("the house may")
    }

    /// The server, answering on a free port of loopback.
    pub async fn serve(&self) -> Listening {
        self.serve_with(|_| {}).await
    }

    pub async fn serve_with(&self, change: impl FnOnce(&mut Edge)) -> Listening {
        self.listen(change, None).await
    }

    pub async fn serve_over_tls(&self, certificate: PathBuf, key: PathBuf) -> Listening {
        self.listen(|_| {}, Some((certificate, key))).await
    }

    async fn listen(&self, change: impl FnOnce(&mut Edge), tls: Option<(PathBuf, PathBuf)>) -> Listening {
        rightsdesk_server::prepare();
        let mut edge = Edge {
            desk: schema::desk(false),
            introspection: false,
            ledger: self.ledger.clone(),
            queue: Queue::new(&self.ledger, Pace::default()),
            telemetry: logs::telemetry(),
            stopping: Arc::new(AtomicBool::new(false)),
            body: 64 * 1024,
            read: Duration::from_secs(5),
            answer: Duration::from_secs(10),
        };
        change(&mut edge);
        let read = edge.read;
        listen(router(edge), ([127, 0, 0, 1], 0).into(), tls.as_ref(), read).await.expect("a free port")
    }
}
