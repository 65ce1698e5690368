//! `bootstrap`: the first admin of a desk that has none.

use clap::Args;

use super::staff::{shown, visiting};
use crate::floor::kernel::Personal;
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;
use crate::staff::seats;

/// Who it is.
#[derive(Debug, Clone, Args)]
pub struct Who {
    /// The mail address to sign in with
    #[arg(long)]
    mail: String,
    /// The short name the desk calls the person by
    #[arg(long)]
    handle: String,
}

pub(super) fn run(who: Who, config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    visiting(config, telemetry, async move |tools| {
        shown(seats::bootstrap(&tools, &who.handle, Personal::new(who.mail), &[], true).await)
    })
}
