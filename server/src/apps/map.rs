//! What is held of connected apps: what they may in clear, what they are called with among the secrets.

use crate::floor::datamap::{Table, fact, key, personal, secret_id};

pub const APPS: Table = Table::of_tenant("apps").category("account").ages("disconnected_at").columns(&[
    key("id"),
    fact("kind"),
    fact("name").because("what a merchant calls a program of others"),
    fact("provider").because("a company's name"),
    fact("policy_url"),
    fact("region"),
    fact("state"),
    fact("slot"),
    fact("granted"),
    secret_id("credential_id"),
    fact("credential_hint").because("four characters of a secret of twelve or more; they go with it"),
    fact("credential_set_at"),
    fact("reminded_for"),
    fact("last_used_at"),
    fact("connected_at"),
    key("connected_by"),
    fact("disconnected_at"),
    fact("idle_since"),
    fact("version"),
]);

pub const APP_RECEIPTS: Table = Table::of_tenant("app_receipts").category("account").ages("at").columns(&[
    key("id"),
    key("app_id"),
    fact("at"),
    key("by_actor"),
    fact("slot"),
    fact("credentials_deleted"),
    fact("jobs_cancelled"),
    fact("withdrawn"),
    fact("sharing_stopped"),
    fact("what_stays"),
    fact("provider_policy"),
    fact("offers_erasure"),
]);

pub const PROVIDER_TASKS: Table =
    Table::of_tenant("provider_tasks").label("provider_task").operators("staff").ages("settled_at").columns(&[
        key("id"),
        key("app_id"),
        fact("kind"),
        fact("state"),
        fact("opened_at"),
        key("opened_by"),
        fact("asked_at"),
        key("asked_by"),
        fact("settled_at"),
        key("settled_by"),
        personal("note", "words").withheld(
            "words about a company's answer, under the task's own key: it goes with the time of closed requests",
        ),
        fact("until"),
        fact("reminded_at"),
    ]);
