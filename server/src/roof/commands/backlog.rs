//! `backlog import`: what people asked before there was this desk, brought along from a table. Every flaw of every line is
//! told with its line and column; nothing is taken while there is one, unless the good lines are wanted.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::staff::{tenant, visiting};
use crate::floor::access::Caller;
use crate::floor::kernel::TenantId;
use crate::requests::ways::backlog::COLUMNS;
use crate::requests::{Flawed, Imported, import_backlog};
use crate::roof::boot;
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;

/// What can be done with a backlog.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Take in the lines of a CSV file, once each; brought again, the same lines are known again
    #[command(after_help = columns())]
    Import {
        /// A CSV file with the names of its columns in the first line
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The merchant whose backlog it is, as ten_…; without one, the operator's own
        #[arg(long, value_name = "TENANT", value_parser = tenant)]
        tenant: Option<TenantId>,
        /// Take the lines that are sound, although others are not (exit code 1 all the same)
        #[arg(long)]
        keep_good: bool,
    },
}

fn columns() -> String {
    let lines: Vec<String> = COLUMNS.iter().map(|(name, what)| format!("  {name:<13} {what}")).collect();
    format!("Columns, in any order:\n{}", lines.join("\n"))
}

pub(super) fn run(verb: Verb, config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    let Verb::Import { file, tenant, keep_good } = verb;
    let named = file.display().to_string();
    let read = std::fs::read(&file).with_context(|| format!("{named} cannot be read"))?;
    visiting(config, telemetry, async move |tools| {
        let (tenant, flawed) =
            (tenant.unwrap_or(TenantId::HOUSE), if keep_good { Flawed::StaysBehind } else { Flawed::StopsAll });
        let imported = import_backlog(&tools, &Caller::house(), tenant, (read, flawed)).await.map_err(boot::told)?;
        told(&named, &imported)
    })
}

/// Flaws to standard error, a line each; what was taken to standard output.
fn told(named: &str, imported: &Imported) -> anyhow::Result<()> {
    let Imported { taken, before, flaws } = imported;
    for flaw in flaws {
        super::say(&format!("{named}:{}: {}: {}", flaw.line, flaw.field, flaw.advice));
    }
    super::print(&format!("{taken} taken, {before} known before, {} flaws\n", flaws.len()))?;
    anyhow::ensure!(flaws.is_empty(), "some lines are flawed: mend them and bring the file again");
    Ok(())
}
