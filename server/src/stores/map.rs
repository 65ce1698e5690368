//! What is held of stores: their records in clear, their tokens among the secrets.

use crate::floor::datamap::{Table, fact, key, secret_id};

pub const STORES: Table = Table::of_tenant("stores").category("account").ages("disconnected_at").columns(&[
    key("id"),
    fact("platform"),
    fact("domain").because("a shop's public address"),
    fact("name").because("what a shop calls itself in public"),
    fact("region"),
    fact("state"),
    fact("sync_is_on"),
    secret_id("token_id"),
    secret_id("refresh_id"),
    fact("token_ends_at"),
    fact("refresh_ends_at"),
    fact("renewing_until"),
    fact("warned_for"),
    fact("untold_since"),
    fact("added_at"),
    fact("connected_at"),
    fact("read_at"),
    fact("disconnected_at"),
    fact("version"),
]);

pub const STORE_SCOPES: Table = Table::of_tenant("store_scopes").category("account").ages("gone_at").columns(&[
    key("store_id"),
    fact("name"),
    fact("granted_at"),
    fact("last_used_at"),
    fact("gone_at"),
    fact("revoked_at"),
    key("revoked_by"),
]);

pub const STORE_GRANTS: Table = Table::of_tenant("store_grants").category("account").columns(&[
    key("id"),
    key("store_id"),
    fact("at"),
    fact("how"),
    fact("scopes"),
    fact("added"),
    fact("removed"),
    key("by_actor"),
    fact("reason").because("a code of ours, never words"),
]);

pub const STORE_RECEIPTS: Table = Table::of_tenant("store_receipts").category("account").columns(&[
    key("id"),
    key("store_id"),
    fact("at"),
    key("by_actor"),
    fact("token_deleted"),
    fact("jobs_cancelled"),
    fact("scopes"),
    fact("what_stays"),
    fact("destinations_ended"),
    fact("sendings_dropped"),
]);

pub const HOOKS: Table = Table::of_tenant("hooks").category("account").columns(&[
    key("id"),
    key("store_id"),
    fact("topic"),
    secret_id("secret_id"),
    fact("platform_hook").because("what the platform calls it"),
    fact("since"),
]);

pub const HANDSHAKES: Table = Table::of_tenant("handshakes").category("account").ages("ended_at").columns(&[
    key("id"),
    key("store_id"),
    fact("scopes"),
    fact("begun_at"),
    key("begun_by"),
    fact("ends_at"),
    fact("outcome"),
    fact("ended_at"),
    fact("code").because("a word of ours, never what a platform wrote"),
]);
