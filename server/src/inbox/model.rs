//! What came, and what platforms ask of us for people's sake.

use sha2::{Digest, Sha256};

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{DeliveryId, Instant, StoreId, TenantId};

/// A delivery that was not worked within this is worked no more.
pub const KEPT_FOR: chrono::Duration = chrono::Duration::days(7);

/// That something came is known for so long; whatever comes again later is older than what it tells of.
pub const KNOWN_FOR: chrono::Duration = chrono::Duration::days(90);

vocabulary! {
    /// How far the work on a delivery has come.
    pub enum DeliveryState {
        /// It came, and is sealed.
        Waiting = "waiting",
        /// It was worked.
        Done = "done",
        /// It could not be worked.
        Failed = "failed",
        /// There was nothing in it for us.
        Ignored = "ignored",
    }
}

vocabulary! {
    /// What a platform asks for a person's sake.
    pub enum PrivacyNoticeKind {
        /// What is held of a customer is to be given to the merchant.
        DataRequest = "data_request",
        /// What is held of a customer is to go.
        RedactCustomer = "redact_customer",
        /// What is held of a shop is to go.
        RedactShop = "redact_shop",
        /// A person's account at the platform is closed.
        AccountClosed = "account_closed",
    }
}

vocabulary! {
    /// How far a platform's notice has come.
    pub enum PrivacyNoticeState {
        /// It came, its clock runs.
        Open = "open",
    }
}

/// A delivery on its way into the inbox.
pub struct Arrived {
    pub tenant: TenantId,
    pub id: DeliveryId,
    pub store: Option<StoreId>,
    pub platform: &'static str,
    pub topic: String,
    /// By what the same is known again.
    pub dedupe: [u8; 32],
    pub happened_at: Option<Instant>,
    pub body: Vec<u8>,
}

/// By what a delivery of this name at this store is known again. Stores that are platforms of their own name theirs alike.
pub fn dedupe(store: Option<StoreId>, id: &str) -> [u8; 32] {
    let store = store.map(StoreId::uuid).unwrap_or_default();
    Sha256::new().chain_update(store.as_bytes()).chain_update(id).finalize().into()
}
