//! What platforms tell of shops, kept: buyers, orders, goods and stock. It holds no more than the policy lists, seals what
//! is personal under the person's key, and ends in the same state in whatever order things arrive.
//!
//! It asks no platform, opens no envelope, and makes no event for a row: whoever brings a page says what came of it.

mod actions;
mod graphql;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{take_in, take_in_turn, take_out};
pub use graphql::{
    Amount, AmountInput, CustomerNode, OrderNode, ProductNode, RULES, RecordMutation, RecordQuery, find_customer,
    find_order, find_product,
};
pub use model::{Again, LedgerKind, ShipmentState, TakenIn, Written};
