//! A worker with the jobs of journeys: it works until SIGTERM, and then ends as `rightsdesk work` does.

use std::time::Duration;

use harness::course::Met;
use harness::erasing::Abode;
use harness::world::tools;
use harness::yard::brisk;
use rightsdesk_server::catalogue;
use rightsdesk_server::floor::jobs::{Pace, Registry, Worker};
use rightsdesk_server::floor::kernel::{Mode, Secret, Watch};
use rightsdesk_server::floor::ledger::{Ledger, Limits};
use rightsdesk_server::roof::workers;
use tokio::signal::unix::{SignalKind, signal};

pub fn work(
    url: &str,
    lease: u64,
    slots: usize,
    registry: impl AsyncFnOnce(&Ledger) -> anyhow::Result<Registry>,
) -> anyhow::Result<()> {
    rightsdesk_server::prepare();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let connections = u32::try_from(slots)? + 2;
        let ledger = Ledger::open(&Secret::new(url), Limits { connections, ..Limits::default() }, Watch::host());
        let registry = registry(&ledger).await?;
        let pace = Pace { lease: Duration::from_millis(lease), slots, ..brisk() };
        let worker = Worker::new(&ledger, Watch::host(), registry, pace);
        super::say("ready 0 worker")?;
        let told = async {
            terminate.recv().await;
        };
        worker.serve(told).await;
        Ok(())
    })
}

/// The product's own jobs, for a desk that is found here and meets its platforms so.
pub async fn of_the_product(ledger: &Ledger, keys: &str, public_url: &str, met: &str) -> anyhow::Result<Registry> {
    let met: Met = serde_json::from_str(met)?;
    let mut tools = tools(ledger, keys.into(), Mode::Development, Watch::host()).await;
    tools.platforms = met.platforms();
    public_url.clone_into(&mut tools.public_url);
    catalogue::refresh(&tools).await?;
    Ok(workers::registry().with(&tools))
}

/// The product's own jobs, for a desk of which all that is not in the database lies in one folder.
pub async fn where_it_lives(ledger: &Ledger, abode: &str) -> anyhow::Result<Registry> {
    let abode: Abode = serde_json::from_str(abode)?;
    let tools = abode.tools(ledger).await;
    catalogue::refresh(&tools).await?;
    Ok(workers::registry().with(&tools))
}
