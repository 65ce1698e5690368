//! Third parties that merchants connected: the slot each takes, what it may against what its work needs, the credential it
//! is called with, and what its provider still has afterwards. It calls no provider, and never shows a credential again.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{
    Shown, Slots, ask_provider_to_erase, change_permissions, connect_app, disconnect_app, set_credential,
    settle_provider_task, slots,
};
pub use graphql::{
    AppMutation, AppNode, AppQuery, AppReceiptNode, ProviderTaskNode, RULES, find_app, find_receipt, find_task,
};
pub use jobs::{MindProviders, RemindOfRotation};
pub use model::{
    App, AppState, Credential, NewApp, ProviderTask, ProviderTaskKind, ProviderTaskState, Receipt, UNUSED_AFTER, kind,
};
pub use queries::apps::{one as app, used};
pub use queries::tasks::of as provider_tasks;
pub use queries::{Figures, Left, figures, left_over};

use crate::floor::vault::SecretKind;

/// What a provider gave the merchant, to be called with.
const CREDENTIAL: SecretKind = SecretKind::new("app_credential");
