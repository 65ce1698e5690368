//! What a review is made of. Pure.

mod campaign;
mod evidence;
mod found;
mod item;

pub use campaign::{Campaign, CampaignState, Extract, Figures, last_mark, quarter_before, quarter_of, scheduled_title};
pub use evidence::{EVIDENCE, Link, evidence_of};
pub use found::{Digest, Facts, Found, Lines, ReviewSubject, digest_of_lines, line_of};
pub use item::{Decided, Item, ReviewDecision, RevocationState};
