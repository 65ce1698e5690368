//! What every face of the API stands on: who asks, ids, pages of a list, payloads, errors, the reckoning of a document.
//! It answers nothing itself and knows no slice.

mod asking;
mod connection;
mod cost;
mod mask;
mod payload;
mod place;
mod refusal;
mod rule;

pub use asking::{Asking, asking};
pub use connection::{Listed, Page, PageArgs, connection};
pub use cost::{Bill, Limits, TooCostly, meant, reckon, skim, spent};
pub use mask::{Mask, MaskKind};
#[expect(unused_imports, reason = "the first slice declares payloads with it")]
pub(crate) use payload::payload;
pub use payload::{UserError, UserErrorCode, mendable, once};
pub use place::{node_id, place};
pub use refusal::{UNAUTHENTICATED, dress, sign_in_needed};
pub use rule::{Needs, Rule, rule};
