//! `restore`: a database that came back from a backup is brought up to the journal of tombstones. `serve` and `work` refuse it
//! until that is done.

use super::staff::visiting;
use crate::audit::actions::note_restore;
use crate::requests;
use crate::roof::boot;
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;

pub(super) fn run(config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    visiting(config, telemetry, async move |tools| {
        // First of all: what is written from here on is no part of what was lost.
        let chains = note_restore(&tools).await.map_err(boot::told)?;
        if chains > 0 {
            super::say(&format!(
                "{chains} chains of the books ended earlier than the checkpoints say: that is written down, signed"
            ));
        }
        let done = requests::replay(&tools).await.map_err(boot::told)?;
        requests::require_upheld(&tools).await.map_err(boot::told)?;
        super::print(&format!(
            "{} lines of the journal were unknown: {} persons and {} shops or accounts erased again, {} rows and {} keys gone\n",
            done.lines, done.persons, done.wholes, done.rows, done.keys
        ))
    })
}
