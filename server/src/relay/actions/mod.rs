//! The verbs of the relay.

mod accepting;
mod reading;
mod setting;
mod settling;

pub use accepting::{Accepted, NewEvent, accept_event, relay_order};
pub use reading::{Shared, list_destinations, list_disclosures, list_figures, list_shared};
pub use setting::{NewDestination, placed, set_destination, turn_destination};
pub use settling::{Settled, passed, settle};
