//! What is held of readings: keys, times, counts and codes, and nothing of anybody.

use crate::floor::datamap::{Table, fact, key};

pub const SYNCS: Table = Table::of_tenant("syncs").category("account").columns(&[
    key("store_id"),
    fact("shelf"),
    fact("state"),
    fact("every_s"),
    fact("watermark"),
    key("run_id"),
    fact("cursor").because("where a list goes on, in the platform's own words"),
    fact("step"),
    fact("done"),
    fact("estimated"),
    fact("started_at"),
    fact("page_at"),
    fact("due_at"),
    fact("paused_at"),
    fact("failures"),
    fact("failure").because("a code of ours, never words"),
    fact("told_at"),
    fact("letter_at"),
]);

pub const SYNC_RUNS: Table = Table::of_tenant("sync_runs").category("account").columns(&[
    key("id"),
    key("store_id"),
    fact("shelf"),
    fact("kind"),
    fact("since"),
    fact("started_at"),
    fact("ended_at"),
    fact("pages"),
    fact("calls"),
    fact("new"),
    fact("changed"),
    fact("older"),
    fact("refused"),
    fact("unread"),
    fact("outcome"),
]);
