//! Merchants: their organisations, their own users, and the keys their frontends call with. Opens and closes accounts.
//! It never erases: a tenant that is closed is a state on record, and what becomes of its data is decided elsewhere.
//! A member's name and mail are sealed under that person's own key, and this slice never opens them by itself.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{
    KEY_MARK, Made, MemberChange, NewKey, NewMember, NewTenant, Rotation, TenantChange, add_member, change_member,
    change_tenant, close_tenant, create_api_key, end_now, member_by_login, open_tenant, recognise_key, remove_member,
    reopen_tenant, revoke_api_key, rotate_api_key, tenant_by_reference, unname, write_to_owners,
};
pub use graphql::{
    ApiKeyNode, MemberNode, RULES, TenantMutation, TenantNode, TenantQuery, find_api_key, find_member, find_tenant,
};
pub use jobs::CloseTenants;
pub use model::{
    ApiKey, ApiKeyState, Login, Member, MemberRole, MemberState, OurRole, Tenant, TenantState, is_line, is_region,
};
pub use queries::{
    PersonalColumn, SealedValue, closed_tenants, hold, member, open_tenants, owners, sealed_value, tenant, tenants,
};
