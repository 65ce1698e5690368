//! A promise, and how it stands.

use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// How a promise stands.
    pub enum Standing {
        /// Looked at, and kept.
        Holds = "holds",
        /// Kept yet, and about to break.
        AtRisk = "at_risk",
        /// Looked at, and not kept.
        Broken = "broken",
        /// No look can say yet: what it would look at is not there.
        NotYetMeasured = "not_yet_measured",
        /// No machine can tell.
        NotMeasurable = "not_measurable",
    }
}

vocabulary! {
    /// Whether the policy in force still says it.
    pub enum PromiseState {
        /// It does.
        Active = "active",
        /// A former version did.
        Past = "past",
    }
}
