//! The verbs of the relay.

mod accepting;
mod ending;
mod reading;
mod setting;
mod settling;

pub use accepting::{Accepted, NewEvent, accept_event, relay_orders};
pub use ending::{Ended, end_of_persons, end_of_store};
pub use reading::{Shared, list_destinations, list_disclosures, list_figures, list_shared};
pub use setting::{NewDestination, placed, set_destination, turn_destination};
pub use settling::{Settled, passed, settle};
