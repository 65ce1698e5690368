//! `serve` and `work`: a program that runs until it is told to stop.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::roof::boot::{self, Duties};
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;

pub(super) fn run(config: Config, telemetry: Telemetry, duties: Duties) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
        let mut running = boot::boot(config, telemetry, duties).await?;
        if let Some(planted) = &running.planted {
            super::say(&planted.told());
        }
        if let Some(at) = running.orders_at() {
            super::say(&format!("its street sends a notice of Shopify's on order: curl -X POST {at}/customers/redact"));
        }
        if let Some(url) = running.url() {
            super::say(&format!("the desk answers at {url}"));
        }
        let told = tokio::select! {
            _ = terminate.recv() => true,
            _ = interrupt.recv() => true,
            () = running.worker_ended() => false,
        };
        anyhow::ensure!(told, "the worker ended by itself: see the lines before; start the desk again");
        tracing::info!("told to stop");
        running.stop().await
    });
    // A question to a database that went silent must not hold the end up.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}
