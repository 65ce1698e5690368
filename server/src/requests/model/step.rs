//! How far what was approved has been carried out, step by step, and the certificate of it.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{CertificateId, Instant, PlanId, RequestId, StoreId};

vocabulary! {
    /// One step of what is carried out.
    pub enum StepName {
        /// What would be done now is what was approved.
        Compare = "compare",
        /// What the person goes by is put aside, for whoever has to be told.
        Match = "match",
        /// A right that takes nothing away takes effect here.
        Act = "act",
        /// What the person gets is made, read by a second person and fetched.
        Package = "package",
        /// Nothing is written of the person any more.
        Tombstone = "tombstone",
        /// Rows that a ground keeps go over to nobody's name.
        Keep = "keep",
        /// Rows are cleared.
        Forget = "forget",
        /// Files and links go.
        Files = "files",
        /// The person's key goes, and whoever got something is to be told.
        Key = "key",
        /// Whoever got something is to be told.
        Tell = "tell",
        /// Somebody looks whether anything is left.
        Scan = "scan",
        Certificate = "certificate",
        /// What it came to, and the answer.
        Settle = "settle",
        /// The means to go on with it go too.
        RequestKey = "request_key",
    }
}

impl StepName {
    /// Whether nothing brings back what it takes.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Tombstone | Self::Keep | Self::Forget | Self::Files | Self::Key)
    }
}

vocabulary! {
    /// How far a step has come.
    pub enum StepState {
        Waiting = "waiting",
        Done = "done",
        /// It was not what was approved any more: the plan is read again.
        SentBack = "sent_back",
    }
}

/// A step, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub plan: PlanId,
    pub request: RequestId,
    /// The first is 0.
    pub position: i16,
    pub name: StepName,
    /// The line of the plan that it carries out, counted from nought.
    pub line: Option<usize>,
    /// The table of ours that it is about.
    pub place: Option<String>,
    pub store: Option<StoreId>,
    pub state: StepState,
    pub attempt: i32,
    pub rows: i64,
    /// A code: what came of it where it is not simply done.
    pub outcome: Option<String>,
    pub begun_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    /// Of a scan: its last look.
    pub look: Option<Look>,
}

/// A look for somebody, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How many columns about people it went through.
    pub columns: i32,
    /// How many rows it found.
    pub rows_left: i64,
}

/// What was done, signed for outsiders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub id: CertificateId,
    pub request: RequestId,
    /// The first of a request is 1; what comes later supplements the one before.
    pub number: i16,
    pub supplements: Option<CertificateId>,
    pub made_at: Instant,
    pub key_version: u32,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    /// Canonical JSON with its signature.
    pub document: String,
}
