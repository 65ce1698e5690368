//! A worker with the jobs of journeys: it works until SIGTERM, and then ends as `rightsdesk work` does.

use std::time::Duration;

use harness::yard::brisk;
use rightsdesk_server::floor::jobs::{Pace, Registry, Worker};
use rightsdesk_server::floor::kernel::{Secret, Watch};
use rightsdesk_server::floor::ledger::{Ledger, Limits};
use tokio::signal::unix::{SignalKind, signal};

pub fn work(url: &str, lease: u64, slots: usize, registry: Registry) -> anyhow::Result<()> {
    rightsdesk_server::prepare();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let connections = u32::try_from(slots)? + 2;
        let ledger = Ledger::open(&Secret::new(url), Limits { connections, ..Limits::default() }, Watch::host());
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
