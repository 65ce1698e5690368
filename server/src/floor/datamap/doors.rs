//! The tables of the doors that stand below the map and cannot declare their own: the ledger's and the vault's.

use super::{Table, derived, fact, hashed, key, secret};

pub const SUBJECT_KEYS: Table = Table::of_tenant("subject_keys").columns(&[
    key("id"),
    key("subject_id").because("the row outlives its key, so that nobody makes an erased person a second one"),
    fact("epoch"),
    secret("wrapped").because("gone when the person is erased, and with it what it sealed"),
    fact("made_at"),
    fact("destroyed_at"),
]);

pub const REQUEST_KEYS: Table = Table::of_tenant("request_keys").columns(&[
    key("id"),
    key("owner_id"),
    fact("epoch"),
    secret("wrapped"),
    fact("made_at"),
    fact("destroyed_at"),
]);

pub const TENANT_KEYS: Table = Table::of_tenant("tenant_keys").columns(&[
    key("id"),
    fact("purpose"),
    fact("version"),
    fact("state"),
    fact("made_under"),
    fact("root_version"),
    fact("kek_version"),
    fact("wraps"),
    secret("wrapped"),
    fact("made_at"),
]);

pub const SECRETS: Table = Table::of_tenant("secrets").columns(&[
    key("id"),
    fact("kind"),
    fact("generation"),
    fact("kek_version"),
    secret("dek"),
    secret("ct").because("goes with the connection or the seat that it belongs to"),
    fact("made_at"),
    fact("sealed_at"),
]);

pub const KEYRING: Table = Table::of_desk("keyring").columns(&[
    fact("kind"),
    fact("version"),
    fact("check_value").because("tells a key again and opens nothing"),
    fact("mode"),
    fact("state"),
    fact("made_at"),
    fact("turned_at"),
    fact("retired_at"),
    fact("destroyed_at"),
]);

pub const KEYHOLES: Table =
    Table::of_desk("keyholes").columns(&[hashed("digest"), fact("kind"), key("tenant_id"), key("target_id")]);

pub const ANSWERS: Table = Table::of_tenant("answers").ages("at").columns(&[
    key("caller"),
    derived("key_digest", "the client's own key"),
    derived("input_digest", "what was asked").because("gone after a day"),
    key("target_id"),
    fact("at"),
]);

pub const MIGRATIONS: Table = Table::of_desk("__diesel_schema_migrations").columns(&[fact("version"), fact("run_on")]);
