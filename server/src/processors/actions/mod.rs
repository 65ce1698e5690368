//! The verbs of this slice: following the policy, asking to be told and no longer wanting it, objecting and answering.

mod feed;
mod follow;
mod objecting;
mod reading;
mod subscribing;

pub use feed::atom;
pub use follow::follow;
pub use objecting::{Opened, answer, object, reveal, take_back};
pub use reading::{
    find_notice, find_objection, find_processor, find_subscriber, list_notices, list_objections, list_processors,
    list_subscribers, notices_by_id, processors_by_id, reach, tenants_of,
};
pub use subscribing::{NewSubscription, ask_by_mail, confirm, ended, subscribe, unsubscribe};

use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::Result;

/// The house's rows, for what everyone may see or what was permitted otherwise.
fn house() -> Result<Scope<One>> {
    Caller::house().permit_house(Permission::KeepHouse)
}
