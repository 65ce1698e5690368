//! What the mutations and lists of this slice are given, and how it is read.

use async_graphql::{ID, InputObject};

use super::super::actions::{NewCampaign, Verdict};
use super::super::queries::items::Filter;
use super::words::{ReviewDecision, ReviewSubject};
use crate::floor::graphql::{Date, words};
use crate::floor::kernel::Personal;

/// Which rows a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct ReviewItemFilter {
    /// Not decided yet or due again, or everything else.
    open: Option<bool>,
    /// Of this kind.
    subject: Option<ReviewSubject>,
    /// Decided like this.
    decision: Option<ReviewDecision>,
}

impl ReviewItemFilter {
    pub fn read(self) -> Filter {
        Filter { open: self.open, subject: self.subject.map(Into::into), decision: self.decision.map(Into::into) }
    }
}

/// A campaign that is to be.
#[derive(InputObject)]
pub struct OpenCampaignInput {
    /// What it is called.
    title: String,
    /// Which kinds of things it covers: all of each, as they stand at this moment.
    covers: Vec<ReviewSubject>,
    /// The day by which it is to be signed off; 30 days from now, where nothing is said.
    due_on: Option<Date>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl OpenCampaignInput {
    pub fn read(self) -> NewCampaign {
        NewCampaign { title: self.title, covers: words(&self.covers), due_on: self.due_on.map(|date| date.0) }
    }
}

/// A decision about a row.
#[derive(InputObject)]
pub struct DecideReviewItemInput {
    /// Which row.
    pub id: ID,
    /// The version it is decided upon.
    pub version: i32,
    /// What is to become of it.
    decision: ReviewDecision,
    /// Why, in words; sealed at once under the campaign's own key.
    reason: String,
    /// Until when it stands although something speaks against it; afterwards it is due again.
    exception_until: Option<Date>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl DecideReviewItemInput {
    pub fn read(self) -> Verdict {
        Verdict {
            decision: self.decision.into(),
            reason: Personal::new(self.reason),
            exception_until: self.exception_until.map(|date| date.0),
        }
    }
}

/// A campaign that is done.
#[derive(InputObject)]
pub struct SignOffCampaignInput {
    /// Which campaign.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A campaign whose evidence is asked for.
#[derive(InputObject)]
pub struct ExportCampaignInput {
    /// Which campaign.
    pub id: ID,
}

/// A decision whose words are to be opened.
#[derive(InputObject)]
pub struct RevealReviewReasonInput {
    /// Of which row.
    pub id: ID,
}
