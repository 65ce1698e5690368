//! The verbs of this slice. Each asks for leave, loads what it changes under a lock, and says in the books what it did.

mod api_keys;
mod letters;
mod members;
mod reading;
mod recognise;
mod tenants;

pub use api_keys::{Made, NewKey, Rotation, create_api_key, revoke_api_key, rotate_api_key};
pub use letters::write_to_owners;
pub use members::{MemberChange, NewMember, add_member, change_member, remove_member};
pub use reading::{find_api_key, find_member, find_tenant, list_api_keys, list_members, list_tenants};
pub use recognise::{member_by_login, recognise_key, tenant_by_reference};
pub use tenants::{NewTenant, TenantChange, change_tenant, close_tenant, end_now, open_tenant, reopen_tenant, unname};

pub use super::model::MARK as KEY_MARK;

use crate::floor::kernel::{Error, Result};

/// Refuses a change of what somebody else changed meanwhile.
fn same_version(found: i32, expected: i32) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::Conflict) }
}
