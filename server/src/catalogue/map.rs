//! What is held of the operator's policy: its versions, which are public.

use crate::floor::datamap::{Table, derived, fact, key};

pub const POLICIES: Table = Table::of_tenant("policies").columns(&[
    key("id"),
    fact("name"),
    fact("version"),
    fact("effective_on"),
    fact("text"),
    derived("digest", "text"),
    fact("state"),
    fact("proposed_at"),
    key("proposed_by"),
    fact("published_at"),
    key("published_by"),
    fact("in_force_at"),
    fact("ended_at"),
    fact("held_back_on"),
]);
