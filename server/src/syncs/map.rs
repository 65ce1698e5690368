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

pub const STOCK_WRITES: Table = Table::of_tenant("stock_writes").category("account").columns(&[
    key("id"),
    key("store_id"),
    fact("item"),
    fact("place"),
    fact("sku"),
    fact("quantity"),
    fact("was"),
    fact("key").because("a digest of what caused the write and of what it is done to"),
    fact("leave"),
    key("cause_id"),
    fact("cause_item"),
    fact("cause_at"),
    key("actor").because("who acted, by kind and id"),
    fact("at"),
    fact("tried_at"),
    fact("state"),
    fact("code").because("a code of ours, never words"),
    fact("answered_at"),
    fact("seen_at"),
]);
