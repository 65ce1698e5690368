//! `audit export`: the books as a file, to be kept or verified elsewhere.

use std::path::PathBuf;

use clap::Subcommand;

use crate::audit::actions::export;
use crate::audit::verify::Books;
use crate::floor::journal::Journal;
use crate::floor::kernel::{Error, TenantId};
use crate::roof::boot;
use crate::roof::config::Config;

/// What can be done with the audit.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Write the events as JSON lines, enough for `verify-audit --books`; sealed words stay at home
    Export {
        /// A file that is not there yet
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Only this tenant's chain, as ten_…
        #[arg(long, value_name = "TENANT")]
        tenant: Option<String>,
    },
}

pub(super) fn run(verb: &Verb, config: Config) -> anyhow::Result<()> {
    let Verb::Export { to, tenant } = verb;
    let wanted =
        |text: &String| text.parse::<TenantId>().map_err(|_| Error::invalid("--tenant", "give an id such as ten_…"));
    let only = tenant.as_ref().map(wanted).transpose()?;
    let (postgres, ledger) = boot::look(config.data, config.database)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exported = runtime.block_on(async {
        let standing = Journal::visit(&config.audit.folder).checkpoints.standing().await?;
        export(&Books::of(&ledger), to, only, standing.heads.into_keys().collect()).await
    });
    drop(runtime);
    if let Some(postgres) = postgres {
        postgres.stop();
    }
    let exported = exported.map_err(boot::told)?;
    super::print(&format!("{} chains, {} links\n", exported.chains, exported.links))
}
