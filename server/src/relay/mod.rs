//! Events of a shop on their way to where its merchant has them sent: every field in the form the policy gives that
//! recipient, or not at all. It stores no field that the policy does not list, keeps none longer than it says, sends
//! nothing to where data may not be, and leaves a row in the book of disclosures for all that left.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{
    Accepted, Ended, NewDestination, NewEvent, Settled, accept_event, end_of_persons, end_of_store, list_destinations,
    list_disclosures, relay_orders, set_destination, turn_destination,
};
pub use graphql::{RELAY_RULES as RULES, RelayMutation, RelayQuery};
pub use jobs::{RelayEvent, SweepRelay};
pub use model::{DeliveryState, Destination, DestinationState, Fields, RelayedKind, Way};
pub use queries::{Afterwards, Figure, Held, afterwards, figures, held};

use crate::floor::vault::SecretKind;

/// What deliveries to a destination are signed with.
const SIGNING: SecretKind = SecretKind::new("relay_signing");
