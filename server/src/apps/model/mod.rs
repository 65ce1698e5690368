//! The nouns of this slice, and what the policy makes of them. Pure.

mod app;
mod kind;
mod task;

pub use app::{App, AppState, Credential, NewApp, UNUSED_AFTER, checked_permissions, checked_secret};
pub use kind::{kind, offers_erasure};
pub use task::{ProviderTask, ProviderTaskKind, ProviderTaskState};

use crate::floor::kernel::{AppId, Instant, ReceiptId, TenantId};

/// What ended with an app's connection, and what did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub tenant: TenantId,
    pub id: ReceiptId,
    pub app: AppId,
    pub at: Instant,
    /// As the books name him.
    pub by: String,
    /// The slot that is free again.
    pub slot: i32,
    pub credentials_deleted: i32,
    pub jobs_cancelled: i32,
    /// The permissions it had.
    pub withdrawn: Vec<String>,
    /// The data that goes there no more, as the policy named it then.
    pub sharing_stopped: Vec<String>,
    pub what_stays: String,
    pub provider_policy: Option<String>,
    pub offers_erasure: bool,
}
