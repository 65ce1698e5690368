//! What is held of leave to look.

use crate::floor::datamap::{Table, fact, key, personal};

pub const GRANTS: Table = Table::of_tenant("grants").label("grant").operators("staff").ages("ends_at").columns(&[
    key("id"),
    fact("kind"),
    key("staff_id"),
    fact("ticket"),
    personal("reason", "reason")
        .withheld("words of staff about a task, under the grant's own key: it goes with the time of closed requests"),
    key("given_by"),
    fact("starts_at"),
    fact("ends_at"),
    fact("ended_at"),
    key("ended_by"),
    fact("reviewed_at"),
    key("reviewed_by"),
    fact("alarmed_at"),
]);
