//! A merchant's no to a change.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Error, Instant, NoticeId, ObjectionId, Personal, Result, TenantId};

vocabulary! {
    /// What became of an objection.
    pub enum ObjectionState {
        /// Waits for an answer; what it objects to does not come into force.
        Open = "open",
        /// The operator agrees: the version does not come.
        Upheld = "upheld",
        /// The two agreed on something, or there is nothing left to object to.
        Settled = "settled",
        /// The operator says why not.
        Declined = "declined",
        /// The merchant took it back.
        Withdrawn = "withdrawn",
    }
}

/// A merchant's no to a change that was announced.
#[derive(Debug, Clone)]
pub struct Objection {
    pub id: ObjectionId,
    pub notice: NoticeId,
    pub merchant: TenantId,
    pub objected_at: Instant,
    /// As the books name who did it.
    pub objected_by: String,
    pub state: ObjectionState,
    pub answer_by: Day,
    pub answered_at: Option<Instant>,
    pub answered_by: Option<String>,
    pub has_answer: bool,
}

/// Words that somebody wrote, as many as may be kept.
pub fn words(field: &'static str, given: &Personal) -> Result<()> {
    let text = given.disclose();
    if text.trim().is_empty() || text.len() > 4_000 {
        return Err(Error::invalid(field, "say it in words, in up to 4000 bytes"));
    }
    Ok(())
}
