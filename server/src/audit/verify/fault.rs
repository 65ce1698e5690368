//! What can be wrong with books, and how it is told: where, of what kind, and how that was seen.

use std::fmt;

use crate::floor::kernel::TenantId;
use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// What was done to the books.
    pub enum Kind {
        /// A row says something else than when it was written.
        Edited = "edited",
        /// A row is missing, and later ones are there.
        Deleted = "deleted",
        /// Two rows stand in each other's place.
        Swapped = "swapped",
        /// A row stands there that nobody appended.
        Inserted = "inserted",
        /// Rows were changed, put in or taken out, and every hash after them reckoned anew: only a checkpoint knows.
        Rewritten = "rewritten",
        /// The last rows are missing.
        TailCut = "tail_cut",
        /// All rows of a tenant are missing.
        TenantDropped = "tenant_dropped",
        /// The row that says where the chain ends does not.
        HeadAltered = "head_altered",
        /// The file of checkpoints is not the one that was written.
        CheckpointAltered = "checkpoint_altered",
    }
}

/// The first thing that is wrong with a chain, or with the file of checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    pub tenant: TenantId,
    /// The first link that cannot be relied on.
    pub seq: u64,
    /// The last link it may be, where one cannot tell which; the other one, where two were swapped.
    pub until: Option<u64>,
    /// The line of the file of checkpoints, counted from one.
    pub line: Option<u64>,
    /// How it was seen.
    pub told: &'static str,
}

impl Fault {
    pub(super) const fn new(kind: Kind, tenant: TenantId, seq: u64, told: &'static str) -> Self {
        Self { kind, tenant, seq, until: None, line: None, told }
    }

    /// A range of one is none.
    pub(super) fn until(self, until: u64) -> Self {
        Self { until: (until > self.seq).then_some(until), ..self }
    }

    pub(super) fn on_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.code().replace('_', " ");
        write!(f, "{kind}: tenant {}, seq {}", self.tenant, self.seq)?;
        if let Some(until) = self.until {
            write!(f, "{}{until}", if self.kind == Kind::Swapped { " and " } else { " to " })?;
        }
        if let Some(line) = self.line {
            write!(f, ", line {line} of the checkpoints")?;
        }
        write!(f, " ({})", self.told)
    }
}
