//! A tenant of one's own, in a desk that really runs: the server on a free port, over real HTTP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rightsdesk_server::catalogue;
use rightsdesk_server::floor::access::{Caller, One, Permission, Scope};
use rightsdesk_server::floor::blobs::{Blobs, Place};
use rightsdesk_server::floor::egress::{Egress, Host};
use rightsdesk_server::floor::issuers::{self, Issuers};
use rightsdesk_server::floor::jobs::{Pace, Queue, Worker};
use rightsdesk_server::floor::journal::Journal;
use rightsdesk_server::floor::kernel::{Error, Instant, Mode, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Ledger, Limits};
use rightsdesk_server::floor::mail::{Mail, Way};
use rightsdesk_server::floor::platforms::{self, Platforms};
use rightsdesk_server::floor::policy::{Book, Chosen, shipped};
use rightsdesk_server::floor::tools::{Facts, Keeping, Tools};
use rightsdesk_server::floor::vault::{KeySource, Vault};
use rightsdesk_server::roof::config::{Documents, Graphql, Statuses};
use rightsdesk_server::roof::followers::FOLLOWERS;
use rightsdesk_server::roof::http::{Doorman, Edge, Listening, Sockets, bind, listen, router};
use rightsdesk_server::roof::map::MAP;
use rightsdesk_server::roof::telemetry::redact;
use rightsdesk_server::roof::{schema, workers};
use rightsdesk_server::staff::SignIn;
use tokio::sync::OnceCell;
use url::Url;

use crate::base::{Base, fresh, migrated};
use crate::{logs, scratch};

/// A test's own corner of a database: the run's, or one of its own.
pub struct World {
    pub base: &'static Base,
    /// Where its keys lie.
    pub keys: PathBuf,
    pub ledger: Ledger,
    pub tools: Tools,
    pub sign_in: SignIn,
    pub tenant: TenantId,
}

fn worker(tools: &Tools) -> Worker {
    Worker::new(&tools.ledger, tools.watch.clone(), workers::registry().with(tools), Pace::default())
}

/// Five past nine today: what is counted by the day has most of it before it, at whatever hour the tests run.
pub fn forenoon() -> Instant {
    let day = 86_400_000_000;
    Instant::from_micros(Watch::host().now().micros() / day * day).plus(chrono::Duration::minutes(9 * 60 + 5))
}

/// The text of a policy that comes along.
fn text_of(policy: &str) -> String {
    shipped(policy).expect("a policy that comes along").to_owned()
}

/// What a desk of a test's works with over its database. No policy is in force yet.
pub async fn tools(ledger: &Ledger, keys: PathBuf, mode: Mode, watch: Watch) -> Tools {
    let vault = opened(ledger, &keys, mode).await;
    let mail = Mail::open(Way::Memory, "desk@desk.example", watch.clone()).expect("a way for mail");
    let blobs = blobs(&scratch::folder("blobs").expect("a folder"), watch.clone());
    let journal = Journal::open(scratch::folder("audit").expect("a folder")).expect("a place for checkpoints");
    let egress = Egress::open([], Mode::Development.reach()).expect("a way out");
    let platforms = Platforms::open(&platforms::Settings::default(), Mode::Development.reach()).expect("a way out");
    let (issuers, keeping) = (Issuers::default(), Keeping::default());
    Tools {
        ledger: ledger.clone(),
        vault,
        egress,
        issuers,
        platforms,
        mail,
        blobs,
        journal,
        policy: Book::new(FOLLOWERS),
        map: MAP,
        keeping,
        public_url: "https://desk.example".to_owned(),
        facts: Facts { mode: Mode::Development, has_certificate: false, has_proxy: false, redacts: redact::prose },
        watch,
    }
}

/// A machine that does much else at the moment keeps a first connection waiting: it is asked for again.
async fn opened(ledger: &Ledger, keys: &Path, mode: Mode) -> Vault {
    for _ in 0..10 {
        match Vault::open(ledger, KeySource::Folder(keys.to_owned()), mode).await {
            Err(Error::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(500)).await,
            vault => return vault.expect("the vault opens"),
        }
    }
    panic!("the database does not answer");
}

/// Objects in a folder.
pub fn blobs(folder: &Path, watch: Watch) -> Blobs {
    let place = Place::parse(&format!("folder:{}", folder.display()), None, Mode::Development.reach());
    Blobs::open(&place.expect("a place"), watch).expect("a place for objects")
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        Self::under(limits, Watch::host()).await
    }

    /// A world whose time stands still until [`World::later`]. Postgres's own times still go by.
    pub async fn held(at: Instant) -> Self {
        Self::under(Limits::default(), Watch::held(at)).await
    }

    async fn under(limits: Limits, watch: Watch) -> Self {
        static KEYS: OnceCell<PathBuf> = OnceCell::const_new();
        let base = tokio::task::spawn_blocking(migrated).await.expect("a database");
        let keys = KEYS.get_or_init(|| async { scratch::folder("world-keys").expect("a folder").join("keys") }).await;
        Self::over(base, keys.clone(), limits, watch, (text_of("sooperseller"), Mode::Development))
            .await
            .with_books()
            .await
    }

    /// A world with a database and keys of its own, for what looks at all tenants, at the house, or runs workers.
    pub async fn alone(watch: Watch) -> Self {
        Self::alone_under("sooperseller", watch).await
    }

    /// The same, with another operator's policy.
    pub async fn alone_under(policy: &str, watch: Watch) -> Self {
        Self::empty(policy, Mode::Development, watch).await.with_books().await
    }

    /// The same, under a policy of this text.
    pub async fn alone_with(policy: String, watch: Watch) -> Self {
        Self::new_desk(policy, Mode::Development, watch).await.with_books().await
    }

    /// A desk of this mode, alone, that nothing has happened at: not even the test's own tenant is there.
    pub async fn empty(policy: &str, mode: Mode, watch: Watch) -> Self {
        Self::new_desk(text_of(policy), mode, watch).await
    }

    /// A world over a database that stands elsewhere than the run's, with everything else that it keeps in this folder.
    pub async fn at(base: &'static Base, home: &Path, policy: String, watch: Watch) -> Self {
        let limits = Limits { connections: 8, ..Limits::default() };
        std::fs::create_dir_all(home).expect("a folder");
        let mut world = Self::over(base, home.join("keys"), limits, watch.clone(), (policy, Mode::Development)).await;
        world.tools.blobs = blobs(&home.join("blobs"), watch);
        world.tools.journal = Journal::open(home.join("audit")).expect("a place for checkpoints");
        world.with_books().await
    }

    async fn new_desk(policy: String, mode: Mode, watch: Watch) -> Self {
        let base: &'static Base = Box::leak(Box::new(tokio::task::spawn_blocking(fresh).await.expect("a database")));
        let keys = scratch::folder("own-keys").expect("a folder").join("keys");
        Self::over(base, keys, Limits { connections: 8, ..Limits::default() }, watch, (policy, mode)).await
    }

    async fn with_books(self) -> Self {
        self.ledger.begin_books(&Caller::house(), self.tenant).await.expect("books begin");
        self
    }

    async fn over(
        base: &'static Base,
        keys: PathBuf,
        limits: Limits,
        watch: Watch,
        (text, mode): (String, Mode),
    ) -> Self {
        let ledger = Ledger::open(&base.online, limits, watch.clone());
        let tools = tools(&ledger, keys.clone(), mode, watch).await;
        let chosen = Chosen { from: "a test".to_owned(), text };
        catalogue::settle(&tools, chosen).await.expect("a policy in force");
        Self { base, keys, ledger, tools, sign_in: SignIn::default(), tenant: TenantId::fresh() }
    }

    /// Knows these identity providers from now on, and may call them.
    pub fn believe(&mut self, settings: issuers::Settings) {
        let reach = Mode::Development.reach();
        let hosts = issuers::hosts(&settings, reach).expect("addresses that may be called");
        self.tools.egress = Egress::open(hosts, reach).expect("a way out");
        self.tools.issuers = Issuers::new(settings, &self.tools.egress, &self.tools.watch);
    }

    /// Knows from now on that people reach it at this address, and may call there.
    pub fn found_at(&mut self, url: &str) {
        let host = Host::of(&Url::parse(url).expect("an address"));
        self.tools.egress = Egress::open(host, Mode::Development.reach()).expect("a way out");
        url.clone_into(&mut self.tools.public_url);
    }

    /// Time goes by, in a world that holds it.
    pub fn later(&self, span: chrono::Duration) {
        self.tools.watch.later(span);
    }

    /// Time goes by until this moment, such as 2026-10-25T00:02:00Z.
    pub fn until(&self, moment: &str) {
        let moment = Instant::from_utc(moment.parse().expect("a moment"));
        let span = moment.since(self.tools.watch.now());
        assert!(span > chrono::Duration::zero(), "{moment} is past");
        self.later(span);
    }

    /// Does everything that is due, as a worker would; only in a world that is alone.
    pub async fn work(&self) -> usize {
        worker(&self.tools).step().await.expect("the queue answers")
    }

    /// A worker that shares nothing with this desk but the database and the keys, as one in another process.
    pub fn worker_apart(&self) -> Worker {
        let limits = Limits { connections: 4, ..Limits::default() };
        let ledger = Ledger::open(&self.base.online, limits, self.tools.watch.clone());
        worker(&Tools { ledger, ..self.tools.clone() })
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
        self.listen(([127, 0, 0, 1], 0).into(), change, None).await
    }

    pub async fn serve_over_tls(&self, certificate: PathBuf, key: PathBuf) -> Listening {
        self.listen(([127, 0, 0, 1], 0).into(), |_| {}, Some((certificate, key))).await
    }

    /// The server at an address that it knows to be its own, for what others send back there.
    pub async fn serve_where_it_is_found(&mut self) -> Listening {
        let free =
            std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|door| door.local_addr()).expect("a free port");
        self.found_at(&format!("http://{free}"));
        self.listen(free, |_| {}, None).await
    }

    async fn listen(
        &self,
        at: SocketAddr,
        change: impl FnOnce(&mut Edge),
        tls: Option<(PathBuf, PathBuf)>,
    ) -> Listening {
        rightsdesk_server::prepare();
        let mut edge = Edge {
            desk: schema::desk(false, self.sign_in.clone()),
            doorman: Doorman::new(self.tools.clone()),
            graphql: Graphql {
                introspection: false,
                graphiql: false,
                documents: Documents::Anyone,
                statuses: Statuses::Usual,
                points: 1_000_000,
                points_per_second: 100_000,
            },
            proxies: Vec::new(),
            sockets: Sockets::default(),
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
        let door = bind(at).expect("a free port");
        listen(router(edge), door, tls.as_ref(), read).await.expect("a free port")
    }
}
