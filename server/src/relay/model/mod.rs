//! Destinations, events on their way there, and what came of each.

mod fields;
mod lasting;
mod sending;
#[cfg(test)]
mod tests;

pub use fields::{Fields, Sifted, built, sifted};
pub use lasting::{PASSES_WITHIN, SWEPT_EVERY, ends};
pub use sending::{Place, destination_key, purposes, signed};

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{
    DestinationId, DisclosureId, Instant, RelayDeliveryId, RelayedEventId, StoreId, SubjectId, TenantId,
};
use crate::floor::vault::SecretId;

vocabulary! {
    /// What happened in a shop.
    pub enum RelayedKind {
        /// Somebody bought something.
        Order = "order",
        /// Somebody got money back.
        Refund = "refund",
        /// Somebody looked around.
        Browse = "browse",
    }
}

vocabulary! {
    /// Whether a destination gets anything.
    pub enum DestinationState {
        On = "on",
        Off = "off",
    }
}

vocabulary! {
    /// How far an event has come on its way to a destination.
    pub enum DeliveryState {
        /// It is to be sent, again where it was tried.
        Waiting = "waiting",
        /// The destination took it.
        Sent = "sent",
        /// We do not send it there.
        Refused = "refused",
        /// The destination does not take it.
        Failed = "failed",
    }
}

vocabulary! {
    /// How something left.
    pub enum Way {
        Relay = "relay",
        /// It went along with a person's wish, so that the recipient knows whom it is about.
        Request = "request",
    }
}

/// Where a merchant has events sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub tenant: TenantId,
    pub id: DestinationId,
    /// The one store whose events it gets; none where it gets those of all.
    pub store: Option<StoreId>,
    /// Its recipient in the policy.
    pub recipient: String,
    pub url: String,
    pub region: String,
    pub secret: SecretId,
    pub state: DestinationState,
    pub since: Instant,
}

/// One event in the temporary store. Its parts are sealed.
pub struct Event {
    pub tenant: TenantId,
    pub id: RelayedEventId,
    pub store: StoreId,
    pub kind: RelayedKind,
    pub happened_at: Instant,
    pub received_at: Instant,
    pub subject: Option<SubjectId>,
    pub alias: Option<[u8; 32]>,
    pub linked: Option<Vec<u8>>,
    /// Whose key its linked part is under, where no person is known.
    pub linked_key: Option<uuid::Uuid>,
    pub linked_until: Instant,
    pub facts: Option<Vec<u8>>,
    pub passing: Option<Vec<u8>>,
    pub passing_key: Option<uuid::Uuid>,
    pub expires_at: Instant,
    /// What it is known again by, where it may be told twice.
    pub source: Option<[u8; 32]>,
}

/// One event to one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: RelayDeliveryId,
    pub destination: DestinationId,
    pub state: DeliveryState,
    pub attempts: i32,
    pub key: String,
}

/// A row of the book of disclosures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    pub tenant: TenantId,
    pub id: DisclosureId,
    pub at: Instant,
    pub recipient: String,
    pub store: Option<StoreId>,
    pub subject: Option<SubjectId>,
    pub category: String,
    pub fields: Vec<String>,
    pub form: String,
    pub count: i32,
    pub purpose: String,
    pub way: Way,
}
