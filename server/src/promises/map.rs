//! What is held of promises: nothing about anybody.

use crate::floor::datamap::{Table, fact, key};

pub const PROMISES: Table = Table::of_tenant("promises").columns(&[
    key("id"),
    key("policy_id"),
    fact("code"),
    fact("place"),
    fact("section"),
    fact("text"),
    fact("check_name"),
    fact("state"),
    fact("standing"),
    fact("figure"),
    fact("why"),
    fact("since"),
    fact("checked_at"),
    fact("look_at"),
    fact("untold"),
]);

pub const PROMISE_LOOKS: Table = Table::of_tenant("promise_looks").columns(&[
    key("id"),
    key("promise_id"),
    fact("at"),
    fact("standing"),
    fact("figure"),
]);
