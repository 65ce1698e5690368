//! `migrate`: the database of the settings, brought to this program's schema.

use crate::roof::boot;
use crate::roof::config::Config;

pub(super) fn run(config: Config) -> anyhow::Result<()> {
    let applied = boot::migrate(config)?;
    if applied.is_empty() {
        super::say("nothing to do: the database has this program's schema");
    }
    applied.iter().try_for_each(|migration| super::print(&format!("{migration}\n")))
}
