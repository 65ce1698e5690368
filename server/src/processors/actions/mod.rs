//! The verbs of this slice: following the policy, asking to be told and no longer wanting it, objecting and answering.

mod feed;
mod follow;
mod objecting;
mod reading;
mod subscribing;

pub use feed::{FeedOf, atom};
pub use follow::follow;
pub use objecting::{Opened, answer, object, reveal, take_back};
pub use reading::{
    find_notice, find_objection, find_processor, find_subscriber, history, list, list_notices, list_objections,
    list_processors, list_subscribers, notices_by_id, processors_by_id, reach, tenants_of,
};
pub use subscribing::{NewSubscription, ask_by_mail, confirm, leave, subscribe, unsubscribe};

use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{Result, TenantId};

/// The house's rows, for what everyone may see or what was permitted otherwise.
fn house() -> Result<Scope<One>> {
    Caller::house().permit_house(Permission::KeepHouse)
}

/// A merchant's own hand: whoever sees the merchant from within its bounds. Of the desk, only those who keep the policy
/// act for a merchant, as when one writes by mail.
fn for_merchant(caller: &Caller, merchant: TenantId) -> Result<Scope<One>> {
    let scope = caller.permit(Permission::SeeTenants, merchant)?;
    if caller.named().is_none() {
        caller.permit_house(Permission::KeepPolicy)?;
    }
    Ok(scope)
}
