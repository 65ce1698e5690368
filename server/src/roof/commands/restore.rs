//! `restore`: a database that came back from a backup is brought up to the journal of tombstones. `serve` and `work` refuse it
//! until that is done.

use super::staff::visiting;
use crate::requests;
use crate::roof::boot;
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;

pub(super) fn run(config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    visiting(config, telemetry, async move |tools| {
        let done = requests::replay(&tools).await.map_err(boot::told)?;
        requests::require_upheld(&tools).await.map_err(boot::told)?;
        super::print(&format!(
            "{} lines of the journal were unknown: {} persons and {} shops or accounts erased again, {} rows and {} keys gone\n",
            done.lines, done.persons, done.wholes, done.rows, done.keys
        ))
    })
}
