//! `record`: the record of processing of this desk, as JSON in one form or as a table.

use clap::{Args, ValueEnum};

use super::staff::visiting;
use crate::floor::access::Caller;
use crate::floor::datamap::record::Part;
use crate::floor::journal::canonical;
use crate::floor::kernel::TenantId;
use crate::promises::record_of_processing;
use crate::roof::boot;
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;

/// What is wanted.
#[derive(Debug, Clone, Args)]
pub struct Wish {
    /// What the operator does as controller, or as its merchants' processor
    #[arg(long)]
    part: Side,
    /// For one merchant only, as ten_…
    #[arg(long, value_name = "TENANT")]
    tenant: Option<TenantId>,
    /// As JSON in its canonical form (RFC 8785), or as a table with a line per purpose
    #[arg(long, default_value = "json")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Side {
    Controller,
    Processor,
}

pub(super) fn run(wish: &Wish, config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    let Wish { part, tenant, format } = wish.clone();
    let part = match part {
        Side::Controller => Part::Controller,
        Side::Processor => Part::Processor,
    };
    visiting(config, telemetry, async move |tools| {
        let record = record_of_processing(&tools, &Caller::house(), part, tenant).await.map_err(boot::told)?;
        match format {
            Format::Csv => super::print(&record.csv().map_err(boot::told)?),
            Format::Json => {
                let text =
                    canonical(&serde_json::to_value(&record)?).ok_or_else(|| anyhow::anyhow!("no canonical form"))?;
                super::print(&format!("{}\n", String::from_utf8(text)?))
            }
        }
    })
}
