//! What every face of the API stands on: who asks, ids, pages of a list, payloads, errors, the reckoning of a document.
//! It answers nothing itself and knows no slice.

mod asking;
mod connection;
mod cost;
mod date;
mod mask;
mod payload;
mod place;
mod refusal;
mod rule;
mod words;

pub use asking::{Asking, asking};
pub use connection::{Listed, Page, PageArgs, connection, instant_key};
pub use cost::{Bill, Limits, TooCostly, meant, reckon, skim, spent};
pub use date::Date;
pub use mask::{Mask, MaskKind, handle};
pub(crate) use payload::payload;
pub use payload::{UserError, UserErrorCode, mendable, once};
pub use place::{node_id, place, tenant_node_id, tenant_place};
pub use refusal::{UNAUTHENTICATED, dress, sign_in_needed};
pub use rule::{Needs, Rule, rule};
pub use words::{Direction, PermissionWord, PersonalField, RoleWord, words};
