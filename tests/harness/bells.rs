//! Jobs for journeys, and the bell tower they act upon: a double outside that counts what is done to it and, unlike a
//! kind recipient, does everything it is told as often as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use rightsdesk_server::floor::jobs::{Halt, Job, Registry, Rhythm, Run, Schedule, Ticket, effect_key};
use rightsdesk_server::floor::kernel::Error;
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Rings one bell of the tower on `port` of loopback.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ring {
    pub bell: Uuid,
    pub port: u16,
    /// How long the first attempt dawdles before it rings, in milliseconds.
    pub before: u64,
    /// How long the first attempt dawdles inside its transaction, after it has rung.
    pub inside: u64,
}

impl Ring {
    pub fn new(tower: &Tower, bell: Uuid) -> Self {
        Self { bell, port: tower.port, before: 0, inside: 0 }
    }

    pub fn key(bell: Uuid) -> String {
        effect_key(bell, "ring", "tower").iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}

impl Job for Ring {
    const NAME: &'static str = "ring";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let effect = format!("http://127.0.0.1:{}/effects/{}", self.port, Self::key(self.bell));
        let first = run.attempt == 1;
        if first {
            tokio::time::sleep(Duration::from_millis(self.before)).await;
        }
        // A later attempt asks before it acts: the one before may have died with the answer on its way.
        if first || !asked(&effect).await? {
            run.hold().await?;
            told(&effect).await?;
        }
        let inside = Duration::from_millis(if first { self.inside } else { 0 });
        let (ledger, scope, bell) = (run.ledger.clone(), run.scope()?, self.bell);
        // Not to be broken off with the run: a journey wants the write of a run that lost its lease to be tried.
        let write = tokio::spawn(async move {
            let written = ledger.write(scope, move |_| {
                std::thread::sleep(inside);
                Ok(Witnessed::new((), Event::new("bell.rung", "bell", bell)))
            });
            let outcome = written.await;
            if matches!(outcome, Err(Error::Conflict)) {
                let _ = told(&format!("http://127.0.0.1:{}/effects/refused-{bell}", self.port)).await;
            }
            outcome
        });
        Ok(write.await.map_err(|_| Error::internal("a write was broken off"))??)
    }
}

async fn asked(effect: &str) -> Result<bool, Error> {
    let answer = client().get(effect).send().await.map_err(|_| Error::unavailable("the tower"))?;
    Ok(answer.status().is_success())
}

async fn told(effect: &str) -> Result<(), Error> {
    let answer = client().post(effect).send().await.map_err(|_| Error::unavailable("the tower"))?;
    if answer.status().is_success() { Ok(()) } else { Err(Error::unavailable("the tower")) }
}

fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| reqwest::Client::builder().build().expect("a client"))
}

/// Kills whoever runs it, each time.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poison {}

impl Job for Poison {
    const NAME: &'static str = "poison";

    async fn run(self, _run: Run) -> Result<(), Halt> {
        std::process::abort()
    }
}

/// Panics, each time.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stumble {}

impl Job for Stumble {
    const NAME: &'static str = "stumble";

    async fn run(self, _run: Run) -> Result<(), Halt> {
        panic!("as it was told to")
    }
}

/// Ends as its word says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Say {
    pub word: String,
}

impl Job for Say {
    const NAME: &'static str = "say";

    async fn run(self, run: Run) -> Result<(), Halt> {
        match self.word.as_str() {
            "slow" if run.attempt == 1 => Err(Halt::SlowDown { after: Duration::from_millis(50) }),
            "done" | "slow" => Ok(()),
            "unavailable" => Err(Error::unavailable("a shop").into()),
            "refused" => Err(Error::refused("HELD", "a hold stands").into()),
            _ => Err(Error::internal("said so").into()),
        }
    }
}

/// Does nothing; there are as many as there were occurrences.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tick {}

impl Job for Tick {
    const NAME: &'static str = "tick";

    async fn run(self, _run: Run) -> Result<(), Halt> {
        Ok(())
    }
}

/// The jobs of journeys.
pub fn registry() -> Registry {
    Registry::new().job::<Ring>().job::<Poison>().job::<Stumble>().job::<Say>().job::<Tick>()
}

/// The same, with a tick each second.
pub fn ticking() -> Registry {
    let rhythm = Rhythm::Every(Duration::from_secs(1));
    registry().schedule(Schedule { name: "tick", rhythm, ticket: || Ticket::of(&Tick {}) })
}

/// What was done to the tower: each effect, how often, and when first.
#[derive(Clone)]
pub struct Tower {
    pub port: u16,
    acts: Arc<Mutex<Acts>>,
}

#[derive(Default)]
struct Acts {
    by_key: BTreeMap<String, u32>,
    in_order: Vec<(String, Instant)>,
}

impl Tower {
    pub async fn open() -> Self {
        rightsdesk_server::prepare();
        let acts = Arc::new(Mutex::new(Acts::default()));
        let street = Router::new().route("/effects/{key}", get(look).post(act)).with_state(Arc::clone(&acts));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, street).await });
        Self { port, acts }
    }

    /// How often a bell was rung.
    pub fn rung(&self, bell: Uuid) -> u32 {
        self.count(&Ring::key(bell))
    }

    /// How often a late write of its was refused.
    pub fn refused(&self, bell: Uuid) -> u32 {
        self.count(&format!("refused-{bell}"))
    }

    /// All acts on record.
    pub fn acts(&self) -> usize {
        lock(&self.acts).in_order.len()
    }

    /// Bells in the order in which they rang.
    pub fn order(&self, bells: &[Uuid]) -> Vec<Uuid> {
        let by_key: BTreeMap<String, Uuid> = bells.iter().map(|bell| (Ring::key(*bell), *bell)).collect();
        lock(&self.acts).in_order.iter().filter_map(|(key, _)| by_key.get(key).copied()).collect()
    }

    fn count(&self, key: &str) -> u32 {
        lock(&self.acts).by_key.get(key).copied().unwrap_or(0)
    }
}

fn lock(acts: &Mutex<Acts>) -> MutexGuard<'_, Acts> {
    acts.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn look(State(acts): State<Arc<Mutex<Acts>>>, Path(key): Path<String>) -> StatusCode {
    if lock(&acts).by_key.contains_key(&key) { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn act(State(acts): State<Arc<Mutex<Acts>>>, Path(key): Path<String>) -> StatusCode {
    let mut acts = lock(&acts);
    *acts.by_key.entry(key.clone()).or_default() += 1;
    acts.in_order.push((key, Instant::now()));
    StatusCode::OK
}
