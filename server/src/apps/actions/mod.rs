//! The verbs of this slice: connecting and disconnecting, what an app may and is called with, what its provider is asked.

mod asking_providers;
mod connecting;
mod reading;

pub use asking_providers::{ask_provider_to_erase, reveal_note, settle_provider_task};
pub use connecting::{change_permissions, connect_app, disconnect_app, set_credential};
pub use reading::{Shown, Slots, find_app, find_receipt, find_task, list_apps, shown, slots};
