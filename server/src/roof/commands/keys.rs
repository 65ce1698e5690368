//! `keys status` and `keys rotate`: which keys there are, and new ones for old, while the desk works.

use clap::Subcommand;

use crate::floor::vault::Progress;
use crate::roof::boot::{self, Duties};
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;

/// What can be done to keys.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Verb {
    /// Print every key's kind, version and state, and how many rows still stand under it
    Status,
    /// Make a new root and new tenant keys and rewrap what stands under the old; killed, it is simply run again
    Rotate {
        /// Turn the epoch instead: the key over persons' and requests' keys
        #[arg(long)]
        epoch: bool,
    },
}

pub(super) fn run(verb: Verb, config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let desk = boot::boot(config, telemetry, Duties::Visit).await?;
        let outcome = match verb {
            Verb::Status => status(&desk).await,
            Verb::Rotate { epoch } => rotate(&desk, epoch).await,
        };
        desk.stop().await?;
        outcome
    })
}

async fn status(desk: &boot::Running) -> anyhow::Result<()> {
    super::print("kind      version  state      rows\n")?;
    for key in desk.tools.vault.status(&desk.tools.ledger).await? {
        let rows = key.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
        let line = format!("{:<9} {:>7}  {:<9} {rows:>5}\n", key.kind.code(), key.version, key.state.code());
        super::print(&line)?;
    }
    Ok(())
}

async fn rotate(desk: &boot::Running, epoch: bool) -> anyhow::Result<()> {
    let mut told = 0;
    let tell = |progress: Progress| {
        let moved = progress.keys + progress.secrets;
        if moved >= told + 10_000 {
            told = moved;
            super::say(&format!("{moved} rewrapped"));
        }
    };
    let progress = if epoch {
        desk.tools.vault.turn_epoch(&desk.tools.ledger, tell).await?
    } else {
        desk.tools.vault.rotate(&desk.tools.ledger, tell).await?
    };
    let Progress { version, tenants, keys, secrets, shut, retired } = progress;
    let kind = if epoch { "epoch" } else { "root" };
    super::print(&format!(
        "{kind} {version} is in force: {tenants} tenants, {keys} keys and {secrets} secrets rewrapped, {retired} versions retired\n"
    ))?;
    anyhow::ensure!(shut == 0, "{shut} rows do not open under the key they name and keep it in use: see the runbook");
    Ok(())
}
