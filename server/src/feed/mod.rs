//! What changed, as it happens: the events of one chain beyond a place in it, each once and in order. It reads the books
//! and writes nothing; an event names what changed and never says what is in it.

pub mod graphql;
mod queries;

use crate::floor::kernel::TenantId;
use crate::floor::ledger::Looks;

/// Where chains end, for all who follow one.
#[derive(Clone, Default)]
pub struct Heads(Looks<TenantId>);
