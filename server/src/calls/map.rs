//! What is held of calls that are under way: that they are.

use crate::floor::datamap::{Table, fact, key};

pub const STORE_CALLS: Table = Table::of_tenant("store_calls").columns(&[key("id"), key("store_id"), fact("until")]);
