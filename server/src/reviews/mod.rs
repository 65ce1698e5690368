//! Reviews of who and what may do what: campaigns over a dated extract of everything of a kind, decided row by row by
//! somebody who neither holds nor gave what is reviewed, taken away where that was decided and read back until it is
//! gone, signed off, and kept as evidence that an outsider can verify.
//!
//! It never takes away or narrows anything by its own hand: the slice that keeps a thing does. It never changes what was
//! extracted, and nothing at all of a campaign that was signed off; Postgres refuses both. The words that people give
//! for a decision stay sealed.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod subjects;
mod tables;

pub use actions::{
    Evidence, NewCampaign, Verdict, decide_item, export_campaign, open_campaign, reveal_reason, sign_off,
};
pub use graphql::{CampaignNode, RULES, ReviewItemNode, ReviewMutation, ReviewQuery, find_campaign, find_review_item};
pub use jobs::{OpenQuarterlyReview, ProveRevocations, RemindOfReviews};
pub use model::{
    Campaign, CampaignState, EVIDENCE, ReviewDecision, ReviewSubject, RevocationState, digest_of_lines, line_of,
    quarter_before, quarter_of,
};
pub use queries::apps::{Unused, unused};
pub use queries::campaigns::all as campaigns;
