//! What came, and what platforms ask of us for people's sake.

use sha2::{Digest, Sha256};

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, DeliveryId, Instant, PrivacyNoticeId, StoreId, SubjectId, TenantId};
use crate::floor::platforms::PrivacyNoticeKind;

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
    /// How far a platform's notice has come.
    pub enum PrivacyNoticeState {
        /// It came, its clock runs.
        Open = "open",
        /// A request was opened for it, and answers it.
        Taken = "taken",
    }
}

/// How long a platform gives for what it asks, and we for what it does not say.
pub const DUE_AFTER: chrono::Duration = chrono::Duration::days(30);

/// A delivery as it is shown: that it came, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    pub id: DeliveryId,
    pub store: Option<StoreId>,
    pub platform: String,
    pub topic: String,
    pub happened_at: Option<Instant>,
    pub received_at: Instant,
    pub state: DeliveryState,
    pub outcome: Option<String>,
}

/// What a platform asks for a person's sake, as it is shown: nothing of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivacyNotice {
    pub tenant: TenantId,
    pub id: PrivacyNoticeId,
    pub store: Option<StoreId>,
    pub platform: String,
    pub kind: PrivacyNoticeKind,
    pub received_at: Instant,
    pub due_on: Day,
    pub reference: Option<String>,
    pub state: PrivacyNoticeState,
    /// Whom of the tenant's buyers it turned out to mean.
    pub subjects: Vec<SubjectId>,
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
