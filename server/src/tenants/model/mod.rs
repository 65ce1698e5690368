//! The nouns of this slice, their states and what may become of them. Pure.

mod api_key;
mod member;
mod tenant;

pub use api_key::{ApiKey, ApiKeyState, LONGEST_LIFE, MARK, Token};
pub use member::{Login, Member, MemberRole, MemberState, check_mail, check_name};
pub use tenant::{OurRole, Tenant, TenantState, is_line, is_region, reference_digest};
