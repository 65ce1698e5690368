//! From settings to a running program, and from there to a graceful stop. Every setting is taken up here by name,
//! so that one nobody uses does not pass quietly.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use super::cluster::{self, Address, Cluster, Setup, Trouble};
use super::config::{self, Config};
use super::demo::{self, Planted};
use super::followers::FOLLOWERS;
use super::http::{self, Doorman, Edge, Listening, Sockets};
use super::map::MAP;
use super::schema;
use super::telemetry::{self, Telemetry};
use super::workers;
use crate::catalogue;
use crate::floor::access::Role;
use crate::floor::blobs::{Blobs, Credentials, Place};
use crate::floor::egress::{Egress, Host};
use crate::floor::issuers::{self, Issuers};
use crate::floor::jobs::{Pace, Queue, Worker};
use crate::floor::journal::Journal;
use crate::floor::kernel::{Error, Flaw, Flaws, Mode, Personal, Secret, Watch};
use crate::floor::ledger::{self, Ledger, Limits, migrations};
use crate::floor::mail::{self, Coming, Mail, Maildir, Way};
use crate::floor::platforms::{self, Platforms};
use crate::floor::policy::{Book, Chosen};
use crate::floor::tools::{Facts, Keeping, Tools};
use crate::floor::vault::{CallKey, KeySource, Vault, epochs};
use crate::requests;
use crate::staff::{Lives, SignIn, Token, seats};
use crate::trust;

/// The name of the database in a private Postgres.
const DATABASE: &str = "rightsdesk";

/// How long readiness turns away before the door is shut.
const NOTICE: Duration = Duration::from_secs(1);

/// What writing down the last jobs may take beyond their grace.
const SETTLING: Duration = Duration::from_secs(10);

/// What a program does once it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duties {
    /// Answers calls; on a Postgres of its own, carries out jobs too, for no other program outlives it there.
    Serve,
    /// Carries out jobs.
    Work,
    /// Neither: a command that needs the desk's doors for a while.
    Visit,
}

/// A program that runs.
pub struct Running {
    pub tools: Tools,
    /// Where a demo was planted just now, what is told of it.
    pub planted: Option<Planted>,
    listening: Option<Listening>,
    sockets: Sockets,
    working: Option<Working>,
    following: Following,
    stopping: Arc<AtomicBool>,
    grace: Duration,
    telemetry: Telemetry,
    postgres: Option<Cluster>,
    /// What a demo stands on, as long as it runs.
    ground: Option<demo::Ground>,
}

impl Running {
    /// Where calls are answered, if this program answers any.
    pub fn url(&self) -> Option<String> {
        self.listening.as_ref().map(Listening::url)
    }

    /// Where the street of a demo takes orders to send a notice, if there is one.
    pub fn orders_at(&self) -> Option<String> {
        self.ground.as_ref().and_then(demo::Ground::orders_at)
    }

    /// Resolves when the worker ends by itself, which it never should; without a worker, never.
    pub async fn worker_ended(&mut self) {
        match &mut self.working {
            Some(working) => drop((&mut working.task).await),
            None => std::future::pending().await,
        }
    }

    /// Not ready any more, calls and jobs in flight finish within the grace, then the private Postgres goes last.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stopping.store(true, Ordering::Relaxed);
        // Whoever sends calls to several desks is given the time to see that this one is not ready. Before a private
        // Postgres there is no such sender.
        let notice = if self.postgres.is_some() { Duration::ZERO } else { NOTICE.min(self.grace) };
        let listening = async {
            match self.listening {
                Some(listening) => {
                    tokio::time::sleep(notice).await;
                    let (stopped, ()) = tokio::join!(listening.stop(self.grace), self.sockets.empty(self.grace));
                    stopped
                }
                None => Ok(()),
            }
        };
        let working = async {
            match self.working {
                Some(working) => working.stop(self.grace).await,
                None => Ok(()),
            }
        };
        let (listening, working) = tokio::join!(listening, working);
        self.following.0.abort();
        listening.and(working)?;
        if let Some(postgres) = self.postgres {
            tokio::task::spawn_blocking(move || postgres.stop()).await?;
        }
        self.telemetry.stop();
        Ok(())
    }
}

/// Starts everything the duties ask for.
pub async fn boot(config: Config, telemetry: Telemetry, duties: Duties) -> anyhow::Result<Running> {
    let Config {
        mode,
        data,
        policy,
        demo,
        database,
        http,
        graphql,
        issuers,
        platforms,
        staff,
        keys,
        mail,
        intake,
        opendsr,
        blobs,
        audit,
        jobs,
        log: _,
    } = config;
    let demo = demo.filter(|_| duties == Duties::Serve);
    let watch = Watch::host();
    let mail = mail_of(&mail, intake, mode, &watch)?;
    let blobs = Blobs::open(&place_of(&blobs, mode).map_err(Error::from)?, watch.clone())?;
    let issuers = issuers_of(issuers, mode, &watch)?;
    let (mut ground, platforms) = ground_of(demo.is_some(), &watch, platforms, mode).await?;
    let door = if duties == Duties::Serve { Some(http::bind(http.listen)?) } else { None };
    let public_url = found_at(&http.public_url, door.as_ref());
    let egress = Egress::open(hosts_of(&public_url, &opendsr, ground.as_ref())?, mode.reach())?;
    let limits = Limits { connections: database.connections, prepare: database.prepare, ..Limits::default() };
    let home = data.clone();
    let (postgres, online) =
        tokio::task::spawn_blocking(move || database_of(data, database, duties != Duties::Serve)).await??;
    let ledger = Ledger::open(&online, limits, watch.clone());
    let vault = vault_of(&ledger, keys, mode, demo.is_some(), &opendsr).await?;
    let pace = Pace { lease: jobs.lease, slots: jobs.at_once, grace: http.grace, ..Pace::default() };
    let stopping = Arc::new(AtomicBool::new(false));
    let tools = Tools {
        ledger: ledger.clone(),
        vault,
        egress,
        issuers,
        platforms,
        mail,
        blobs,
        journal: Journal::open(audit.folder)?,
        policy: Book::new(FOLLOWERS),
        map: MAP,
        keeping: Keeping { access_months: audit.access_months, request_months: audit.request_months },
        public_url,
        facts: facts_of(mode, &http),
        watch: watch.clone(),
    };
    settle(&tools, policy).await?;
    uphold(&tools, duties).await?;
    // Before a demo brings seats of its own, of which nobody has taken one up.
    let is_of_its_machine = duties == Duties::Serve && postgres.is_some();
    let file = if is_of_its_machine { Some(open_to_its_machine(&tools, &home).await?) } else { None };
    let planted = furnish(&tools, (demo, ground.as_mut()), &home).await?;
    let sockets = Sockets::default();
    let listening = if let Some(door) = door {
        let sign_in = SignIn::new(Lives::new(staff.idle, staff.session)).with_file(file);
        let edge = Edge {
            desk: schema::desk(graphql.introspection, sign_in),
            doorman: Doorman::new(tools.clone()),
            graphql,
            proxies: http.proxies.clone(),
            sockets: sockets.clone(),
            ledger: ledger.clone(),
            queue: Queue::new(&ledger, pace.clone()),
            telemetry: telemetry.clone(),
            stopping: Arc::clone(&stopping),
            body: http.body,
            read: http.read,
            answer: http.answer,
        };
        let listening = http::listen(http::router(edge), door, http.tls.as_ref(), http.read).await?;
        tracing::info!(url = %listening.url(), "the desk answers");
        Some(listening)
    } else {
        None
    };
    let following = Following::begin(tools.clone());
    let works = duties == Duties::Work || is_of_its_machine;
    let working =
        works.then(|| Working::begin(Worker::new(&ledger, watch.clone(), workers::registry().with(&tools), pace)));
    Ok(Running {
        tools,
        planted,
        listening,
        sockets,
        working,
        following,
        stopping,
        grace: http.grace,
        telemetry,
        postgres,
        ground,
    })
}

/// The vault of the desk. A folder whose keys are of another mode is no place for a demo, and says so.
async fn vault_of(
    ledger: &Ledger,
    keys: config::Keys,
    mode: Mode,
    is_demo: bool,
    opendsr: &config::Opendsr,
) -> anyhow::Result<Vault> {
    let vault = Vault::open(ledger, source_of(keys), mode).await.map_err(|error| match error {
        Error::Invalid(flaws) if is_demo => told(demo::elsewhere(&flaws.to_string())),
        other => told(other),
    })?;
    if let Some((certificate, key)) = &opendsr.certificate {
        vault.answer_with(CallKey::at(certificate, key)?)?;
    }
    Ok(vault)
}

/// The desk visits its own public pages, where the settings say at which address; one that only says that a free port is
/// taken, or any address of the machine, is none.
fn own_host(public_url: &str) -> Option<Host> {
    let url = Url::parse(public_url).ok()?;
    let is_anywhere = url.port() == Some(0) || matches!(url.host_str(), Some("0.0.0.0" | "[::]"));
    Host::of(&url).filter(|_| !is_anywhere)
}

/// What a demo stands on, and the platforms by the settings with what it adds to them.
async fn ground_of(
    is_demo: bool,
    watch: &Watch,
    settings: platforms::Settings,
    mode: Mode,
) -> anyhow::Result<(Option<demo::Ground>, Platforms)> {
    if !is_demo {
        return Ok((None, Platforms::open(&settings, mode.reach())?));
    }
    let (ground, settings) = demo::Ground::open(watch.clone(), settings).await?;
    Ok((Some(ground), Platforms::open(&settings, mode.reach())?))
}

/// Nobody is served, and nothing carried out, from a database in which somebody stands who was erased since.
async fn uphold(tools: &Tools, duties: Duties) -> anyhow::Result<()> {
    match duties {
        Duties::Visit => Ok(()),
        _ => requests::require_upheld(tools).await.map_err(told),
    }
}

/// Plants a demo, and opens the shops of its street.
async fn furnish(
    tools: &Tools,
    (scale, ground): (Option<u32>, Option<&mut demo::Ground>),
    home: &Path,
) -> anyhow::Result<Option<demo::Planted>> {
    let Some((scale, ground)) = scale.zip(ground) else { return Ok(None) };
    let planted = demo::furnish(tools, scale, Some(&*ground)).await.map_err(told)?;
    ground.register(&tools.public_url)?;
    ground.admit(tools).await?;
    ground.open_shops();
    // Whoever has the console before them reads it there. A desk on another's Postgres may have no folder.
    if let Some(at) = ground.orders_at().filter(|_| home.is_dir()) {
        let home = home.to_owned();
        tokio::task::spawn_blocking(move || cluster::write_street(&home, &at)).await??;
    }
    Ok(planted)
}

/// Where people reach the desk: at the port that was free, where any would do.
fn found_at(said: &str, door: Option<&TcpListener>) -> String {
    let any = Url::parse(said).ok().filter(|url| url.port() == Some(0));
    let port = door.and_then(|door| door.local_addr().ok()).map(|at| at.port());
    let Some((mut url, port)) = any.zip(port) else { return said.to_owned() };
    match url.set_port(Some(port)) {
        Ok(()) => url.as_str().trim_end_matches('/').to_owned(),
        Err(()) => said.to_owned(),
    }
}

fn facts_of(mode: Mode, http: &config::Http) -> Facts {
    Facts {
        mode,
        has_certificate: http.tls.is_some(),
        has_proxy: !http.proxies.is_empty(),
        redacts: telemetry::redact::prose,
    }
}

/// The policy in force is the desk's from here on. One in a language that the trust pages do not speak would be published
/// in another than it says.
async fn settle(tools: &Tools, policy: Chosen) -> Result<(), Error> {
    catalogue::settle(tools, policy).await?;
    for locale in tools.policy.in_force()?.policy.locales.get_ref() {
        if !trust::speaks(locale) {
            let why = format!("the policy is written in {locale}, for which the trust pages have no words");
            return Err(Error::invalid("policy.locales", why));
        }
    }
    Ok(())
}

/// A desk on a Postgres of its own is its machine's: whoever may read the token file is its first admin, who is made
/// here where there is no seat yet. The file is another at each start, and its digest is kept nowhere but here.
async fn open_to_its_machine(tools: &Tools, home: &Path) -> anyhow::Result<[u8; 32]> {
    // A demo is there to try everything on, alone.
    let also: &[Role] = if tools.vault.mode() == Mode::Demo { &[Role::Ops, Role::Support] } else { &[] };
    match seats::bootstrap(tools, "admin", Personal::new("admin@desk.invalid"), also, false).await {
        Ok(_) => tracing::info!("the first admin signs in with the token file"),
        Err(Error::Refused(_)) => {}
        Err(other) => return Err(told(other)),
    }
    let (token, home) = (Token::fresh("rdf_").map_err(told)?, home.to_owned());
    let digest = token.digest;
    tokio::task::spawn_blocking(move || cluster::write_token(&home, &token.text)).await??;
    Ok(digest)
}

/// Looks each second whether another process put another policy in force, and each hour whether one destroyed an epoch.
struct Following(JoinHandle<()>);

impl Following {
    fn begin(tools: Tools) -> Self {
        Self(tokio::spawn(async move {
            for second in 1u64.. {
                tokio::time::sleep(Duration::from_secs(1)).await;
                // What does not answer now is asked again; the page that is open holds until then.
                let _ = catalogue::refresh(&tools).await;
                if second.is_multiple_of(epochs::LOOK.as_secs()) {
                    let _ = tools.vault.let_epochs_go(&tools.ledger).await;
                }
            }
        }))
    }
}

/// A worker on its own task.
struct Working {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Working {
    fn begin(worker: Worker) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            worker.serve(stopped).await;
        });
        Self { stop, task }
    }

    /// Claims no more; what runs may finish within the worker's grace, the rest is given back. A database that went
    /// silent cannot hold this up for ever.
    async fn stop(self, grace: Duration) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        tokio::time::timeout(grace + SETTLING, self.task)
            .await
            .context("the database did not take the jobs back: their leases will run out")??;
        Ok(())
    }
}

/// The hosts at which controllers may be told how far their requests have come.
fn callbacks_of(settings: &config::Opendsr) -> Result<Vec<Host>, Flaw> {
    settings.callbacks.iter().map(|host| Host::parse("opendsr.callbacks", host)).collect()
}

/// Where the desk calls by itself: its own pages, controllers that are to be told, and what a demo stands on.
fn hosts_of(
    public_url: &str,
    opendsr: &config::Opendsr,
    ground: Option<&demo::Ground>,
) -> Result<impl Iterator<Item = Host> + use<>, Error> {
    let street = ground.and_then(demo::Ground::host);
    Ok(own_host(public_url).into_iter().chain(callbacks_of(opendsr)?).chain(street))
}

/// The ways of letters, out and in.
fn mail_of(mail: &config::Mail, intake: config::Intake, mode: Mode, watch: &Watch) -> Result<Mail, Error> {
    let way = Way::parse(mail.way.expose(), mode.reach())?;
    Ok(Mail::open(way, &mail.from, watch.clone())?.hearing(coming_of(intake)?))
}

/// By which ways letters come in.
fn coming_of(settings: config::Intake) -> Result<Coming, Flaw> {
    let config::Intake { address, maildir, secret } = settings;
    if address.as_ref().is_some_and(|address| !mail::is_address(&Personal::new(address.as_str()))) {
        return Err(Flaw::new("intake.address", "give a bare address, such as privacy@desk.example"));
    }
    if address.as_ref().is_some_and(|address| address.contains('+')) {
        return Err(Flaw::new("intake.address", "leave the plus out: what stands behind it names the merchant"));
    }
    if secret.as_ref().is_some_and(|secret| secret.expose().len() < SHORTEST_SECRET) {
        return Err(Flaw::new("intake.secret", "give at least 32 characters that nobody guesses"));
    }
    let maildir = maildir.map(Maildir::at);
    if let Some(advice) = maildir.as_ref().and_then(Maildir::flaw) {
        return Err(Flaw::new("intake.maildir", advice));
    }
    Ok(Coming { address, maildir, secret })
}

/// A shorter secret of a mail system's is one that somebody may guess.
const SHORTEST_SECRET: usize = 32;

/// What is wrong with settings whose meaning only their doors know. Nothing is opened.
pub fn flaws_of(config: &Config) -> Flaws {
    let reach = config.mode.reach();
    let mut flaws = telemetry::check(&telemetry_settings(&config.log, config.mode));
    let config::Intake { address, maildir, secret } = &config.intake;
    let intake = config::Intake { address: address.clone(), maildir: maildir.clone(), secret: secret.clone() };
    for flaw in [
        Way::parse(config.mail.way.expose(), reach).err(),
        place_of(&config.blobs, config.mode).err(),
        coming_of(intake).err(),
        callbacks_of(&config.opendsr).err(),
    ] {
        flaws.extend(flaw.map(Flaws::from).unwrap_or_default());
    }
    if let Err(Error::Invalid(sender)) = Mail::open(Way::Memory, &config.mail.from, Watch::host()) {
        flaws.extend(sender);
    }
    flaws.extend(issuers::hosts(&config.issuers, reach).err().unwrap_or_default());
    flaws.extend(Platforms::flaws(&config.platforms, reach));
    flaws
}

fn issuers_of(settings: issuers::Settings, mode: Mode, watch: &Watch) -> Result<Issuers, Error> {
    let providers = issuers::hosts(&settings, mode.reach())?;
    // A provider that describes itself by an address of ours is not followed there.
    Ok(Issuers::new(settings, &Egress::open(providers, mode.reach())?, watch))
}

fn place_of(blobs: &config::Blobs, mode: Mode) -> Result<Place, Flaw> {
    let credentials = match (blobs.access_key.clone(), blobs.secret_key.clone()) {
        (Some(key), Some(secret)) => Some(Credentials { key, secret, session: blobs.session.clone() }),
        (None, None) => None,
        _ => return Err(Flaw::new("blobs.secret_key", "give it together with blobs.access_key")),
    };
    Place::parse(&blobs.place, credentials, mode.reach())
}

fn source_of(keys: config::Keys) -> KeySource {
    match keys.root {
        Some(root) => KeySource::GivenRoot { root, folder: keys.folder },
        None => KeySource::Folder(keys.folder),
    }
}

/// The database as it stands, for a look at it: nothing is laid out, migrated or asked of it beforehand. A private
/// Postgres that does not run is started for as long as the look takes.
pub fn look(data: PathBuf, database: config::Database) -> anyhow::Result<(Option<Cluster>, Ledger)> {
    let config::Database { url, connections, prepare, binaries, .. } = database;
    let (postgres, url) = if let Some(url) = url {
        (None, url)
    } else {
        let setup = Setup { bin: binaries, ..Setup::new(data, cluster::own_launcher()?) };
        match Cluster::open(setup.clone()) {
            Ok(postgres) => {
                let online = own(postgres.address()).online;
                (Some(postgres), online)
            }
            Err(Trouble::Taken { .. }) => (None, own(&Cluster::visit(&setup)?).online),
            Err(trouble) => return Err(trouble.into()),
        }
    };
    let limits = Limits { connections, prepare, ..Limits::default() };
    Ok((postgres, Ledger::open(&url, limits, Watch::host())))
}

/// A database that is ready for a program that is online.
fn database_of(
    data: PathBuf,
    database: config::Database,
    may_visit: bool,
) -> anyhow::Result<(Option<Cluster>, Secret)> {
    let (postgres, online) = if let Some(url) = database.url {
        (None, url)
    } else {
        let setup = Setup { bin: database.binaries, ..Setup::new(data, cluster::own_launcher()?) };
        match Cluster::open(setup.clone()) {
            Ok(postgres) => {
                let urls = own(postgres.address());
                bring_up(&urls)?;
                (Some(postgres), urls.online)
            }
            Err(Trouble::Taken { .. }) if may_visit => (None, own(&Cluster::visit(&setup)?).online),
            Err(trouble) => return Err(trouble.into()),
        }
    };
    let flaws =
        ledger::inspect(&online).context("the database named by database.url does not answer, or not to this login")?;
    if !flaws.is_empty() {
        anyhow::bail!(flawed(&flaws));
    }
    Ok((postgres, online))
}

struct Urls {
    admin: Secret,
    migrator: Secret,
    online: Secret,
}

fn own(postgres: &Address) -> Urls {
    let url = |database: &str, login: &str| Secret::new(postgres.url(database, login));
    Urls {
        admin: url("postgres", cluster::SUPERUSER),
        migrator: url(DATABASE, "rd_migrator"),
        online: url(DATABASE, "rightsdesk"),
    }
}

/// Roles, database, migrations: what is there already stays as it is.
fn bring_up(urls: &Urls) -> anyhow::Result<Vec<String>> {
    migrations::install(&urls.admin, DATABASE)?;
    let applied = migrations::migrate(&urls.migrator).map_err(told)?;
    for migration in &applied {
        tracing::info!(%migration, "applied");
    }
    Ok(applied)
}

/// The verb `migrate`: brings the database of the settings to this program's schema.
pub fn migrate(config: Config) -> anyhow::Result<Vec<String>> {
    let config::Database { url, migrator_url, admin_url, binaries, .. } = config.database;
    if url.is_none() && migrator_url.is_none() && admin_url.is_none() {
        let postgres = Cluster::open(Setup { bin: binaries, ..Setup::new(config.data, cluster::own_launcher()?) })?;
        return bring_up(&own(postgres.address()));
    }
    let migrator = migrator_url
        .context("database.migrator_url is missing: migrations run as a login of their own that may become rd_owner")?;
    if let Some(admin) = admin_url {
        let named = migrator.expose().split('?').next().and_then(|url| url.rsplit('/').next()).unwrap_or(DATABASE);
        migrations::install(&admin, named).map_err(told)?;
    }
    migrations::migrate(&migrator).map_err(told)
}

/// At the operator's own terminal the inner story may be told: it holds no data.
pub fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(report) => anyhow::anyhow!(report.story().to_owned()),
        other => other.into(),
    }
}

/// Flaws as a list, a line each.
pub fn flawed(flaws: &Flaws) -> String {
    let lines: Vec<String> = flaws.iter().map(|flaw| format!("{}: {}", flaw.field, flaw.advice)).collect();
    lines.join("\n")
}

/// Once per process, before anything speaks TLS or holds a key.
pub fn prepare() {
    // A core file would hold every key. Where the system refuses, it writes none of ours either.
    let _ = nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0);
    // An error means that a provider stands already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Logs and figures, as the settings say.
pub fn telemetry_of(log: &config::Log, mode: Mode) -> Result<Telemetry, Flaws> {
    telemetry::install(&telemetry_settings(log, mode))
}

fn telemetry_settings(log: &config::Log, mode: Mode) -> telemetry::Settings {
    telemetry::Settings {
        format: if log.json { telemetry::Format::Json } else { telemetry::Format::Readable },
        filter: log.filter.clone(),
        otlp: log.otlp_endpoint.clone().map(|endpoint| telemetry::Otlp { endpoint, reach: mode.reach() }),
        writer: telemetry::Writer::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_visits_itself_where_an_address_says_which_it_is() {
        let host = |url: &str| own_host(url).map(|host| host.to_string());
        assert_eq!(host("https://desk.example").as_deref(), Some("desk.example"));
        assert_eq!(host("http://127.0.0.1:8320").as_deref(), Some("127.0.0.1:8320"));
        for nowhere in ["http://127.0.0.1:0", "http://0.0.0.0:8320", "https://[::]:8320", "desk.example", ""] {
            assert_eq!(host(nowhere), None, "{nowhere}");
        }
    }
}
