//! The verbs of this slice: giving and ending leave, breaking the glass, opening a value under it.

mod granting;
mod reading;
mod revealing;

pub use granting::{NewGrant, break_glass, end_grant, give_grant, review_break_glass};
pub use reading::{Shown, find_grant, list_grants, shown};
pub use revealing::{Revealed, reveal_grant_reason, reveal_member, reveal_staff_member};
