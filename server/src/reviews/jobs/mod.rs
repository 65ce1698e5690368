//! What time does to reviews: each quarter has one, people are reminded of what is due, and what was decided is carried
//! out and read back until it is so.

mod proving;
mod quarterly;
mod reminding;

pub use proving::ProveRevocations;
pub use quarterly::OpenQuarterlyReview;
pub use reminding::RemindOfReviews;
