//! Need to know: leave to open personal data, given by a colleague or taken by breaking the glass, for a named ground and
//! a time that ends by itself. Here a value is opened, and nowhere else for a person to see: under a live grant, a fresh
//! second factor, and with a record that commits before the value leaves. It never keeps a value, and never shows one
//! unasked.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;

pub use actions::{
    NewGrant, Revealed, break_glass, end_grant, give_grant, reveal_member, reveal_staff_member, review_break_glass,
};
pub use graphql::{GrantMutation, GrantNode, GrantQuery, RULES, RevealedReasonNode, find_grant};
pub use jobs::AlarmOfBreakGlass;
pub use model::{Grant, GrantKind, Ground};
pub use queries::{Looks, live, looks};
